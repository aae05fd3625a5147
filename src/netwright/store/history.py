"""What was, who changed it and when. Revisions are one line of numbers; 0 is the empty beginning.

A history row keeps what one object was before one revision: nothing for a create, the changed columns for an
update, all of them for a delete. What it was after stands in the next row of the object, or in the tables; so
no value is kept twice, and a bulk creation adds some forty bytes an object. An old state is found backwards
from the present at the cost of what changed since. Rows are plain JSON: any tool can read them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson
from sqlalchemy import JSON, Index, Table, Text, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from netwright.base.errors import NotFoundError
from netwright.store.delta import Change, Op
from netwright.store.former import record_former
from netwright.store.kind import Kind, as_kind
from netwright.store.record import Base, BigId
from netwright.store.rows import chunks, documents, dumps, insert_rows, statements
from netwright.store.value import Doc, codec

__all__ = ["Blame", "History", "HistoryEntry", "Revision", "as_of", "blame", "changes_of", "chunks"]
__all__ += [
    "Horizon",
    "current_revision",
    "documents",
    "documents_as_of",
    "field_pairs",
    "history_of",
    "horizon",
    "kinds_since",
    "lock_line",
    "record",
    "require_kept",
    "revision_at",
]


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
    """One object's change in one revision. ``before``: see the module."""

    __tablename__ = "history"
    __table_args__ = (
        Index("ix_history_kind_revision", "kind", "revision"),
        Index("ix_history_undone", "kind", "op", "revision"),
        {"sqlite_with_rowid": False},
    )

    object_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    op: Mapped[Op]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


_TABLE = cast("Table", History.__table__)


class Horizon(Base):
    """One row: the oldest revision whose state is kept; see ``retention``."""

    __tablename__ = "history_horizon"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]


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


def lock_line(session: Session) -> None:
    """Queue for the end of the line: until this transaction ends no other adds a revision or an event.
    Revision 0 is the row they queue for (SQLite's write lock does it there)."""
    session.execute(
        text(
            "INSERT INTO revision (number, at, author, message, changes) "
            "VALUES (0, 0, 'netwright', 'The empty beginning', 0) ON CONFLICT DO NOTHING"
        )
    )
    session.execute(select(Revision.number).where(Revision.number == 0).with_for_update())


def current_revision(session: Session) -> int:
    """The number of the last revision; 0 before the first merge."""
    return session.scalar(select(func.max(Revision.number))) or 0


def revision_at(session: Session, at: float) -> int:
    """The revision that was the newest at a time (Unix seconds)."""
    return session.scalar(select(func.max(Revision.number)).where(Revision.at <= at)) or 0


def horizon(session: Session) -> int:
    """The oldest revision whose state can still be asked for."""
    return session.scalar(select(Horizon.revision)) or 0


def require_kept(session: Session, revision: int, *, changes: bool = False) -> None:
    """Raises NotFoundError when the state after a revision, or what it changed, was let go."""
    edge = horizon(session)
    if revision < edge or (changes and 0 < revision == edge):
        raise NotFoundError(
            f"what was before revision {edge} was let go",
            subject=f"revision {revision}",
            remedy=f"States from revision {edge} on, and later changes, can be asked for.",
        )


def changes_of(
    session: Session, revision: int, *, kinds: Collection[str] | None = None, limit: int | None = None
) -> list[Change]:
    """All that one revision changed, in the order of ids; ``kinds`` and ``limit`` narrow. Raises
    NotFoundError when it was let go."""
    require_kept(session, revision, changes=True)
    kinds = kinds_since(session, revision - 1) if kinds is None else kinds
    columns = (History.kind, History.object_id, History.op, History.before)
    query = select(*columns).where(History.kind.in_(kinds), History.revision == revision)
    query = query.order_by(History.object_id)
    rows = session.execute(query.limit(limit)).all()
    ids: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        ids[row.kind].append(row.object_id)
    after = {name: documents_as_of(session, as_kind(name), revision, mine) for name, mine in ids.items()}
    return [_change(kind, object_id, op, before, after[kind]) for kind, object_id, op, before in rows]


def kinds_since(session: Session, revision: int) -> list[str]:
    """Kinds of which any object was changed after a revision: some lookups a kind, however much changed."""
    query = text(
        "WITH RECURSIVE held(kind) AS (SELECT min(kind) FROM history UNION ALL "
        "SELECT (SELECT min(kind) FROM history WHERE kind > held.kind) FROM held WHERE kind IS NOT NULL) "
        "SELECT kind FROM held WHERE kind IS NOT NULL AND "
        "(SELECT max(revision) FROM history WHERE history.kind = held.kind) > :revision"
    )
    return list(session.scalars(query, {"revision": revision}))


def record(session: Session, revision: int, changes: Sequence[Change]) -> None:
    """Write what a revision changed."""
    connection = session.connection()
    words = statements(connection)
    created: dict[str, list[int]] = defaultdict(list)
    rows: list[tuple[Any, ...]] = []
    for change in changes:
        if change.before is None:
            created[change.kind].append(change.id)
        else:
            rows.append((change.id, revision, change.kind, change.op.value, dumps(change.before)))
    for kind, ids in created.items():
        connection.exec_driver_sql(
            f"INSERT INTO history (object_id, revision, kind, op) "  # noqa: S608 (words of ours)
            f"SELECT value, {words.mark}, {words.mark}, {words.mark} FROM {words.listed}",
            (revision, kind, Op.CREATE.value, words.ids(sorted(ids))),
        )
    insert_rows(connection, _TABLE, ("object_id", "revision", "kind", "op", "before"), rows)
    record_former(session, revision, changes)


def documents_as_of(
    session: Session, kind: Kind, revision: int, ids: Collection[int] | None = None, schema: str = ""
) -> dict[int, Doc]:
    """Plain documents of a kind as they were after ``revision``: the present, later changes undone. Columns
    younger than a document have their default. ``schema``: of the tables. Raises NotFoundError when it was
    let go."""
    require_kept(session, revision)
    docs = documents(session, kind, ids, schema)
    _undo(docs, _later(session, kind, revision, ids))
    ways = codec(kind)
    columns = ways.fields.keys()
    for object_id, doc in docs.items():
        if doc.keys() != columns:
            docs[object_id] = {name: doc[name] if name in doc else ways.missing(name) for name in columns}
    return docs


def _later(
    session: Session, kind: Kind, revision: int, ids: Collection[int] | None
) -> Iterator[tuple[int, Op, Doc | None]]:
    """What became of objects of a kind after a revision (id, op, before), the newest first."""
    connection = session.connection()
    words = statements(connection)
    # By id alone, where there are ids: with the kind, SQLite reads all that became of that kind.
    where = f"kind = {words.mark}" if ids is None else f"object_id {words.among}"
    statement = (
        f"SELECT object_id, op, before, kind FROM history "  # noqa: S608 (words of ours)
        f"WHERE {where} AND revision > {words.mark} ORDER BY revision DESC"
    )
    given = kind.name if ids is None else words.ids(ids)
    for object_id, op, before, name in connection.exec_driver_sql(statement, (given, revision)):
        if name == kind.name:
            yield object_id, Op(op), orjson.loads(before) if isinstance(before, str) else before


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
    kind = as_kind(kind)
    query = (
        select(Revision, History.op, History.before)
        .join(Revision, Revision.number == History.revision)
        .where(History.object_id == object_id, History.kind == kind.name)
        .order_by(History.revision.desc())
    )
    docs = documents(session, kind, [object_id])
    found: list[HistoryEntry] = []
    for revision, op, before in session.execute(query):
        change = _change(kind.name, object_id, op, before, docs)
        found.append(
            HistoryEntry(
                revision=revision.number,
                at=revision.at,
                author=revision.author,
                changeset_id=revision.changeset_id,
                message=revision.message,
                op=op,
                fields=field_pairs(change.before, change.after),
            )
        )
        _undo(docs, [(object_id, op, before)])
    return found


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


def _change(kind: str, object_id: int, op: Op, before: Doc | None, docs: Mapping[int, Doc]) -> Change:
    """A row as a change; ``docs`` are the documents after it."""
    after: Doc | None = None
    if op is Op.CREATE:
        after = dict(docs[object_id])
    elif op is Op.UPDATE:
        doc = docs[object_id]
        after = {column: doc.get(column) for column in before or {}}
    return Change(kind, object_id, op, before, after)


def _undo(docs: dict[int, Doc], rows: Iterable[Sequence[Any]]) -> None:
    """Undo history rows (object, op, before), the newest first."""
    for object_id, op, before in rows:
        if op is Op.CREATE:
            docs.pop(object_id, None)
        elif op is Op.DELETE:
            docs[object_id] = dict(before or {})
        else:
            docs[object_id].update(before or {})
