"""Rows of a kind's table in bulk: raw statements, and plain values turned into the driver's and back.

The same as SQLAlchemy's own inserts and selects, at a third of the cost a row: what a row needs is found out
once a kind and database, not once a row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import itemgetter
from typing import Any, TypeAlias, TypeVar

import orjson
from sqlalchemy import Connection, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from netwright.base import address
from netwright.store.delta import Change
from netwright.store.kind import FieldType, Kind
from netwright.store.value import Doc, codec

_CHUNK = 5_000
_LOOKUPS = 1_000
_COPIED = 100
_BARE = frozenset(
    (
        FieldType.TEXT,
        FieldType.INTEGER,
        FieldType.NUMBER,
        FieldType.BOOLEAN,
        FieldType.CHOICE,
        FieldType.REFERENCE,
    )
)
"""Types whose plain value is what the driver takes."""
T = TypeVar("T")
Convert: TypeAlias = Callable[[Any], Any]


def chunks(items: Iterable[T], size: int = _CHUNK) -> Iterator[list[T]]:
    """Lists of at most ``size``: databases bound the parameters of a statement."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


def dumps(value: Any) -> str:
    """A plain value as JSON text, the same text for equal values."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


class Statements:
    """SQL text in the words of one database. Get it from :func:`statements`."""

    def __init__(self, dialect: Dialect) -> None:
        self.quote = dialect.identifier_preparer.quote
        self.sqlite = dialect.name == "sqlite"
        self.mark = "?" if self.sqlite else "%s"
        self.among = "IN (SELECT value FROM json_each(?))" if self.sqlite else "= ANY(%s::bigint[])"
        """Membership in a list of ids, one parameter however many: see ``ids``."""

        self.listed = "json_each(?)" if self.sqlite else "unnest(%s::bigint[]) AS value"
        """A list of ids, one parameter, as rows with the column ``value``."""

    def among_named(self, name: str) -> str:
        """The same, by a parameter with a name: one list, asked in several places."""
        if self.sqlite:
            return f"IN (SELECT value FROM json_each(:{name}))"  # noqa: S608 (words of ours)
        return f"= ANY(%({name})s::bigint[])"

    def ids(self, ids: Iterable[int]) -> Any:
        """Ids as the parameter of ``among``."""
        return orjson.dumps(list(ids)).decode() if self.sqlite else list(ids)

    def insert(self, table: Table, columns: Sequence[str]) -> str:
        names = ", ".join(map(self.quote, columns))
        marks = ", ".join([self.mark] * len(columns))
        return f"INSERT INTO {self.quote(table.name)} ({names}) VALUES ({marks})"  # noqa: S608 (names of ours)

    def update(self, table: Table, columns: Sequence[str]) -> str:
        sets = ", ".join(f"{self.quote(name)} = {self.mark}" for name in columns)
        return f"UPDATE {self.quote(table.name)} SET {sets} WHERE id = {self.mark}"  # noqa: S608

    def delete(self, table: Table, column: str = "id") -> str:
        return f"DELETE FROM {self.quote(table.name)} WHERE {self.quote(column)} {self.among}"  # noqa: S608

    def select(
        self, table: Table, columns: Sequence[str], column: str | None = "id", schema: str = ""
    ) -> str:
        """``column``: the one whose values are given; None for all rows. ``schema``: as SQL has it."""
        names = ", ".join(map(self.quote, columns))
        where = "" if column is None else f" WHERE {self.quote(column)} {self.among}"
        source = f"{schema}.{self.quote(table.name)}" if schema else self.quote(table.name)
        return f"SELECT {names} FROM {source}{where}"  # noqa: S608


def statements(connection: Connection) -> Statements:
    """The words of the database behind ``connection``."""
    return Statements(connection.dialect)


def insert_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """New rows of values as the driver takes them. PostgreSQL has them by COPY where they are many: that is
    a third of the work of as many INSERTs, there and here."""
    words = statements(connection)
    for part in chunks(rows):
        if words.sqlite or len(part) < _COPIED:
            connection.exec_driver_sql(words.insert(table, columns), part)
            continue
        names = ", ".join(map(words.quote, columns))
        driver: Any = connection.connection.driver_connection
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {words.quote(table.name)} ({names}) FROM STDIN") as copy,
        ):
            for row in part:
                copy.write_row(row)


class TableRows:
    """The rows of one kind in one database. Get it from :func:`rows_of`."""

    def __init__(self, kind: Kind, dialect: Dialect) -> None:
        self._kind = kind
        self._table = kind.table
        self._words = Statements(dialect)
        ways = codec(kind)
        self._columns = ways.columns
        self._into = {name: _into(kind, name, dialect) for name in ways.columns}
        self._sqlite = dialect.name == "sqlite"
        self._out_of = {name: _out(kind, name, dialect) for name in ways.columns}
        self._out = tuple(
            (place, convert) for place, convert in enumerate(self._out_of.values()) if convert is not None
        )
        self._pick = itemgetter(*ways.columns) if len(ways.columns) > 1 else None
        self._odd = tuple(
            (place, convert)
            for place, convert in enumerate(self._into.values(), start=1)
            if convert is not None
        )

    def insert(
        self,
        connection: Connection,
        docs: Iterable[tuple[int, Mapping[str, Any]]],
        table: Table | None = None,
    ) -> None:
        """New rows, each a whole document; into another table of the same columns, if one is given."""
        rows = (self._row(object_id, doc) for object_id, doc in docs)
        insert_rows(connection, self._table if table is None else table, ("id", *self._columns), rows)

    def update(self, connection: Connection, changes: Iterable[Change]) -> None:
        """Some columns of rows: one statement a set of columns, however many rows."""
        shapes: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
        for change in changes:
            after = change.after or {}
            columns = tuple(sorted(after))
            values = (self._convert(name, after[name]) for name in columns)
            shapes[columns].append((*values, change.id))
        for columns, rows in shapes.items():
            statement = self._words.update(self._table, columns)
            for part in chunks(rows):
                connection.exec_driver_sql(statement, part)

    def delete(self, connection: Connection, ids: Collection[int]) -> None:
        if ids:
            connection.exec_driver_sql(self._words.delete(self._table), (self._words.ids(ids),))

    def documents(
        self, connection: Connection, ids: Collection[int] | None = None, schema: str = ""
    ) -> dict[int, Doc]:
        """The rows of ``ids`` that there are, or all, as plain documents."""
        names = ("id", *self._columns)
        if ids is None:
            statement, given = self._words.select(self._table, names, None, schema), None
        elif ids:
            statement = self._words.select(self._table, names, "id", schema)
            given = (self._words.ids(ids),)
        else:
            return {}
        found: dict[int, Doc] = {}
        columns, out = self._columns, self._out
        for object_id, *values in connection.exec_driver_sql(statement, given):
            for place, convert in out:
                if values[place] is not None:
                    values[place] = convert(values[place])
            found[object_id] = dict(zip(columns, values, strict=True))
        return found

    def referring(
        self, connection: Connection, column: str, targets: Collection[int], schema: str = ""
    ) -> Sequence[tuple[int, int]]:
        """(id, what it refers to) of rows whose ``column`` refers to one of ``targets``."""
        if not targets:
            return ()
        statement = self._words.select(self._table, ("id", column), column, schema)
        found = connection.exec_driver_sql(statement, (self._words.ids(targets),))
        return [(object_id, target) for object_id, target in found]

    def holding(
        self, connection: Connection, columns: Sequence[str], values: Iterable[Sequence[Any]]
    ) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """(id, values) of rows that hold one of the values in the columns; None is equal to None. For SQLite,
        which reads a whole index for ``(a, b) IN (...)`` and looks up each row of a joined list."""
        assert self._sqlite
        whole: list[Sequence[Any]] = []
        parts: list[Sequence[Any]] = []
        for one in values:
            (parts if None in one else whole).append(one)
        yield from self._holding(connection, columns, whole, "=")
        yield from self._holding(
            connection, columns, parts, "IS"
        )  # which no index of what is not null serves

    def _holding(
        self, connection: Connection, columns: Sequence[str], values: Iterable[Sequence[Any]], equals: str
    ) -> Iterator[tuple[int, tuple[Any, ...]]]:
        names = ", ".join(f"w{place}" for place in range(len(columns)))
        table, quote = self._words.quote(self._table.name), self._words.quote
        equal = " AND ".join(f"t.{quote(name)} {equals} w.w{place}" for place, name in enumerate(columns))
        wanted = ", ".join(f"t.{quote(name)}" for name in columns)
        out = [(place, self._out_of[name]) for place, name in enumerate(columns) if self._out_of[name]]
        row = "(" + ", ".join("?" * len(columns)) + ")"
        for part in chunks(values, _LOOKUPS):
            given = [
                self._convert(name, value) for one in part for name, value in zip(columns, one, strict=True)
            ]
            rows = ", ".join([row] * len(part))
            statement = (
                f"WITH w({names}) AS (VALUES {rows}) "  # noqa: S608 (names of ours)
                f"SELECT t.id, {wanted} FROM w CROSS JOIN {table} AS t ON {equal}"
            )
            for object_id, *found in connection.exec_driver_sql(statement, tuple(given)):
                for place, convert in out:
                    if convert is not None and found[place] is not None:
                        found[place] = convert(found[place])
                yield object_id, tuple(found)

    def _row(self, object_id: int, doc: Mapping[str, Any]) -> tuple[Any, ...]:
        values = self._pick(doc) if self._pick else (doc[self._columns[0]],)
        if not self._odd:
            return (object_id, *values)
        row = [object_id, *values]
        for place, convert in self._odd:
            if row[place] is not None:
                row[place] = convert(row[place])
        return tuple(row)

    def _convert(self, name: str, value: Any) -> Any:
        convert = self._into[name]
        return value if convert is None or value is None else convert(value)


_KNOWN: dict[tuple[Kind, str], TableRows] = {}
"""By the dialect's name: engines come and go."""


def rows_of(kind: Kind, connection: Connection) -> TableRows:
    """The rows of ``kind`` in the database behind ``connection``."""
    known = _KNOWN.get((kind, connection.dialect.name))
    if known is None:
        known = _KNOWN[kind, connection.dialect.name] = TableRows(kind, connection.dialect)
    return known


def documents(
    session: Session, kind: Kind, ids: Collection[int] | None = None, schema: str = ""
) -> dict[int, Doc]:
    """The objects of a kind as they are now, or those of ``ids`` that there are, as plain documents.
    ``schema``: of the tables, where something else may stand in front of them."""
    connection = session.connection()
    return rows_of(kind, connection).documents(connection, ids, schema)


def _into(kind: Kind, name: str, dialect: Dialect) -> Convert | None:
    """From a plain value to what the driver takes."""
    field_type = codec(kind).fields[name].spec.type
    if field_type in _BARE:
        return None
    if field_type in _KEYED:
        return address.key_of_text
    if field_type in (FieldType.JSON, FieldType.LIST):
        return dumps
    processor: Convert | None = kind.table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
    return processor


def _out(kind: Kind, name: str, dialect: Dialect) -> Convert | None:
    """From what the driver gives to a plain value."""
    field = codec(kind).fields[name]
    field_type = field.spec.type
    if field_type is FieldType.BOOLEAN:
        return bool if dialect.name == "sqlite" else None
    if field_type in _BARE:
        return None
    if field_type in _KEYED:
        return _KEYED[field_type]
    column_type = kind.table.c[name].type
    processor: Convert | None = column_type.dialect_impl(dialect).result_processor(dialect, None)
    plain = field.plain
    if processor is None or plain is None:
        return processor or plain
    both = processor
    return lambda value: plain(both(value))


_KEYED: dict[FieldType, Convert] = {
    FieldType.ADDRESS: lambda data: str(address.address_of(data)),
    FieldType.INTERFACE_ADDRESS: lambda data: str(address.interface_of(data)),
    FieldType.PREFIX: lambda data: str(address.prefix_of(data)),
}
