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
    sys_descr: str | None = None
    """What the SNMP agent calls the system (RFC 3418), whole."""
    sys_object_id: str | None = None


@dataclass(frozen=True, slots=True)
class ComponentFact:
    """A hardware component. ``component_class`` is a value of ``inventory.ComponentClass``; where all
    entities of an agent are told (a probe), one of ENTITY-MIB's classes. ``index`` and ``parent_index`` tell
    entities of one name apart within one answer; they are no identity."""

    name: str
    component_class: str
    parent: str | None = None
    model: str | None = None
    part_number: str | None = None
    serial: str | None = None
    description: str | None = None
    vendor: str | None = None
    index: str | None = None
    parent_index: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a reading starts to be a warning or critical, in the reading's unit."""

    low_critical: float | None = None
    low_warning: float | None = None
    high_warning: float | None = None
    high_critical: float | None = None


@dataclass(frozen=True, slots=True)
class SensorFact:
    """A reading. ``sensor_class`` as in ENTITY-SENSOR-MIB (celsius, rpm, volts-dc, watts, dbm). ``state`` is
    the word for a reading that is a state (``failed``); its value is the agent's number."""

    name: str
    sensor_class: str
    value: float
    unit: str
    ok: bool = True
    limits: Limits | None = None
    state: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class InterfaceFact:
    """An interface and its counters (since boot; octets and packets). ``name`` is its identity, never
    ``if_index``. ``admin`` and ``status`` are RFC 2863's words, finer than ``oper``; ``kind`` is IANA's name
    of ifType; ``label`` is ifDescr."""

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
    kind: str | None = None
    admin: str | None = None
    status: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class AddressFact:
    """An address as found on an interface. ``interface`` is empty where the device names none;
    ``prefix_known`` is false where it gave no mask."""

    interface: str
    address: address.Interface
    prefix_known: bool = True


@dataclass(frozen=True, slots=True)
class NeighborFact:
    """A neighbour learnt by LLDP (IEEE 802.1AB), or by ``protocol``."""

    interface: str
    remote_device: str
    remote_interface: str
    remote_chassis: str | None = None
    remote_description: str | None = None
    remote_address: str | None = None
    protocol: str = "lldp"


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
    local_address: address.Address | None = None
    local_asn: int | None = None
    enabled: bool | None = None
    routing_instance: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class TransceiverFact:
    """A pluggable optic. ``interface`` is the port that holds it, where that is known."""

    name: str
    interface: str | None = None
    vendor: str | None = None
    part_number: str | None = None
    serial: str | None = None
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
    transceivers: tuple[TransceiverFact, ...] = ()
    load: Load = Load()
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
