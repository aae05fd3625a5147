"""Reviewing a change set: comments on it, on an object or a field; approvals, and what needs which.

What approvals a change needs is a *policy*, asked on the merged state in the merge's own transaction. An
approval is given to one edition of a change set by someone who did not edit it; it falls with the next edit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import JSON, ForeignKey, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from netwright.base.clock import Clock
from netwright.base.errors import ConflictError, InputError, NotFoundError
from netwright.store.database import Database
from netwright.store.delta import Change
from netwright.store.event import EventType, emit
from netwright.store.kind import Kinds
from netwright.store.problem import ApprovalMissingError, Requirement
from netwright.store.proposal import ChangeSet, change_in, find, find_open, named
from netwright.store.record import Base

Policy: TypeAlias = Callable[[Session, Sequence[Change]], Sequence[Requirement]]
"""The approvals that changes need; asked when they are written and the session sees the merged state."""


def no_policy(_session: Session, _changes: Sequence[Change]) -> Sequence[Requirement]:
    """Nothing needs an approval."""
    return ()


class CommentRow(Base):
    """What someone said about a change set, an object of it (``kind``, ``object_id``) or a field of that."""

    __tablename__ = "changeset_comment"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    changeset_id: Mapped[int] = mapped_column(ForeignKey("changeset.id"), index=True)
    kind: Mapped[str] = mapped_column(default="")
    object_id: Mapped[int | None]
    field: Mapped[str] = mapped_column(default="")
    author: Mapped[str]
    at: Mapped[float]
    text: Mapped[str] = mapped_column(Text)
    resolved_by: Mapped[str] = mapped_column(default="")
    resolved_at: Mapped[float | None]


class ApprovalRow(Base):
    """Someone's approval of one edition; ``roles`` are those that the person had then."""

    __tablename__ = "changeset_approval"

    changeset_id: Mapped[int] = mapped_column(ForeignKey("changeset.id"), primary_key=True)
    author: Mapped[str] = mapped_column(primary_key=True)
    edition: Mapped[int]
    roles: Mapped[list[str]] = mapped_column(JSON)
    at: Mapped[float]
    note: Mapped[str] = mapped_column(Text, default="")


@dataclass(frozen=True, slots=True)
class Comment:
    """See :class:`CommentRow`. ``resolved_by`` is empty while it waits for an answer."""

    id: int
    changeset_id: int
    author: str
    at: float
    text: str
    kind: str = ""
    object_id: int | None = None
    field: str = ""
    resolved_by: str = ""
    resolved_at: float | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """See :class:`ApprovalRow`. ``valid``: the change set is still as it was approved."""

    author: str
    at: float
    roles: Sequence[str]
    note: str
    edition: int
    valid: bool


class Reviews:
    """The verbs of reviewers. Get it as ``ChangeSets.review``."""

    def __init__(self, database: Database, kinds: Kinds, clock: Clock) -> None:
        self._database = database
        self._kinds = kinds
        self._clock = clock

    def comment(
        self,
        changeset_id: int,
        author: str,
        text: str,
        *,
        kind: str = "",
        object_id: int | None = None,
        field: str = "",
    ) -> int:
        """Say something about the change set, an object that it changes, or a field; the comment's number."""
        if not text.strip():
            raise InputError("a comment needs words", subject=named(changeset_id), remedy="Say something.")
        if field and object_id is None:
            raise InputError("a field is one of an object", subject=named(changeset_id), remedy="Name it.")
        with self._database.write() as session:
            changeset = find(session, changeset_id)
            if object_id is not None:
                change_in(session, changeset_id, kind, object_id)
                if field:
                    self._kinds[kind].field(field)
            now = self._clock.now()
            row = CommentRow(
                changeset_id=changeset_id,
                kind=kind if object_id is not None else "",
                object_id=object_id,
                field=field,
                author=author,
                at=now,
                text=text,
                resolved_at=None,
            )
            session.add(row)
            session.flush()
            _tell(session, EventType.CHANGESET_COMMENTED, now, author, changeset)
            return row.id

    def resolve_comment(self, comment_id: int, author: str, *, resolved: bool = True) -> None:
        """Mark a comment as answered, or open it again."""
        with self._database.write() as session:
            row = session.get(CommentRow, comment_id)
            if row is None:
                raise NotFoundError(
                    f"there is no comment {comment_id}", remedy="See `netwright change show`."
                )
            row.resolved_by = author if resolved else ""
            row.resolved_at = self._clock.now() if resolved else None

    def comments(self, changeset_id: int) -> list[Comment]:
        """All of a change set, the oldest first."""
        query = select(CommentRow).where(CommentRow.changeset_id == changeset_id).order_by(CommentRow.id)
        with self._database.read() as session:
            find(session, changeset_id)
            return [
                Comment(
                    id=row.id,
                    changeset_id=row.changeset_id,
                    author=row.author,
                    at=row.at,
                    text=row.text,
                    kind=row.kind,
                    object_id=row.object_id,
                    field=row.field,
                    resolved_by=row.resolved_by,
                    resolved_at=row.resolved_at,
                )
                for row in session.scalars(query)
            ]

    def approve(
        self,
        changeset_id: int,
        author: str,
        roles: Collection[str],
        *,
        note: str = "",
        edition: int | None = None,
    ) -> None:
        """Approve it as it is. ``roles``: all that the person has, included ones too. ``edition``: the one
        that was looked at; ConflictError when it was edited since. InputError for someone who edited it."""
        with self._database.write() as session:
            changeset = find_open(session, changeset_id)
            if author == changeset.author or author in changeset.editors:
                raise InputError(
                    f"{author} wrote it, and nobody approves their own",
                    subject=named(changeset_id),
                    remedy="Ask someone else.",
                )
            if edition is not None and edition != changeset.edition:
                raise ConflictError(
                    "was edited since it was looked at",
                    subject=named(changeset_id),
                    remedy="Look again, then approve.",
                )
            now = self._clock.now()
            row = session.get(ApprovalRow, (changeset_id, author))
            if row is None:
                row = ApprovalRow(changeset_id=changeset_id, author=author)
                session.add(row)
            row.edition, row.roles, row.at, row.note = changeset.edition, sorted(roles), now, note
            session.flush()
            _tell(session, EventType.CHANGESET_APPROVED, now, author, changeset)

    def withdraw(self, changeset_id: int, author: str) -> None:
        """Take an approval back."""
        with self._database.write() as session:
            find_open(session, changeset_id)
            row = session.get(ApprovalRow, (changeset_id, author))
            if row is None:
                raise NotFoundError(f"{author} did not approve it", subject=named(changeset_id))
            session.delete(row)

    def approvals(self, changeset_id: int) -> list[Approval]:
        """The oldest first; those that an edit voided as well."""
        with self._database.read() as session:
            return _approvals(session, find(session, changeset_id))


def unmet(session: Session, changeset: ChangeSet, requirements: Sequence[Requirement]) -> list[Requirement]:
    """The requirements that the approvals of a change set do not meet yet."""
    if not requirements:
        return []
    given = [approval for approval in _approvals(session, changeset) if approval.valid]
    return [
        requirement
        for requirement in requirements
        if sum(requirement.role in approval.roles for approval in given) < requirement.count
    ]


def require_approved(
    session: Session, changeset: ChangeSet | None, requirements: Sequence[Requirement]
) -> None:
    """Raises ApprovalMissingError. Without a change set nobody can have approved it."""
    missing = list(requirements) if changeset is None else unmet(session, changeset, requirements)
    if missing:
        raise ApprovalMissingError(None if changeset is None else changeset.id, missing)


def _approvals(session: Session, changeset: ChangeSet) -> list[Approval]:
    query = (
        select(ApprovalRow)
        .where(ApprovalRow.changeset_id == changeset.id)
        .order_by(ApprovalRow.at, ApprovalRow.author)
    )
    return [
        Approval(
            row.author, row.at, tuple(row.roles), row.note, row.edition, row.edition == changeset.edition
        )
        for row in session.scalars(query)
    ]


def _tell(session: Session, event: EventType, at: float, author: str, changeset: ChangeSet) -> None:
    emit(session, event, at, author, changeset_id=changeset.id, title=changeset.title)
