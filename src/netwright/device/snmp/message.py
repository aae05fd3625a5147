"""Requests and responses of SNMP v2c and v3 as bytes (RFC 3416): what stands inside a message.

An answer is read as far as it goes: a value that breaks the encoding rules is kept as its bytes and costs
itself only.
"""

from __future__ import annotations

import enum
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from netwright.device.snmp import ber
from netwright.device.snmp.ber import BerError, Tag


class Kind(enum.IntEnum):
    """What a message is."""

    GET = 0xA0
    RESPONSE = 0xA2
    GET_BULK = 0xA5
    REPORT = 0xA8


_ANSWERS: Final = frozenset({int(Kind.RESPONSE), int(Kind.REPORT)})
TOO_BIG: Final = 1
STATUS_WORDS: Final = {
    1: "tooBig",
    2: "noSuchName",
    3: "badValue",
    5: "genErr",
    6: "noAccess",
    13: "resourceUnavailable",
    16: "authorizationError",
}

UNSIGNED: Final = frozenset({0x41, 0x42, 0x43, 0x46, 0x47})
"""Tags of Counter32, Gauge32, TimeTicks, Counter64 and UInteger32, plain: each value is looked up here."""
OPAQUE: Final = 0x44
_LONGEST_NUMBER = 9


class Absent(enum.Enum):
    """What stands in place of a value that is not there."""

    MISSING = "the agent has no such object"
    END = "the agent has nothing behind it"


_ABSENT = {
    Tag.NO_SUCH_OBJECT: Absent.MISSING, Tag.NO_SUCH_INSTANCE: Absent.MISSING, Tag.NULL: Absent.MISSING,
    Tag.END_OF_MIB: Absent.END,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Broken:
    """A value that could not be decoded: its tag and bytes."""

    tag: int
    content: bytes

    def __repr__(self) -> str:
        return f"tag 0x{self.tag:02x}, octets {self.content.hex() or 'none'}"


@dataclass(frozen=True, slots=True)
class Answer:
    """An agent's response. ``index``: which of the names an error is about, from 1. ``bindings``: encoded."""

    kind: int
    number: int
    status: int
    index: int
    bindings: bytes

    @property
    def word(self) -> str:
        return STATUS_WORDS.get(self.status, f"error status {self.status}")


def request(kind: Kind, number: int, names: Iterable[bytes], repetitions: int = 0) -> bytes:
    """A PDU that asks for names, encoded object identifiers."""
    bindings = b"".join(ber.tlv(0x30, ber.tlv(0x06, name) + b"\x05\x00") for name in names)
    head = b"".join(ber.tlv(0x02, ber.integer(part)) for part in (number, 0, repetitions))
    return ber.tlv(int(kind), head + ber.tlv(0x30, bindings))


def read_pdu(data: bytes, at: int) -> Answer:
    """The PDU that begins there. Raises BerError."""
    kind, at, _ = ber.frame(data, at)
    if kind not in _ANSWERS:
        raise BerError(f"a response was expected, not a message of kind 0x{kind:02x}")
    number, at = ber.read_int(data, at)
    status, at = ber.read_int(data, at)
    index, at = ber.read_int(data, at)
    tag, start, end = ber.frame(data, at)
    if tag != Tag.SEQUENCE:
        raise BerError("a response without bindings")
    return Answer(kind, number, status, index, data[start:end])


def pairs(bindings: bytes) -> list[tuple[bytes, object]]:
    """Encoded name and value of each binding. Raises BerError."""
    found: list[tuple[bytes, object]] = []
    at = 0
    while at < len(bindings):
        _, binding, at = ber.read(bindings, at)
        tag, name, value_at = ber.read(binding, 0)
        if tag != Tag.OID or not name:
            raise BerError("a binding without a name")
        tag, content, _ = ber.read(binding, value_at)
        found.append((name, value(tag, content)))
    return found


def value(tag: int, content: bytes) -> object:
    """Bytes, int, or text for an object identifier or an address; ``Absent``; ``Broken``."""
    if tag == 0x02 or tag in UNSIGNED:
        if not 0 < len(content) <= _LONGEST_NUMBER:
            return Broken(tag, content)
        return int.from_bytes(content, "big", signed=tag == Tag.INTEGER)
    if tag in {0x04, OPAQUE}:
        return content
    if tag == Tag.OID:
        try:
            return ".".join(map(str, ber.read_oid(content)))
        except BerError:
            return Broken(tag, content)
    if tag == Tag.IP_ADDRESS:
        return str(ipaddress.IPv4Address(content)) if len(content) == 4 else Broken(tag, content)
    return _ABSENT[Tag(tag)] if tag in _ABSENT else Broken(tag, content)
