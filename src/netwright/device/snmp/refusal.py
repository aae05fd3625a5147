"""Why an SNMPv3 agent refuses a user: asked with two messages that need no key (RFC 3414, 3.2 and 4).

The library says "authentication failed" for all of it. An agent tells an unknown user from a known one in
its report to a message without authentication.
"""

from __future__ import annotations

import asyncio
import enum

from netwright.device.snmp import ber
from netwright.device.snmp.ber import BerError, Oid, Tag

_USM_STATS: Oid = (1, 3, 6, 1, 6, 3, 15, 1, 1)
_GET, _REPORT = 0xA0, 0xA8
_REPORTABLE = b"\x04"
_USM = 3
_LARGEST = 65507


class Refusal(enum.StrEnum):
    """What the agent's answers leave as the cause."""

    SILENT = "the agent does not answer SNMPv3 at all"
    UNKNOWN_USER = "the agent does not know this user"
    KEYS = "the agent knows this user, so a password or a protocol is wrong"


async def why_refused(host: str, port: int, user: str, timeout_s: float) -> Refusal:
    """Two requests, no retries."""
    try:
        async with asyncio.timeout(2 * timeout_s):
            engine, _ = await _ask(host, port, b"", b"")
            _, report = await _ask(host, port, engine, user.encode())
    except (OSError, BerError, TimeoutError):
        return Refusal.SILENT
    return Refusal.UNKNOWN_USER if report == 3 else Refusal.KEYS


async def _ask(host: str, port: int, engine: bytes, user: bytes) -> tuple[bytes, int | None]:
    """The agent's engine id, and which of usmStats it reports."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bytes] = loop.create_future()
    transport, _ = await loop.create_datagram_endpoint(lambda: _One(answer), remote_addr=(host, port))
    try:
        transport.sendto(_message(engine, user))
        return _read(await answer)
    finally:
        transport.close()


class _One(asyncio.DatagramProtocol):
    """The first datagram that comes."""

    def __init__(self, answer: asyncio.Future[bytes]) -> None:
        self._answer = answer

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not self._answer.done():
            self._answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self._answer.done():
            self._answer.set_exception(exc)


def _int(value: int) -> bytes:
    return ber.tlv(Tag.INTEGER, ber.integer(value))


def _octets(value: bytes) -> bytes:
    return ber.tlv(Tag.OCTETS, value)


def _message(engine: bytes, user: bytes) -> bytes:
    head = _int(1) + _int(_LARGEST) + _octets(_REPORTABLE) + _int(_USM)
    security = _octets(engine) + _int(0) + _int(0) + _octets(user) + _octets(b"") + _octets(b"")
    pdu = ber.tlv(_GET, _int(1) + _int(0) + _int(0) + ber.tlv(Tag.SEQUENCE, b""))
    scoped = ber.tlv(Tag.SEQUENCE, _octets(engine) + _octets(b"") + pdu)
    return ber.tlv(
        Tag.SEQUENCE,
        _int(3) + ber.tlv(Tag.SEQUENCE, head) + _octets(ber.tlv(Tag.SEQUENCE, security)) + scoped,
    )


def _read(datagram: bytes) -> tuple[bytes, int | None]:
    _, message, _ = ber.read(datagram, 0)
    _, at = ber.read_int(message, 0)
    _, _, at = ber.read(message, at)
    _, wrapped, at = ber.read(message, at)
    _, security, _ = ber.read(wrapped, 0)
    _, engine, _ = ber.read(security, 0)
    _, scoped, _ = ber.read(message, at)
    _, _, at = ber.read(scoped, 0)
    _, _, at = ber.read(scoped, at)
    kind, pdu, _ = ber.read(scoped, at)
    if kind != _REPORT:
        return engine, None
    _, at = ber.read_int(pdu, 0)
    _, at = ber.read_int(pdu, at)
    _, at = ber.read_int(pdu, at)
    _, bindings, _ = ber.read(pdu, at)
    _, binding, _ = ber.read(bindings, 0)
    _, name, _ = ber.read(binding, 0)
    oid = ber.read_oid(name)
    return engine, oid[len(_USM_STATS)] if oid[: len(_USM_STATS)] == _USM_STATS else None
