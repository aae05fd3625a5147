"""Interfaces, VLANs and routing tables of devices."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from netwright.base import address
from netwright.intent.assembly.reading import as_key, plain_rows, rows
from netwright.intent.neutral import (
    Breakout,
    Bundle,
    InterfaceKind,
    InterfaceView,
    Switchport,
    VlanView,
    VrfView,
)
from netwright.inventory import (
    Cable,
    Device,
    Interface,
    InterfaceAddress,
    InterfaceVlan,
    Vlan,
    Vrf,
    VrfTarget,
)
from netwright.inventory.addressing import AddressRole, TargetDirection
from netwright.inventory.connection import VlanMode
from netwright.inventory.device import DeviceRole

_DIGITS = re.compile(r"(\d+)")
_LAST_NUMBER = re.compile(r"(\d+)(?!.*\d)")
_VLAN_NAME = re.compile(r"(?:vlan|vl|irb|bvi|svi|br|bridge)[-.]?\d*(?:\.\d+)?", re.IGNORECASE)
_LOOPBACK_NAME = re.compile(r"(?:lo|loopback|system|dum|dummy)[-.]?\d*(?:\.\d+)?", re.IGNORECASE)
_SHARED = frozenset((AddressRole.VIRTUAL, AddressRole.ANYCAST))


class VlanRow(NamedTuple):
    """A VLAN as it is stored."""

    id: int
    number: int
    name: str
    description: str


class InterfaceRow(NamedTuple):
    """An interface as the database's driver gives it; read by position, for names cost more than all else."""

    id: int
    device_id: int
    name: str
    interface_type: str
    description: str
    enabled: bool
    management: bool
    mtu: int | None
    speed_bps: int | None
    lag_id: int | None
    parent_id: int | None
    lane: int | None
    vrf_id: int | None
    vlan_mode: str | None
    vlan_id: int | None
    tags: list[str] | str | None


class FarEnd(NamedTuple):
    """What an interface is cabled to."""

    device: str
    interface: str
    role: DeviceRole
    interface_id: int


@dataclass(slots=True)
class Ports:
    """The interfaces of one device, half made: rules may add to them before the view is whole."""

    views: list[InterfaceView] = field(default_factory=list)
    at: dict[bytes, str] = field(default_factory=dict)
    """Interface by the key of an address of its own, without its length."""
    far: dict[str, FarEnd] = field(default_factory=dict)
    tags: dict[str, list[str]] = field(default_factory=dict)
    vlans: tuple[VlanView, ...] = ()
    vrf_ids: set[int] = field(default_factory=set)


class Interfaces:
    """Read for any number of devices."""

    def __init__(self, session: Session, devices: Collection[int]) -> None:
        self._session = session
        self._rows = list(
            map(InterfaceRow._make, plain_rows(session, _INTERFACES, Interface.device_id, devices))
        )
        self._own, self._shared = self._addresses(devices)
        self._far = self._neighbors(devices)
        tagged = list(plain_rows(session, _TAGGED, Interface.device_id, devices))
        wanted = {row.vlan_id for row in self._rows} | {vlan for _, vlan in tagged}
        self._vlans = {
            one.id: VlanRow(*one) for one in rows(session, _VLANS, Vlan.id, sorted(wanted - {None}))
        }
        self._tagged: dict[int, list[int]] = defaultdict(list)
        for interface, vlan in tagged:
            self._tagged[interface].append(self._vlans[vlan].number)
        self.vrf_names = _vrf_names(session, {row.vrf_id for row in self._rows} - {None})

    def by_device(self) -> dict[int, Ports]:
        """Devices without an interface are not there."""
        of: dict[int, list[InterfaceRow]] = defaultdict(list)
        for row in self._rows:
            of[row.device_id].append(row)
        return {device: self._ports(found) for device, found in of.items()}

    def _ports(self, found: list[InterfaceRow]) -> Ports:
        ports = Ports()
        joined = _Joined(found)
        special = joined.special | {
            row[0] for row in found if row[0] in self._shared or row[0] in self._tagged
        }
        far_ends, addresses, at, views = self._far.get, self._own.get, ports.at, ports.views
        for row in sorted(found, key=_order):
            ident, _, name, _, description, enabled, management, mtu, speed = row[:9]
            far = far_ends(ident)
            if far is not None:
                ports.far[name] = far
                description = description or f"to {far.device} {far.interface}"
            own = addresses(ident, ())
            for one in own:
                at[one[:17]] = name
            view = InterfaceView(
                name,
                description,
                bool(enabled),
                bool(management),
                mtu,
                speed,
                tuple(map(address.interface_of, own)),
                None if far is None else far[:2],
            )
            views.append(self._special(view, row, joined) if ident in special else view)
        ports.tags = {row.name: _words(row.tags) for row in found if row.tags}
        ports.vrf_ids = {row.vrf_id for row in found if row.vrf_id is not None}
        ports.vlans = self._carried(found, views)
        return ports

    def _special(self, plain: InterfaceView, row: InterfaceRow, joined: _Joined) -> InterfaceView:
        kind = joined.kind(row)
        vlan = self._vlans.get(row.vlan_id) if row.vlan_id is not None else None
        routed = kind in {InterfaceKind.SUBINTERFACE, InterfaceKind.VLAN}
        return plain._replace(
            kind=kind,
            virtual_addresses=tuple(map(address.interface_of, self._shared.get(row.id, ()))),
            vrf=self.vrf_names.get(row.vrf_id, ""),
            lag=joined.names.get(row.lag_id, ""),
            bundle_number=_number(joined.names.get(row.lag_id, "")),
            bundle=Bundle(joined.members(row.id), _number(row.name)) if kind is InterfaceKind.LAG else None,
            parent=joined.names.get(row.parent_id, ""),
            lane=row.lane,
            breakout=joined.breakout(row.id),
            vlan=vlan.number if vlan is not None and routed else None,
            switchport=None if routed else self._switchport(row, vlan),
        )

    def _switchport(self, row: InterfaceRow, vlan: VlanRow | None) -> Switchport | None:
        tagged = tuple(sorted(self._tagged.get(row.id, ())))
        if row.vlan_mode is None and vlan is None and not tagged:
            return None
        mode = VlanMode(row.vlan_mode) if row.vlan_mode else (VlanMode.TRUNK if tagged else VlanMode.ACCESS)
        return Switchport(mode, None if vlan is None else vlan.number, tagged)

    def _carried(self, found: list[InterfaceRow], views: list[InterfaceView]) -> tuple[VlanView, ...]:
        """The VLANs that the device carries: those that its ports switch, and those that it routes for."""
        routed = {one.vlan: one.name for one in views if one.kind is InterfaceKind.VLAN and one.vlan}
        switched = {number for one in views if one.switchport for number in one.switchport.vlans}
        numbers = switched | routed.keys()
        if not numbers:
            return ()
        ids = {row.vlan_id for row in found}
        known = {one.number: one for one in self._vlans.values() if one.id in ids or one.number in switched}
        return tuple(
            VlanView(number, known[number].name, known[number].description, routed.get(number, ""))
            for number in sorted(numbers)
        )

    def _addresses(self, devices: Collection[int]) -> tuple[dict[int, list[bytes]], dict[int, list[bytes]]]:
        """Keys of each interface's own and shared addresses, sorted; secondaries after the others."""
        own: dict[int, list[bytes]] = {}
        secondary: dict[int, list[bytes]] = {}
        shared: dict[int, list[bytes]] = {}
        kinds = {one.value: shared for one in _SHARED} | {AddressRole.SECONDARY.value: secondary}
        for interface, key, role in plain_rows(self._session, _ADDRESSES, Interface.device_id, devices):
            kind = own if role is None else kinds.get(role, own)
            if interface in kind:
                kind[interface].append(key)
            else:
                kind[interface] = [key]
        for kind in (own, secondary, shared):
            for found in kind.values():
                if len(found) > 1:
                    found.sort()
        for interface, found in secondary.items():
            own[interface] = own.get(interface, []) + found
        return own, shared

    def _neighbors(self, devices: Collection[int]) -> dict[int, FarEnd]:
        """Far end of the cable of each interface."""
        found: dict[int, FarEnd] = {}
        for query in _FAR_ENDS:
            for interface, *end in rows(self._session, query, _NEAR.device_id, devices):
                found[interface] = FarEnd(*end)
        return found


class _Joined:
    """How the interfaces of one device hang together."""

    def __init__(self, found: list[InterfaceRow]) -> None:
        self.names: dict[int | None, str] = {row.id: row.name for row in found}
        self._members: dict[int, list[str]] = defaultdict(list)
        self._lanes: dict[int, list[int | None]] = defaultdict(list)
        self.special: set[int] = set()
        for row in found:
            if row.lag_id is not None:
                self._members[row.lag_id].append(row.name)
            if row.parent_id is not None and row.lane is not None:
                self._lanes[row.parent_id].append(row.speed_bps)
            if _is_special(row):
                self.special.add(row.id)
        self.special |= self._members.keys() | self._lanes.keys()

    def kind(self, row: InterfaceRow) -> InterfaceKind:
        if row.id in self._members or row.interface_type == "lag":
            return InterfaceKind.LAG
        if row.parent_id is not None:
            return InterfaceKind.ETHERNET if row.lane is not None else InterfaceKind.SUBINTERFACE
        if row.vlan_id is not None and row.vlan_mode is None:
            if row.interface_type in {"virtual", "bridge"} or _VLAN_NAME.fullmatch(row.name):
                return InterfaceKind.VLAN
        elif _is_loopback(row.name, row.interface_type):
            return InterfaceKind.LOOPBACK
        return InterfaceKind.ETHERNET

    def members(self, lag: int) -> tuple[str, ...]:
        return tuple(sorted(self._members.get(lag, ()), key=natural))

    def breakout(self, interface: int) -> Breakout | None:
        speeds = self._lanes.get(interface)
        if not speeds:
            return None
        known = {speed for speed in speeds if speed is not None}
        return Breakout(len(speeds), known.pop() if len(known) == 1 else None)


class Vrfs:
    """Routing tables with their targets."""

    def __init__(self, session: Session, ids: Collection[int]) -> None:
        self._rows = {row.id: row for row in rows(session, _VRFS, Vrf.id, sorted(ids))}
        self._in: dict[int, list[str]] = defaultdict(list)
        self._out: dict[int, list[str]] = defaultdict(list)
        for vrf, target, direction in rows(session, _TARGETS, VrfTarget.vrf_id, sorted(ids)):
            if direction is not TargetDirection.EXPORT:
                self._in[vrf].append(target)
            if direction is not TargetDirection.IMPORT:
                self._out[vrf].append(target)
        self.names: dict[int, str] = {one: row.name for one, row in self._rows.items()}

    def views(self, ids: Iterable[int], interfaces: Iterable[InterfaceView]) -> tuple[VrfView, ...]:
        """Those that a device uses, in order of name."""
        of: dict[str, list[str]] = defaultdict(list)
        for one in interfaces:
            if one.vrf:
                of[one.vrf].append(one.name)
        found = (
            VrfView(
                name=row.name,
                distinguisher=row.distinguisher,
                import_targets=tuple(sorted(self._in[row.id])),
                export_targets=tuple(sorted(self._out[row.id])),
                description=row.description,
                interfaces=tuple(of[row.name]),
            )
            for row in (self._rows[one] for one in ids)
        )
        return tuple(sorted(found, key=lambda one: one.name))


@lru_cache(maxsize=100_000)
def natural(name: str) -> str:
    """Sort key in which ``swp2`` comes before ``swp10``; one text, for those compare fastest. Before each
    number stands how many digits it has, below all that names have in them."""
    first = "1" if name[:1].isdecimal() else "0"
    return first + _DIGITS.sub(lambda found: _counted(str(int(found[1]))), name)


def _counted(digits: str) -> str:
    return f"\0{chr(len(digits))}{digits}"


def _order(row: InterfaceRow) -> str:
    return natural(row[2])


def _words(tags: list[str] | str | None) -> list[str]:
    found = json.loads(tags) if isinstance(tags, str) else tags
    return list(found or ())


def _is_special(row: InterfaceRow) -> bool:
    _, _, name, interface_type, _, _, _, _, _, lag, parent, _, vrf, mode, vlan, _ = row
    return (
        lag is not None
        or parent is not None
        or vrf is not None
        or vlan is not None
        or mode is not None
        or interface_type == "lag"
        or _is_loopback(name, interface_type)
    )


@lru_cache(maxsize=10_000)
def _is_loopback(name: str, interface_type: str) -> bool:
    return interface_type in {"", "virtual"} and _LOOPBACK_NAME.fullmatch(name) is not None


def _number(name: str) -> int | None:
    found = _LAST_NUMBER.search(name)
    return int(found[1]) if found else None


def _vrf_names(session: Session, ids: Collection[Any]) -> dict[int | None, str]:
    query = select(Vrf.id, Vrf.name)
    return {row.id: row.name for row in rows(session, query, Vrf.id, sorted(ids))}


_NEAR, _FAR = aliased(Interface), aliased(Interface)
_INTERFACES = select(*(getattr(Interface, name) for name in InterfaceRow._fields))
_ADDRESSES = select(
    InterfaceAddress.interface_id, as_key(InterfaceAddress.address), InterfaceAddress.role
).join(Interface, Interface.id == InterfaceAddress.interface_id)
_TAGGED = select(InterfaceVlan.interface_id, InterfaceVlan.vlan_id).join(
    Interface, Interface.id == InterfaceVlan.interface_id
)
_VLANS = select(Vlan.id, Vlan.number, Vlan.name, Vlan.description)
_VRFS = select(Vrf.id, Vrf.name, Vrf.distinguisher, Vrf.description)
_TARGETS = select(VrfTarget.vrf_id, VrfTarget.target, VrfTarget.direction)
_FAR_ENDS = tuple(
    select(_NEAR.id, Device.name, _FAR.name, Device.role, _FAR.id)
    .join(Cable, here == _NEAR.id)
    .join(_FAR, _FAR.id == there)
    .join(Device, Device.id == _FAR.device_id)
    for here, there in (
        (Cable.a_interface_id, Cable.b_interface_id),
        (Cable.b_interface_id, Cable.a_interface_id),
    )
)

__all__ = ["FarEnd", "Interfaces", "Ports", "Vrfs", "natural"]
