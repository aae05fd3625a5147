"""What is alive in a simulated device besides its configuration: power, hardware, interfaces, counters."""

from __future__ import annotations

import hashlib
import ipaddress
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from netwright.lab import chassis
from netwright.lab.chassis import Chassis, Part, Sensor
from netwright.lab.sim.faults import Faults
from netwright.lab.sim.network import Network
from netwright.lab.sim.speaker import Neighbor, Speaker
from netwright.lab.topology import Isp, Node, Topology

MANAGEMENT = "eth0"
SPEED_BPS = 10_000_000_000
_PERIOD_S = 240.0
_SWING = 0.4
_PACKET_OCTETS = 800
_DARK_DBM = -40.0


def draw(*words: str) -> float:
    """A number from 0 to 1 that is always the same for the same words."""
    digest = hashlib.blake2b(" ".join(words).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


@dataclass(slots=True)
class Flow:
    """Octets in one direction of a cable. They run while it carries: a steady rate with a slow swing, so
    that both ends always count the same."""

    rate: float
    phase: float
    octets: float = 0.0
    since: float | None = None

    def read(self, now: float) -> int:
        return int(self.octets + (self._ran(now) - self._ran(self.since) if self.since is not None else 0.0))

    def run(self, now: float, *, running: bool) -> None:
        """Start or stop at ``now``."""
        if running == (self.since is not None):
            return
        self.octets = self.read(now)
        self.since = now if running else None

    def _ran(self, at: float) -> float:
        """The integral of the rate up to ``at``."""
        turn = 2 * math.pi / _PERIOD_S
        return self.rate * (at - _SWING / turn * math.cos(turn * at + self.phase))


@dataclass(frozen=True, slots=True)
class Counters:
    """An interface's counters at one moment."""

    in_octets: int
    out_octets: int

    @property
    def in_packets(self) -> int:
        return self.in_octets // _PACKET_OCTETS

    @property
    def out_packets(self) -> int:
        return self.out_octets // _PACKET_OCTETS


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sensor says now."""

    sensor: Sensor
    value: float


class Device:
    """A node as a running machine; a speaker that no configuration of ours describes when it is an ISP's.
    ``booted_at`` is on the clock ``network.now``."""

    def __init__(
        self, topology: Topology, node: Node, network: Network, secrets: Callable[[str], str]
    ) -> None:
        self.topology = topology
        self.node = node
        self.network = network
        self.interfaces = [*([MANAGEMENT] if node.management else []), *topology.ports(node)]
        self.booted_at = network.now()
        self.alive = True
        self.chassis: Chassis | None = chassis.build(topology, node) if node.model else None
        self.faults = Faults()
        self.files: dict[str, bytes] = {}
        self.on_power: list[Callable[[bool], None]] = []
        self._flows: dict[str, Flow] = {}
        self._zero: dict[str, tuple[int, int]] = {}
        self._own: list[tuple[str, ipaddress.IPv4Interface]] = list(node.addresses.items())
        if node.management:
            length = topology.management.network.prefixlen
            self._own.append((MANAGEMENT, ipaddress.IPv4Interface(f"{node.management}/{length}")))
        self._speaker = _outside(node.isp, secrets) if node.isp else None

    # -- what the network asks -----------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self.node.name

    @property
    def speaker(self) -> Speaker | None:
        return self._speaker

    def admin_up(self, interface: str) -> bool:
        return interface == "lo" or interface in self.interfaces

    def interface_addresses(self) -> Iterable[tuple[str, ipaddress.IPv4Interface]]:
        return self._own

    def settle(self) -> None:
        """Start and stop what runs on the cables, now that some of them may have changed."""
        now = self.network.now()
        for key, flow in self._flows.items():
            flow.run(now, running=self.carries(key.partition(" ")[0]))

    # -- power and hardware --------------------------------------------------------------------------------

    def power(self, *, on: bool) -> None:
        """Switch it on or off; what was in memory is gone."""
        if on == self.alive:
            return
        self.alive = on
        if on:
            self.booted_at = self.network.now()
            self._zero = {name: self._raw(name) for name in self.interfaces}
        for told in self.on_power:
            told(on)
        self.network.changed(self.name)

    def swap(self, serial: str, *, keep_configuration: bool) -> str:
        """Another chassis of the same model in the same place, bare unless the old disk moves over; its
        serial number, by default the next one."""
        assert self.chassis is not None
        serial = serial or chassis.next_serial(self.chassis)
        self.power(on=False)
        self.chassis = chassis.build(self.topology, self.node, serial, self.chassis.generation + 1)
        if not keep_configuration:
            self.erase()
        self.power(on=True)
        return serial

    def erase(self) -> None:
        """As it leaves the factory."""
        self.files.clear()

    def set_present(self, part: str, *, present: bool) -> None:
        """Pull a part or put it back; with an optic its cable goes dark."""
        assert self.chassis is not None
        self.chassis = chassis.set_present(self.chassis, part, present=present)
        if (port := chassis.optic_port(part)) and self.network.peer(self.name, port):
            self.network.set_cut(self.name, port, cut=not present)

    def parts(self) -> list[Part]:
        return [part for part in self.chassis.parts if part.present] if self.chassis else []

    def readings(self) -> Iterator[Reading]:
        """Sensors of the parts that are in; each swings to a beat of its own."""
        names = {part.name for part in self.parts()}
        for sensor in self.chassis.sensors if self.chassis else ():
            if sensor.part not in names:
                continue
            if sensor.port and not self.carries(sensor.port):
                yield Reading(sensor, _DARK_DBM)
                continue
            beat = 2 * math.pi * self.network.now() / (60 + sensor.index % 41)
            yield Reading(sensor, round(sensor.base + sensor.swing * math.sin(beat), 1))

    # -- interfaces ----------------------------------------------------------------------------------------

    def uptime(self) -> float:
        return self.network.now() - self.booted_at

    def carries(self, interface: str) -> bool:
        return self.network.carries(self.name, interface)

    def counters(self, interface: str) -> Counters:
        """Octets since boot."""
        arrived, left = self._raw(interface)
        zero_in, zero_out = self._zero.get(interface, (0, 0))
        return Counters(arrived - zero_in, left - zero_out)

    def flow(self, interface: str, direction: str) -> Flow:
        """Octets into the cable at ``interface``, or out of it where it ends at no node of ours."""
        key = f"{interface} {direction}"
        if key not in self._flows:
            rate = 20_000 + 400_000 * draw(self.name, interface, direction)
            if interface == MANAGEMENT:
                rate = 300 + 900 * draw(self.name, interface, direction)
            self._flows[key] = Flow(rate, 6.28 * draw(direction, interface, self.name))
            self._flows[key].run(self.network.now(), running=self.carries(interface))
        return self._flows[key]

    def _raw(self, interface: str) -> tuple[int, int]:
        if interface == "lo":
            return 0, 0
        now = self.network.now()
        far = self.network.peer(self.name, interface)
        out = self.flow(interface, "out").read(now)
        if far is None:
            return self.flow(interface, "in").read(now), out
        other = self.network.members[far[0]]
        assert isinstance(other, Device)
        return other.flow(far[1], "out").read(now), out

    def load(self) -> tuple[float, float]:
        """(CPU, memory) in use, as fractions of one."""
        swing = 0.03 * math.sin(self.network.now() / 20 + self._beat())
        return 0.08 + 0.05 * draw(self.name) + swing, 0.25 + 0.2 * draw(self.name, "memory")

    def busy_s(self) -> float:
        """Seconds of CPU since boot: the integral of the load."""
        now, beat = self.network.now(), self._beat()
        swing = 0.6 * (math.cos(self.booted_at / 20 + beat) - math.cos(now / 20 + beat))
        return (0.08 + 0.05 * draw(self.name)) * self.uptime() + swing

    def _beat(self) -> float:
        return 6 * draw(self.name, "cpu")

    def mac(self, interface: str) -> str:
        digest = hashlib.blake2b(f"{self.name} {interface}".encode(), digest_size=5).digest()
        return "02:" + ":".join(f"{byte:02x}" for byte in digest)

    def if_index(self, interface: str) -> int:
        return ["lo", *self.interfaces].index(interface) + 1

    def addresses(self, interface: str) -> list[ipaddress.IPv4Interface]:
        return [address for name, address in self.interface_addresses() if name == interface]


def _outside(isp: Isp, secrets: Callable[[str], str]) -> Speaker:
    """The speaker of an ISP, which asks for no policy."""
    speaker = Speaker(isp.asn, str(isp.prefixes[0][1]), requires_policy=False)
    speaker.originated = isp.prefixes
    password = secrets(isp.md5_secret)
    for peer in isp.peers:
        speaker.neighbors[str(peer.neighbor)] = Neighbor(str(peer.neighbor), str(peer.asn), password)
    return speaker
