"""SNMPv3's user-based security (RFC 3414, RFC 3826): messages signed and encrypted for one agent's engine.

An answer that is not signed as it should be is passed over as if it had not come. Reports say why an agent
takes nothing from us; they are not signed, so they can end a session but open none.
"""

from __future__ import annotations

import enum
import hmac
import os
from collections.abc import Callable
from time import monotonic

from netwright.device.snmp import ber
from netwright.device.snmp.ber import BerError, Tag
from netwright.device.snmp.cipher import AesCipher, Cipher, DesCipher
from netwright.device.snmp.message import Answer, Kind, pairs, read_pdu
from netwright.device.snmp.user import User

_VERSION, _MODEL = b"\x02\x01\x03", b"\x02\x01\x03"
"""Encoded: SNMPv3, user-based security."""
_LIMIT = ber.tlv(0x02, ber.integer(65_507))
"""Encoded: the largest message that we take."""
_AUTH, _PRIV, _REPORTABLE = 1, 2, 4
_TIME_WINDOW_S = 150
_STATS = ber.oid((1, 3, 6, 1, 6, 3, 15, 1, 1))
_SALT = 8


class Report(enum.IntEnum):
    """Which of usmStats an agent counts our message under."""

    LEVEL = 1
    TIME = 2
    USER = 3
    ENGINE = 4
    DIGEST = 5
    DECRYPTION = 6


class ReportedError(Exception):
    """The agent did not take message ``number``."""

    def __init__(self, number: int, report: Report) -> None:
        super().__init__()
        self.number, self.report = number, report


class Usm:
    """One user at one agent. ``clock``: seconds that only grow."""

    def __init__(self, user: User, clock: Callable[[], float] = monotonic) -> None:
        self._user, self._clock = user, clock
        self._salt = int.from_bytes(os.urandom(8), "big")
        self._head = self._flags(user)
        self.forget()

    @staticmethod
    def _flags(user: User) -> int:
        return (_AUTH if user.auth is not None else 0) | (_PRIV if user.priv is not None else 0)

    def forget(self) -> None:
        """Of an agent that has another engine now."""
        self._engine = b""
        self._boots = self._time = 0
        self._at = self._clock()
        self._auth_key = b""
        self._cipher: Cipher | None = None

    @property
    def known(self) -> bool:
        """Whether the agent's engine is: before that only ``discovery`` may be sent."""
        return bool(self._engine)

    def discovery(self, number: int) -> bytes:
        """A message that every agent answers with its engine's id and clock."""
        pdu = ber.tlv(Kind.GET, b"\x02\x01\x00" * 3 + b"\x30\x00")
        scoped = ber.tlv(Tag.SEQUENCE, b"\x04\x00\x04\x00" + pdu)
        return self._message(number, _REPORTABLE, self._security(b"", 0, 0, b"", b"", b""), scoped)

    def wrap(self, number: int, pdu: bytes) -> bytes:
        user = self._user
        boots = seconds = 0  # of a user without keys nobody asks when
        if user.auth is not None:
            boots, seconds = self._boots, self._time + int(self._clock() - self._at)
        scoped = ber.tlv(Tag.SEQUENCE, _octets(self._engine) + b"\x04\x00" + pdu)
        salt = b""
        if user.priv is not None:
            salt, encrypted = self._encrypted(scoped, seconds)
            scoped = _octets(encrypted)
        blank = bytes(user.auth.signature) if user.auth is not None else b""
        security = self._security(self._engine, boots, seconds, user.name.encode(), blank, salt)
        message = self._message(number, self._head | _REPORTABLE, security, scoped)
        if user.auth is None:
            return message
        end = len(message) - len(scoped) - len(_octets(salt))
        signature = self._signature(message)
        return message[: end - len(blank)] + signature + message[end:]

    def unwrap(self, datagram: bytes) -> tuple[int, Answer] | None:
        """None for what is not signed as it should be. Raises BerError, ReportedError."""
        tag, message, _ = ber.read(datagram, 0)
        if tag != Tag.SEQUENCE:
            raise BerError("no message")
        _, at = ber.read_int(message, 0)
        _, head, at = ber.read(message, at)
        number, head_at = ber.read_int(head, 0)
        _, head_at = ber.read_int(head, head_at)
        _, flags, _ = ber.read(head, head_at)
        _, wrapped, at = ber.read(message, at)
        if not flags:
            raise BerError("a message without flags")
        offset = len(datagram) - len(message) + at - len(wrapped)
        _, security, _ = ber.read(wrapped, 0)
        offset += len(wrapped) - len(security)
        engine, boots, seconds, signature_at, signature, salt = _read_security(security)
        signed = bool(flags[0] & _AUTH) and self._user.auth is not None and self.known
        if signed and not self._is_signed(datagram, offset + signature_at, signature):
            return None
        scoped = message[at:]
        if flags[0] & _PRIV:
            if not signed:
                return None
            scoped = self._decrypted(scoped, boots, seconds, salt)
        answer = _read_scoped(scoped)
        if answer.kind == Kind.REPORT:
            return number, self._reported(number, answer, engine, (boots, seconds))
        if flags[0] & (_AUTH | _PRIV) != self._head or engine != self._engine:
            return None
        if signed and not self._is_timely(boots, seconds):
            return None
        return (number, answer) if answer.number == number else None

    def _reported(self, number: int, answer: Answer, engine: bytes, clock: tuple[int, int]) -> Answer:
        report = _stat(answer)
        if not self.known and engine:
            self._engine = engine
            self._auth_key = self._user.auth_key(engine)
            if self._user.priv is not None:
                key = self._user.priv_key(engine)
                self._cipher = AesCipher(key) if self._user.priv.cipher == "aes" else DesCipher(key)
            self._set_clock(*clock)
            return answer
        if report is Report.TIME:
            self._set_clock(*clock)
        raise ReportedError(number, report)

    def _set_clock(self, boots: int, seconds: int) -> None:
        self._boots, self._time, self._at = boots, seconds, self._clock()

    def _is_timely(self, boots: int, seconds: int) -> bool:
        ours = self._time + self._clock() - self._at
        if boots < self._boots or (boots == self._boots and seconds < ours - _TIME_WINDOW_S):
            return False
        if boots > self._boots or seconds > ours:
            self._set_clock(boots, seconds)
        return True

    def _security(
        self, engine: bytes, boots: int, seconds: int, name: bytes, signature: bytes, salt: bytes
    ) -> bytes:
        numbers = ber.tlv(0x02, ber.integer(boots)) + ber.tlv(0x02, ber.integer(seconds))
        rest = _octets(name) + _octets(signature) + _octets(salt)
        return ber.tlv(0x30, _octets(engine) + numbers + rest)

    @staticmethod
    def _message(number: int, flags: int, security: bytes, scoped: bytes) -> bytes:
        head = ber.tlv(0x02, ber.integer(number)) + _LIMIT + bytes((0x04, 1, flags)) + _MODEL
        return ber.tlv(0x30, _VERSION + ber.tlv(0x30, head) + _octets(security) + scoped)

    def _signature(self, message: bytes) -> bytes:
        assert self._user.auth is not None
        digest = hmac.digest(self._auth_key, message, self._user.auth.hash)
        return digest[: self._user.auth.signature]

    def _is_signed(self, datagram: bytes, at: int, signature: bytes) -> bool:
        blank = datagram[:at] + bytes(len(signature)) + datagram[at + len(signature) :]
        return hmac.compare_digest(self._signature(blank), signature)

    def _encrypted(self, scoped: bytes, seconds: int) -> tuple[bytes, bytes]:
        """The salt, and the message encrypted with it."""
        assert self._cipher is not None
        self._salt += 1
        salt = self._cipher.salt(self._salt, self._boots)
        return salt, self._cipher.encrypted(scoped, salt, self._boots, seconds)

    def _decrypted(self, scoped: bytes, boots: int, seconds: int, salt: bytes) -> bytes:
        tag, content, _ = ber.read(scoped, 0)
        if tag != Tag.OCTETS or len(salt) != _SALT or self._cipher is None:
            raise BerError("no encrypted message where one was told")
        return self._cipher.decrypted(content, salt, boots, seconds)


def _octets(content: bytes) -> bytes:
    return ber.tlv(0x04, content)


def _read_security(security: bytes) -> tuple[bytes, int, int, int, bytes, bytes]:
    """Engine, boots, time, where the signature stands, signature, salt."""
    _, engine, at = ber.read(security, 0)
    boots, at = ber.read_int(security, at)
    seconds, at = ber.read_int(security, at)
    _, _, at = ber.read(security, at)
    _, signature, at = ber.read(security, at)
    _, salt, _ = ber.read(security, at)
    return engine, boots, seconds, at - len(signature), signature, salt


def _read_scoped(scoped: bytes) -> Answer:
    tag, content, _ = ber.read(scoped, 0)
    if tag != Tag.SEQUENCE:
        raise BerError("no scoped message")
    _, _, at = ber.read(content, 0)
    _, _, at = ber.read(content, at)
    return read_pdu(content, at)


def _stat(answer: Answer) -> Report:
    for name, _ in pairs(answer.bindings):
        if name.startswith(_STATS) and len(name) > len(_STATS) and name[len(_STATS)] in set(Report):
            return Report(name[len(_STATS)])
    raise BerError("a report about nothing that is known")
