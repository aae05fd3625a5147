"""Pages of long lists of what is observed: what was asked for, and the addresses of the neighbours. A cursor
says where the last page ended: it stays right when rows come and go, and page 200 costs what page 1 costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

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
