"""Change sets: every write of a wanted object belongs to one, from opening to merge and revert.

Main path: ``edit`` (``editor``) -> ``preview`` and ``merge`` (``merge``, ``integrity``) -> ``history``.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ForeignKey, Text, delete, func, insert, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from netwright.base.clock import Clock, SystemClock
from netwright.base.errors import InputError, NotFoundError
from netwright.store.database import Database
from netwright.store.delta import Change, Delta, Op
from netwright.store.diff import ObjectDiff, object_diffs
from netwright.store.editor import Editor, write_deltas
from netwright.store.history import (
    Revision,
    changes_of,
    current_revision,
    documents,
    record,
)
from netwright.store.kind import Kinds
from netwright.store.merge import MergePlan, apply, name_conflicts, plan_merge
from netwright.store.naming import Namer
from netwright.store.problem import Conflict, MergeConflictError, Problem, RulesBrokenError, broken
from netwright.store.record import Base
from netwright.store.value import codec

Check: TypeAlias = Callable[[Session, Sequence[Change]], list[Problem]]
"""Something that may object to a merged state: rules, permissions. Asked in the merge's own transaction after
the rows are written, so the session sees the merged state, and the changes say what each object was before.
What it can't put as a problem it raises; then nothing is kept either."""


def all_of(*checks: Check) -> Check:
    """Checks asked one after the other; the next only when those before found no error."""

    def ask(session: Session, changes: Sequence[Change]) -> list[Problem]:
        problems: list[Problem] = []
        for check in checks:
            if broken(problems):
                break
            problems += check(session, changes)
        return problems

    return ask


class ChangeSetState(enum.StrEnum):
    """Life of a change set. Only an open one can be edited."""

    OPEN = "open"
    MERGED = "merged"
    ABANDONED = "abandoned"


class Keep(enum.StrEnum):
    """How a conflict is settled: what the change set wants, or what is there now."""

    OURS = "ours"
    THEIRS = "theirs"


class ChangeSet(Base):
    """A set of changes with a title and an author. Times are Unix seconds."""

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


@dataclass(frozen=True, slots=True)
class ChangeSetInfo:
    """A change set as lists show it. ``changes`` counts objects."""

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


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a merge would do now. Rules are asked only when the state holds together without them."""

    diff: Sequence[ObjectDiff]
    conflicts: list[Conflict]
    problems: list[Problem]

    @property
    def mergeable(self) -> bool:
        return not self.conflicts and not broken(self.problems)


@dataclass(frozen=True, slots=True)
class Committed:
    """What ``ChangeSets.commit`` wrote. ``changes``: the effective ones; without any, nothing was written and
    there is no change set."""

    changeset_id: int | None
    revision: int
    changes: Sequence[Change]
    problems: Sequence[Problem]
    """Warnings of the checks."""


class ChangeSets:
    """The verbs on change sets of one database. ``author`` is the name of a person or program."""

    def __init__(self, database: Database, kinds: Kinds, *, clock: Clock | None = None) -> None:
        self._database = database
        self._kinds = kinds
        self._clock = clock or SystemClock()

    def open(self, title: str, author: str, reason: str = "") -> ChangeSetInfo:
        with self._database.write() as session:
            return _info(self._insert(session, title, author, reason), 0)

    def get(self, changeset_id: int) -> ChangeSetInfo:
        """Raises NotFoundError."""
        with self._database.read() as session:
            changeset = _get(session, changeset_id)
            return _info(changeset, _counts(session, [changeset])[changeset.id])

    def list(self, state: ChangeSetState | None = None, limit: int = 100) -> list[ChangeSetInfo]:
        """The newest first."""
        query = select(ChangeSet).order_by(ChangeSet.id.desc()).limit(limit)
        if state is not None:
            query = query.where(ChangeSet.state == state)
        with self._database.read() as session:
            found = list(session.scalars(query))
            counts = _counts(session, found)
            return [_info(changeset, counts[changeset.id]) for changeset in found]

    @contextmanager
    def edit(self, changeset_id: int) -> Iterator[Editor]:
        """Many edits in one transaction at the end of the block; none when the block fails.

        Raises InputError (also from the editor's calls) and NotFoundError."""
        with self._database.read() as session:
            _open(session, changeset_id)
        editor = Editor(self._database, self._kinds)
        yield editor
        with self._database.write() as session:
            _open(session, changeset_id)
            editor.flush(session, changeset_id)

    def editor(self) -> Editor:
        """Collects edits for ``commit``."""
        return Editor(self._database, self._kinds)

    def commit(
        self,
        editor: Editor,
        title: str,
        author: str,
        check: Check,
        reason: str = "",
        *,
        prepare: Callable[[Session], None] | None = None,
    ) -> Committed:
        """Open, check and merge in one transaction what an editor collected: for writes that nobody reviews.

        The way in bulk: thousands of objects cost no more an object than one; nothing is kept on any error.

            editor = changesets.editor()
            device = editor.create("device", {...})       # InputError names object, field, what is expected
            editor.create("interface", {"device_id": device, ...})
            editor.update("site", 17, {"title": "Paris"})
            committed = changesets.commit(editor, "New device", "ada", check)

        The edits are based on the state at that moment, so there are no conflicts: whoever must not overwrite
        others' values says so in a check. ``prepare`` runs first behind the lock of merges and may edit too,
        with ids that the editor has reserved: nobody else can be given what it allocates then. Raises
        RulesBrokenError with every problem, InputError and NotFoundError for an object that is not there."""
        _titled(title)
        with self._database.write() as session:
            _lock(session)
            if prepare is not None:
                prepare(session)
            wanted, present = editor.changes(session)
            plan = plan_merge(session, self._kinds, wanted, present)
            if not plan.changes and not plan.problems:
                return Committed(None, current_revision(session), (), ())
            problems = self._checked(session, None, plan, check)
            changeset = self._insert(session, title, author, reason)
            revision = self._record(session, changeset, author, plan)
            return Committed(changeset.id, revision, plan.changes, problems)

    def create(self, changeset_id: int, kind: str, fields: Mapping[str, Any]) -> int:
        """A new object; the id it has from now on."""
        with self.edit(changeset_id) as editor:
            return editor.create(kind, fields)

    def update(self, changeset_id: int, kind: str, object_id: int, fields: Mapping[str, Any]) -> None:
        with self.edit(changeset_id) as editor:
            editor.update(kind, object_id, fields)

    def delete(self, changeset_id: int, kind: str, object_id: int) -> None:
        """Delete an object with all it owns."""
        with self.edit(changeset_id) as editor:
            editor.delete(kind, object_id)

    def changes(self, changeset_id: int) -> Sequence[Change]:
        """The changes in plain values: those waiting, or those that the merge made."""
        with self._database.read() as session:
            return _changes(session, _get(session, changeset_id))

    def diff(self, changeset_id: int) -> Sequence[ObjectDiff]:
        """What it changes, or changed, object by object in the order of kinds and names."""
        with self._database.read() as session:
            return object_diffs(session, self._kinds, _changes(session, _get(session, changeset_id)))

    def preview(self, changeset_id: int, check: Check) -> MergePreview:
        """What ``merge`` would do and say now. Nothing is kept."""
        with self._database.trial() as session:
            changeset = _open(session, changeset_id)
            _lock(session)
            wanted = _changes(session, changeset)
            diff = object_diffs(session, self._kinds, wanted)
            plan = plan_merge(session, self._kinds, wanted)
            conflicts = name_conflicts(session, plan)
            problems = list(plan.problems)
            if not conflicts and not broken(problems):
                problems += self._apply(session, plan, check)
            return MergePreview(diff, conflicts, problems)

    def merge(self, changeset_id: int, author: str, check: Check) -> int:
        """Write the change set into the tables; returns the new revision.

        Raises MergeConflictError or RulesBrokenError with everything that stands against it; then nothing
        was written."""
        with self._database.write() as session:
            changeset = _open(session, changeset_id)
            _lock(session)
            wanted = _changes(session, changeset)
            if not wanted:
                raise InputError(
                    "holds no change",
                    subject=f"change set {changeset_id}",
                    remedy="Edit it, or abandon it.",
                )
            plan = plan_merge(session, self._kinds, wanted)
            self._checked(session, changeset_id, plan, check)
            return self._record(session, changeset, author, plan)

    def revert(self, changeset_id: int, author: str) -> int:
        """A new change set that takes a merged one back; returns its id. Merging it meets conflicts where
        others have changed the same since."""
        with self._database.write() as session:
            changeset = _get(session, changeset_id)
            if changeset.merged_revision is None:
                raise InputError(
                    f"is {changeset.state}, only a merged one can be reverted",
                    subject=f"change set {changeset_id}",
                    remedy="Abandon it instead.",
                )
            changes = [change.inverse() for change in changes_of(session, changeset.merged_revision)]
            title = f"Revert {changeset_id}: {changeset.title}"[:255]
            inverse = self._insert(session, title, author, "", reverts=changeset_id)
            write_deltas(session, inverse.id, changes)
            return inverse.id

    def resolve(self, changeset_id: int, kind: str, object_id: int, keep: Keep) -> None:
        """Settle the conflicts over one object. ``ours``: the change set's wishes hold over what is there
        now; ``theirs``: its contested wishes are dropped."""
        with self._database.write() as session:
            _open(session, changeset_id)
            change = _change(session, changeset_id, object_id)
            if change is None or change.kind != kind:
                raise NotFoundError(
                    f"does not touch {kind} #{object_id}", subject=f"change set {changeset_id}"
                )
            session.execute(
                delete(Delta).where(Delta.changeset_id == changeset_id, Delta.object_id == object_id)
            )
            there = documents(session, self._kinds[kind], [object_id]).get(object_id)
            if change.op is Op.DELETE:
                if keep is Keep.OURS and there is not None:
                    editor = Editor(self._database, self._kinds)
                    editor.delete(kind, object_id)
                    editor.flush(session, changeset_id)
                return
            settled = self._settled(session, change, there, keep)
            write_deltas(session, changeset_id, [settled] if settled else [])

    def abandon(self, changeset_id: int) -> None:
        """Close it without merging; it can still be read."""
        with self._database.write() as session:
            _open(session, changeset_id).state = ChangeSetState.ABANDONED

    def _insert(
        self, session: Session, title: str, author: str, reason: str, reverts: int | None = None
    ) -> ChangeSet:
        _titled(title)
        changeset = ChangeSet(
            state=ChangeSetState.OPEN,
            base_revision=current_revision(session),
            title=title[:255],
            reason=reason,
            author=author,
            created_at=self._clock.now(),
            reverts=reverts,
        )
        session.add(changeset)
        session.flush()
        return changeset

    def _apply(self, session: Session, plan: MergePlan, check: Check) -> Sequence[Problem]:
        """Write the plan and ask the rules about the state it makes."""
        apply(session, self._kinds, plan)
        session.expire_all()
        return check(session, plan.changes)

    def _checked(
        self, session: Session, changeset_id: int | None, plan: MergePlan, check: Check
    ) -> Sequence[Problem]:
        """Write the plan; its warnings. Raises whatever stands against it."""
        if plan.contests:
            raise MergeConflictError(changeset_id, name_conflicts(session, plan))
        problems = list(plan.problems)
        if not broken(problems):
            problems += self._apply(session, plan, check)
        if broken(problems):
            raise RulesBrokenError(changeset_id, problems)
        return problems

    def _record(self, session: Session, changeset: ChangeSet, author: str, plan: MergePlan) -> int:
        number = current_revision(session) + 1
        session.execute(
            insert(Revision).values(
                number=number,
                at=self._clock.now(),
                author=author,
                changeset_id=changeset.id,
                message=changeset.title,
                changes=len(plan.changes),
            )
        )
        record(session, number, plan.changes)
        session.execute(delete(Delta).where(Delta.changeset_id == changeset.id))  # history has them now
        changeset.state = ChangeSetState.MERGED
        changeset.merged_revision = number
        return number

    def _settled(
        self, session: Session, change: Change, there: Mapping[str, Any] | None, keep: Keep
    ) -> Change | None:
        kind = self._kinds[change.kind]
        ways = codec(kind)
        after = change.after or {}
        if there is None:  # deleted meanwhile: bring it back as it was, with our values, or let it go
            if keep is Keep.THEIRS:
                return None
            last = Namer(session).last_image(kind, change.id)
            return Change(kind.name, change.id, Op.CREATE, None, {**last, **after})
        before = change.before or {}
        uncontested = {
            column
            for column in after
            if column in before and ways.same(column, there[column], before[column])
        }
        kept = after if keep is Keep.OURS else {name: after[name] for name in uncontested}
        kept = {name: value for name, value in kept.items() if not ways.same(name, there[name], value)}
        if not kept:
            return None
        return Change(kind.name, change.id, Op.UPDATE, {name: there[name] for name in kept}, kept)


def _titled(title: str) -> None:
    if not title.strip():
        raise InputError("a change set needs a title", remedy="Say in a few words what it does.")


def _info(changeset: ChangeSet, changes: int) -> ChangeSetInfo:
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
    )


def _get(session: Session, changeset_id: int) -> ChangeSet:
    changeset = session.get(ChangeSet, changeset_id)
    if changeset is None:
        raise NotFoundError(
            f"there is no change set {changeset_id}", remedy="List them with `netwright change list`."
        )
    return changeset


def _open(session: Session, changeset_id: int) -> ChangeSet:
    """The change set, locked against another writer; InputError unless it is open."""
    changeset = session.get(ChangeSet, changeset_id, with_for_update=True) or _get(session, changeset_id)
    if changeset.state is not ChangeSetState.OPEN:
        raise InputError(
            f"is {changeset.state}, not open",
            subject=f"change set {changeset_id}",
            remedy="Open a new one for further changes.",
        )
    return changeset


def _lock(session: Session) -> None:
    """Merges go one by one: revision 0 is the row they queue for (SQLite's write lock does it there)."""
    session.execute(
        text(
            "INSERT INTO revision (number, at, author, message, changes) "
            "VALUES (0, 0, 'netwright', 'The empty beginning', 0) ON CONFLICT DO NOTHING"
        )
    )
    session.execute(select(Revision.number).where(Revision.number == 0).with_for_update())


def _changes(session: Session, changeset: ChangeSet) -> list[Change]:
    if changeset.merged_revision is not None:
        return changes_of(session, changeset.merged_revision)
    columns = (Delta.kind, Delta.object_id, Delta.op, Delta.before, Delta.after)
    query = select(*columns).where(Delta.changeset_id == changeset.id).order_by(Delta.object_id)
    return [Change(*row) for row in session.execute(query)]


def _change(session: Session, changeset_id: int, object_id: int) -> Change | None:
    delta = session.get(Delta, (changeset_id, object_id))
    if delta is None:
        return None
    return Change(delta.kind, delta.object_id, delta.op, delta.before, delta.after)


def _counts(session: Session, changesets: Sequence[ChangeSet]) -> dict[int, int]:
    """Objects changed, by change set: as the revision says, or the deltas that wait."""
    waiting = select(Delta.changeset_id, func.count()).group_by(Delta.changeset_id)
    ids = [one.id for one in changesets if one.merged_revision is None]
    counts = dict.fromkeys((one.id for one in changesets), 0)
    counts.update((row[0], row[1]) for row in session.execute(waiting.where(Delta.changeset_id.in_(ids))))
    merged = {one.merged_revision: one.id for one in changesets if one.merged_revision is not None}
    revisions = select(Revision.number, Revision.changes).where(Revision.number.in_(merged))
    for number, count in session.execute(revisions):
        counts[merged[number]] = count
    return counts
