"""All that is known of one device: from a discovery, from one answer, from a round of collection."""

from __future__ import annotations

from dataclasses import dataclass

from netwright.base import address
from netwright.platforms.facts.bgp import BgpSessionFact
from netwright.platforms.facts.forwarding import ArpFact, BfdFact, MacFact, RouteFact, RouteSummary, VlanFact
from netwright.platforms.facts.hardware import ComponentFact, SensorFact, TransceiverFact
from netwright.platforms.facts.interface import AddressFact, InterfaceFact, LagFact, NeighborFact
from netwright.platforms.facts.system import Load, NtpFact, System, UserFact

_NO_SYSTEM = System()
_NO_LOAD = Load()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one answer brought, or several together. ``unparsed`` keeps what could not be understood, by
    question: an error with the answer, or the lines that no rule knows."""

    system: System = _NO_SYSTEM
    interfaces: tuple[InterfaceFact, ...] = ()
    addresses: tuple[AddressFact, ...] = ()
    components: tuple[ComponentFact, ...] = ()
    sensors: tuple[SensorFact, ...] = ()
    neighbors: tuple[NeighborFact, ...] = ()
    bgp_sessions: tuple[BgpSessionFact, ...] = ()
    transceivers: tuple[TransceiverFact, ...] = ()
    load: Load = _NO_LOAD
    lags: tuple[LagFact, ...] = ()
    vlans: tuple[VlanFact, ...] = ()
    arp: tuple[ArpFact, ...] = ()
    macs: tuple[MacFact, ...] = ()
    routes: tuple[RouteFact, ...] = ()
    route_summary: tuple[RouteSummary, ...] = ()
    bfd: tuple[BfdFact, ...] = ()
    ntp: tuple[NtpFact, ...] = ()
    users: tuple[UserFact, ...] = ()
    unparsed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts(Found):
    """All that one discovery of a device brought. ``sources`` names what answered (``ssh``, ``snmp``,
    ``lldp``); ``answered`` tells when each question was answered."""

    device: str
    platform: str
    observed_at: float
    sources: tuple[str, ...] = ()
    answered: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceSample:
    """What one round of collection brought: counters, states, readings. Cheaper than a discovery."""

    device: str
    observed_at: float
    uptime_s: float | None = None
    interfaces: tuple[InterfaceFact, ...] = ()
    bgp_sessions: tuple[BgpSessionFact, ...] = ()
    neighbors: tuple[NeighborFact, ...] = ()
    sensors: tuple[SensorFact, ...] = ()
    load: Load = _NO_LOAD
    routes: tuple[address.Prefix, ...] = ()
    """BGP prefixes in the routing table (thin fleets only; steering reads where client prefixes are)."""
    unparsed: tuple[tuple[str, str], ...] = ()
