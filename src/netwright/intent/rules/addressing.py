"""Addresses and prefixes: none used twice, none overlapping, each where it belongs."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import LargeBinary, select, type_coerce

from netwright.base import address
from netwright.intent.rules.rule import Touched, named, rows_between, rows_in, rows_inside
from netwright.inventory import Appliance, Device, Interface, InterfaceAddress, Prefix
from netwright.inventory.addressing import PrefixRole
from netwright.store.problem import Problem

_APART = (PrefixRole.MANAGEMENT, PrefixRole.LOOPBACK, PrefixRole.LINK, PrefixRole.SERVICE)
"""Roles whose prefixes never share an address; a container may hold any of them."""


def overlapping_prefixes(touched: Touched) -> Iterator[Problem]:
    """Prefixes of the roles that hold addresses don't overlap in one routing table."""
    columns = select(Prefix.id, Prefix.prefix, Prefix.vrf_id).where(Prefix.role.in_(_APART))
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
    """In a routing table an address is on one interface, or one device's loopback or management address,
    only; these two are in the global table."""
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
    users: dict[tuple[int | None, bytes], set[tuple[str, int, str, int]]] = defaultdict(set)
    alone = [(one[:17], one[:17] + b"\xff") for one in wanted]
    for object_id, value, vrf, device in rows_between(session, addresses, key, alone, lambda row: row.key):
        users[vrf, address.host_of(value)].add(("address", object_id, "address", device))
    for name, column in zip(("management_address", "loopback"), own, strict=True):
        for device, value in rows_in(session, select(Device.id, column), column, wanted):
            users[None, value].add(("device", device, name, device))
    for (_, value), using in users.items():
        if len(using) > 1:
            yield from _shared(touched, address.address_of(value), using)


def _shared(
    touched: Touched, value: address.Address, users: set[tuple[str, int, str, int]]
) -> Iterator[Problem]:
    """A device's management address may stand on its own management port as well."""
    rest = sorted(users)
    managed = {device for kind, _, field, device in users if field == "management_address"}
    if len({user[3] for user in users}) == 1 and managed and len(rest) == 2 and rest[0][0] == "address":
        return
    ids = touched.ids("address") | touched.ids("device")
    told = next((user for user in reversed(rest) if user[1] in ids), rest[-1])
    others = [f"{field} of {kind} {touched.key(kind, one)}" for kind, one, field, _ in rest if one != told[1]]
    others = others or [f"{user[2]} of the same device" for user in rest if user != told]
    others = [other.replace("address of address", "address") for other in others]
    yield touched.problem(told[0], told[1], f"{value} is used twice, also as {named(others)}", told[2])


def outside_its_prefixes(touched: Touched) -> Iterator[Problem]:
    """Management and loopback addresses lie in prefixes of that role, as soon as there is one."""
    for role, column in (
        (PrefixRole.MANAGEMENT, Device.management_address),
        (PrefixRole.LOOPBACK, Device.loopback),
    ):
        prefixes = list(touched.session.scalars(select(Prefix.prefix).where(Prefix.role == role)))
        if not prefixes:
            continue
        query = select(Device.id, column).where(column.is_not(None))
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
    """A cache server serves from an address of its own, as soon as it has any."""
    query = select(Appliance.id, Appliance.device_id, Appliance.service_address)
    rows = set(map(tuple, rows_in(touched.session, query, Appliance.id, touched.ids("appliance"))))
    owners = select(Interface.device_id).join(InterfaceAddress, InterfaceAddress.interface_id == Interface.id)
    devices = {
        row[0] for row in rows_in(touched.session, owners, InterfaceAddress.id, touched.ids("address"))
    }
    old = {ipaddress.ip_interface(text).ip for text in touched.before("address", "address")}
    rows.update(map(tuple, rows_in(touched.session, query, Appliance.device_id, devices)))
    rows.update(map(tuple, rows_in(touched.session, query, Appliance.service_address, old)))
    own: dict[int, set[address.Address]] = defaultdict(set)
    columns = select(Interface.device_id, InterfaceAddress.address).join(
        InterfaceAddress, InterfaceAddress.interface_id == Interface.id
    )
    for device, value in rows_in(touched.session, columns, Interface.device_id, {row[1] for row in rows}):
        own[device].add(value.ip)
    for appliance, device, service in sorted(rows):
        if own[device] and service not in own[device]:
            message = f"service_address {service} is on no interface of the device"
            yield touched.problem("appliance", appliance, message, "service_address")
