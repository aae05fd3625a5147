"""A simulated POP in miniature: two cores, an edge, a switch with two servers, an ISP with a client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from netwright.base.secret import Secret
from netwright.device.connect import open_session
from netwright.device.endpoint import Credentials, Endpoint, Timeouts
from netwright.device.hostkeys import HostKeys, MemoryHostKeys
from netwright.device.session import Session
from netwright.lab.sim.fleet import SimulatedFleet
from netwright.lab.topology import Topology
from netwright.lab.topologyfile import parse_topology

LAB = """
name: small
management: 10.250.0.1/24
models:
  R: {manufacturer: Maker, part_number: R-8X, ports: 8, power_supplies: {count: 2, part_number: PSU},
      fans: {count: 2, part_number: FAN}, temperature_sensors: 1, optic: SFP}
  S: {manufacturer: Maker, part_number: S, ports: 1, power_supplies: {count: 1, part_number: PSU},
      fans: {count: 1, part_number: FAN}, temperature_sensors: 1, optic: SFP}
nodes:
  core: {type: router-frr, site: core, model: R, serial: CORE01, management: 10.250.0.2}
  edge: {type: router-frr, site: pop, model: R, serial: EDGE01, management: 10.250.0.3}
  tor: {type: router-frr, site: pop, model: R, serial: TOR01, management: 10.250.0.4}
  origin: {type: server, site: core, model: S, serial: ORIGIN01, management: 10.250.0.5,
           addresses: {swp1: 198.18.0.3/31}, gateway: 198.18.0.2, origin: true}
  cache: {type: server, site: pop, model: S, serial: CACHE01, management: 10.250.0.6,
          addresses: {swp1: 198.18.1.3/31}, gateway: 198.18.1.2}
  isp: {type: isp-frr, asn: 64496, md5_secret: isp-md5, prefixes: [198.51.100.0/24],
        addresses: {swp1: 198.19.0.1/31, swp2: 198.51.100.1/24}, peers: [{neighbor: 198.19.0.0, asn: 65001}]}
  client: {type: client, addresses: {swp1: 198.51.100.10/24}, gateway: 198.51.100.1}
cables:
  - core swp1 -- edge swp1
  - edge swp2 -- tor swp1
  - core swp2 -- origin swp1
  - tor swp2 -- cache swp1
  - edge swp3 -- isp swp1
  - isp swp2 -- client swp1
"""

CORE = """
hostname core
ip route 198.18.0.0/24 blackhole
interface swp1
 ip address 10.0.0.0/31
exit
interface swp2
 ip address 198.18.0.2/31
exit
router bgp 64500
 no bgp ebgp-requires-policy
 neighbor 10.0.0.1 remote-as 65001
 address-family ipv4 unicast
  network 198.18.0.0/24
 exit-address-family
exit
"""

EDGE = """
hostname edge
ip prefix-list SERVICE seq 5 permit 198.18.1.0/24
interface swp1
 ip address 10.0.0.1/31
exit
interface swp2
 ip address 10.0.0.2/31
exit
interface swp3
 ip address 198.19.0.0/31
exit
router bgp 65001
 no bgp ebgp-requires-policy
 neighbor 10.0.0.0 remote-as 64500
 neighbor 10.0.0.3 remote-as 4200000001
 neighbor 198.19.0.1 remote-as 64496
 neighbor 198.19.0.1 password {password}
 address-family ipv4 unicast
  neighbor 198.19.0.1 route-map TO-ISP out
 exit-address-family
exit
route-map TO-ISP permit 10
 match ip address prefix-list SERVICE
exit
"""

TOR = """
hostname tor
ip route 198.18.1.0/24 blackhole
interface swp1
 ip address 10.0.0.3/31
exit
interface swp2
 ip address 198.18.1.2/31
exit
router bgp 4200000001
 no bgp ebgp-requires-policy
 neighbor 10.0.0.2 remote-as 65001
 address-family ipv4 unicast
  network 198.18.1.0/24
 exit-address-family
exit
"""

SHORT = Timeouts(connect_s=2.0, login_s=2.0, command_s=2.0, snmp_s=0.2)


@pytest.fixture
def topology() -> Topology:
    return parse_topology(LAB, "small.yaml")


@dataclass(slots=True)
class Bench:
    """A running fleet, and sessions with it as Netwright opens them."""

    fleet: SimulatedFleet
    hostkeys: HostKeys = field(default_factory=MemoryHostKeys)
    opened: list[Session] = field(default_factory=list)

    def configure(self) -> None:
        """Put the routers' configurations on, so that all sessions come up."""
        password = self.fleet.access.secrets["isp-md5"].reveal()
        for name, text in (("core", CORE), ("edge", EDGE.format(password=password)), ("tor", TOR)):
            assert self.fleet.router(name).replace(text) == []

    def up(self, name: str) -> set[str]:
        """The neighbours of a router whose sessions are up."""
        return {address for address, end in self.fleet.network.sessions(name).items() if end.up}

    def routes(self, name: str) -> set[str]:
        return {str(prefix) for prefix in self.fleet.network.routes(name)}

    def session(
        self, name: str, *, password: Secret | None = None, timeouts: Timeouts | None = None
    ) -> Session:
        access, ports = self.fleet.access, self.fleet.ports(name)
        credentials = Credentials(
            access.username,
            password=password,
            private_key=None if password else access.key.private,
            snmp_community=access.snmp_community,
        )
        endpoint = Endpoint(name, "127.0.0.1", credentials, ports.ssh, ports.snmp, timeouts or Timeouts())
        self.opened.append(open_session(endpoint, self.hostkeys))
        return self.opened[-1]


@pytest.fixture
async def bench(topology: Topology, tmp_path: Path) -> AsyncIterator[Bench]:
    fleet = SimulatedFleet(topology, tmp_path)
    await fleet.start()
    made = Bench(fleet)
    yield made
    for session in made.opened:
        await session.close()
    await fleet.stop()


class FakeTimer:
    """A call that a test lets happen."""

    def __init__(self, at: float, call: Callable[[], None]) -> None:
        self.at, self.call, self.cancelled = at, call, False

    def cancel(self) -> None:
        self.cancelled = True

    def when(self) -> float:
        return self.at


class FakeTimers:
    """A device's timers on a clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[FakeTimer] = []

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None], /) -> FakeTimer:
        self.timers.append(FakeTimer(self.now + delay, callback))
        return self.timers[-1]

    def advance(self, seconds: float) -> None:
        self.now += seconds
        for timer in self.timers:
            if timer.at <= self.now and not timer.cancelled:
                timer.cancelled = True
                timer.call()


@pytest.fixture
def timers() -> FakeTimers:
    return FakeTimers()
