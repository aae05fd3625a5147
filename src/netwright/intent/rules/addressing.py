"""Addresses and prefixes: none used twice, none overlapping, each where it belongs."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import LargeBinary, or_, select, type_coerce

from netwright.base import address
from netwright.intent.rules.rule import Touched, named, rows_between, rows_in, rows_inside
from netwright.inventory import Appliance, Device, Interface, InterfaceAddress, Prefix
from netwright.inventory.addressing import AddressRole, NumberStatus, PrefixRole
from netwright.inventory.place import Status
from netwright.store.problem import Problem, Severity

_APART = (PrefixRole.MANAGEMENT, PrefixRole.LOOPBACK, PrefixRole.LINK, PrefixRole.SERVICE)
"""Roles whose prefixes never share an address; a container may hold any of them."""
_SHARED = (AddressRole.VIRTUAL, AddressRole.ANYCAST)
"""Roles whose addresses several devices have."""


def overlapping_prefixes(touched: Touched) -> Iterator[Problem]:
    """Prefixes of the roles that hold addresses don't overlap in one routing table. One that is deprecated
    makes room for those that come after it."""
    columns = select(Prefix.id, Prefix.prefix, Prefix.vrf_id).where(
        Prefix.role.in_(_APART), Prefix.status != NumberStatus.DEPRECATED
    )
    mine = list(rows_in(touched.session, columns, Prefix.id, touched.ids("prefix")))
    above = {wider for row in mine for wider in _wider(row.prefix)}
    found = list(rows_in(touched.session, columns, Prefix.prefix, above))
    found += rows_inside(touched.session, columns, Prefix.prefix, [row.prefix for row in mine])
    for vrf in dict.fromkeys(row.vrf_id for row in mine):
        yield from _overlaps(touched, _by_id(mine, vrf), _by_id(found, vrf))


def _by_id(rows: Iterable[Any], vrf: int | None) -> dict[int, address.Prefix]:
    return {row.id: row.prefix for row in rows if row.vrf_id == vrf}


def _overlaps(
    touched: Touched, mine: dict[int, address.Prefix], found: dict[int, address.Prefix]
) -> Iterator[Problem]:
    """One problem a pair, told of the touched one; of the narrower one where both are."""
    order = sorted({**found, **mine}.items(), key=lambda row: address.key(row[1]))
    open_: list[tuple[int, address.Prefix]] = []
    for object_id, prefix in order:
        while open_ and not _holds(open_[-1][1], prefix):
            open_.pop()
        for other_id, other in open_:
            told, told_of = (object_id, other) if object_id in mine else (other_id, prefix)
            if object_id in mine or other_id in mine:
                yield touched.problem("prefix", told, f"overlaps with prefix {told_of}", "prefix")
        open_.append((object_id, prefix))


def _holds(one: address.Prefix, other: address.Prefix) -> bool:
    if isinstance(one, ipaddress.IPv4Network) and isinstance(other, ipaddress.IPv4Network):
        return other.subnet_of(one)
    if isinstance(one, ipaddress.IPv6Network) and isinstance(other, ipaddress.IPv6Network):
        return other.subnet_of(one)
    return False


def _wider(prefix: address.Prefix) -> Iterator[address.Prefix]:
    while prefix.prefixlen:
        prefix = prefix.supernet()
        yield prefix


def address_used_twice(touched: Touched) -> Iterator[Problem]:
    """In a routing table an address is on one device's interface only; its loopback and management address
    are in the global table, and may be the same or stand on an interface of it too. Shared on purpose are
    virtual and anycast ones; what is decommissioned uses none."""
    session = touched.session
    key = type_coerce(InterfaceAddress.address, LargeBinary).label("key")
    addresses = select(InterfaceAddress.id, key, InterfaceAddress.vrf_id, Interface.device_id).join(
        Interface, Interface.id == InterfaceAddress.interface_id
    )
    found = rows_in(session, select(key), InterfaceAddress.id, touched.ids("address"))
    wanted = {address.host_of(row.key) for row in found}
    own = [type_coerce(column, LargeBinary) for column in (Device.management_address, Device.loopback)]
    for row in rows_in(session, select(*own), Device.id, touched.ids("device")):
        wanted.update(one for one in row if one is not None)
    users: dict[tuple[int | None, bytes], set[_User]] = defaultdict(set)
    alone = [(one[:17], one[:17] + b"\xff") for one in wanted]
    for object_id, value, vrf, device in rows_between(session, addresses, key, alone, lambda row: row.key):
        users[vrf, address.host_of(value)].add(_User("address", object_id, "address", device))
    for name, column in zip(("management_address", "loopback"), own, strict=True):
        for device, value in rows_in(session, select(Device.id, column), column, wanted):
            users[None, value].add(_User("device", device, name, device))
    several = {value: using for (_, value), using in users.items() if len(using) > 1}
    rivals = _rivals(touched, {one for using in several.values() for one in using}) if several else set()
    for value, using in several.items():
        yield from _contested(touched, address.address_of(value), using & rivals)


class _User(NamedTuple):
    """What has an address: an interface's, or a field of a device."""

    kind: str
    id: int
    field: str
    device: int


def _rivals(touched: Touched, users: set[_User]) -> set[_User]:
    """Those that want their address for themselves, on devices that are not decommissioned."""
    session = touched.session
    query = select(Device.id).where(Device.status == Status.DECOMMISSIONED)
    gone = {row[0] for row in rows_in(session, query, Device.id, {one.device for one in users})}
    shared = select(InterfaceAddress.id).where(InterfaceAddress.role.in_(_SHARED))
    ids = {one.id for one in users if one.kind == "address"}
    together = {row[0] for row in rows_in(session, shared, InterfaceAddress.id, ids)}
    return {
        one for one in users if one.device not in gone and not (one.kind == "address" and one.id in together)
    }


def _contested(touched: Touched, value: address.Address, users: set[_User]) -> Iterator[Problem]:
    rest = sorted(users)
    interfaces = sum(1 for one in rest if one.kind == "address")
    if len(rest) < 2 or (len({one.device for one in rest}) == 1 and interfaces < 2):
        return
    ids = touched.ids("address") | touched.ids("device")
    told = next((one for one in reversed(rest) if one.id in ids), rest[-1])
    others = [f"{one.field} of {one.kind} {touched.key(one.kind, one.id)}" for one in rest if one != told]
    others = [other.replace("address of address", "address") for other in others]
    yield touched.problem(told.kind, told.id, f"{value} is used twice, also as {named(others)}", told.field)


def outside_its_prefixes(touched: Touched) -> Iterator[Problem]:
    """Management and loopback addresses lie in prefixes of that role, as soon as there is one. A device may
    be managed by its loopback address."""
    for role, column in (
        (PrefixRole.MANAGEMENT, Device.management_address),
        (PrefixRole.LOOPBACK, Device.loopback),
    ):
        prefixes = list(touched.session.scalars(select(Prefix.prefix).where(Prefix.role == role)))
        if not prefixes:
            continue
        query = select(Device.id, column).where(column.is_not(None))
        if role is PrefixRole.MANAGEMENT:
            query = query.where(or_(Device.loopback.is_(None), Device.loopback != column))
        rows = set(map(tuple, rows_in(touched.session, query, Device.id, touched.ids("device"))))
        changed = {ipaddress.ip_network(text) for text in touched.before("prefix", "prefix")}
        changed.update(row[0] for row in _touched_prefixes(touched))
        rows.update(map(tuple, rows_inside(touched.session, query, column, changed)))
        for device, value in sorted(rows):
            if not any(value in prefix for prefix in prefixes):
                message = f"{column.key} {value} is in no prefix of role {role}"
                yield touched.problem("device", device, message, column.key)


def _touched_prefixes(touched: Touched) -> Iterable[tuple[address.Prefix]]:
    return rows_in(touched.session, select(Prefix.prefix), Prefix.id, touched.ids("prefix"))


def service_address_elsewhere(touched: Touched) -> Iterator[Problem]:
    """A cache server serves from an address of its own, as soon as it has any beside those of management.
    Its loopback is one. One that is planned may get it later."""
    query = select(Appliance.id, Appliance.device_id, Appliance.service_address)
    rows = set(map(tuple, rows_in(touched.session, query, Appliance.id, touched.ids("appliance"))))
    owners = select(Interface.device_id).join(InterfaceAddress, InterfaceAddress.interface_id == Interface.id)
    devices = {
        row[0] for row in rows_in(touched.session, owners, InterfaceAddress.id, touched.ids("address"))
    }
    old = {ipaddress.ip_interface(text).ip for text in touched.before("address", "address")}
    rows.update(map(tuple, rows_in(touched.session, query, Appliance.device_id, devices)))
    rows.update(map(tuple, rows_in(touched.session, query, Appliance.service_address, old)))
    devices = {row[1] for row in rows}
    own: dict[int, set[address.Address]] = defaultdict(set)
    columns = (
        select(Interface.device_id, InterfaceAddress.address)
        .join(InterfaceAddress, InterfaceAddress.interface_id == Interface.id)
        .where(Interface.management.is_(False))
    )
    for device, value in rows_in(touched.session, columns, Interface.device_id, devices):
        own[device].add(value.ip)
    planned: set[int] = set()
    about = select(Device.id, Device.loopback, Device.status)
    for device, loopback, status in rows_in(touched.session, about, Device.id, devices):
        own[device] |= {loopback} if loopback is not None and own[device] else set()
        planned |= {device} if status is Status.PLANNED else set()
    for appliance, device, service in sorted(rows):
        if own[device] and service not in own[device]:
            severity = Severity.WARNING if device in planned else Severity.ERROR
            message = f"service_address {service} is on no interface of the device"
            yield touched.problem("appliance", appliance, message, "service_address", severity)
