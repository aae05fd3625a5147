"""What happened, in one line of numbers: written in the transaction of what it tells, read by who follows.

An event is there if and only if its cause is. Numbers rise in the order of commits, so a reader that
remembers the last number it saw misses nothing, however long it was away (within the retention of history).
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from netwright.store.delta import Change
from netwright.store.history import lock_line
from netwright.store.record import Base, BigId


class EventType(enum.StrEnum):
    """What happened. Names of the form ``subject.verb`` stay; more may come."""

    REVISION_MERGED = "revision.merged"
    CHANGESET_OPENED = "changeset.opened"
    CHANGESET_COMMENTED = "changeset.commented"
    CHANGESET_APPROVED = "changeset.approved"
    CHANGESET_SCHEDULED = "changeset.scheduled"
    CHANGESET_MERGE_FAILED = "changeset.merge-failed"
    CHANGESET_ABANDONED = "changeset.abandoned"
    CHANGESET_REOPENED = "changeset.reopened"


class EventRow(Base):
    """One event. ``summary``: kind -> create, update, delete -> number of objects, for a merge."""

    __tablename__ = "event"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    type: Mapped[str]
    at: Mapped[float]
    author: Mapped[str]
    changeset_id: Mapped[int | None]
    revision: Mapped[int | None]
    title: Mapped[str]
    summary: Mapped[dict[str, Any]] = mapped_column(JSON)


@dataclass(frozen=True, slots=True)
class Event:
    """One event as readers get it. ``title``: of the change set; ``at`` in Unix seconds."""

    id: int
    type: str
    at: float
    author: str
    changeset_id: int | None
    revision: int | None
    title: str
    summary: dict[str, dict[str, int]]


def emit(
    session: Session,
    event_type: EventType,
    at: float,
    author: str,
    *,
    changeset_id: int | None,
    title: str,
    revision: int | None = None,
    changes: Iterable[Change] = (),
    locked: bool = False,
) -> None:
    """Tell it, if this transaction commits. Events queue for the line of revisions, so that none commits
    before one of a lower number; ``locked``: this transaction is at its end already."""
    if not locked:
        lock_line(session)
    last = session.scalar(select(func.max(EventRow.id))) or 0
    counts = Counter((change.kind, change.op.value) for change in changes)
    summary: dict[str, dict[str, int]] = {}
    for (kind, op), count in counts.items():
        summary.setdefault(kind, {})[op] = count
    values = {
        "id": last + 1,
        "type": event_type.value,
        "at": at,
        "author": author,
        "changeset_id": changeset_id,
        "revision": revision,
        "title": title,
        "summary": summary,
    }
    session.execute(insert(EventRow).values(values))


def events_after(session: Session, last: int, limit: int = 500) -> Sequence[Event]:
    """Events of a number above ``last``, in order."""
    columns = (
        EventRow.id,
        EventRow.type,
        EventRow.at,
        EventRow.author,
        EventRow.changeset_id,
        EventRow.revision,
        EventRow.title,
        EventRow.summary,
    )
    query = select(*columns).where(EventRow.id > last).order_by(EventRow.id).limit(limit)
    return [Event(*row) for row in session.execute(query)]


def last_event(session: Session) -> int:
    """The number of the newest event; 0 when nothing happened yet."""
    return session.scalar(select(func.max(EventRow.id))) or 0
