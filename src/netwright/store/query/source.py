"""What a list is read from: the kind's table, and what its references lead to, joined once each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, FromClause, and_, case

from netwright.store.kind import Kind
from netwright.store.naming import HIDDEN, SEPARATOR
from netwright.store.past import overlaid
from netwright.store.query.raw import Columns, Convert, raw_column
from netwright.store.query.sight import Sight

KeyText: TypeAlias = Callable[[Sequence[Any]], str]
"""The natural key in a row."""


class _Overlaid:
    """A row as it was, from the two that it can be in. Joined as two tables and not as their union, of which
    SQLite would make a copy for each join."""

    def __init__(self, same: FromClause, past: FromClause) -> None:
        self.c = {
            column.name: case((same.c.id.is_(None), past.c[column.name]), else_=column) for column in same.c
        }


_ALIASES: dict[tuple[Kind, tuple[str, ...]], FromClause] = {}
"""What is joined to a kind's table over references, by path. Kept: to make the columns of an alias costs
more than to read a page of rows."""


class Source:
    """The columns and joins of one statement, as they are asked for.

    What a reference leads to is joined only where it may be seen: otherwise its columns are empty, in what is
    told as in the order of the list."""

    def __init__(self, sight: Sight, kind: Kind) -> None:
        self.sight = sight
        self.kind = kind
        self.table: FromClause = kind.table
        self.columns: list[ColumnElement[Any]] = [kind.table.c.id]
        self._from: FromClause = kind.table
        self._aliases: dict[tuple[str, ...], tuple[Kind, Columns]] = {(): (kind, kind.table)}
        self._places: dict[tuple[tuple[str, ...], str], tuple[int, Convert | None]] = {}

    @property
    def joined(self) -> FromClause:
        return self._from

    def at(self, path: tuple[str, ...]) -> tuple[Kind, Columns]:
        """The kind and table at the end of a path of references (names of columns)."""
        if path not in self._aliases:
            kind, table = self.at(path[:-1])
            spec = next(spec for spec in kind.fields if spec.column == path[-1])
            target = self.sight.kinds[spec.reference or ""]
            self._aliases[path] = (target, self._join(path, target, table.c[spec.column]))
        return self._aliases[path]

    def _join(self, path: tuple[str, ...], target: Kind, reference: ColumnElement[Any]) -> Columns:
        parts = overlaid(self.sight.session, target)
        if parts is not None and self.sight.restriction.where(target) is None:
            same, past = (part.alias() for part in parts)
            for one in (same, past):
                self._from = self._from.outerjoin(one, one.c.id == reference)
            return _Overlaid(same, past)
        alias = _ALIASES.get((self.kind, path))
        if alias is None:
            alias = _ALIASES.setdefault((self.kind, path), target.table.alias())
        on = and_(alias.c.id == reference, *self.sight.seen(target, alias))
        self._from = self._from.outerjoin(alias, on)
        return alias

    def place(self, path: tuple[str, ...], column: str) -> tuple[int, Convert | None]:
        """Where a column stands in the rows, and what makes its values plain."""
        if (path, column) not in self._places:
            kind, table = self.at(path)
            spec = next(spec for spec in kind.fields if spec.column == column)
            expression, convert = raw_column(kind, table, spec)
            self.columns.append(expression)
            self._places[path, column] = (len(self.columns) - 1, convert)
        return self._places[path, column]

    def seen_at(self, path: tuple[str, ...]) -> int | None:
        """Where in the rows stands whether what is at a path may be seen: empty, it may not. None: it may."""
        kind, table = self.at(path)
        if self.sight.restriction.where(kind) is None:
            return None
        if (path, "id") not in self._places:
            self.columns.append(table.c.id)
            self._places[path, "id"] = (len(self.columns) - 1, None)
        return self._places[path, "id"][0]

    def key(self, path: tuple[str, ...] = ()) -> KeyText | None:
        """Reads the natural key of what is at a path; None when a part of it is hidden."""
        kind, _ = self.at(path)
        hidden = self.sight.restriction.hidden(kind)
        if any(name in hidden for name in kind.key):
            return None
        parts = [self._part(path, spec.column, spec.reference) for spec in kind.key_fields]
        if len(parts) == 1:
            return parts[0]
        if kind.optional_key is not None:
            return lambda row: SEPARATOR.join([text for part in parts if (text := part(row))])
        return lambda row: SEPARATOR.join([part(row) for part in parts])

    def _part(self, path: tuple[str, ...], column: str, reference: str | None) -> KeyText:
        at, convert = self.place(path, column)
        if reference is not None:
            inner = self.key((*path, column))
            seen = self.seen_at((*path, column))
            if seen is not None:
                return lambda row: (
                    "" if row[at] is None else HIDDEN if row[seen] is None or inner is None else inner(row)
                )
            if inner is None:
                return lambda row: "" if row[at] is None else f"#{row[at]}"
            return lambda row: "" if row[at] is None else inner(row)
        if convert is None:
            return lambda row: "" if row[at] is None else str(row[at])
        return lambda row: "" if row[at] is None else str(convert(row[at]))
