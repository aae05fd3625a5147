"""Interfaces, VLANs and routing tables of devices."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import and_, case, select
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
_ASIDE = _SHARED | {AddressRole.SECONDARY}
_Row = tuple[Any, ...]
"""A row of ``_PORTS``: what a plain interface has, whether it is joined to something, an address and its
role. By position, for names cost more than all else; an interface of several addresses has several."""


class VlanRow(NamedTuple):
    """A VLAN as it is stored."""

    id: int
    number: int
    name: str
    description: str


class InterfaceRow(NamedTuple):
    """An interface with all that it can be joined to, as the database's driver gives it."""

    id: int
    device_id: int
    name: str
    description: str
    enabled: bool
    management: bool
    mtu: int | None
    speed_bps: int | None
    interface_type: str
    lag_id: int | None = None
    parent_id: int | None = None
    lane: int | None = None
    vrf_id: int | None = None
    vlan_mode: str | None = None
    vlan_id: int | None = None
    tags: list[str] | str | None = None


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
    """Read for any number of devices. Most interfaces are plain: routed, in the global table, joined to
    nothing, with one address. One statement reads of all what a plain one has, another the rest of others."""

    def __init__(self, session: Session, devices: Collection[int]) -> None:
        self._session = session
        self._of: dict[int, list[_Row]] = defaultdict(list)
        joined: list[int] = []
        for row in plain_rows(session, _PORTS, Interface.device_id, devices):
            self._of[row[1]].append(row)
            if row[_IS_JOINED]:
                joined.append(row[0])
        found = map(InterfaceRow._make, plain_rows(session, _INTERFACES, Interface.id, sorted(set(joined))))
        self._joined = {row.id: row for row in found}
        self._far = self._neighbors(devices)
        tagged = list(plain_rows(session, _TAGGED, Interface.device_id, devices))
        wanted = {row.vlan_id for row in self._joined.values()} | {vlan for _, vlan in tagged}
        self._vlans = {
            one.id: VlanRow(*one) for one in rows(session, _VLANS, Vlan.id, sorted(wanted - {None}))
        }
        self._tagged: dict[int, list[int]] = defaultdict(list)
        for interface, vlan in tagged:
            self._tagged[interface].append(self._vlans[vlan].number)
        self.vrf_names = _vrf_names(session, {row.vrf_id for row in self._joined.values()} - {None})

    def by_device(self) -> dict[int, Ports]:
        """Devices without an interface are not there."""
        return {device: self._ports(found) for device, found in self._of.items()}

    def _ports(self, found: list[_Row]) -> Ports:
        found, addresses = _once(found)
        ports = Ports()
        rest = _Joined(found, self._joined)
        special = rest.special.union(addresses)
        if self._tagged:
            special.update(row[0] for row in found if row[0] in self._tagged)
        found.sort(key=_order)
        far_ends, at, views = self._far.get, ports.at, ports.views
        for row in found:
            ident, _, name, description, enabled, management, mtu, speed, _, _, key, _ = row
            far = far_ends(ident)
            if far is not None:
                ports.far[name] = far
                description = description or f"to {far.device} {far.interface}"
            own = _NONE
            if key is not None:
                at[key[:17]] = name
                own = (address.interface_of(key),)
            view = _new(
                InterfaceView,
                (
                    name,
                    description,
                    enabled == 1,
                    management == 1,
                    mtu,
                    speed,
                    own,
                    None if far is None else far[:2],
                    *_USUAL,
                ),
            )
            if ident in special:
                keys = addresses.get(ident)
                if keys is not None:
                    at.update((one[:17], name) for one in keys.own)
                    view = _with_addresses(view, keys)
                view = self._special(view, rest.row(row), rest)
            views.append(view)
        for one in rest.rows:
            if one.tags:
                ports.tags[one.name] = _words(one.tags)
        ports.vrf_ids = {one.vrf_id for one in rest.rows if one.vrf_id is not None}
        if special:
            ports.vlans = self._carried(rest.rows, views)
        return ports

    def _special(self, plain: InterfaceView, row: InterfaceRow, joined: _Joined) -> InterfaceView:
        kind = joined.kind(row)
        vlan = self._vlans.get(row.vlan_id) if row.vlan_id is not None else None
        routed = kind in {InterfaceKind.SUBINTERFACE, InterfaceKind.VLAN}
        return plain._replace(
            kind=kind,
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

    def _carried(self, found: Iterable[InterfaceRow], views: list[InterfaceView]) -> tuple[VlanView, ...]:
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

    def _neighbors(self, devices: Collection[int]) -> dict[int, FarEnd]:
        """Far end of the cable of each interface."""
        found: dict[int, FarEnd] = {}
        for query in _FAR_ENDS:
            for interface, *end in rows(self._session, query, _NEAR.device_id, devices):
                found[interface] = FarEnd(*end)
        return found


class _Addresses(NamedTuple):
    """Keys of an interface that has several addresses, or one that is not its own alone."""

    own: list[bytes]
    shared: list[bytes]


def _once(found: list[_Row]) -> tuple[list[_Row], dict[int, _Addresses]]:
    """Each interface once; those with more than one address of their own have none in their row, but here.
    Secondary addresses stand after the others."""
    counted = {row[0] for row in found}
    if len(counted) == len(found) and not any(row[_ROLE] in _ASIDE for row in found):
        return found, {}
    once: dict[int, _Row] = {}
    keys: dict[int, list[tuple[bool, bytes, bool]]] = defaultdict(list)
    for row in found:
        if row[_KEY] is not None:
            keys[row[0]].append((row[_ROLE] == AddressRole.SECONDARY, row[_KEY], row[_ROLE] in _SHARED))
        once[row[0]] = row
    odd = {one for one, several in keys.items() if len(several) > 1 or several[0][0] or several[0][2]}
    return [row if row[0] not in odd else (*row[:_KEY], None, None) for row in once.values()], {
        one: _Addresses(
            [key for _, key, shared in sorted(keys[one]) if not shared],
            [key for _, key, shared in sorted(keys[one]) if shared],
        )
        for one in odd
    }


def _with_addresses(view: InterfaceView, keys: _Addresses) -> InterfaceView:
    return view._replace(
        addresses=tuple(map(address.interface_of, keys.own)),
        virtual_addresses=tuple(map(address.interface_of, keys.shared)),
    )


class _Joined:
    """How the interfaces of one device hang together. ``special`` are those that are more than plain, those
    that others are joined to among them."""

    def __init__(self, found: list[_Row], joined: Mapping[int, InterfaceRow]) -> None:
        self._found = found
        self.rows = [joined[row[0]] for row in found if row[_IS_JOINED]]
        self._members: dict[int, list[str]] = defaultdict(list)
        self._lanes: dict[int, list[int | None]] = defaultdict(list)
        for row in self.rows:
            if row.lag_id is not None:
                self._members[row.lag_id].append(row.name)
            if row.parent_id is not None and row.lane is not None:
                self._lanes[row.parent_id].append(row.speed_bps)
        self._of = {row.id: row for row in self.rows}
        self.special = {row[0] for row in found if _is_named(row[2], row[_TYPE])}
        self.special.update(self._of, self._members, self._lanes)

    @cached_property
    def names(self) -> dict[int | None, str]:
        return {row[0]: row[2] for row in self._found}

    def row(self, plain: _Row) -> InterfaceRow:
        return self._of.get(plain[0]) or InterfaceRow(*plain[:_IS_JOINED])

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
        ids = list(ids)
        if not ids:
            return ()
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


def _order(row: tuple[Any, ...]) -> str:
    return natural(row[2])


def _words(tags: list[str] | str | None) -> list[str]:
    found = json.loads(tags) if isinstance(tags, str) else tags
    return list(found or ())


@lru_cache(maxsize=10_000)
def _is_named(name: str, interface_type: str) -> bool:
    """Whether an interface is more than a plain one by its name or type alone."""
    return interface_type == "lag" or _is_loopback(name, interface_type)


def _is_loopback(name: str, interface_type: str) -> bool:
    return interface_type in {"", "virtual"} and _LOOPBACK_NAME.fullmatch(name) is not None


def _number(name: str) -> int | None:
    found = _LAST_NUMBER.search(name)
    return int(found[1]) if found else None


def _vrf_names(session: Session, ids: Collection[Any]) -> dict[int | None, str]:
    query = select(Vrf.id, Vrf.name)
    return {row.id: row.name for row in rows(session, query, Vrf.id, sorted(ids))}


_new = tuple.__new__
"""A named tuple made of its values in order, a third of the cost of calling its class."""
_NONE: tuple[address.Interface, ...] = ()
_USUAL = InterfaceView("")[8:]
_NEAR, _FAR = aliased(Interface), aliased(Interface)
_INTERFACES = select(*(getattr(Interface, name) for name in InterfaceRow._fields))
_TYPE, _IS_JOINED, _KEY, _ROLE = range(8, 12)
_JOINS = InterfaceRow._fields[_IS_JOINED:]
_PORTS = select(
    *(getattr(Interface, name) for name in InterfaceRow._fields[:_IS_JOINED]),
    case((and_(*(getattr(Interface, name).is_(None) for name in _JOINS)), None), else_=1),
    as_key(InterfaceAddress.address),
    InterfaceAddress.role,
).outerjoin(InterfaceAddress, InterfaceAddress.interface_id == Interface.id)
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
