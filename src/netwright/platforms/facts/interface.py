"""Interfaces, what is bundled, addressed and plugged to them."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from netwright.base import address


class OperState(enum.StrEnum):
    """Operational state of an interface."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class InterfaceFact:
    """An interface and its counters (since boot; octets and packets). ``name`` is its identity, never
    ``if_index``. ``admin`` and ``status`` are RFC 2863's words, finer than ``oper``; ``kind`` is IANA's name
    of ifType; ``label`` is ifDescr. ``in_packets`` are all packets where the device tells one number; else
    unicast, multicast and broadcast stand beside it."""

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
    in_unicast: int | None = None
    in_multicast: int | None = None
    in_broadcast: int | None = None
    out_unicast: int | None = None
    out_multicast: int | None = None
    out_broadcast: int | None = None
    changed_s: float | None = None
    """Seconds since it last went up or down; negative if never."""
    changed_at: float | None = None
    """The same as a time, where the device tells that."""
    duplex: str | None = None
    bundle: str | None = None
    """The aggregate that it belongs to."""
    routing_instance: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class AddressFact:
    """An address as found on an interface. ``interface`` is empty where the device names none;
    ``prefix_known`` is false where it gave no mask."""

    interface: str
    address: address.Interface
    prefix_known: bool = True
    secondary: bool = False
    routing_instance: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class NeighborFact:
    """A neighbour learnt by LLDP (IEEE 802.1AB), or by ``protocol``. ``capabilities`` are the standard's
    words (``bridge``, ``router``, ``wlan-access-point``), ``enabled`` those that are switched on."""

    interface: str
    remote_device: str
    remote_interface: str
    remote_chassis: str | None = None
    remote_description: str | None = None
    remote_address: str | None = None
    protocol: str = "lldp"
    remote_port_description: str | None = None
    capabilities: tuple[str, ...] = ()
    enabled: tuple[str, ...] = ()
    bundle: str | None = None
    """The aggregate that the local interface belongs to."""
    source: str = ""


@dataclass(frozen=True, slots=True)
class LagMember:
    """A port of an aggregate. ``active``: it is in the bundle and carries traffic."""

    interface: str
    active: bool | None = None


@dataclass(frozen=True, slots=True)
class LagFact:
    """A link aggregate. ``lacp``: None for a bundle that is not told to speak it, or not."""

    name: str
    members: tuple[LagMember, ...] = ()
    lacp: bool | None = None
    oper: OperState = OperState.UNKNOWN
    source: str = ""
