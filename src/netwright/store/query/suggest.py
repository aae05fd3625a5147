"""Objects whose name begins like what someone types: for type-ahead and for search.

Names are looked up where an index leads to them. In kinds with few objects a part of the name does as well;
in a kind with a million only its beginning. Of a key with several parts (``ams-edge1/swp1``) the first part
is completed first, then what hangs on it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, or_, select
from sqlalchemy.sql.schema import Column

from netwright.store.kind import FieldSpec, FieldType, Kind
from netwright.store.naming import SEPARATOR
from netwright.store.query.lookup import escaped
from netwright.store.query.reader import Reader
from netwright.store.query.selection import Selection
from netwright.store.query.sight import Sight
from netwright.store.value import Doc, take_text

FEW = 20_000
"""A kind with fewer objects is read through for a part of a name."""
_PARENTS = 20
_LAST = "\U0010ffff"
_KEYED = Selection(fields=("key",))

IsFew = Callable[[Kind], bool]


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
    """The column begins with a text as typed, or in small or capital letters; an index leads to it."""
    ways = dict.fromkeys((text, text.lower(), text.upper(), text[:1].upper() + text[1:]))
    if sight.session.get_bind().dialect.name == "sqlite":  # LIKE uses no index there
        return or_(*(column.between(one, one + _LAST) for one in ways))
    return or_(*(column.like(f"{escaped(one)}%", escape="\\") for one in ways))


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
    for head, tail in _splits(text):
        for one in _composed(sight, kind, head, tail, limit, few):
            found.setdefault(one)
        if len(found) >= limit:
            break
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
    found = _ids(sight, kind, [begins(sight, column, text)], limit, column)
    if len(found) < limit and few(kind):
        titles = [kind.table.c[one.column] for one in kind.fields if one.name == "title"]
        parts = or_(*(holds(one, text) for one in (column, *titles)))
        found += [one for one in _ids(sight, kind, [parts], limit, column) if one not in found]
    return found[:limit]


def _composed(sight: Sight, kind: Kind, head: str, tail: str | None, limit: int, few: IsFew) -> list[int]:
    """Objects under what ``head`` names; ``tail`` begins the rest of their names."""
    first, *rest = kind.key_fields
    table = kind.table
    where: list[ColumnElement[bool]] = []
    if first.reference is not None:
        target = sight.kinds[first.reference]
        heads = _find(sight, target, head, _PARENTS, few)
        if tail is not None:  # the first part is whole
            heads = _exact(sight, target, heads, head)
        if not heads:
            return []
        where.append(table.c[first.column].in_(heads))
    else:
        column = table.c[first.column]
        where.append(begins(sight, column, head) if tail is None else column == head)
    last = rest[-1] if rest else None
    if tail and last is not None:
        where.append(_tail(sight, kind, last, tail))
    return _ids(sight, kind, where, limit)


def _tail(sight: Sight, kind: Kind, spec: FieldSpec, tail: str) -> ColumnElement[bool]:
    column = kind.table.c[spec.column]
    if spec.reference is None:
        return begins(sight, column if spec.type is FieldType.TEXT else cast(column, String), tail)
    return column.in_(_find(sight, sight.kinds[spec.reference], tail, _PARENTS, lambda _: True))


def _exact(sight: Sight, kind: Kind, ids: Collection[int], key: str) -> list[int]:
    found = Reader(sight.session, sight.kinds, sight.restriction).by_id(kind, ids, _KEYED)
    return [one for one, doc in found.items() if doc["key"].lower() == key.lower()]


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
