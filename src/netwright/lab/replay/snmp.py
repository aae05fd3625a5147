"""The SNMP agent of a replay (v2c, whatever the version of the recording)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from netwright.base.errors import InputError
from netwright.device.snmp.ber import BerError, Oid, Tag
from netwright.device.snmp.ber import Value as Binding
from netwright.lab.replay.form import Value
from netwright.lab.replay.recording import Recording
from netwright.lab.sim.agent import Agent, Table, parse

COMMUNITY = "replay"
_INTEGER = 1 << 31


class SnmpReplay:
    """``port`` once it has started. What nobody asked for is not there, and told."""

    def __init__(self, recording: Recording, unknown: Callable[[str], None]) -> None:
        self.port = 0
        values: dict[Oid, Binding] = {}
        self._roots: set[Oid] = set()
        self._single: set[Oid] = set()
        for session in recording.over("snmp"):
            for entry in session.said:
                if "walk" in entry:
                    self._roots.add(_oid(entry["walk"]))
                else:
                    self._single.add(_oid(entry["get"]))
                rows = entry.get("values")
                values |= dict(map(_binding, rows)) if isinstance(rows, list) else {}
        self._table = Table.of(values)
        self._unknown = unknown
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: _Watching(self._heard, COMMUNITY.encode, lambda: self._table),
            local_addr=("127.0.0.1", 0),
        )
        self.port = self._transport.get_extra_info("sockname")[1]

    async def stop(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _heard(self, datagram: bytes) -> None:
        try:
            request = parse(datagram)
        except BerError:
            return
        for oid in request.oids:
            if oid not in self._single and not any(oid[: len(root)] == root for root in self._roots):
                self._unknown(".".join(map(str, oid)))


class _Watching(Agent):
    def __init__(
        self, heard: Callable[[bytes], None], community: Callable[[], bytes], table: Callable[[], Table]
    ) -> None:
        super().__init__(community, table)
        self._heard = heard

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        self._heard(data)
        super().datagram_received(data, addr)


def _oid(text: Value) -> Oid:
    try:
        return tuple(int(part) for part in str(text).split("."))
    except ValueError:
        raise InputError(f"{text!r} is no OID", remedy="Record it again.") from None


def _binding(row: Value) -> tuple[Oid, Binding]:
    match row:
        case [oid, "octets", str(text)]:
            return _oid(oid), Binding(Tag.OCTETS, text.encode())
        case [oid, "hex", str(text)]:
            return _oid(oid), Binding(Tag.OCTETS, bytes.fromhex(text))
        case [oid, "number", int(number)]:
            return _oid(oid), Binding(Tag.INTEGER if abs(number) < _INTEGER else Tag.COUNTER64, number)
        case [oid, "name", str(text)]:
            parts = _oid(text)
            if len(parts) == 4 and max(parts) < 256:
                return _oid(oid), Binding(Tag.IP_ADDRESS, bytes(parts))
            return _oid(oid), Binding(Tag.OID, parts)
        case [oid, str(), *_]:
            return _oid(oid), Binding(Tag.NULL)
    raise InputError(f"{row!r} is no value of an agent", remedy="Record it again.")
