"""Search over everything: names, serial numbers, addresses, numbers, in the kinds that one may see.

What a kind is found by follows from its fields: its natural key, and text that an index leads to. Big kinds
are asked only where an index answers, small ones for any part of a word; so a network with a million
interfaces costs no more than a small one. An address also finds what holds it: interface, device and site.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, or_, select, type_coerce

from netwright.base import address
from netwright.base.address import Prefix
from netwright.store.given import take_text
from netwright.store.kind import FieldSpec, FieldType, Kind
from netwright.store.query.reader import Reader
from netwright.store.query.selection import Selection
from netwright.store.query.sight import Sight
from netwright.store.query.suggest import Named, beginnings, holds, indexed, under
from netwright.web.read.value import object_url

_LIMIT = 8
_SHORTEST = 2
_DEEPEST = 3
_ADDRESSED = frozenset({FieldType.ADDRESS, FieldType.INTERFACE_ADDRESS, FieldType.PREFIX})
_TITLES = frozenset({"title"})


@dataclass(frozen=True, slots=True)
class Hit:
    """An object that was found; ``why`` when its name does not say so."""

    id: int
    key: str
    url: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind. ``more``: there may be more than shown."""

    kind: Kind
    hits: list[Hit]
    more: bool
    rank: int


@dataclass(slots=True)
class _Found:
    """Ids of one kind with how well they fit (0: the name itself) and why."""

    ids: dict[int, tuple[int, str]]
    more: bool = False

    def add(self, object_id: int, rank: int, why: str = "") -> None:
        known = self.ids.get(object_id)
        if known is None or rank < known[0]:
            self.ids[object_id] = (rank, why)


def search(
    sight: Sight,
    text: str,
    few: Callable[[Kind], bool],
    may_see: Callable[[Kind], bool],
    limit: int = _LIMIT,
) -> list[Group]:
    """The kinds with something that fits, the best first."""
    text = " ".join(text.split())
    if not text or (len(text) < _SHORTEST and not text.isdecimal()):
        return []
    network = _network(text)
    found: dict[str, _Found] = {}
    names: Named = {}
    for name, kind in sight.kinds.items():
        if not may_see(kind):
            continue
        mine = _Found({})
        if network is not None:
            _addressed(sight, kind, network, few, mine, limit)
        else:
            _named(sight, kind, text, few, mine, limit, names)
        if mine.ids:
            found[name] = mine
    if network is not None:
        _holders(sight, found, may_see)
    groups = [_group(sight, sight.kinds[name], mine, text, limit) for name, mine in found.items()]
    weight = {name: len(sight.kinds.referrers(name)) for name in found}
    return sorted((one for one in groups if one.hits), key=lambda one: (one.rank, -weight[one.kind.name]))


def _named(
    sight: Sight,
    kind: Kind,
    text: str,
    few: Callable[[Kind], bool],
    found: _Found,
    limit: int,
    names: Named,
) -> None:
    small = few(kind)
    hidden = sight.restriction.hidden(kind)
    for spec, leads in _words(kind):
        if spec.name in hidden or not (small or leads):
            continue
        column = kind.table.c[spec.column]
        why = "" if spec.name in kind.key else spec.name
        for condition in [holds(column, text)] if small else beginnings(sight, column, text):
            _take(sight, kind, condition, found, 2, why, limit, column)
    for spec in kind.key_fields:
        if spec.type is FieldType.INTEGER and text.isascii() and text.isdecimal() and spec.name not in hidden:
            value = take_text(spec, text)
            if value is not None and (small or spec.column in indexed(kind)):
                _take(sight, kind, kind.table.c[spec.column] == value, found, 1, "", limit)
    if "/" in text and not any(name in hidden for name in kind.key):
        for one in under(sight, kind, text, limit, names):
            found.add(one, 1)


@cache
def _words(kind: Kind) -> tuple[tuple[FieldSpec, bool], ...]:
    """Text that a kind is found by, and whether an index leads to it."""
    leading = indexed(kind)
    return tuple(
        (spec, spec.column in leading)
        for spec in kind.fields
        if spec.type is FieldType.TEXT
        and not spec.multiline
        and (spec.name in kind.key or spec.column in leading or spec.name in _TITLES)
    )


def _addressed(
    sight: Sight, kind: Kind, network: Prefix, few: Callable[[Kind], bool], found: _Found, limit: int
) -> None:
    hidden = sight.restriction.hidden(kind)
    for spec in kind.fields:
        if spec.type not in _ADDRESSED or spec.name in hidden:
            continue
        if spec.column not in indexed(kind) and not few(kind):
            continue
        column = kind.table.c[spec.column]
        low, high = address.span(network)
        inside: ColumnElement[bool] = type_coerce(column, LargeBinary).between(low, high)
        if spec.type is FieldType.PREFIX:
            around = [str(network.supernet(new_prefix=length)) for length in range(network.prefixlen + 1)]
            inside = or_(
                column.in_(around), type_coerce(column, LargeBinary).between(address.key(network), high)
            )
        why = "" if spec.name in kind.key else spec.name
        _take(sight, kind, inside, found, 0 if spec.type is not FieldType.PREFIX else 1, why, limit)


def _holders(sight: Sight, found: dict[str, _Found], may_see: Callable[[Kind], bool]) -> None:
    """What the found addresses are on: along the references that an object must have."""
    frontier = {name: list(mine.ids) for name, mine in found.items() if name != "prefix"}
    for _ in range(_DEEPEST):
        following: dict[str, list[int]] = {}
        for name, ids in frontier.items():
            kind = sight.kinds[name]
            for spec in kind.fields:
                if not (spec.reference and spec.required) or not may_see(sight.kinds[spec.reference]):
                    continue
                column = kind.table.c[spec.column]
                query = select(column).where(kind.table.c.id.in_(ids)).distinct().limit(_LIMIT)
                for target in sight.session.scalars(query):
                    known = found.setdefault(spec.reference, _Found({}))
                    if target not in known.ids and spec.reference in _PLACES:
                        known.add(target, 3, "has it")
                        following.setdefault(spec.reference, []).append(target)
        frontier = following


_PLACES = frozenset({"interface", "device", "site"})


def _take(
    sight: Sight,
    kind: Kind,
    condition: ColumnElement[bool],
    found: _Found,
    rank: int,
    why: str,
    limit: int,
    order: Any = None,
) -> None:
    table = kind.table
    query = select(table.c.id).where(condition, *sight.seen(kind, table)).limit(limit + 1)
    ids = list(sight.session.scalars(query if order is None else query.order_by(order)))
    found.more = found.more or len(ids) > limit
    for one in ids[:limit]:
        found.add(one, rank, why)


def _group(sight: Sight, kind: Kind, found: _Found, text: str, limit: int) -> Group:
    docs = Reader(sight.session, sight.kinds, sight.restriction).by_id(kind, found.ids, Selection(("key",)))
    ranked = sorted(
        ((_rank(doc["key"], text, found.ids[one][0]), doc["key"], one) for one, doc in docs.items()),
        key=lambda entry: (entry[0], len(entry[1]), entry[1]),
    )
    hits = [
        Hit(one, key, object_url(kind.name, one, key), found.ids[one][1]) for _, key, one in ranked[:limit]
    ]
    return Group(kind, hits, found.more or len(ranked) > limit, min((one[0] for one in ranked), default=9))


def _rank(key: str, text: str, rank: int) -> int:
    low, wanted = key.lower(), text.lower()
    if low == wanted:
        return 0
    return min(rank, 1) if low.startswith(wanted) else rank


def _network(text: str) -> Prefix | None:
    """An address or a prefix; host bits are forgiven, as a person copies them from an interface."""
    if not any(mark in text for mark in ".:"):
        return None
    try:
        if "/" in text and ipaddress.ip_interface(text).ip != ipaddress.ip_interface(text).network[0]:
            return ipaddress.ip_network(text.partition("/")[0])
        return ipaddress.ip_network(text)
    except ValueError:
        return None
