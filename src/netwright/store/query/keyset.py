"""Pages of a list of records that are no kind: by one of a few columns, of equals by number, each page from
where the last one ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import and_, or_
from sqlalchemy.orm import Session

from netwright.base.errors import InputError
from netwright.store.query.cursor import decode_cursor, encode_cursor

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Page(Generic[Line]):
    """``cursor``: where the next page begins, empty at the end. ``total``: how many fit in all, if asked."""

    lines: list[Line]
    cursor: str
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Keyset:
    """How a list may be sorted. ``what`` is in it, in words; ``columns`` by name, none of them NULL;
    ``number``: the column that tells equals apart; ``falling``: the highest number of equals first."""

    what: str
    columns: Mapping[str, Any]
    number: Any
    falling: bool = False

    def rows(
        self, session: Session, query: Any, *, sort: str, after: str, limit: int
    ) -> tuple[list[Any], str]:
        """A page of a query's rows, and the cursor of the next one. ``sort``: a name, after a minus
        downwards. Raises InputError for another name or a foreign cursor."""
        falls, name = sort.startswith("-"), sort.removeprefix("-")
        if name not in self.columns:
            raise InputError(
                f"{self.what} are not sorted by {name[:40]!r}",
                subject="sort",
                remedy=f"By: {', '.join(self.columns)}.",
            )
        column, number = self.columns[name], self.number
        query = query.add_columns(column.label("place"), number.label("number"))
        query = query.order_by(column.desc() if falls else column, number.desc() if self.falling else number)
        if after:
            kept: type = column.type.python_type
            value, last = decode_cursor(after, (int, float) if kept is float else kept, int)
            beyond = column < value if falls else column > value
            later = number < last if self.falling else number > last
            query = query.where(or_(beyond, and_(column == value, later)))
        found = list(session.execute(query.limit(limit + 1)).all())
        if len(found) <= limit:
            return found, ""
        end = found[limit - 1]
        return found[:limit], encode_cursor((end.place, end.number))


def walk(page: Callable[[str], Page[Line]]) -> Iterator[Line]:
    """The lines of all pages. ``page``: the one that begins at a cursor, the first at an empty one."""
    after = ""
    while True:
        found = page(after)
        yield from found.lines
        after = found.cursor
        if not after:
            return
