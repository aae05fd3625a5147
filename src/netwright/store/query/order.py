"""The order of a list, and where its next page begins.

The last object's values and id say where a page ended; what comes after is found by comparison, never by
counting. Empty values come last, upwards and downwards. The id breaks ties.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, literal, or_, true

from netwright.base.errors import InputError
from netwright.store.kind import FieldSpec, FieldType, Kind
from netwright.store.query.cursor import decode_cursor, encode_cursor
from netwright.store.query.raw import bound, raw_column
from netwright.store.query.source import Source
from netwright.store.record import led

MAX_KEYS = 4
_PLAIN = (str, int, float, bool, type(None))


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column to sort by; ``place`` is where it stands in the rows."""

    kind: Kind
    spec: FieldSpec
    column: ColumnElement[Any]
    place: int
    descending: bool
    nullable: bool

    def clauses(self) -> list[ColumnElement[Any]]:
        way = self.column.desc() if self.descending else self.column.asc()
        return [self.column.is_(None), way] if self.nullable else [way]

    def beyond(self, value: Any) -> ColumnElement[bool]:
        if value is None:
            return false()
        after = self.column < value if self.descending else self.column > value
        return or_(after, self.column.is_(None)) if self.nullable else after

    def at(self, value: Any) -> ColumnElement[bool]:
        return self.column.is_(None) if value is None else self.column == value


class Order:
    """Sort keys of one statement, read from texts as ``-site.name``."""

    def __init__(self, source: Source, sort: Sequence[str]) -> None:
        self._source = source
        self._mark = ",".join(sort)
        self._descending_id = len(sort) == 1 and sort[0] == "-id"
        self._own = True
        self.keys: list[SortKey] = []
        for text in sort:
            if text.removeprefix("-") != "id":
                self._add(text)
        if len(self.keys) > MAX_KEYS * 2:
            raise InputError(f"sorts by more than {MAX_KEYS} fields", subject="sort")

    def clauses(self) -> list[ColumnElement[Any]]:
        name = self._source.table.c.id
        found = [clause for key in self.keys for clause in key.clauses()]
        return [*found, name.desc() if self._descending_id else name.asc()]

    @property
    def costly(self) -> bool:
        """Whether all rows are looked at to find the first: no index is in this order. Only for orders by the
        list's own columns."""
        if not self.keys or not self._own:
            return False
        return not led(self._source.kind.table, self.keys[0].spec.column)

    def after(self, cursor: str) -> ColumnElement[bool]:
        """Rows beyond a cursor. Raises InputError for one of another list."""
        mark, object_id, *values = decode_cursor(cursor, str, int, *([_PLAIN] * len(self.keys)))
        if mark != self._mark:
            raise InputError(
                "this cursor is of a list in another order",
                subject="after",
                remedy="Begin at the first page.",
            )
        name = self._source.table.c.id
        condition = name < object_id if self._descending_id else name > object_id
        for key, plain in zip(reversed(self.keys), reversed(values), strict=True):
            value = self._bound(key, plain)
            condition = or_(key.beyond(value), and_(key.at(value), condition))
        return and_(self._range(values), condition)

    def cursor(self, row: Sequence[Any]) -> str:
        """Where a page ends whose last row this is."""
        values = []
        for key in self.keys:
            value = row[key.place]
            convert = raw_column(key.kind, key.kind.table, key.spec)[1]
            values.append(value if value is None or convert is None else convert(value))
        return encode_cursor([self._mark, row[0], *values])

    def _bound(self, key: SortKey, plain: Any) -> Any:
        try:
            value = bound(key.kind, key.spec, plain)
        except ValueError:
            raise InputError(
                "this page of the list can't be found", remedy="Begin at the first page."
            ) from None
        return None if value is None else literal(value, key.column.type)  # True and False compare too

    def _range(self, values: Sequence[Any]) -> ColumnElement[bool]:
        """What an index on the first key can use."""
        if not self.keys or self.keys[0].nullable:
            return true()
        first, value = self.keys[0], self._bound(self.keys[0], values[0])
        here: ColumnElement[bool] = first.column <= value if first.descending else first.column >= value
        return here

    def _add(self, text: str) -> None:
        name, descending = text.removeprefix("-"), text.startswith("-")
        *steps, last = name.split(".")
        path: tuple[str, ...] = ()
        for step in steps:
            kind, _ = self._source.at(path)
            spec = self._field(kind, step, text)
            if spec.reference is None:
                raise InputError(f"field {step} of {kind.name} leads nowhere", subject=f"sort {text}")
            path = (*path, spec.column)
        kind, _ = self._source.at(path)
        if last == "key":
            self._by_key(path, descending)
            return
        spec = self._field(kind, last, text)
        if spec.reference is not None:
            self._by_key((*path, spec.column), descending)
        else:
            self._by(path, kind, spec, descending, text)

    def _by_key(self, path: tuple[str, ...], descending: bool) -> None:
        kind, _ = self._source.at(path)
        for spec in kind.key_fields:
            self._field(kind, spec.name, kind.name)
            if spec.reference is not None:
                self._by_key((*path, spec.column), descending)
            else:
                self._by(path, kind, spec, descending, spec.name)

    def _by(self, path: tuple[str, ...], kind: Kind, spec: FieldSpec, descending: bool, text: str) -> None:
        if spec.type is FieldType.JSON:
            raise InputError(f"field {spec.name} has no order, it is JSON", subject=f"sort {text}")
        place, _ = self._source.place(path, spec.column)
        column = self._source.columns[place]
        self._own = self._own and not path
        nullable = bool(path) or bool(kind.table.c[spec.column].nullable)
        self.keys.append(SortKey(kind, spec, column, place, descending, nullable))

    def _field(self, kind: Kind, name: str, text: str) -> FieldSpec:
        spec = self._source.sight.field(kind, name)
        if spec is None:
            error = self._source.sight.unknown(kind, name, also=["id", "key"])
            raise InputError(error.what, subject=f"sort {text}", remedy=error.remedy)
        return spec
