"""Reading rows for many ids: statements of bounded size, plain tuples."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import LargeBinary, Select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from netwright.store.history import chunks

_CHUNK = 1_000


def rows(
    session: Session, query: Select[*tuple[Any, ...]], column: Any, values: Collection[Any]
) -> Iterator[Any]:
    """The rows of ``query`` whose ``column`` is one of ``values``."""
    for part in chunks(values, _CHUNK):
        yield from session.connection().execute(query.where(column.in_(part))).all()


def plain_rows(
    session: Session, query: Select[*tuple[Any, ...]], column: Any, values: Collection[Any]
) -> Iterator[tuple[Any, ...]]:
    """As :func:`rows`, each row a tuple as the database's driver gives it: a StrEnum is its text, SQLite's
    truth 0 or 1, JSON perhaps text. To turn values and give them names costs as much as all the rest of a
    view, so it is for the tables that have a row for each interface."""
    for part in chunks(values, _CHUNK):
        cursor = session.connection().execute(query.where(column.in_(part))).cursor
        assert cursor is not None  # a SELECT has one
        yield from cursor.fetchall()


def as_key(column: Any) -> ColumnElement[bytes]:
    """An address column as the bytes that stand in the table: they sort, and cost nothing to read."""
    return type_coerce(column, LargeBinary)
