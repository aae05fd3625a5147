"""Long lists: sorted by a column with the name as tie-break, paged by a cursor that says where the last page
ended. A cursor stays right when rows come and go, and page 200 costs what page 1 costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, Select, String, and_, or_, type_coerce

from netwright.store.query.cursor import decode_cursor
from netwright.web.words import count

PAGE = 100


@dataclass(frozen=True, slots=True)
class Listing:
    """Which part of a list was asked for, and the URLs of its neighbours. ``total``: rows that fit the
    filters, None when nobody counted."""

    path: str
    filters: Mapping[str, str]
    sort: str
    descending: bool = False
    after: str = ""
    next_after: str = ""
    shown: int = 0
    total: int | None = None
    noun: tuple[str, str] = ("row", "rows")
    default_sort: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    def url(self, **changes: str) -> str:
        """This list with other values; empty ones are left out."""
        sort = ("-" if self.descending else "") + self.sort
        values = {
            **self.filters,
            "sort": "" if sort == self.default_sort else sort,
            "after": self.after,
            **changes,
        }
        query = urlencode({name: value for name, value in values.items() if value})
        return f"{self.path}?{query}" if query else self.path

    @property
    def next_url(self) -> str:
        return self.url(after=self.next_after) if self.next_after else ""

    @property
    def first_url(self) -> str:
        return self.url(after="") if self.after else ""

    @property
    def filtered(self) -> bool:
        return any(self.filters.values())

    @property
    def shown_text(self) -> str:
        noun = self.noun[0] if self.total == 1 else self.noun[1]
        if self.total is None:
            return f"{count(self.shown)} {noun} shown"
        if self.shown == self.total:
            return f"{count(self.total)} {noun}"
        return f"{count(self.shown)} of {count(self.total)} {noun} shown"


def text_key(column: Any) -> ColumnElement[str]:
    """A column as plain text to sort and compare by (enumerations by their word)."""
    return type_coerce(column, String)


def paged(
    query: Select[Any],
    key: ColumnElement[Any],
    name: ColumnElement[Any],
    *,
    descending: bool,
    after: str,
) -> Select[Any]:
    """The query in order of ``key`` then ``name``, from the cursor on."""
    order = (key.desc(), name.desc()) if descending else (key.asc(), name.asc())
    query = query.order_by(*order)
    if not after:
        return query
    value, last = decode_cursor(after, str, str)
    beyond = key < value if descending else key > value
    tie = name < last if descending else name > last
    return query.where(or_(beyond, and_(key == value, tie)))


def parse_sort(text: str, allowed: Sequence[str], default: str) -> tuple[str, bool]:
    """Column and direction from ``-name``; the default for what can't be sorted by."""
    wanted = text or default
    name = wanted.removeprefix("-")
    return (
        (name, wanted.startswith("-"))
        if name in allowed
        else (default.removeprefix("-"), default.startswith("-"))
    )
