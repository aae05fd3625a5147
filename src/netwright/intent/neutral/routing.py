"""How packets find their way: static routes, BGP, BFD."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Annotated, NamedTuple

from pydantic import Field

from netwright.base import address
from netwright.intent.neutral.interface import VrfView
from netwright.intent.neutral.value import Line, Word, section
from netwright.inventory.routing import SessionRole

MAX_PATHS = 8
HOLD_TIME_S = 9
KEEPALIVE_S = 3


@section
class StaticRoute:
    """A route by hand: to a next hop, out of an interface, or to nowhere (``discard``)."""

    prefix: address.Prefix
    next_hop: address.Address | None = None
    interface: Line = ""
    discard: bool = False
    vrf: Word = ""
    distance: Annotated[int, Field(ge=1, le=255)] | None = None
    tag: Annotated[int, Field(ge=1, le=4294967295)] | None = None
    name: Line = ""

    def __post_init__(self) -> None:
        if self.discard is bool(self.next_hop or self.interface):
            raise ValueError(f"route {self.prefix} needs a next hop or an interface, or else `discard: true`")
        if self.next_hop is not None and self.next_hop.version != self.prefix.version:
            raise ValueError(f"route {self.prefix} has a next hop of the other family")

    @property
    def family(self) -> int:
        return self.prefix.version


@section
class BfdView:
    """Timers of BFD."""

    multiplier: Annotated[int, Field(ge=2, le=255)] = 5
    transmit_ms: Annotated[int, Field(ge=10, le=60000)] = 1000
    receive_ms: Annotated[int, Field(ge=10, le=60000)] = 1000


@dataclass(frozen=True, slots=True)
class BgpGroupView:
    """What sessions of a group have in common on this device (a peer group). ``families``: those of its
    sessions here. ``internal``: all its sessions here are with our own AS number."""

    name: str
    role: SessionRole
    internal: bool = False
    families: tuple[int, ...] = ()
    policy_in: str = ""
    policy_out: str = ""
    max_prefixes: int | None = None
    hold_time_s: int | None = None
    keepalive_s: int | None = None
    multihop: int | None = None
    password_secret: str = ""
    bfd: bool = False
    description: str = ""


class SessionView(NamedTuple):
    """One end of a BGP session, with what holds for it in the end: its own value, else that of its group.

    ``internal``: both ends have one ASN. ``update_source``: set when the session does not leave from the
    address of the link. Policies are empty where everything may pass. A template that writes peer groups
    leaves out what is equal to the value of ``group``. A named tuple: see ``InterfaceView``.
    """

    remote_address: address.Address
    remote_asn: int
    local_address: address.Address
    role: SessionRole
    internal: bool = False
    description: str = ""
    password_secret: str = ""
    bfd: bool = False
    enabled: bool = True
    update_source: address.Address | None = None
    policy_in: str = ""
    policy_out: str = ""
    family: int = 4
    local_interface: str = ""
    """The interface that has the local address, as far as the inventory knows."""
    vrf: str = ""
    group: BgpGroupView | None = None
    max_prefixes: int | None = None
    hold_time_s: int | None = None
    """None: that of the device."""
    keepalive_s: int | None = None
    multihop: int | None = None
    """Hops between both ends; None: neighbours on one link."""
    peer: str = ""
    """Our device, ISP or exchange at the far end."""


@dataclass(frozen=True, slots=True)
class BgpVrfView:
    """BGP in a routing table of its own."""

    vrf: str
    sessions: tuple[SessionView, ...]
    groups: tuple[BgpGroupView, ...] = ()
    networks: tuple[address.Prefix, ...] = ()
    definition: VrfView | None = None

    @property
    def families(self) -> tuple[int, ...]:
        return _families(self.sessions, self.networks)


@dataclass(frozen=True, slots=True)
class BgpView:
    """BGP of a device. ``networks`` are those it announces of its own; ``sessions`` and ``groups`` are those
    of the global table, ``vrfs`` has the others."""

    asn: int
    router_id: ipaddress.IPv4Address | None
    networks: tuple[address.Prefix, ...]
    sessions: tuple[SessionView, ...]
    groups: tuple[BgpGroupView, ...] = ()
    vrfs: tuple[BgpVrfView, ...] = ()
    max_paths: int = MAX_PATHS
    keepalive_s: int = KEEPALIVE_S
    hold_time_s: int = HOLD_TIME_S

    @property
    def families(self) -> tuple[int, ...]:
        """Address families with something to say, 4 before 6."""
        return _families(self.sessions, self.networks)

    @property
    def everywhere(self) -> tuple[SessionView, ...]:
        """The sessions of all tables."""
        return (*self.sessions, *(one for vrf in self.vrfs for one in vrf.sessions))

    @property
    def bfd(self) -> bool:
        return any(one.bfd for one in self.everywhere)


def _families(sessions: tuple[SessionView, ...], networks: tuple[address.Prefix, ...]) -> tuple[int, ...]:
    return tuple(sorted({one.family for one in sessions} | {one.version for one in networks} | {4}))
