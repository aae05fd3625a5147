"""An SNMP v2c agent of one device: GET, GETNEXT and GETBULK over a table of values (RFC 3416)."""

from __future__ import annotations

import asyncio
import enum
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from netwright.device.snmp import ber
from netwright.device.snmp.ber import BerError, Oid, Tag, Value

_VERSION_2C = 1
_NOT_WRITABLE = 17
_LARGEST = 60_000  # octets of an answer, below what a UDP datagram can hold


class Pdu(enum.IntEnum):
    """Kinds of message that an agent takes or gives."""

    GET = 0xA0
    GET_NEXT = 0xA1
    RESPONSE = 0xA2
    SET = 0xA3
    GET_BULK = 0xA5


@dataclass(frozen=True, slots=True)
class Table:
    """All that an agent has to say at one moment, in order."""

    oids: list[Oid]
    values: list[Value]

    @classmethod
    def of(cls, values: Mapping[Oid, Value]) -> Table:
        oids = sorted(values)
        return cls(oids, [values[oid] for oid in oids])

    def get(self, wanted: Oid) -> tuple[Oid, Value]:
        at = bisect_right(self.oids, wanted) - 1
        if at >= 0 and self.oids[at] == wanted:
            return wanted, self.values[at]
        return wanted, Value(Tag.NO_SUCH_INSTANCE)

    def after(self, given: Oid) -> tuple[Oid, Value]:
        at = bisect_right(self.oids, given)
        if at == len(self.oids):
            return given, Value(Tag.END_OF_MIB)
        return self.oids[at], self.values[at]


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came in. ``first`` and ``second`` are error-status and error-index, or GETBULK's
    non-repeaters and max-repetitions."""

    community: bytes
    kind: int
    number: int
    first: int
    second: int
    oids: tuple[Oid, ...]


def parse(datagram: bytes) -> Request:
    """Raises BerError for anything that is not an SNMP v2c request."""
    tag, message, _ = ber.read(datagram, 0)
    if tag != Tag.SEQUENCE:
        raise BerError("no message")
    version, at = ber.read_int(message, 0)
    tag, community, at = ber.read(message, at)
    if version != _VERSION_2C or tag != Tag.OCTETS:
        raise BerError("not SNMP v2c")
    kind, pdu, _ = ber.read(message, at)
    number, at = ber.read_int(pdu, 0)
    first, at = ber.read_int(pdu, at)
    second, at = ber.read_int(pdu, at)
    _, bindings, _ = ber.read(pdu, at)
    oids: list[Oid] = []
    at = 0
    while at < len(bindings):
        _, binding, at = ber.read(bindings, at)
        tag, content, _ = ber.read(binding, 0)
        if tag != Tag.OID:
            raise BerError("a binding without a name")
        oids.append(ber.read_oid(content))
    return Request(community, kind, number, first, second, tuple(oids))


def answer(request: Request, table: Table) -> bytes:
    """The response to a request, or b'' for a kind that is no request."""
    status = 0
    match request.kind:
        case Pdu.GET:
            found = [table.get(oid) for oid in request.oids]
        case Pdu.GET_NEXT:
            found = [table.after(oid) for oid in request.oids]
        case Pdu.GET_BULK:
            found = _bulk(request, table)
        case Pdu.SET:
            found, status = [(oid, Value(Tag.NULL)) for oid in request.oids], _NOT_WRITABLE
        case _:
            return b""
    parts: list[bytes] = []
    size = 0
    for oid, value in found:
        part = ber.tlv(Tag.SEQUENCE, ber.tlv(Tag.OID, ber.oid(oid)) + ber.encode(value))
        size += len(part)
        if size > _LARGEST:
            break
        parts.append(part)
    pdu = b"".join(
        ber.tlv(Tag.INTEGER, ber.integer(number)) for number in (request.number, status, 1 if status else 0)
    ) + ber.tlv(Tag.SEQUENCE, b"".join(parts))
    head = ber.tlv(Tag.INTEGER, ber.integer(_VERSION_2C)) + ber.tlv(Tag.OCTETS, request.community)
    return ber.tlv(Tag.SEQUENCE, head + ber.tlv(Pdu.RESPONSE, pdu))


def _bulk(request: Request, table: Table) -> list[tuple[Oid, Value]]:
    alone = max(0, request.first)
    found = [table.after(oid) for oid in request.oids[:alone]]
    heads = list(request.oids[alone:])
    for _ in range(max(0, min(request.second, 1000)) if heads else 0):
        row = [table.after(oid) for oid in heads]
        found += row
        heads = [oid for oid, _ in row]
        if all(value.tag == Tag.END_OF_MIB for _, value in row):
            break
    return found


class Agent(asyncio.DatagramProtocol):
    """The UDP end of a device's agent. ``table`` gives its values now, or None while it says nothing."""

    def __init__(self, community: Callable[[], bytes], table: Callable[[], Table | None]) -> None:
        self._community = community
        self._table = table
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        """Anything that is no request with our community is dropped, as agents do."""
        try:
            request = parse(data)
        except BerError:
            return
        if request.community != self._community() or self._transport is None:
            return
        if (table := self._table()) is not None and (reply := answer(request, table)):
            self._transport.sendto(reply, addr)
