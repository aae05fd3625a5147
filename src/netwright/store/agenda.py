"""Merging at a time: what was said to be merged when, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from netwright.base.clock import Clock
from netwright.base.errors import InputError, NetwrightError
from netwright.store.database import Database
from netwright.store.event import EventType, emit
from netwright.store.proposal import ChangeSet, ChangeSetState, find_open, named


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one scheduled merge: a revision, or why not."""

    changeset_id: int
    revision: int | None
    failure: str = ""


class Agenda:
    """Scheduled merges. Get it as ``ChangeSets.agenda``. A change set is merged as it was scheduled, or not
    at all: an edit in between is not slipped in by night."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def schedule(self, changeset_id: int, at: float, author: str) -> None:
        """Merge it at ``at`` (Unix seconds) in the name of ``author``; replaces an earlier time."""
        now = self._clock.now()
        with self._database.write() as session:
            changeset = find_open(session, changeset_id)
            if at <= now:
                raise InputError("that time is over", subject=named(changeset_id), remedy="Merge it now.")
            changeset.merge_at, changeset.merge_by, changeset.merge_failure = at, author, ""
            changeset.merge_edition = changeset.edition
            session.flush()
            emit(
                session,
                EventType.CHANGESET_SCHEDULED,
                now,
                author,
                changeset_id=changeset_id,
                title=changeset.title,
            )

    def unschedule(self, changeset_id: int) -> None:
        """Leave it open; nothing happens when it was not scheduled."""
        with self._database.write() as session:
            changeset = find_open(session, changeset_id)
            changeset.unschedule()
            changeset.merge_by = ""

    def due(self) -> list[tuple[int, str, int]]:
        """(change set, who merges, its edition then) of those whose time has come, the earliest first."""
        query = (
            select(ChangeSet.id, ChangeSet.merge_by, ChangeSet.merge_edition)
            .where(ChangeSet.state == ChangeSetState.OPEN, ChangeSet.merge_at <= self._clock.now())
            .order_by(ChangeSet.merge_at, ChangeSet.id)
        )
        with self._database.read() as session:
            return [(number, author, edition or 0) for number, author, edition in session.execute(query)]

    def run(self, merge: Callable[[int, str, int], int]) -> Sequence[Attempt]:
        """Merge what is due with ``merge(change set, who, edition)``. What can't be merged stays open,
        unscheduled, with the reason on it. After a crash run it again: what is merged is not due any more."""
        found: list[Attempt] = []
        for changeset_id, author, edition in self.due():
            try:
                found.append(Attempt(changeset_id, merge(changeset_id, author, edition)))
            except NetwrightError as error:
                found.append(self._failed(changeset_id, author, str(error)))
        return found

    def _failed(self, changeset_id: int, author: str, reason: str) -> Attempt:
        with self._database.write() as session:
            changeset = session.get(ChangeSet, changeset_id, with_for_update=True)
            if changeset is not None and changeset.state is ChangeSetState.OPEN:
                changeset.unschedule()
                changeset.merge_failure = reason
                session.flush()
                emit(
                    session,
                    EventType.CHANGESET_MERGE_FAILED,
                    self._clock.now(),
                    author,
                    changeset_id=changeset_id,
                    title=changeset.title,
                )
        return Attempt(changeset_id, None, reason)
