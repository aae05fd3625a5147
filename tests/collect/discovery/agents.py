"""Routers that do not exist, each an SNMP agent on an address of its own in 127.0.0.0/8."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from netwright.base.secret import Secret
from netwright.collect.discovery.survey import Access
from netwright.device.endpoint import Credentials, Timeouts
from netwright.device.snmp.ber import Oid, Tag, Value
from netwright.lab.sim.agent import Agent, Table

COMMUNITY = "stranger"
_DESCR = "Cisco IOS XR Software (NCS-9000), Version 7.9.2"
_OBJECT = (1, 3, 6, 1, 4, 1, 9, 1, 9999)
_IF, _IFX, _ENTITY = (
    (1, 3, 6, 1, 2, 1, 2, 2, 1),
    (1, 3, 6, 1, 2, 1, 31, 1, 1, 1),
    (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1),
)
_LLDP, _LLDP_ADDRESS = (1, 0, 8802, 1, 1, 2, 1, 4, 1, 1), (1, 0, 8802, 1, 1, 2, 1, 4, 2, 1)
_IP = (1, 3, 6, 1, 2, 1, 4, 20, 1)
_BGP, _LOCAL_AS = (1, 3, 6, 1, 2, 1, 15, 3, 1), (1, 3, 6, 1, 2, 1, 15, 2, 0)


@dataclass
class Port:
    """An interface with the far end that LLDP tells of: name, port, management address."""

    name: str
    mac: str
    address: str = ""
    far: tuple[str, str, str] | None = None


@dataclass
class Router:
    """A router. ``cards``: name, model, serial. ``peers``: BGP neighbours, address and AS."""

    name: str
    serial: str = ""
    model: str = "NCS-9001"
    ports: Sequence[Port] = ()
    cards: Sequence[tuple[str, str, str]] = ()
    peers: Sequence[tuple[str, int]] = ()
    asn: int = 0
    descr: str = _DESCR
    object_id: Oid = _OBJECT
    requests: int = field(default=0)

    def table(self) -> Table:
        self.requests += 1
        values: dict[Oid, Value] = {}

        def put(oid: Sequence[int], value: str | bytes | int | Oid, tag: int | None = None) -> None:
            if isinstance(value, int):
                values[tuple(oid)] = Value(tag or Tag.INTEGER, value)
            elif isinstance(value, tuple):
                values[tuple(oid)] = Value(Tag.OID, value)
            else:
                octets = value.encode() if isinstance(value, str) else value
                values[tuple(oid)] = Value(tag or Tag.OCTETS, octets)

        system = (1, 3, 6, 1, 2, 1, 1)
        put((*system, 1, 0), self.descr)
        put((*system, 2, 0), self.object_id)
        put((*system, 3, 0), 8_640_000, Tag.TIMETICKS)
        put((*system, 5, 0), self.name)
        for index, port in enumerate(self.ports, 1):
            self._port(put, index, port)
        entities = [("Rack 0", 3, 0, self.model, self.serial)]
        entities += [(name, 9, 1, model, serial) for name, model, serial in self.cards]
        for index, (name, kind, parent, model, serial) in enumerate(entities, 1):
            for column, word in ((2, name), (7, name), (11, serial), (12, "Cisco"), (13, model)):
                put((*_ENTITY, column, index), word)
            put((*_ENTITY, 4, index), parent)
            put((*_ENTITY, 5, index), kind)
        if self.asn:
            put(_LOCAL_AS, self.asn)
        for address, asn in self.peers:
            self._peer(put, address, asn)
        return Table.of(values)

    def _port(self, put: object, index: int, port: Port) -> None:
        assert callable(put)
        for column, number in ((1, index), (3, 6), (4, 1500), (7, 1), (8, 1)):
            put((*_IF, column, index), number)
        put((*_IF, 2, index), port.name)
        put((*_IF, 6, index), bytes.fromhex(port.mac.replace(":", "")))
        put((*_IFX, 1, index), port.name)
        put((*_IFX, 15, index), 100_000, Tag.GAUGE32)
        if port.address:
            value = ipaddress.IPv4Interface(port.address)
            at = tuple(value.ip.packed)
            put((*_IP, 1, *at), value.ip.packed, Tag.IP_ADDRESS)
            put((*_IP, 2, *at), index)
            put((*_IP, 3, *at), value.netmask.packed, Tag.IP_ADDRESS)
        if port.far:
            name, far_port, address = port.far
            at = (0, index, 1)
            words: tuple[tuple[int, str | int], ...] = ((4, 7), (5, name), (6, 5), (7, far_port), (9, name))
            for column, word in words:
                put((*_LLDP, column, *at), word)
            if address:
                packed = ipaddress.IPv4Address(address).packed
                put((*_LLDP_ADDRESS, 3, *at, 1, 4, *packed), 2)

    def _peer(self, put: object, address: str, asn: int) -> None:
        assert callable(put)
        packed = ipaddress.IPv4Address(address).packed
        for column, value in ((2, 6), (3, 2), (9, asn), (16, 60)):
            put((*_BGP, column, *packed), value)
        put((*_BGP, 7, *packed), packed, Tag.IP_ADDRESS)


class Wires:
    """Which router answers at which address; may be changed while agents run. Port is the same at all."""

    def __init__(self) -> None:
        self.port = 0
        self.at: dict[str, Router | None] = {}
        self._transports: list[asyncio.DatagramTransport] = []

    async def plug(self, address: str, router: Router) -> None:
        if address not in self.at:
            loop = asyncio.get_running_loop()

            def table(where: str = address) -> Table | None:
                here = self.at[where]
                return here.table() if here else None

            transport, _ = await loop.create_datagram_endpoint(
                lambda: Agent(COMMUNITY.encode, table), local_addr=(address, self.port)
            )
            self.port = transport.get_extra_info("sockname")[1]
            self._transports.append(transport)
        self.at[address] = router

    async def replug(self, wires: Mapping[str, Router]) -> None:
        self.at = dict.fromkeys(self.at)
        for address, router in wires.items():
            await self.plug(address, router)

    def close(self) -> None:
        for transport in self._transports:
            transport.close()

    def access(self, community: str = COMMUNITY) -> Access:
        credentials = Credentials("nobody", snmp_community=Secret(community))
        waits = Timeouts(snmp_s=2.0, command_s=20.0)
        return Access(credentials, ssh_port=1, snmp_port=self.port, wait_s=1.2, timeouts=waits)


@asynccontextmanager
async def wired(wires: Mapping[str, Router]) -> AsyncIterator[Wires]:
    """Agents at these addresses."""
    found = Wires()
    try:
        await found.replug(wires)
        yield found
    finally:
        found.close()


def mac(number: int) -> str:
    return f"00:1b:54:00:{number // 256:02x}:{number % 256:02x}"
