"""What an agent said, by table: rows of cells that are read with their types, and what makes no sense noted.

A value that is there but can't be understood is never dropped in silence: it goes to ``Problems``, as it
came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from netwright.base import address
from netwright.platforms.snmp import values

T = TypeVar("T")

_KEPT_PROBLEMS = 200
_KEPT_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Query:
    """Columns of one table. ``entry`` is the OID of its row (``ifEntry``); column 0 stands for a scalar
    below ``entry``'s own parent. ``mib`` names it for people."""

    mib: str
    entry: str
    columns: tuple[int, ...]


class Problems:
    """What could not be read, by where it stood. One line a cause: a column that is all wrong is one
    problem with its first value."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], tuple[str, int]] = {}
        self._more = 0

    def note(self, where: str, what: str, raw: object = None) -> None:
        key = (where, what)
        if key in self._seen:
            first, count = self._seen[key]
            self._seen[key] = (first, count + 1)
        elif len(self._seen) < _KEPT_PROBLEMS:
            self._seen[key] = ("" if raw is None else repr(raw)[:_KEPT_CHARACTERS], 1)
        else:
            self._more += 1

    def lines(self) -> tuple[tuple[str, str], ...]:
        """(where, what) pairs in the order they came."""
        told = [
            (where, what + (f": {raw}" if raw else "") + (f" ({count} times)" if count > 1 else ""))
            for (where, what), (raw, count) in self._seen.items()
        ]
        if self._more:
            told.append(("problems", f"{self._more} more are not kept"))
        return tuple(told)


@dataclass(slots=True)
class Row:
    """One row: its index and its cells by column number."""

    mib: str
    index: str
    problems: Problems
    cells: dict[int, object] = field(default_factory=dict)

    @property
    def numbers(self) -> list[int]:
        """The index in numbers."""
        return [int(part) for part in self.index.split(".")] if self.index else []

    def text(self, column: int) -> str | None:
        value = self.cells.get(column)
        return None if value is None else values.text(value)

    def number(self, column: int) -> int | None:
        return self._read(column, values.number, "is no number")

    def reading(self, column: int) -> float | None:
        return self._read(column, values.reading, "is no number")

    def oid(self, column: int) -> str | None:
        return self._read(column, values.oid, "is no object identifier")

    def ip(self, column: int) -> address.Address | None:
        value = self.cells.get(column)
        where = values.ip(value)
        if where is None and value not in {None, b""}:
            self.problems.note(f"{self.mib} column {column}", "is no address", value)
        return where

    def _read(self, column: int, parse: Callable[[object], T | None], fault: str) -> T | None:
        value = self.cells.get(column)
        if value is None or value == b"":
            return None
        parsed = parse(value)
        if parsed is None:
            self.problems.note(f"{self.mib} column {column}", fault, value)
        return parsed


class Tree:
    """Tables by the OID of their row, scalars by their own."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.scalars: dict[str, object] = {}
        self._tables: dict[str, dict[str, Row]] = {}
        self._names: dict[str, str] = {}

    def add(self, query: Query, column: int, found: Mapping[str, object]) -> None:
        """The values of one column as they came: full OID -> value."""
        start = len(query.entry) + len(str(column)) + 2
        rows = self._tables.setdefault(query.entry, {})
        self._names[query.entry] = query.mib
        for name, value in found.items():
            index = name[start:]
            row = rows.get(index)
            if row is None:
                row = rows[index] = Row(query.mib, index, self.problems)
            row.cells[column] = value

    def table(self, entry: str) -> Mapping[str, Row]:
        """Index -> row, in the agent's order; empty when it has no such table."""
        return self._tables.get(entry, {})

    def rows(self, entry: str) -> Iterator[Row]:
        return iter(self._tables.get(entry, {}).values())

    def text(self, scalar: str) -> str | None:
        return values.text(self.scalars.get(scalar))

    def number(self, scalar: str) -> int | None:
        return values.number(self.scalars.get(scalar))
