"""Cables: an end holds one cable, and both ends speak in the same subnets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute

from netwright.base import address
from netwright.intent.rules.rule import Touched, rows_in
from netwright.inventory import Cable, InterfaceAddress
from netwright.store.problem import Problem

_ENDS: Select[int, int | None, int | None] = select(Cable.id, Cable.a_interface_id, Cable.b_interface_id)
_WHAT = ("interface", "port", "circuit_end", "power_feed")


def _columns(what: str) -> tuple[InstrumentedAttribute[Any], InstrumentedAttribute[Any]]:
    return getattr(Cable, f"a_{what}_id"), getattr(Cable, f"b_{what}_id")


def ends_are_one_thing(touched: Touched) -> Iterator[Problem]:
    """Each end of a cable is one interface, port, circuit end or power feed."""
    columns = [_columns(what)[side] for side in (0, 1) for what in _WHAT]
    for cable, *ends in rows_in(touched.session, select(Cable.id, *columns), Cable.id, touched.ids("cable")):
        for side, found in (("a", ends[: len(_WHAT)]), ("b", ends[len(_WHAT) :])):
            count = sum(1 for end in found if end is not None)
            if count != 1:
                fields = ", ".join(f"{side}_{what}" for what in _WHAT)
                message = f"end {side} is {count or 'not one'} of {fields}; expected one"
                yield touched.problem("cable", cable, message, f"{side}_interface")


def end_used_twice(touched: Touched) -> Iterator[Problem]:
    """What a cable ends at is one end of one cable, whether as ``a`` or as ``b``."""
    for what in _WHAT:
        yield from _used_twice(touched, what)


def _used_twice(touched: Touched, what: str) -> Iterator[Problem]:
    sides = _columns(what)
    query = select(Cable.id, *sides)
    ends = {end for column in sides for _, end in touched.written("cable", column.key)} - {None}
    cables: dict[int, Any] = {}
    for column in sides:
        cables.update({row[0]: row for row in rows_in(touched.session, query, column, ends)})
    mine = touched.ids("cable")
    holders: dict[int, list[int]] = defaultdict(list)
    for cable, *found in cables.values():
        for end in found:
            if end is not None:
                holders[end].append(cable)
    for end, using in holders.items():
        if len(using) < 2 or not mine & set(using):
            continue
        told = max(mine & set(using))
        others = sorted(touched.key("cable", one) for one in using if one != told)
        by = f"by cable {', '.join(others)} too" if others else "for both ends"
        yield touched.problem("cable", told, f"the end {touched.key(what, end)} is used twice, {by}")


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
    for cable, a, b in sorted(tuple(row) for row in cables.values() if None not in row):
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
