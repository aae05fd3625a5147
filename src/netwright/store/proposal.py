"""The change set as a row: how it is opened, its states, what lists show of it, how its changes are read."""

from __future__ import annotations

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import JSON, ForeignKey, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from netwright.base.errors import InputError, NotFoundError
from netwright.store.delta import Change, Delta, Op
from netwright.store.history import Revision, changes_of, current_revision
from netwright.store.record import Base
from netwright.store.rows import chunks
from netwright.store.value import Doc

_TITLE = 255
"""Characters of a title that are kept."""


class ChangeSetState(enum.StrEnum):
    """Life of a change set. Only an open one can be edited."""

    OPEN = "open"
    MERGED = "merged"
    ABANDONED = "abandoned"


class ChangeSet(Base):
    """A set of changes with a title and an author. Times are Unix seconds.

    ``edition`` counts its edits: approvals and schedules are given to an edition and fall with it."""

    __tablename__ = "changeset"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    state: Mapped[ChangeSetState]
    base_revision: Mapped[int]
    title: Mapped[str]
    reason: Mapped[str] = mapped_column(Text, default="")
    author: Mapped[str]
    created_at: Mapped[float]
    merged_revision: Mapped[int | None]
    reverts: Mapped[int | None] = mapped_column(ForeignKey("changeset.id"))
    edition: Mapped[int] = mapped_column(default=0, server_default="0")
    editors: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """Others than the author who edited it."""
    merge_at: Mapped[float | None]
    """When it is to be merged by itself."""
    merge_by: Mapped[str] = mapped_column(default="", server_default="")
    merge_edition: Mapped[int | None]
    merge_failure: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Why the last scheduled merge did not happen."""

    def unschedule(self) -> None:
        """It is no longer to be merged by itself."""
        self.merge_at = self.merge_edition = None


@dataclass(frozen=True, slots=True)
class ChangeSetInfo:
    """A change set as lists show it. ``changes`` counts objects; see :class:`ChangeSet` for the others."""

    id: int
    state: ChangeSetState
    title: str
    reason: str
    author: str
    created_at: float
    base_revision: int
    merged_revision: int | None
    reverts: int | None
    changes: int
    edition: int = 0
    editors: Sequence[str] = ()
    merge_at: float | None = None
    merge_by: str = ""
    merge_failure: str = ""


def info_of(changeset: ChangeSet, changes: int) -> ChangeSetInfo:
    return ChangeSetInfo(
        id=changeset.id,
        state=changeset.state,
        title=changeset.title,
        reason=changeset.reason,
        author=changeset.author,
        created_at=changeset.created_at,
        base_revision=changeset.base_revision,
        merged_revision=changeset.merged_revision,
        reverts=changeset.reverts,
        changes=changes,
        edition=changeset.edition,
        editors=tuple(changeset.editors),
        merge_at=changeset.merge_at,
        merge_by=changeset.merge_by,
        merge_failure=changeset.merge_failure,
    )


def titled(title: str) -> str:
    """A title as it is kept. Raises InputError for an empty one."""
    if not title.strip():
        raise InputError("a change set needs a title", remedy="Say in a few words what it does.")
    return title[:_TITLE]


def opened(
    session: Session,
    title: str,
    author: str,
    at: float,
    *,
    reason: str = "",
    reverts: int | None = None,
    merged: int | None = None,
) -> ChangeSet:
    """A new one: open, or ``merged`` at once as the revision that it makes."""
    changeset = ChangeSet(
        state=ChangeSetState.OPEN if merged is None else ChangeSetState.MERGED,
        base_revision=current_revision(session) if merged is None else merged - 1,
        title=titled(title),
        reason=reason,
        author=author,
        created_at=at,
        merged_revision=merged,
        reverts=reverts,
        edition=0,
        editors=[],
        merge_at=None,
        merge_edition=None,
    )
    session.add(changeset)
    session.flush()
    return changeset


def named(changeset_id: int) -> str:
    """How a change set is called in messages."""
    return f"change set {changeset_id}"


def find(session: Session, changeset_id: int) -> ChangeSet:
    """Raises NotFoundError."""
    changeset = session.get(ChangeSet, changeset_id)
    if changeset is None:
        raise NotFoundError(
            f"there is no change set {changeset_id}", remedy="List them with `netwright change list`."
        )
    return changeset


def find_open(session: Session, changeset_id: int) -> ChangeSet:
    """The change set, locked against another writer; InputError unless it is open."""
    changeset = session.get(ChangeSet, changeset_id, with_for_update=True) or find(session, changeset_id)
    if changeset.state is not ChangeSetState.OPEN:
        raise InputError(
            f"is {changeset.state}, not open",
            subject=named(changeset_id),
            remedy="Open a new one for further changes.",
        )
    return changeset


def edited(changeset: ChangeSet, by: str = "") -> None:
    """Note an edit: approvals of what was there before fall. ``by``: who; empty for the author."""
    changeset.edition += 1
    if by and by != changeset.author and by not in changeset.editors:
        changeset.editors = [*changeset.editors, by]


def changes_in(session: Session, changeset: ChangeSet) -> list[Change]:
    """The changes waiting in it, or those that its merge made."""
    if changeset.merged_revision is not None:
        return changes_of(session, changeset.merged_revision)
    columns = (Delta.kind, Delta.object_id, Delta.op, Delta.before, Delta.after)
    query = select(*columns).where(Delta.changeset_id == changeset.id).order_by(Delta.object_id)
    return [Change(*row) for row in session.execute(query)]


def change_in(session: Session, changeset_id: int, kind: str, object_id: int) -> Change:
    """The waiting change of one object. Raises NotFoundError."""
    columns = (Delta.kind, Delta.object_id, Delta.op, Delta.before, Delta.after)
    query = select(*columns).where(Delta.changeset_id == changeset_id, Delta.object_id == object_id)
    row = session.execute(query).one_or_none()
    if row is None or row[0] != kind:
        raise NotFoundError(
            f"does not touch {kind} #{object_id}",
            subject=named(changeset_id),
            remedy=f"See what it holds with `netwright change diff {changeset_id}`.",
        )
    return Change(*row)


def counts(session: Session, changesets: Sequence[ChangeSet]) -> dict[int, int]:
    """Objects changed, by change set: as the revision says, or the deltas that wait."""
    waiting = select(Delta.changeset_id, func.count()).group_by(Delta.changeset_id)
    ids = [one.id for one in changesets if one.merged_revision is None]
    found = dict.fromkeys((one.id for one in changesets), 0)
    found.update((row[0], row[1]) for row in session.execute(waiting.where(Delta.changeset_id.in_(ids))))
    merged = {one.merged_revision: one.id for one in changesets if one.merged_revision is not None}
    revisions = select(Revision.number, Revision.changes).where(Revision.number.in_(merged))
    for number, count in session.execute(revisions):
        found[merged[number]] = count
    return found


def awaited(session: Session, ids: Collection[int]) -> dict[int, int]:
    """Of objects that are not there: those that an open change set creates, with its number."""
    found: dict[int, int] = {}
    for part in chunks(ids):
        query = (
            select(Delta.object_id, Delta.changeset_id)
            .join(ChangeSet, ChangeSet.id == Delta.changeset_id)
            .where(Delta.object_id.in_(part), Delta.op == Op.CREATE, ChangeSet.state == ChangeSetState.OPEN)
        )
        found.update((row[0], row[1]) for row in session.execute(query))
    return found


def awaited_documents(session: Session, kind: str, ids: Collection[int]) -> dict[int, Doc]:
    """Of objects of a kind that are not there: the documents of those that an open change set creates."""
    found: dict[int, Doc] = {}
    for part in chunks(ids):
        query = (
            select(Delta.object_id, Delta.after)
            .join(ChangeSet, ChangeSet.id == Delta.changeset_id)
            .where(Delta.object_id.in_(part), Delta.kind == kind)
            .where(Delta.op == Op.CREATE, ChangeSet.state == ChangeSetState.OPEN)
        )
        found.update((row[0], row[1] or {}) for row in session.execute(query))
    return found
