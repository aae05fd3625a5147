"""Objects whose name begins like what someone types: for type-ahead and for search.

Names are looked up where an index leads to them. In kinds with few objects a part of the name does as well;
in a kind with a million only its beginning. Of a key with several parts (``ams-edge1/swp1``) the first part
is completed first, then what hangs on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, or_, select
from sqlalchemy.sql.schema import Column

from netwright.store.given import take_text
from netwright.store.kind import FieldSpec, FieldType, Kind
from netwright.store.naming import SEPARATOR
from netwright.store.query.lookup import escaped
from netwright.store.query.reader import Reader
from netwright.store.query.selection import Selection
from netwright.store.query.sight import Sight
from netwright.store.value import Doc

FEW = 20_000
"""A kind with fewer objects is read through for a part of a name."""
_PARENTS = 20
_LAST = "\U0010ffff"
_KEYED = Selection(fields=("key",))

IsFew = Callable[[Kind], bool]
Named = dict[tuple[str, str], list[int]]
"""Ids by kind and whole name."""


def is_few(sight: Sight, kind: Kind) -> bool:
    """Whether a kind has fewer than ``FEW`` objects; never reads more of them."""
    some = select(kind.table.c.id).limit(FEW).subquery()
    return (sight.session.scalar(select(func.count()).select_from(some)) or 0) < FEW


def suggest(sight: Sight, kind: Kind, text: str, limit: int, few: IsFew | None = None) -> list[Doc]:
    """Up to ``limit`` objects as ``{id, key}``, the shortest names first. Without text: the first ones."""
    known = few or (lambda one: is_few(sight, one))
    ids = _find(sight, kind, text.strip(), limit, known)
    found = Reader(sight.session, sight.kinds, sight.restriction).by_id(kind, ids, _KEYED)
    return sorted(found.values(), key=lambda doc: (len(doc["key"]), doc["key"]))


def begins(sight: Sight, column: ColumnElement[Any] | Column[Any], text: str) -> ColumnElement[bool]:
    """The column begins with a text as typed, or in small or capital letters."""
    return or_(*beginnings(sight, column, text))


def beginnings(
    sight: Sight, column: ColumnElement[Any] | Column[Any], text: str
) -> list[ColumnElement[bool]]:
    """Each of these by itself is a range of the column's index; all in one, sorted, would be read through."""
    ways = dict.fromkeys((text, text.lower(), text.upper(), text[:1].upper() + text[1:]))
    if sight.session.get_bind().dialect.name == "sqlite":  # LIKE uses no index there
        return [column.between(one, one + _LAST) for one in ways]
    return [column.like(f"{escaped(one)}%", escape="\\") for one in ways]


def holds(column: ColumnElement[Any] | Column[Any], text: str) -> ColumnElement[bool]:
    return cast(column, String).ilike(f"%{escaped(text)}%", escape="\\")


def indexed(kind: Kind) -> frozenset[str]:
    """Columns that an index begins with."""
    table = kind.table
    first = {next(iter(index.columns)).name for index in table.indexes}
    for constraint in table.constraints:
        columns: Sequence[Any] = list(getattr(constraint, "columns", ()))
        if columns and type(constraint).__name__ in {"UniqueConstraint", "PrimaryKeyConstraint"}:
            first.add(columns[0].name)
    first.update(column.name for column in table.columns if column.unique or column.index)
    return frozenset(first)


def _find(sight: Sight, kind: Kind, text: str, limit: int, few: IsFew) -> list[int]:
    hidden = sight.restriction.hidden(kind)
    if any(name in hidden for name in kind.key):
        return []
    first, *rest = kind.key_fields
    if not text:
        return _ids(sight, kind, [], limit)
    if first.reference is None and not rest:
        return _plain(sight, kind, first, text, limit, few)
    found: dict[int, None] = {}
    for one in under(sight, kind, text, limit):
        found.setdefault(one)
    if not found:
        for one in _composed(sight, kind, text, limit, few):
            found.setdefault(one)
    if not found and few(kind):
        texts = [spec for spec in kind.key_fields if spec.type in {FieldType.TEXT, FieldType.CHOICE}]
        if texts:
            ends = or_(*(holds(kind.table.c[spec.column], text) for spec in texts))
            return _ids(sight, kind, [ends], limit)
    return list(found)[:limit]


def _plain(sight: Sight, kind: Kind, spec: FieldSpec, text: str, limit: int, few: IsFew) -> list[int]:
    column = kind.table.c[spec.column]
    if spec.type is not FieldType.TEXT:
        value = take_text(spec, text)
        return [] if value is None else _ids(sight, kind, [column == value], limit)
    found: list[int] = []
    for one in beginnings(sight, column, text):
        if len(found) < limit:
            found += [near for near in _ids(sight, kind, [one], limit, column) if near not in found]
    if len(found) < limit and few(kind):
        titles = [kind.table.c[one.column] for one in kind.fields if one.name == "title"]
        parts = or_(*(holds(one, text) for one in (column, *titles)))
        found += [one for one in _ids(sight, kind, [parts], limit, column) if one not in found]
    return found[:limit]


def _composed(sight: Sight, kind: Kind, text: str, limit: int, few: IsFew) -> list[int]:
    """Objects under what begins with a text."""
    first = kind.key_fields[0]
    table = kind.table
    if first.reference is None:
        return _ids(sight, kind, [begins(sight, table.c[first.column], text)], limit)
    heads = _find(sight, sight.kinds[first.reference], text, _PARENTS, few)
    return _ids(sight, kind, [table.c[first.column].in_(heads)], limit) if heads else []


def _tail(sight: Sight, kind: Kind, spec: FieldSpec, tail: str) -> ColumnElement[bool]:
    column = kind.table.c[spec.column]
    if spec.reference is None:
        return begins(sight, column if spec.type is FieldType.TEXT else cast(column, String), tail)
    return column.in_(_find(sight, sight.kinds[spec.reference], tail, _PARENTS, lambda _: True))


def under(sight: Sight, kind: Kind, text: str, limit: int, known: Named | None = None) -> list[int]:
    """Objects whose name is ``text`` or begins with it, where its first part is whole: ``ams-edge1/sw``.
    Only indexes are asked. ``known`` keeps what whole names lead to, for many kinds in one search."""
    first, *rest = kind.key_fields
    names: Named = {} if known is None else known
    found: dict[int, None] = {}
    for head, tail in _splits(text):
        if tail is None or first.reference is None or not rest:
            continue
        heads = _whole(sight, sight.kinds[first.reference], head, names)
        if heads:
            where = [kind.table.c[first.column].in_(heads), _tail(sight, kind, rest[-1], tail)]
            found.update(dict.fromkeys(_ids(sight, kind, where, limit)))
    return list(found)[:limit]


def _whole(sight: Sight, kind: Kind, text: str, known: Named) -> list[int]:
    """Objects of exactly this name."""
    if (kind.name, text) in known:
        return known[kind.name, text]
    first, *rest = kind.key_fields
    table = kind.table
    found: list[int] = []
    if first.reference is None:
        value = take_text(first, text)
        if value is not None and not rest:
            ways = {value, value.lower()} if isinstance(value, str) else {value}
            found = _ids(sight, kind, [table.c[first.column].in_(ways)], _PARENTS)
    elif not rest:
        heads = _whole(sight, sight.kinds[first.reference], text, known)
        found = _ids(sight, kind, [table.c[first.column].in_(heads)], _PARENTS) if heads else []
    else:
        for head, tail in _splits(text):
            last = take_text(rest[-1], tail) if tail and rest[-1].reference is None else None
            heads = _whole(sight, sight.kinds[first.reference], head, known) if last is not None else []
            if heads:
                where = [table.c[first.column].in_(heads), table.c[rest[-1].column] == last]
                found += _ids(sight, kind, where, _PARENTS)
    known[kind.name, text] = found
    return found


def _splits(text: str) -> Iterator[tuple[str, str | None]]:
    """All ways to cut a text into a whole first part and the beginning of the rest; uncut at last."""
    parts = text.split(SEPARATOR)
    for cut in range(1, min(len(parts), 4)):
        yield SEPARATOR.join(parts[:cut]), SEPARATOR.join(parts[cut:])
    yield text, None


def _ids(
    sight: Sight, kind: Kind, where: Sequence[ColumnElement[bool]], limit: int, order: Any = None
) -> list[int]:
    table = kind.table
    query = select(table.c.id).where(*where, *sight.seen(kind, table)).limit(limit)
    return list(sight.session.scalars(query if order is None else query.order_by(order)))
