"""What a device says about itself, in neutral words (OpenConfig's where it has them).

Every platform's parsers return these records. ``None`` means "the device did not say".
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from netwright.base import address


class OperState(enum.StrEnum):
    """Operational state of an interface."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


class BgpState(enum.StrEnum):
    """State of a BGP session's machine (RFC 4271, 8.2.2)."""

    IDLE = "idle"
    CONNECT = "connect"
    ACTIVE = "active"
    OPENSENT = "opensent"
    OPENCONFIRM = "openconfirm"
    ESTABLISHED = "established"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class System:
    """The device as a whole. ``serial`` is the chassis's."""

    hostname: str
    vendor: str | None = None
    model: str | None = None
    serial: str | None = None
    os: str | None = None
    os_version: str | None = None
    uptime_s: float | None = None


@dataclass(frozen=True, slots=True)
class ComponentFact:
    """A hardware component. ``component_class`` is a value of ``inventory.ComponentClass``."""

    name: str
    component_class: str
    parent: str | None = None
    model: str | None = None
    part_number: str | None = None
    serial: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class SensorFact:
    """A reading. ``sensor_class`` as in ENTITY-SENSOR-MIB (celsius, rpm, volts-dc, watts, dbm)."""

    name: str
    sensor_class: str
    value: float
    unit: str
    ok: bool = True


@dataclass(frozen=True, slots=True)
class InterfaceFact:
    """An interface and its counters (since boot; octets and packets)."""

    name: str
    admin_up: bool
    oper: OperState
    speed_bps: int | None = None
    mtu: int | None = None
    mac: str | None = None
    description: str | None = None
    if_index: int | None = None
    in_octets: int | None = None
    out_octets: int | None = None
    in_packets: int | None = None
    out_packets: int | None = None
    in_errors: int | None = None
    out_errors: int | None = None
    in_discards: int | None = None
    out_discards: int | None = None


@dataclass(frozen=True, slots=True)
class AddressFact:
    """An address as found on an interface."""

    interface: str
    address: address.Interface


@dataclass(frozen=True, slots=True)
class NeighborFact:
    """A neighbour learnt by LLDP (IEEE 802.1AB)."""

    interface: str
    remote_device: str
    remote_interface: str
    remote_chassis: str | None = None
    remote_description: str | None = None


@dataclass(frozen=True, slots=True)
class BgpSessionFact:
    """A BGP session as the device sees it. Prefix counts are of all address families together."""

    remote_address: address.Address
    remote_asn: int
    state: BgpState
    uptime_s: float | None = None
    prefixes_received: int | None = None
    prefixes_sent: int | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """CPU and memory use; fractions of one."""

    cpu: float | None = None
    memory: float | None = None


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """All that one discovery of a device brought. ``sources`` names what answered (``ssh``, ``snmp``,
    ``lldp``); ``unparsed`` keeps what could not be understood, by command."""

    device: str
    platform: str
    observed_at: float
    system: System
    interfaces: tuple[InterfaceFact, ...] = ()
    addresses: tuple[AddressFact, ...] = ()
    components: tuple[ComponentFact, ...] = ()
    sensors: tuple[SensorFact, ...] = ()
    neighbors: tuple[NeighborFact, ...] = ()
    bgp_sessions: tuple[BgpSessionFact, ...] = ()
    sources: tuple[str, ...] = ()
    unparsed: tuple[tuple[str, str], ...] = ()


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
    load: Load = Load()
    routes: tuple[address.Prefix, ...] = ()
    """BGP prefixes in the routing table (thin fleets only; steering reads where client prefixes are)."""
    unparsed: tuple[tuple[str, str], ...] = ()
