"""The part of ASN.1's basic encoding rules that SNMP uses (X.690; RFC 3417, section 8)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TypeAlias

Oid: TypeAlias = tuple[int, ...]


class Tag(enum.IntEnum):
    """Tags of RFC 3416's values and message parts."""

    INTEGER = 0x02
    OCTETS = 0x04
    NULL = 0x05
    OID = 0x06
    SEQUENCE = 0x30
    IP_ADDRESS = 0x40
    COUNTER32 = 0x41
    GAUGE32 = 0x42
    TIMETICKS = 0x43
    COUNTER64 = 0x46
    NO_SUCH_OBJECT = 0x80
    NO_SUCH_INSTANCE = 0x81
    END_OF_MIB = 0x82


class BerError(ValueError):
    """Bytes that are no BER, or end too early."""


@dataclass(frozen=True, slots=True)
class Value:
    """A typed value: an int for the numbers, bytes for octets and addresses, a tuple for an OID."""

    tag: int
    content: int | bytes | Oid | None = None


def tlv(tag: int, content: bytes) -> bytes:
    """Tag, length, content."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def integer(value: int) -> bytes:
    """Content of a signed integer, shortest form."""
    return value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)


def oid(value: Oid) -> bytes:
    """Content of an object identifier of at least two numbers."""
    out = bytearray()
    for number in (value[0] * 40 + value[1], *value[2:]):
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(0x80 | number & 0x7F)
        out += bytes(reversed(groups))
    return bytes(out)


def encode(value: Value) -> bytes:
    """A value as bytes."""
    match value.content:
        case None:
            return tlv(value.tag, b"")
        case bytes() as octets:
            return tlv(value.tag, octets)
        case int() as number:
            return tlv(value.tag, integer(number))
        case tuple() as identifier:
            return tlv(value.tag, oid(identifier))


def read(data: bytes, at: int) -> tuple[int, bytes, int]:
    """(tag, content, where the next one starts). Raises BerError."""
    if at + 2 > len(data):
        raise BerError("ends before a length")
    tag, size, at = data[at], data[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7F
        if not 1 <= count <= 4 or at + count > len(data):
            raise BerError("bad length")
        size, at = int.from_bytes(data[at : at + count], "big"), at + count
    if at + size > len(data):
        raise BerError("content is cut off")
    return tag, data[at : at + size], at + size


def read_int(data: bytes, at: int) -> tuple[int, int]:
    """A signed integer and where the next element starts."""
    tag, content, after = read(data, at)
    if tag != Tag.INTEGER or not content:
        raise BerError("an integer was expected")
    return int.from_bytes(content, "big", signed=True), after


def read_oid(content: bytes) -> Oid:
    """An object identifier from its content."""
    numbers: list[int] = []
    number = 0
    for byte in content:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(number)
            number = 0
    if not numbers or content[-1] & 0x80:
        raise BerError("bad object identifier")
    first = min(numbers[0] // 40, 2)
    return (first, numbers[0] - first * 40, *numbers[1:])
