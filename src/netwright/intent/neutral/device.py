"""A device as its configuration needs it: everything that templates see."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from netwright.base import address
from netwright.base.errors import InputError
from netwright.intent.neutral.content import ContentView
from netwright.intent.neutral.interface import InterfaceKind, InterfaceView, VlanView, VrfView
from netwright.intent.neutral.policy import AsPathList, CommunityView, Policy, PrefixList
from netwright.intent.neutral.quality import QosView, SamplingView
from netwright.intent.neutral.routing import BfdView, BgpView, StaticRoute
from netwright.intent.neutral.security import AccessList
from netwright.intent.neutral.service import AaaView, LldpView, LoggingView, SnmpView
from netwright.intent.neutral.system import ManagementView, NtpView, SystemView
from netwright.inventory.device import DeviceRole


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A device with all that its configuration is made of. Sections are always there, empty where nothing
    is wanted of them; ``bgp`` is None without an AS number, ``content`` where nothing is served."""

    name: str
    platform: str
    role: DeviceRole
    site: str
    management_address: address.Address | None
    loopback: address.Address | None
    interfaces: tuple[InterfaceView, ...] = ()
    vlans: tuple[VlanView, ...] = ()
    vrfs: tuple[VrfView, ...] = ()
    static_routes: tuple[StaticRoute, ...] = ()
    """Routes to nowhere among them, so that prefixes can be announced whole."""
    bgp: BgpView | None = None
    prefix_lists: tuple[PrefixList, ...] = ()
    communities: tuple[CommunityView, ...] = ()
    as_path_lists: tuple[AsPathList, ...] = ()
    policies: tuple[Policy, ...] = ()
    bfd: BfdView = field(default_factory=BfdView)
    lldp: LldpView = field(default_factory=LldpView)
    system: SystemView = field(default_factory=SystemView)
    management: ManagementView = field(default_factory=ManagementView)
    ntp: NtpView = field(default_factory=NtpView)
    snmp: SnmpView = field(default_factory=SnmpView)
    logging: LoggingView = field(default_factory=LoggingView)
    aaa: AaaView = field(default_factory=AaaView)
    access_lists: tuple[AccessList, ...] = ()
    qos: QosView = field(default_factory=QosView)
    sampling: SamplingView = field(default_factory=SamplingView)
    content: ContentView | None = None
    regions: tuple[str, ...] = ()
    """The regions that its site is in, the widest first."""
    model: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    """Context data of people's own, merged for this device (``intent.context``)."""
    fault: InputError | None = field(default=None, compare=False)
    """Why it can't be rendered: its context data is not as expected. Views of other devices are not hurt."""

    @property
    def has_ipv6(self) -> bool:
        values = [one for interface in self.interfaces for one in interface.addresses]
        return any(one.version == 6 for one in (*values, self.loopback) if one is not None)

    @property
    def blackholes(self) -> tuple[address.Prefix, ...]:
        """Prefixes it holds a route to nowhere for."""
        return tuple(one.prefix for one in self.static_routes if one.discard)

    @property
    def loopback_interface(self) -> InterfaceView | None:
        """The first loopback interface that the inventory has, if any."""
        return next((one for one in self.interfaces if one.kind is InterfaceKind.LOOPBACK), None)

    def with_loopback(self, name: str) -> DeviceView:
        """With the device's own address on an interface, where the inventory puts it on none: on its first
        loopback interface of the default table, else on a new one called ``name``."""
        own = self.loopback
        loopbacks = [one for one in self.interfaces if one.kind is InterfaceKind.LOOPBACK]
        if own is None or _have(loopbacks, own) or _have(self.interfaces, own):
            return self
        held = ipaddress.ip_interface(own)
        first = next((one for one in loopbacks if not one.vrf), None)
        if first is None:
            new = InterfaceView(name, addresses=(held,), kind=InterfaceKind.LOOPBACK)
            return replace(self, interfaces=(new, *self.interfaces))
        mended = first._replace(addresses=(held, *first.addresses))
        return replace(self, interfaces=tuple(mended if one is first else one for one in self.interfaces))

    @property
    def management_interfaces(self) -> tuple[InterfaceView, ...]:
        return tuple(one for one in self.interfaces if one.management)


def _have(interfaces: Iterable[InterfaceView], own: address.Address) -> bool:
    number = int(own)  # an interface's ``ip`` would be made anew each time
    return any(int(at) == number and at.version == own.version for one in interfaces for at in one.addresses)
