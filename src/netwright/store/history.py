"""What was, who changed it and when. Revisions are one line of numbers; 0 is the empty beginning.

A history row keeps one object's change in one revision, in the shape of ``delta.Change``: a create its whole
after-image, an update the changed columns before and after, a delete the whole before-image. So history
stays about as large as what was written, replays forwards from nothing, and an old state is found backwards
from the present at the cost of what changed since. Rows are plain JSON: any tool can read them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import JSON, Index, Row, Text, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from netwright.store.delta import Change, Op
from netwright.store.kind import Kind, as_kind
from netwright.store.record import Base, BigId
from netwright.store.value import Doc, codec

_CHUNK = 5_000
T = TypeVar("T")


class Revision(Base):
    """One merge. ``at`` is in Unix seconds."""

    __tablename__ = "revision"

    number: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[float]
    author: Mapped[str]
    changeset_id: Mapped[int | None]
    message: Mapped[str] = mapped_column(Text, default="")
    changes: Mapped[int] = mapped_column(default=0)
    """Objects changed."""


class History(Base):
    """One object's change in one revision."""

    __tablename__ = "history"
    __table_args__ = (Index("ix_history_revision_kind", "revision", "kind"), {"sqlite_with_rowid": False})

    object_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    op: Mapped[Op]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What one revision did to one object; ``fields`` by column, plain values (before, after)."""

    revision: int
    at: float
    author: str
    changeset_id: int | None
    message: str
    op: Op
    fields: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Blame:
    """Who gave a field the value it has."""

    revision: int
    author: str
    at: float


def chunks(items: Iterable[T], size: int = _CHUNK) -> Iterator[list[T]]:
    """Lists of at most ``size``: databases bound the parameters of a statement."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


def current_revision(session: Session) -> int:
    """The number of the last revision; 0 before the first merge."""
    return session.scalar(select(func.max(Revision.number))) or 0


def changes_of(session: Session, revision: int) -> list[Change]:
    """All that one revision changed."""
    columns = (History.kind, History.object_id, History.op, History.before, History.after)
    rows = session.execute(select(*columns).where(History.revision == revision).order_by(History.object_id))
    return [Change(*row) for row in rows]


def record(session: Session, revision: int, changes: Sequence[Change]) -> None:
    """Write what a revision changed."""
    for part in chunks(changes):
        session.execute(
            insert(History.__table__),  # type: ignore[arg-type]
            [
                {
                    "object_id": change.id,
                    "revision": revision,
                    "kind": change.kind,
                    "op": change.op,
                    "before": change.before,
                    "after": change.after,
                }
                for change in part
            ],
        )


def documents(session: Session, kind: Kind, ids: Collection[int] | None = None) -> dict[int, Doc]:
    """The objects of a kind as they are now, or those of ``ids`` that there are, as plain documents."""
    ways = codec(kind)
    table = kind.table
    query = select(table.c.id, *(table.c[name] for name in ways.columns))
    if ids is None:
        return {row[0]: ways.plain_row(row[1:]) for row in session.execute(query)}
    found: dict[int, Doc] = {}
    for part in chunks(ids):
        rows = session.execute(query.where(table.c.id.in_(part)))
        found.update((row[0], ways.plain_row(row[1:])) for row in rows)
    return found


def documents_as_of(
    session: Session, kind: Kind, revision: int, ids: Collection[int] | None = None
) -> dict[int, Doc]:
    """Plain documents of a kind as they were after ``revision``: the present, later changes undone."""
    docs = documents(session, kind, ids)
    query = (
        select(History.object_id, History.op, History.before)
        .where(History.kind == kind.name, History.revision > revision)
        .order_by(History.revision.desc())
    )
    if ids is None:
        _undo(docs, session.execute(query))
        return docs
    for part in chunks(ids):
        _undo(docs, session.execute(query.where(History.object_id.in_(part))))
    return docs


def as_of(
    session: Session, kind: Kind | str, revision: int, ids: Collection[int] | None = None
) -> dict[int, dict[str, Any]]:
    """Objects of a kind as they were after ``revision``: id -> column -> Python value (addresses, enums).

    ``ids`` narrows it to those objects. Costs the present state asked for plus what changed since."""
    kind = as_kind(kind)
    ways = codec(kind)
    docs = documents_as_of(session, kind, revision, ids)
    return {object_id: ways.python_row(doc) for object_id, doc in docs.items()}


def history_of(session: Session, kind: Kind | str, object_id: int) -> list[HistoryEntry]:
    """What happened to one object, newest first; empty for one that never was."""
    query = (
        select(Revision, History.op, History.before, History.after)
        .join(Revision, Revision.number == History.revision)
        .where(History.object_id == object_id, History.kind == as_kind(kind).name)
        .order_by(History.revision.desc())
    )
    return [
        HistoryEntry(
            revision=revision.number,
            at=revision.at,
            author=revision.author,
            changeset_id=revision.changeset_id,
            message=revision.message,
            op=op,
            fields=field_pairs(before, after),
        )
        for revision, op, before, after in session.execute(query)
    ]


def blame(session: Session, kind: Kind | str, object_id: int) -> dict[str, Blame]:
    """Column -> who gave it the value it has. Empty for an object that is not there now."""
    found: dict[str, Blame] = {}
    for entry in history_of(session, kind, object_id):
        if entry.op is Op.DELETE:
            break
        for column in entry.fields:
            found.setdefault(column, Blame(entry.revision, entry.author, entry.at))
        if entry.op is Op.CREATE:
            break
    return found


def field_pairs(before: Doc | None, after: Doc | None) -> dict[str, tuple[Any, Any]]:
    """Column -> (before, after), in the order of the document."""
    old, new = before or {}, after or {}
    return {column: (old.get(column), new.get(column)) for column in (new if after is not None else old)}


def _undo(docs: dict[int, Doc], rows: Iterable[Row[int, Op, Doc | None]]) -> None:
    for object_id, op, before in rows:
        if op is Op.CREATE:
            docs.pop(object_id, None)
        elif op is Op.DELETE:
            docs[object_id] = dict(before or {})
        else:
            docs[object_id].update(before or {})
