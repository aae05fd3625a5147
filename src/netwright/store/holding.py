"""Rows that hold given values in some columns: whoever is looked for by name, however many names.

SQLite walks a whole index for ``(a, b) IN (...)``; so there each value is looked up in a joined list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, tuple_
from sqlalchemy.orm import Session

from netwright.store.kind import Kind
from netwright.store.rows import chunks, rows_of
from netwright.store.value import codec

_LOOKUPS = 1_000


def holding(
    session: Session, kind: Kind, columns: Sequence[str], values: Iterable[tuple[Any, ...]]
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """(id, values) of objects that hold one of the values in ``columns``, all plain. The last of the values
    may be None: that is the object with nothing there."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        yield from rows_of(kind, connection).holding(connection, columns, values)
        return
    table = kind.table
    ways = codec(kind)
    targets = [table.c[name] for name in columns]
    python = [ways.fields[name].python for name in columns]
    plain = [ways.fields[name].plain for name in columns]
    for part in chunks(values, _LOOKUPS):
        asked = [_converted(one, python) for one in part]
        for object_id, *row in session.execute(select(table.c.id, *targets).where(_matching(targets, asked))):
            yield object_id, _converted(row, plain)


def _converted(values: Sequence[Any], converts: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(
        value if convert is None or value is None else convert(value)
        for convert, value in zip(converts, values, strict=True)
    )


def _matching(
    targets: Sequence[ColumnElement[Any]], values: Sequence[tuple[Any, ...]]
) -> ColumnElement[bool]:
    if len(targets) == 1:
        return targets[0].in_([one[0] for one in values])
    whole = [one for one in values if one[-1] is not None]
    found: list[ColumnElement[bool]] = [tuple_(*targets).in_(whole)] if whole else []
    if len(whole) < len(values):
        rest = [one[:-1] for one in values if one[-1] is None]
        found.append(and_(targets[-1].is_(None), _matching(targets[:-1], rest)))
    return or_(*found)
