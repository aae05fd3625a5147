"""Letting old history go: every state within the retention stays exact, and each value keeps its author.

Of the rows up to the horizon only those stay that say who gave a value its present, or that name a deleted
object which an open change set still edits. Open change sets hold the bases of their edits themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import Session

from netwright.store.database import Database
from netwright.store.delta import Delta, Op
from netwright.store.event import EventRow
from netwright.store.former import FormerReference
from netwright.store.history import History, Horizon, horizon, lock_line, revision_at
from netwright.store.proposal import ChangeSet, ChangeSetState

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Pruned:
    """What ``prune`` did. ``horizon``: the oldest revision whose state can still be asked for."""

    horizon: int
    rows: int
    events: int


def prune(database: Database, before: float, events_up_to: int | None = None) -> Pruned:
    """Let go of the history before a time (Unix seconds), and of the events of that time up to a number.

    Works in short transactions: killed half-way, what is left is right, and another run goes on. The horizon
    moves first, so that nobody reads a past that is half gone."""
    with database.write() as session:
        lock_line(session)
        edge = max(revision_at(session, before), horizon(session))
        session.merge(Horizon(id=1, revision=edge))
    rows, last = 0, 0
    while True:
        with database.write() as session:
            lock_line(session)
            count, last = _prune_batch(session, edge, last)
        rows += count
        if not last:
            break
    with database.write() as session:
        session.execute(delete(FormerReference).where(FormerReference.revision <= edge))
    with database.write() as session:
        old = delete(EventRow).where(EventRow.at < before)
        if events_up_to is not None:
            old = old.where(EventRow.id <= events_up_to)
        events = session.execute(old).rowcount  # type: ignore[attr-defined]  # a cursor's result
    return Pruned(edge, rows, events)


def _prune_batch(session: Session, edge: int, last: int) -> tuple[int, int]:
    """Whole objects with an id above ``last``; how many rows went, and the last object's id, 0 at the end."""
    columns = (History.object_id, History.revision, History.op, History.before)
    query = (
        select(*columns)
        .where(History.object_id > last, History.revision <= edge)
        .order_by(History.object_id, History.revision.desc())
        .limit(_BATCH + 1)
    )
    found: dict[int, list[Sequence[Any]]] = defaultdict(list)
    rows = session.execute(query).all()
    for row in rows:
        found[row.object_id].append(row)
    if len(rows) > _BATCH and len(found) > 1:
        found.popitem()  # perhaps not whole
    elif len(rows) > _BATCH:  # one object with a long life
        (only,) = found
        found = {only: list(session.execute(query.where(History.object_id == only).limit(None)).all())}
    awaited = _awaited(session, found)
    gone: list[tuple[int, int]] = []
    for object_id, mine in found.items():
        for revision, kept in _squash(mine, named=object_id in awaited):
            if kept is None:
                gone.append((object_id, revision))
            else:
                session.execute(
                    update(History)
                    .where(History.object_id == object_id, History.revision == revision)
                    .values(before=kept)
                )
    for start in range(0, len(gone), 1_000):
        part = gone[start : start + 1_000]
        session.execute(delete(History).where(tuple_(History.object_id, History.revision).in_(part)))
    return len(gone), max(found, default=0) if len(rows) > _BATCH else 0


def _squash(rows: Iterable[Sequence[Any]], *, named: bool) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """What becomes of an object's rows up to the horizon, the newest first: (revision, None) goes, (revision,
    columns) is left with those; what stays as it is is left out."""
    seen: set[str] = set()
    over = False
    for _, revision, op, before in rows:
        if over:
            yield revision, None
        elif op is Op.DELETE:
            over = True  # what an object was in an earlier life is nobody's to blame for
            if not named:
                yield revision, None
        elif op is Op.UPDATE:
            kept = {column: value for column, value in (before or {}).items() if column not in seen}
            if not kept:
                yield revision, None
            elif len(kept) < len(before or {}):
                yield revision, kept
            seen |= kept.keys()
        else:
            over = True


def _awaited(session: Session, ids: Collection[int]) -> set[int]:
    """Objects that an open change set edits or deletes."""
    query = (
        select(Delta.object_id)
        .join(ChangeSet, ChangeSet.id == Delta.changeset_id)
        .where(
            ChangeSet.state == ChangeSetState.OPEN,
            Delta.op != Op.CREATE,
            Delta.object_id.between(min(ids, default=0), max(ids, default=0)),
        )
    )
    return set(session.scalars(query))
