"""How a device forwards: neighbours' link addresses, MAC table, VLANs, routes, BFD."""

from __future__ import annotations

from dataclasses import dataclass

from netwright.base import address


@dataclass(frozen=True, slots=True)
class ArpFact:
    """A link address of an IP neighbour (ARP, or ND's neighbour cache). ``age_s`` None: permanent, or not
    told. ``state`` in the device's words."""

    interface: str
    address: address.Address
    mac: str
    age_s: float | None = None
    state: str | None = None
    routing_instance: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class MacFact:
    """An entry of the MAC table. ``vlan`` 0: of no VLAN."""

    mac: str
    interface: str
    vlan: int = 0
    static: bool = False
    active: bool = True
    moves: int | None = None
    moved_at: float | None = None
    """When it last moved, as a time."""
    moved_s: float | None = None
    """The same as an age."""
    source: str = ""


@dataclass(frozen=True, slots=True)
class VlanFact:
    """A VLAN as it is on the device."""

    vlan_id: int
    name: str | None = None
    interfaces: tuple[str, ...] = ()
    active: bool | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class PathFact:
    """What BGP knows of a path. ``remote_address``: who told it."""

    as_path: str = ""
    remote_address: str | None = None
    remote_asn: int | None = None
    local_asn: int | None = None
    local_preference: int | None = None
    communities: tuple[str, ...] = ()
    metric: int | None = None


@dataclass(frozen=True, slots=True)
class RouteFact:
    """A way to a prefix: one record a next hop. ``protocol`` in lower case: ``bgp``, ``static``,
    ``connected``, ``ospf``, ``isis``. ``active``: it is used for forwarding."""

    prefix: address.Prefix
    protocol: str
    next_hop: str | None = None
    interface: str | None = None
    preference: int | None = None
    metric: int | None = None
    age_s: float | None = None
    active: bool = True
    routing_instance: str | None = None
    path: PathFact | None = None
    why_not: str | None = None
    """Why it is not active, in the device's words."""
    source: str = ""


@dataclass(frozen=True, slots=True)
class RouteSummary:
    """How many routes of one protocol a table holds. ``family``: ``ipv4`` or ``ipv6``."""

    family: str
    protocol: str
    count: int
    routing_instance: str | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class BfdFact:
    """A BFD session (RFC 5880). Intervals in milliseconds."""

    remote_address: address.Address
    up: bool
    interface: str | None = None
    state: str | None = None
    transmit_ms: int | None = None
    multiplier: int | None = None
    client: str | None = None
    routing_instance: str | None = None
    source: str = ""
