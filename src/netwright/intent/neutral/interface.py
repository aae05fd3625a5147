"""Interfaces and what they are joined to: bundles, VLANs, routing tables."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple

from netwright.base import address
from netwright.inventory.connection import VlanMode


class InterfaceKind(enum.StrEnum):
    """What an interface is, in whatever words its platform names it."""

    ETHERNET = "ethernet"
    LAG = "lag"
    SUBINTERFACE = "subinterface"
    VLAN = "vlan"
    """Routed interface of a VLAN (SVI, IRB)."""
    LOOPBACK = "loopback"


class LacpMode(enum.StrEnum):
    """Whether a bundle speaks LACP; ``static``: it does not."""

    ACTIVE = "active"
    PASSIVE = "passive"
    STATIC = "static"


class LacpRate(enum.StrEnum):
    """How often LACP wants to hear: every second or every 30 s."""

    FAST = "fast"
    SLOW = "slow"


class Switchport(NamedTuple):
    """An interface that switches. Access: ``untagged`` is its VLAN; trunk: the native one, None for none."""

    mode: VlanMode
    untagged: int | None = None
    tagged: tuple[int, ...] = ()

    @property
    def vlans(self) -> tuple[int, ...]:
        """All VLANs that it carries, in order."""
        return tuple(sorted({*self.tagged, *(() if self.untagged is None else (self.untagged,))}))


class Bundle(NamedTuple):
    """What a LAG has beyond an interface. ``number`` is the one in its name, None when there is none."""

    members: tuple[str, ...] = ()
    number: int | None = None
    lacp: LacpMode = LacpMode.ACTIVE
    rate: LacpRate = LacpRate.SLOW
    min_links: int | None = None


class Breakout(NamedTuple):
    """A port that is split: into how many lanes, and the speed of each."""

    lanes: int
    lane_speed_bps: int | None = None


class InterfaceView(NamedTuple):
    """An interface. ``neighbor`` is the far end of its cable, as device and interface.

    A named tuple and no dataclass: a large plan makes hundreds of thousands, at a fifth of the cost.
    """

    name: str
    description: str = ""
    enabled: bool = True
    management: bool = False
    mtu: int | None = None
    speed_bps: int | None = None
    addresses: tuple[address.Interface, ...] = ()
    """Its own: of each family the primary first, then the secondaries."""
    neighbor: tuple[str, str] | None = None
    kind: InterfaceKind = InterfaceKind.ETHERNET
    virtual_addresses: tuple[address.Interface, ...] = ()
    """Shared with others (VRRP, anycast gateway)."""
    vrf: str = ""
    """Empty: the global table."""
    lag: str = ""
    """The bundle that it is a member of."""
    bundle: Bundle | None = None
    """Set for a LAG."""
    bundle_number: int | None = None
    """Number of the bundle that it is a member of (channel-group)."""
    parent: str = ""
    """The interface below, of a sub-interface or breakout lane."""
    lane: int | None = None
    """Lane of the parent, of a breakout."""
    breakout: Breakout | None = None
    """Set for a port that is split into lanes."""
    vlan: int | None = None
    """Tag of a sub-interface (802.1Q); number of the VLAN of a routed VLAN interface."""
    switchport: Switchport | None = None
    """Set when it switches; else it routes."""
    access_list_in: str = ""
    access_list_out: str = ""
    access_list6_in: str = ""
    access_list6_out: str = ""
    qos_in: str = ""
    qos_out: str = ""
    sampling: bool = False
    lldp: bool = True

    def addresses_of(self, family: int) -> tuple[address.Interface, ...]:
        """Its own addresses of one family (4 or 6)."""
        return tuple(one for one in self.addresses if one.version == family)

    @property
    def physical(self) -> bool:
        return self.kind is InterfaceKind.ETHERNET


class VlanView(NamedTuple):
    """A VLAN that the device carries; ``interface`` is its routed interface, empty when there is none."""

    number: int
    name: str = ""
    description: str = ""
    interface: str = ""


@dataclass(frozen=True, slots=True)
class VrfView:
    """A routing table of its own, with the interfaces in it."""

    name: str
    distinguisher: str = ""
    import_targets: tuple[str, ...] = ()
    export_targets: tuple[str, ...] = ()
    description: str = ""
    interfaces: tuple[str, ...] = ()
