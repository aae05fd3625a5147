"""Carrying documents along when the schema changes: open change sets and history hold values by column.

A migration that renames, drops or converts a column of a kind says so, once a kind:

    documents = {"device": (Rename("sn", "serial"), Drop("colour"))}

and the same steps are made in the documents, in the migration's own transaction. A column that is new needs
nothing: a document that lacks it means the column's default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import JSON, Connection, column, or_, select, table, tuple_, update

from netwright.store.value import Doc

_BATCH = 5_000


class Step(Protocol):
    """One change of documents, up and down."""

    def up(self, doc: Doc) -> None: ...

    def down(self, doc: Doc) -> None: ...


@dataclass(frozen=True, slots=True)
class Rename:
    """A column has another name."""

    old: str
    new: str

    def up(self, doc: Doc) -> None:
        _rename(doc, self.old, self.new)

    def down(self, doc: Doc) -> None:
        _rename(doc, self.new, self.old)


@dataclass(frozen=True, slots=True)
class Drop:
    """A column is gone, and so is what waits to be written to it. It comes back empty."""

    name: str

    def up(self, doc: Doc) -> None:
        doc.pop(self.name, None)

    def down(self, doc: Doc) -> None:
        """What was dropped is not known any more; its default stands for it."""


@dataclass(frozen=True, slots=True)
class Convert:
    """A column's plain values are written otherwise; both ways are given."""

    name: str
    forth: Callable[[Any], Any]
    back: Callable[[Any], Any]

    def up(self, doc: Doc) -> None:
        if doc.get(self.name) is not None:
            doc[self.name] = self.forth(doc[self.name])

    def down(self, doc: Doc) -> None:
        if doc.get(self.name) is not None:
            doc[self.name] = self.back(doc[self.name])


_DELTA = table(
    "delta",
    *(column(name) for name in ("changeset_id", "object_id", "kind", "op")),
    *(column(name, JSON(none_as_null=True)) for name in ("before", "after")),
)
_HISTORY = table(
    "history",
    *(column(name) for name in ("object_id", "revision", "kind")),
    column("before", JSON(none_as_null=True)),
)


_PLACES = (
    (_DELTA, ("changeset_id", "object_id"), ("before", "after")),
    (_HISTORY, ("object_id", "revision"), ("before",)),
)


def carry(connection: Connection, documents: Mapping[str, Sequence[Step]], *, upwards: bool = True) -> int:
    """Make the steps in every document of the kinds; how many rows changed."""
    changed = 0
    for kind, steps in documents.items():
        ordered = list(steps) if upwards else list(reversed(steps))
        for rows, key, holders in _PLACES:
            changed += _carry(connection, rows, key, holders, kind, ordered, upwards)
    return changed


def _carry(
    connection: Connection,
    rows: Any,
    key: Sequence[str],
    holders: Sequence[str],
    kind: str,
    steps: Sequence[Step],
    upwards: bool,
) -> int:
    """One table, in batches along its primary key, so that it need not fit into memory."""
    keys = [rows.c[name] for name in key]
    docs = [rows.c[name] for name in holders]
    query = (
        select(*keys, *docs)
        .where(rows.c.kind == kind, or_(*(doc.is_not(None) for doc in docs)))
        .order_by(*keys)
        .limit(_BATCH)
    )
    changed = 0
    last: tuple[Any, ...] | None = None
    while True:
        part = query if last is None else query.where(tuple_(*keys) > tuple_(*last))
        found = connection.execute(part).all()
        for row in found:
            values = {name: getattr(row, name) for name in holders}
            fresh = {name: _stepped(value, steps, upwards) for name, value in values.items()}
            if fresh != values:
                match = [one == getattr(row, one.name) for one in keys]
                connection.execute(update(rows).where(*match).values(fresh))
                changed += 1
        if len(found) < _BATCH:
            return changed
        last = tuple(getattr(found[-1], name) for name in key)


def _stepped(doc: Doc | None, steps: Sequence[Step], upwards: bool) -> Doc | None:
    if doc is None:
        return None
    fresh = dict(doc)
    for step in steps:
        (step.up if upwards else step.down)(fresh)
    return fresh


def _rename(doc: Doc, old: str, new: str) -> None:
    if old in doc:
        doc[new] = doc.pop(old)
