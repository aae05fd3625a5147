"""Cables: an end holds one cable, and both ends of a link speak in the same subnets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from netwright.base import address
from netwright.intent.rules.rule import Touched, rows_in
from netwright.intent.trace import ENDS, End, Path, trace
from netwright.inventory import Cable, Interface, InterfaceAddress
from netwright.inventory.place import Status
from netwright.store.problem import Problem, Severity


def _columns(what: str) -> tuple[InstrumentedAttribute[Any], InstrumentedAttribute[Any]]:
    return getattr(Cable, f"a_{what}_id"), getattr(Cable, f"b_{what}_id")


def ends_are_one_thing(touched: Touched) -> Iterator[Problem]:
    """Each end of a cable is one interface, port, circuit end or power feed."""
    columns = [_columns(what)[side] for side in (0, 1) for what in ENDS]
    for cable, *ends in rows_in(touched.session, select(Cable.id, *columns), Cable.id, touched.ids("cable")):
        for side, found in (("a", ends[: len(ENDS)]), ("b", ends[len(ENDS) :])):
            count = sum(1 for end in found if end is not None)
            if count != 1:
                fields = ", ".join(f"{side}_{what}" for what in ENDS)
                message = f"end {side} is {count or 'not one'} of {fields}; expected one"
                yield touched.problem("cable", cable, message, f"{side}_interface")


def end_used_twice(touched: Touched) -> Iterator[Problem]:
    """What a cable ends at is one end of one cable, whether as ``a`` or as ``b``."""
    for what in ENDS:
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


@dataclass(slots=True)
class _Side:
    """What speaks at one end of a link: an interface, or the bundle that it is a member of. ``silent``: not
    meant to have addresses, for it switches, or its sub-interfaces have them."""

    id: int
    addresses: list[address.Interface] = field(default_factory=list)
    silent: bool = False


def ends_in_different_subnets(touched: Touched) -> Iterator[Problem]:
    """Both ends of a link speak in the same subnets, family by family. A link is a cable, or several through
    panels and circuits. An end without an address of a family is told as a warning: the network may still be
    on its way in."""
    paths = _links(touched)
    sides = _sides(
        touched, {end for path in paths for end in (path.start[1], path.far[1] if path.far else 0)}
    )
    for path in paths:
        if path.far is None or path.far[1] not in sides:
            continue
        a, b = sides[path.start[1]], sides[path.far[1]]
        told = None if a.silent or b.silent else _unlike(touched, a, b)
        if told is not None:
            yield touched.problem("cable", path.steps[0][1], told[0], severity=told[1])


def _links(touched: Touched) -> list[Path]:
    """The ways between two interfaces that the change may have spoiled, each once; none over a cable that is
    on its way out."""
    session = touched.session
    ends = set(touched.ids("interface")) | touched.before("address", "interface_id")
    query = select(InterfaceAddress.interface_id)
    ends |= {row[0] for row in rows_in(session, query, InterfaceAddress.id, touched.ids("address"))}
    ends |= {row[0] for row in rows_in(session, select(Interface.id), Interface.lag_id, ends)}
    starts: set[End] = {("interface", end) for end in ends}
    held: set[End] = set()
    columns = [getattr(Cable, f"{side}_{kind}_id") for side in "ab" for kind in ENDS]
    for row in rows_in(session, select(*columns), Cable.id, touched.ids("cable")):
        kinds = [*ENDS, *ENDS]
        held |= {(kind, value) for kind, value in zip(kinds, row, strict=True) if value is not None}
    starts |= {end for end in held if end[0] == "interface"}
    through = trace(session, [end for end in held if end[0] != "interface"])
    starts |= {path.far for path in through.values() if path.far is not None and path.far[0] == "interface"}
    found: dict[frozenset[int], Path] = {}
    for start, path in sorted(trace(session, starts).items()):
        if path.far is not None and path.far[0] == "interface" and path.far != start:
            found.setdefault(frozenset((start[1], path.far[1])), path)
    going = {cable for path in found.values() for cable in path.through("cable")}
    query = select(Cable.id).where(Cable.status == Status.DECOMMISSIONED)
    gone = {row[0] for row in rows_in(session, query, Cable.id, going)}
    return [path for path in found.values() if not gone.intersection(path.through("cable"))]


def _sides(touched: Touched, ids: set[int]) -> dict[int, _Side]:
    session = touched.session
    columns = select(Interface.id, Interface.lag_id, Interface.vlan_mode)
    rows = {row.id: row for row in rows_in(session, columns, Interface.id, ids)}
    holders = {row.lag_id or row.id for row in rows.values()}
    switching = {row.id for row in rows.values() if row.vlan_mode is not None}
    query = columns.where(Interface.vlan_mode.is_not(None))
    switching |= {row.id for row in rows_in(session, query, Interface.id, holders - rows.keys())}
    switching |= {
        row[0] for row in rows_in(session, select(Interface.parent_id), Interface.parent_id, holders)
    }
    held: dict[int, list[address.Interface]] = defaultdict(list)
    has = select(InterfaceAddress.interface_id, InterfaceAddress.address)
    for interface, value in rows_in(session, has, InterfaceAddress.interface_id, holders | rows.keys()):
        if not value.ip.is_link_local and value.network.num_addresses > 1:
            held[interface].append(value)
    found = {}
    for row in rows.values():
        holder = row.lag_id or row.id
        own = held[row.id] + (held[holder] if holder != row.id else [])
        found[row.id] = _Side(row.id, own, holder in switching and not own)
    return found


def _unlike(touched: Touched, a: _Side, b: _Side) -> tuple[str, Severity] | None:
    """What is wrong with the addresses of two ends, the worse first."""
    lonely = {version: _lonely(a, b, version) for version in (4, 6)}
    for version, one in lonely.items():
        others = b if one in a.addresses else a
        if one is not None and any(value.version == version for value in others.addresses):
            return _not_in_one_subnet(touched, a, b, one), Severity.ERROR
    one = lonely[4] or lonely[6]
    return None if one is None else (_not_in_one_subnet(touched, a, b, one), Severity.WARNING)


def _not_in_one_subnet(touched: Touched, a: _Side, b: _Side, lonely: address.Interface) -> str:
    mine, other = (a, b) if lonely in a.addresses else (b, a)
    has = ", ".join(sorted(str(one) for one in other.addresses)) or "no address"
    return (
        f"its ends are not in one subnet: {touched.key('interface', mine.id)} has {lonely}, "
        f"{touched.key('interface', other.id)} has {has}"
    )


def _lonely(a: _Side, b: _Side, version: int) -> address.Interface | None:
    """An address of a family whose network nobody at the other end is in."""
    ours, theirs = ([value for value in side.addresses if value.version == version] for side in (a, b))
    networks = {value.network for value in ours} ^ {value.network for value in theirs}
    alone = [value for value in (*ours, *theirs) if value.network in networks]
    return min(alone, key=address.key) if alone else None
