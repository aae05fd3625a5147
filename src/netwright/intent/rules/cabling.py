"""Cables: an end holds one cable, and both ends speak in the same subnets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Select, select

from netwright.base import address
from netwright.intent.rules.rule import Touched, rows_in
from netwright.inventory import Cable, InterfaceAddress
from netwright.store.problem import Problem

_ENDS: Select[int, int, int] = select(Cable.id, Cable.a_interface_id, Cable.b_interface_id)


def end_used_twice(touched: Touched) -> Iterator[Problem]:
    """An interface is one end of one cable, whether as ``a`` or as ``b``."""
    mine = {row[0]: row for row in rows_in(touched.session, _ENDS, Cable.id, touched.ids("cable"))}
    ends = {end for _, a, b in mine.values() for end in (a, b)}
    cables = dict(mine)
    for column in (Cable.a_interface_id, Cable.b_interface_id):
        cables.update({row[0]: row for row in rows_in(touched.session, _ENDS, column, ends)})
    holders: dict[int, list[int]] = defaultdict(list)
    for cable, a, b in cables.values():
        holders[a].append(cable)
        holders[b].append(cable)
    for end, found in holders.items():
        if len(found) < 2 or not mine.keys() & set(found):
            continue
        told = max(mine.keys() & set(found))
        others = sorted(touched.key("cable", one) for one in found if one != told)
        by = f"by cable {', '.join(others)} too" if others else "for both ends"
        interface = touched.key("interface", end)
        yield touched.problem("cable", told, f"the end {interface} is used twice, {by}")


def ends_in_different_subnets(touched: Touched) -> Iterator[Problem]:
    """An address at one end has a neighbour in its subnet at the other end."""
    session = touched.session
    ends = set(touched.ids("interface")) | touched.before("address", "interface_id")
    query = select(InterfaceAddress.interface_id)
    ends |= {row[0] for row in rows_in(session, query, InterfaceAddress.id, touched.ids("address"))}
    cables = {row[0]: row for row in rows_in(session, _ENDS, Cable.id, touched.ids("cable"))}
    for column in (Cable.a_interface_id, Cable.b_interface_id):
        cables.update({row[0]: row for row in rows_in(session, _ENDS, column, ends)})
    held: dict[int, list[address.Interface]] = defaultdict(list)
    columns = select(InterfaceAddress.interface_id, InterfaceAddress.address)
    all_ends = {end for _, a, b in cables.values() for end in (a, b)}
    for interface, value in rows_in(session, columns, InterfaceAddress.interface_id, all_ends):
        held[interface].append(value)
    for cable, a, b in sorted(map(tuple, cables.values())):
        lonely = _lonely(held[a], held[b])
        if lonely is None:
            continue
        mine, other = (a, b) if lonely in held[a] else (b, a)
        has = ", ".join(sorted(str(one) for one in held[other])) or "no address"
        yield touched.problem(
            "cable",
            cable,
            f"its ends are not in one subnet: {touched.key('interface', mine)} has {lonely}, "
            f"{touched.key('interface', other)} has {has}",
        )


def _lonely(one: list[address.Interface], other: list[address.Interface]) -> address.Interface | None:
    """An address whose network nobody at the other end is in."""
    networks = {value.network for value in one} ^ {value.network for value in other}
    alone = [value for value in (*one, *other) if value.network in networks]
    return min(alone, key=address.key) if alone else None
