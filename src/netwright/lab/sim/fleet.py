"""A simulated fleet: every managed node of a topology on loopback ports of its own, in this process.

The fleet is the simulated stand-in of ``netwright.lab.lab.Lab``: the same topology, the same verbs (crash,
boot, cut, heal, pull, insert, swap), and an access file for ``netwright init``.
"""

from __future__ import annotations

import asyncio
import ipaddress
import resource
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

from netwright.base.errors import InputError, NotFoundError, StorageError
from netwright.lab.access import Access, make_access
from netwright.lab.content import write_content
from netwright.lab.sim.agent import Agent, Table
from netwright.lab.sim.faults import Fault
from netwright.lab.sim.files import DeviceFiles
from netwright.lab.sim.guard import Guard
from netwright.lab.sim.hardware import MANAGEMENT, Device
from netwright.lab.sim.mib import Mib
from netwright.lab.sim.network import Network
from netwright.lab.sim.programs import common
from netwright.lab.sim.router import Router
from netwright.lab.sim.shell import Shell
from netwright.lab.sim.ssh import Login, Machine
from netwright.lab.sim.vtysh import router_programs
from netwright.lab.sim.web import ContentService, server_programs
from netwright.lab.topology import Cable, Node, NodeType, Topology

HOST = "127.0.0.1"
CACHE_BYTES = 40_000_000
ORIGIN_BYTES = 1_000_000_000
_SPARE_FILES = 200


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a simulated device answers on loopback; ``http`` is 0 on a router."""

    ssh: int
    snmp: int
    http: int = 0


@dataclass(slots=True)
class Member:
    """A managed device with everything that answers for it."""

    device: Device
    machine: Machine
    mib: Mib
    guard: Guard | None = None
    content: ContentService | None = None
    snmp: asyncio.DatagramTransport | None = None
    snmp_port: int = 0


@dataclass(slots=True)
class SimulatedFleet:
    """A fleet from a topology. ``folder`` holds the servers' content. ``configs``: what routers start with
    instead of bare. ``own_keys``: a host key for each device; one for all starts a thousand faster.
    ``base_port``: ports are handed out from there; 0 takes free ones."""

    topology: Topology
    folder: Path
    configs: Mapping[str, str] = field(default_factory=dict)
    own_keys: bool = True
    base_port: int = 0
    now: Callable[[], float] = time.time
    access: Access = field(init=False)
    network: Network = field(init=False)
    members: dict[str, Member] = field(init=False, default_factory=dict)
    _outside: dict[str, Device] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.access = make_access("", self.topology.secret_names())
        self.network = Network(self.now)

    # -- up and down ---------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Build all devices and listen on their ports. Raises StorageError when the process may not open so
        many sockets, InputError for a configuration to start with that is wrong."""
        self._allow_files()
        loop = asyncio.get_running_loop()
        login = Login(self.access.username, self.access.password.reveal(), self.access.key.public)
        shared = asyncssh.generate_private_key("ssh-ed25519")
        try:
            for node in self.topology.nodes.values():
                device = self._device(node)
                self.network.add(device)
                if node.managed:
                    key = asyncssh.generate_private_key("ssh-ed25519") if self.own_keys else shared
                    self.members[node.name] = self._member(device, login, key, loop)
            for cable in self.topology.cables:
                self.network.connect(cable)
            self.network.changed(*self.network.members)
            self._fill_origins()
            for number, member in enumerate(self.members.values()):
                await self._listen(member, self.base_port + 3 * number if self.base_port else 0)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        for member in self.members.values():
            if member.snmp is not None:
                member.snmp.close()
            if member.content is not None:
                await member.content.stop()
            await member.machine.stop()
            if member.guard is not None:
                member.guard.forget()
        self.members.clear()

    def _allow_files(self) -> None:
        """Two sockets a device, and as many sessions."""
        wanted = 4 * len(self.topology.nodes) + _SPARE_FILES
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < wanted:
            raise StorageError(
                f"this process may open {hard} files, and the fleet needs {wanted}",
                remedy="Raise the limit (`ulimit -Hn`) or take a smaller fleet.",
            )
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))

    def _device(self, node: Node) -> Device:
        def secret(name: str) -> str:
            return self.access.secrets[name].reveal()

        if node.type is NodeType.ROUTER:
            return Router(self.topology, node, self.network, secret, self.configs.get(node.name))
        return Device(self.topology, node, self.network, secret)

    def _member(
        self, device: Device, login: Login, key: asyncssh.SSHKey, loop: asyncio.AbstractEventLoop
    ) -> Member:
        guard, content = None, None
        if isinstance(device, Router):
            files = DeviceFiles(device)
            guard = Guard(device, loop)
            programs = common(device, files) | router_programs(device, guard, files)
        else:
            root = self.folder / device.name
            root.mkdir(parents=True, exist_ok=True)
            files = DeviceFiles(device, root)
            content = ContentService(device, files, lambda: self.open_to_clients(device.name))
            size = ORIGIN_BYTES if device.node.origin else CACHE_BYTES
            programs = common(device, files) | server_programs(
                files, size, lambda address, port: self.way(device.name, address, port)
            )
        machine = Machine(device, login, key, lambda: Shell(programs, files))
        return Member(device, machine, Mib(device), guard, content)

    async def _listen(self, member: Member, port: int) -> None:
        loop = asyncio.get_running_loop()
        await member.machine.start(HOST, port)
        community = self.access.snmp_community.reveal().encode()

        def table() -> Table | None:
            silent = member.machine.dark or Fault.NO_SNMP in member.device.faults
            return None if silent else member.mib.table()

        transport, _ = await loop.create_datagram_endpoint(
            lambda: Agent(lambda: community, table),
            local_addr=(HOST, port + 1 if port else 0),
        )
        member.snmp, member.snmp_port = transport, transport.get_extra_info("sockname")[1]
        if member.content is not None:
            await member.content.start(HOST, port + 2 if port else 0)

    def _fill_origins(self) -> None:
        origins = [self.folder / node.name for node in self.topology.nodes.values() if node.origin]
        if origins:
            write_content(origins, self.folder / "catalogue.json")

    # -- where things answer -------------------------------------------------------------------------------

    def ports(self, name: str) -> Ports:
        member = self.member(name)
        return Ports(member.machine.port, member.snmp_port, member.content.port if member.content else 0)

    def services(self) -> dict[str, int]:
        """Service addresses of the servers, and the loopback ports that stand for them."""
        return {
            str(address.ip): member.content.port
            for member in self.members.values()
            if member.content is not None
            for address in member.device.node.addresses.values()
        }

    def way(self, start: str, address: str, port: int) -> tuple[str, int] | None:
        """The loopback port that stands for a service address, if packets from ``start`` would arrive there:
        its router has a route, and the server's cable carries."""
        target = next((m for m in self.members.values() if m.content and _holds(m.device, address)), None)
        if port != 80 or target is None or target.content is None:
            return None
        if start == target.device.name:
            return HOST, target.content.inner_port
        if not self._served(target.device) or not self._has_route(start, ipaddress.IPv4Address(address)):
            return None
        return HOST, target.content.inner_port

    def _served(self, device: Device) -> bool:
        return device.alive and any(device.carries(name) for name in device.node.addresses)

    def _has_route(self, start: str, address: ipaddress.IPv4Address) -> bool:
        """Whether the router that ``start`` hangs on knows a way: a cable of its own, or BGP."""
        return any(
            any(address in own.network for _, own in self.network.members[router].interface_addresses())
            or any(address in prefix for prefix in self.network.routes(router))
            for router in self._gateways(start)
        )

    def _gateways(self, name: str) -> Iterator[str]:
        """The routers at the far ends of a server's cables that carry."""
        device = self.device(name)
        for port in device.node.addresses:
            far = self.network.peer(name, port)
            if far is not None and device.carries(port):
                yield far[0]

    def open_to_clients(self, name: str) -> bool:
        """Whether clients reach a server: its router has a route to a prefix of some ISP."""
        outside = {
            prefix for node in self.topology.nodes.values() if node.isp for prefix in node.isp.prefixes
        }
        if not outside:
            return self._served(self.device(name))
        return any(not outside.isdisjoint(self.network.routes(router)) for router in self._gateways(name))

    # -- verbs ---------------------------------------------------------------------------------------------

    def member(self, name: str) -> Member:
        """Raises NotFoundError for a node that is not a managed one of this fleet."""
        self.topology.node(name)
        if name not in self.members:
            raise NotFoundError("not a managed node", subject=name, remedy="Name a router or a server.")
        return self.members[name]

    def device(self, name: str) -> Device:
        """Any node, also an ISP or a client."""
        self.topology.node(name)
        device = self.network.members[name]
        assert isinstance(device, Device)
        return device

    def router(self, name: str) -> Router:
        device = self.device(name)
        if not isinstance(device, Router):
            raise InputError("not a router", subject=name, remedy="Name a router.")
        return device

    async def crash(self, name: str) -> None:
        """Power loss."""
        self.device(name).power(on=False)
        await self._settle(name)

    async def boot(self, name: str) -> None:
        """Power on, with the configuration saved last."""
        self.device(name).power(on=True)
        await self._settle(name)

    async def swap(self, name: str, *, serial: str = "", keep_configuration: bool = False) -> str:
        """Another chassis in the node's place, with another serial number, which is given back; bare and with
        another host key unless the old disk moves over."""
        member = self.member(name)
        if not keep_configuration:
            if member.guard is not None:
                member.guard.forget()
            member.machine.renew_key()
        serial = member.device.swap(serial, keep_configuration=keep_configuration)
        await self._settle(name)
        return serial

    def select(self, what: Sequence[str]) -> list[Cable]:
        """Cables by two nodes, one node, or one site (its uplinks), as the lab does."""
        first = what[0]
        if len(what) == 2:
            found = self.topology.cables_between(first, what[1])
        elif first in self.topology.sites() and first not in self.topology.nodes:
            found = self.topology.uplinks(first)
        else:
            found = self.topology.cables_of(self.topology.node(first).name)
        if not found:
            raise NotFoundError(
                "there is no such cable", subject=" ".join(what), remedy="See the lab's file."
            )
        return found

    def cut(self, *what: str) -> list[str]:
        """Cut cables; both ends lose their carrier. ``cut(NODE, "eth0")``: the management link."""
        return self._cut_or_heal(what, cut=True)

    def heal(self, *what: str) -> list[str]:
        """Undo ``cut``."""
        return self._cut_or_heal(what, cut=False)

    def _cut_or_heal(self, what: Sequence[str], *, cut: bool) -> list[str]:
        if len(what) == 2 and what[1] == MANAGEMENT:
            self.network.set_cut(self.member(what[0]).device.name, MANAGEMENT, cut=cut)
            return [" ".join(what)]
        cables = self.select(what)
        for cable in cables:
            self.network.set_cut(cable.a.node, cable.a.name, cut=cut)
        return [str(cable) for cable in cables]

    def pull(self, name: str, part: str) -> None:
        """Pull a part; with an optic its cable goes dark."""
        self.member(name).device.set_present(part, present=False)

    def plug(self, name: str, part: str) -> None:
        """Put a pulled part back."""
        self.member(name).device.set_present(part, present=True)

    async def fault(self, name: str, fault: str, *, on: bool) -> None:
        """Switch a fault on or off."""
        member = self.member(name)
        member.device.faults.set(fault, on=on)
        if on and Fault(fault) is Fault.NEW_HOST_KEY:
            member.machine.renew_key()
        await self._settle(name)

    async def _settle(self, name: str) -> None:
        if name in self.members:
            await self.members[name].machine.settle()

    def is_cut(self, name: str) -> bool:
        """Whether the node's management link is cut."""
        return self.network.is_cut(name, MANAGEMENT)


def _holds(device: Device, address: str) -> bool:
    return any(str(own.ip) == address for _, own in device.interface_addresses())
