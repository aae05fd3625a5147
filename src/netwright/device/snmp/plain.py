"""SNMP v2c with a codec of our own, for the answers that the library can't tell us about.

It takes an error status for the end of a table, and one value that breaks the encoding rules for a broken
answer. Here an answer is read as far as it goes: ``tooBig`` halves the request, a value that makes no sense
is kept as its bytes.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

from netwright.device.snmp import ber
from netwright.device.snmp.ber import BerError, Oid, Tag

_VERSION_2C = 1
_GET, _GET_BULK, _RESPONSE = 0xA0, 0xA5, 0xA2
_TOO_BIG = 1
_STATUS = {
    1: "tooBig",
    2: "noSuchName",
    3: "badValue",
    5: "genErr",
    6: "noAccess",
    13: "resourceUnavailable",
    16: "authorizationError",
}
_NUMBERS = {Tag.INTEGER, Tag.COUNTER32, Tag.GAUGE32, Tag.TIMETICKS, Tag.COUNTER64, 0x47}
_ABSENT = {Tag.NO_SUCH_OBJECT, Tag.NO_SUCH_INSTANCE, Tag.NULL}


class RefusedError(Exception):
    """The agent answered with an error status."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A value that could not be decoded: its tag and bytes."""

    tag: int
    content: bytes

    def __repr__(self) -> str:
        return f"tag 0x{self.tag:02x}, octets {self.content.hex() or 'none'}"


@dataclass(frozen=True, slots=True)
class Answer:
    """An agent's response to one request."""

    number: int
    status: int
    bindings: tuple[tuple[Oid, int, object], ...]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a request waits, and how often it is sent again."""

    timeout_s: float
    retries: int


async def get(
    host: str, port: int, community: bytes, oids: Sequence[str], patience: Patience
) -> dict[str, object]:
    """Values by OID, those that can't be decoded as ``Broken``; what is absent is left out. Raises as
    ``rest``."""
    async with _line(host, port) as line:
        names = [_numbers(oid) for oid in oids]
        answer = await line.exchange(_request(_GET, community, 1, names), 1, patience)
    if answer.status:
        raise RefusedError(_word(answer.status))
    return {".".join(map(str, oid)): value for oid, tag, value in answer.bindings if tag not in _ABSENT}


async def rest(
    host: str, port: int, community: bytes, root: str, after: str, repetitions: int, patience: Patience
) -> AsyncGenerator[tuple[str, object], None]:
    """Everything below ``root`` behind ``after``. Raises TimeoutError, OSError, RefusedError, BerError."""
    top, at = _numbers(root), _numbers(after)
    number = 1
    async with _line(host, port) as line:
        while True:
            number += 1
            request = _request(_GET_BULK, community, number, [at], repetitions)
            answer = await line.exchange(request, number, patience)
            if answer.status == _TOO_BIG and repetitions > 1:
                repetitions = max(1, repetitions // 2)
                continue
            if answer.status:
                raise RefusedError(_word(answer.status))
            if not answer.bindings:
                return
            for oid, tag, value in answer.bindings:
                if tag == Tag.END_OF_MIB or oid[: len(top)] != top or oid <= at:
                    return
                at = oid
                if tag not in _ABSENT:
                    yield ".".join(map(str, oid)), value


def _word(status: int) -> str:
    return _STATUS.get(status, f"error status {status}")


@asynccontextmanager
async def _line(host: str, port: int) -> AsyncIterator[_Line]:
    loop = asyncio.get_running_loop()
    transport, line = await loop.create_datagram_endpoint(_Line, remote_addr=(host, port))
    try:
        yield line
    finally:
        transport.close()


class _Line(asyncio.DatagramProtocol):
    """One request at a time; datagrams in the order they come, the socket's errors in their place."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[bytes | OSError] = asyncio.Queue(64)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not self._queue.full():
            self._queue.put_nowait(data)

    def error_received(self, exc: Exception) -> None:
        if isinstance(exc, OSError) and not self._queue.full():
            self._queue.put_nowait(exc)

    async def exchange(self, request: bytes, number: int, patience: Patience) -> Answer:
        for attempt in range(patience.retries + 1):
            self._transport.sendto(request)
            try:
                async with asyncio.timeout(patience.timeout_s):
                    return await self._answer(number)
            except TimeoutError:
                if attempt == patience.retries:
                    raise
        raise TimeoutError

    async def _answer(self, number: int) -> Answer:
        while True:
            found = await self._queue.get()
            if isinstance(found, OSError):
                raise found
            answer = decode(found)
            if answer.number == number:
                return answer


def decode(datagram: bytes) -> Answer:
    """A response as far as its frame can be read; a value in it that can't is ``Broken``. Raises BerError."""
    _, message, _ = ber.read(datagram, 0)
    _, at = ber.read_int(message, 0)
    _, _, at = ber.read(message, at)
    kind, pdu, _ = ber.read(message, at)
    if kind != _RESPONSE:
        raise BerError(f"a response was expected, not a message of kind 0x{kind:02x}")
    number, at = ber.read_int(pdu, 0)
    status, at = ber.read_int(pdu, at)
    _, at = ber.read_int(pdu, at)
    _, bindings, _ = ber.read(pdu, at)
    found: list[tuple[Oid, int, object]] = []
    at = 0
    while at < len(bindings):
        _, binding, at = ber.read(bindings, at)
        tag, content, value_at = ber.read(binding, 0)
        if tag != Tag.OID:
            raise BerError("a binding without a name")
        tag, value, _ = ber.read(binding, value_at)
        found.append((ber.read_oid(content), tag, _value(tag, value)))
    return Answer(number, status, tuple(found))


def _value(tag: int, content: bytes) -> object:
    """As the library gives values: bytes, int, OIDs and addresses as text."""
    if tag in _NUMBERS:
        if not content or len(content) > 9:
            return Broken(tag, content)
        return int.from_bytes(content, "big", signed=tag == Tag.INTEGER)
    if tag == Tag.OID:
        try:
            return ".".join(map(str, ber.read_oid(content)))
        except BerError:
            return Broken(tag, content)
    if tag == Tag.IP_ADDRESS:
        return str(ipaddress.IPv4Address(content)) if len(content) == 4 else Broken(tag, content)
    if tag in {Tag.OCTETS, 0x44}:
        return content
    return None if tag in _ABSENT or tag == Tag.END_OF_MIB else Broken(tag, content)


def _request(kind: int, community: bytes, number: int, oids: list[Oid], repetitions: int = 0) -> bytes:
    names = b"".join(
        ber.tlv(Tag.SEQUENCE, ber.tlv(Tag.OID, ber.oid(oid)) + ber.tlv(Tag.NULL, b"")) for oid in oids
    )
    pdu = b"".join(ber.tlv(Tag.INTEGER, ber.integer(part)) for part in (number, 0, repetitions))
    pdu += ber.tlv(Tag.SEQUENCE, names)
    head = ber.tlv(Tag.INTEGER, ber.integer(_VERSION_2C)) + ber.tlv(Tag.OCTETS, community)
    return ber.tlv(Tag.SEQUENCE, head + ber.tlv(kind, pdu))


def _numbers(oid: str) -> Oid:
    return tuple(int(part) for part in oid.split("."))
