"""A device as its configuration needs it, in neutral words: frozen, whole, without the database.

Routing policy is decided already (``policy``), so that templates only write it down:

- inside the network (sessions between our ASNs) only loopbacks, service prefixes and client prefixes pass;
- from an ISP only its client prefixes, to ISPs only the service prefixes of POPs;
- a site's service prefixes start at its top-of-rack switches, or at its cores or edges where there are none.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from netwright.base import address
from netwright.inventory.device import DeviceRole
from netwright.inventory.routing import SessionRole

MAX_PATHS = 8
HOLD_TIME_S = 9
KEEPALIVE_S = 3


@dataclass(frozen=True, slots=True)
class InterfaceView:
    """An interface; ``neighbor`` is the far end of its cable, as device and interface."""

    name: str
    description: str
    enabled: bool
    management: bool
    mtu: int | None
    speed_bps: int | None
    addresses: tuple[address.Interface, ...]
    neighbor: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class PrefixMatch:
    """Prefixes inside ``prefix`` whose length is ``shortest`` to ``longest``."""

    prefix: address.Prefix
    shortest: int
    longest: int

    @property
    def exact(self) -> bool:
        return self.shortest == self.longest == self.prefix.prefixlen


@dataclass(frozen=True, slots=True)
class PrefixList:
    """Named prefixes of one address family (4 or 6). The two families have separate names."""

    name: str
    family: int
    entries: tuple[PrefixMatch, ...]


@dataclass(frozen=True, slots=True)
class PolicyStatement:
    """Lets pass what a prefix list holds. What no statement lets pass is refused."""

    sequence: int
    family: int
    prefix_list: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A routing policy."""

    name: str
    statements: tuple[PolicyStatement, ...]


@dataclass(frozen=True, slots=True)
class SessionView:
    """One end of a BGP session. ``internal``: both ends have one ASN. ``update_source``: set when the
    session does not leave from the address of the link. Policies are empty where everything may pass."""

    remote_address: address.Address
    remote_asn: int
    local_address: address.Address
    role: SessionRole
    internal: bool
    description: str
    password_secret: str
    bfd: bool
    enabled: bool
    update_source: address.Address | None
    policy_in: str
    policy_out: str

    @property
    def family(self) -> int:
        return self.remote_address.version


@dataclass(frozen=True, slots=True)
class BgpView:
    """BGP of a device. ``networks`` are those it announces of its own."""

    asn: int
    router_id: ipaddress.IPv4Address | None
    networks: tuple[address.Prefix, ...]
    sessions: tuple[SessionView, ...]
    prefix_lists: tuple[PrefixList, ...]
    policies: tuple[Policy, ...]
    max_paths: int = MAX_PATHS
    keepalive_s: int = KEEPALIVE_S
    hold_time_s: int = HOLD_TIME_S

    @property
    def families(self) -> tuple[int, ...]:
        """Address families with something to say, 4 before 6."""
        used = {one.family for one in self.sessions} | {one.version for one in self.networks}
        return tuple(sorted(used | {4}))

    @property
    def bfd(self) -> bool:
        return any(one.bfd for one in self.sessions)


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A device with all that its configuration is made of."""

    name: str
    platform: str
    role: DeviceRole
    site: str
    management_address: address.Address
    loopback: address.Address | None
    interfaces: tuple[InterfaceView, ...]
    blackholes: tuple[address.Prefix, ...]
    """Prefixes it holds a route to nowhere for, so that they can be announced whole."""
    bgp: BgpView | None
    context: Mapping[str, Any] = field(default_factory=dict)
    """Context data of people's own, merged for this device (``intent.context``)."""

    @property
    def has_ipv6(self) -> bool:
        values = [one for interface in self.interfaces for one in interface.addresses]
        return any(one.version == 6 for one in (*values, self.loopback) if one is not None)
