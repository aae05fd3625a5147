"""Change sets: every write of a wanted object belongs to one, from opening to merge and revert.

Main path: ``edit`` (``editor``) -> ``preview`` and ``merge`` (``merge``, ``merging``) -> ``history``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from netwright.base.clock import Clock, SystemClock
from netwright.base.errors import ConflictError, InputError
from netwright.store.agenda import Agenda
from netwright.store.check import Check
from netwright.store.database import Database
from netwright.store.delta import Change, Delta, Ref
from netwright.store.diff import ObjectDiff, object_diffs
from netwright.store.editor import Editor
from netwright.store.event import EventType, emit
from netwright.store.fold import write_deltas
from netwright.store.history import changes_of, current_revision, lock_line
from netwright.store.kind import Kinds
from netwright.store.merge import plan_merge
from netwright.store.merging import MergePreview, Merging
from netwright.store.problem import Problem
from netwright.store.proposal import (
    ChangeSet,
    ChangeSetInfo,
    ChangeSetState,
    changes_in,
    counts,
    edited,
    find,
    find_open,
    info_of,
    named,
    opened,
    titled,
)
from netwright.store.relation import Relation, relations
from netwright.store.review import Policy, Reviews, no_policy
from netwright.store.settling import Keep, Rebased, Settling
from netwright.store.value import Doc


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

    def __init__(
        self,
        database: Database,
        kinds: Kinds,
        *,
        clock: Clock | None = None,
        policy: Policy = no_policy,
        always: Check | None = None,
    ) -> None:
        """``always``: asked after the check of every merge and preview, whoever asks for it."""
        self._database = database
        self._kinds = kinds
        self._clock = clock or SystemClock()
        self._merging = Merging(kinds, self._clock, policy, always)
        self.review = Reviews(database, kinds, self._clock)
        self.agenda = Agenda(database, self._clock)

    def open(self, title: str, author: str, reason: str = "") -> ChangeSetInfo:
        with self._database.write() as session:
            changeset = opened(session, title, author, self._clock.now(), reason=reason)
            self._tell(session, EventType.CHANGESET_OPENED, author, changeset)
            return info_of(changeset, 0)

    def get(self, changeset_id: int) -> ChangeSetInfo:
        """Raises NotFoundError."""
        with self._database.read() as session:
            changeset = find(session, changeset_id)
            return info_of(changeset, counts(session, [changeset])[changeset.id])

    def list(self, state: ChangeSetState | None = None, limit: int = 100) -> list[ChangeSetInfo]:
        """The newest first."""
        query = select(ChangeSet).order_by(ChangeSet.id.desc()).limit(limit)
        if state is not None:
            query = query.where(ChangeSet.state == state)
        with self._database.read() as session:
            found = list(session.scalars(query))
            counted = counts(session, found)
            return [info_of(changeset, counted[changeset.id]) for changeset in found]

    @contextmanager
    def edit(self, changeset_id: int, by: str = "") -> Iterator[Editor]:
        """Many edits in one transaction at the end of the block; none when the block fails. ``by``: who, if
        not the author; who edited it can't approve it.

        Raises InputError (also from the editor's calls) and NotFoundError."""
        with self._database.read() as session:
            find_open(session, changeset_id)
        editor = Editor(self._database, self._kinds)
        yield editor
        with self._database.write() as session:
            changeset = find_open(session, changeset_id)
            if editor.flush(session, changeset_id):
                edited(changeset, by)

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
        others' values says so in a check. ``prepare`` runs first behind the lock of merges and may edit too:
        nobody else can be given what it allocates then. Raises
        RulesBrokenError with every problem, InputError and NotFoundError for an object that is not there."""
        titled(title)
        with self._database.write() as session:
            lock_line(session)
            if prepare is not None:
                editor.join(session)
                prepare(session)
            wanted, present = editor.changes(session)
            plan = plan_merge(session, self._kinds, wanted, present)
            if not plan.changes and not plan.problems:
                return Committed(None, current_revision(session), (), ())
            problems = self._merging.carry_out(session, None, plan, check)
            number = current_revision(session) + 1
            at = self._clock.now()
            changeset = opened(session, title, author, at, reason=reason, merged=number)
            self._merging.record(session, changeset, author, plan, number)
            return Committed(changeset.id, number, plan.changes, problems)

    def rehearse(self, editor: Editor, check: Check, changeset_id: int | None = None) -> MergePreview:
        """What ``commit`` of these edits would do and say now, or what they would add to an open change set.
        Nothing is kept; the editor is used up."""
        with self._database.trial() as session:
            lock_line(session)
            present: dict[Ref, Doc] | None = None
            if changeset_id is None:
                wanted, present = editor.changes(session)
                fresh: Sequence[Change] = wanted
            else:
                changeset = find_open(session, changeset_id)
                before = {change.ref: change for change in changes_in(session, changeset)}
                editor.flush(session, changeset_id)
                wanted = changes_in(session, changeset)
                fresh = [change for change in wanted if before.get(change.ref) != change]
            plan = plan_merge(session, self._kinds, wanted, present)
            return self._merging.preview(session, None, plan, fresh, check)

    def create(self, changeset_id: int, kind: str, fields: Mapping[str, Any], by: str = "") -> int:
        """A new object; the id it has from now on."""
        with self.edit(changeset_id, by) as editor:
            return editor.create(kind, fields)

    def update(
        self, changeset_id: int, kind: str, object_id: int, fields: Mapping[str, Any], by: str = ""
    ) -> None:
        with self.edit(changeset_id, by) as editor:
            editor.update(kind, object_id, fields)

    def delete(
        self, changeset_id: int, kind: str, object_id: int, by: str = "", *, force: bool = False
    ) -> None:
        """Delete an object with all it owns; ``force`` as in ``Editor.delete``."""
        with self.edit(changeset_id, by) as editor:
            editor.delete(kind, object_id, force=force)

    def changes(self, changeset_id: int) -> Sequence[Change]:
        """The changes in plain values: those waiting, or those that the merge made."""
        with self._database.read() as session:
            return changes_in(session, find(session, changeset_id))

    def diff(self, changeset_id: int) -> Sequence[ObjectDiff]:
        """What it changes, or changed, object by object in the order of kinds and names."""
        with self._database.read() as session:
            return object_diffs(session, self._kinds, changes_in(session, find(session, changeset_id)))

    def preview(self, changeset_id: int, check: Check) -> MergePreview:
        """What ``merge`` would do and say now. Nothing is kept."""
        with self._database.trial() as session:
            changeset = find_open(session, changeset_id)
            lock_line(session)
            wanted = changes_in(session, changeset)
            plan = plan_merge(session, self._kinds, wanted)
            return self._merging.preview(session, changeset, plan, wanted, check)

    @contextmanager
    def applied(self, changeset_id: int) -> Iterator[Session]:
        """A session that reads the state which the merge would make now; nothing is kept.

        Raises MergeConflictError, and RulesBrokenError for references that would lead nowhere. People's
        rules and approvals are not asked."""
        with self._database.trial() as session:
            changeset = find_open(session, changeset_id)
            lock_line(session)
            plan = plan_merge(session, self._kinds, changes_in(session, changeset))
            self._merging.write(session, changeset, plan)
            yield session

    def merge(self, changeset_id: int, author: str, check: Check, *, edition: int | None = None) -> int:
        """Write the change set into the tables; returns the new revision. ``edition``: the one that was
        looked at.

        Raises MergeConflictError, RulesBrokenError or ApprovalMissingError with everything that stands
        against it, ConflictError when it was edited since ``edition``; then nothing was written."""
        with self._database.write() as session:
            changeset = find_open(session, changeset_id)
            if edition is not None and edition != changeset.edition:
                raise ConflictError(
                    "was edited meanwhile", subject=named(changeset_id), remedy="Look again, then merge."
                )
            lock_line(session)
            wanted = changes_in(session, changeset)
            if not wanted:
                raise InputError(
                    "holds no change",
                    subject=named(changeset_id),
                    remedy="Edit it, or abandon it.",
                )
            plan = plan_merge(session, self._kinds, wanted)
            self._merging.carry_out(session, changeset, plan, check)
            number = current_revision(session) + 1
            changeset.state = ChangeSetState.MERGED
            changeset.merged_revision = number
            changeset.unschedule()
            session.flush()
            self._merging.record(session, changeset, author, plan, number)
            session.execute(delete(Delta).where(Delta.changeset_id == changeset_id))  # history has them now
            return number

    def revert(self, changeset_id: int, author: str) -> int:
        """A new change set that takes a merged one back; returns its id. Merging it meets conflicts where
        others have changed the same since."""
        with self._database.write() as session:
            changeset = find(session, changeset_id)
            if changeset.merged_revision is None:
                raise InputError(
                    f"is {changeset.state}, only a merged one can be reverted",
                    subject=named(changeset_id),
                    remedy="Abandon it instead.",
                )
            changes = [change.inverse() for change in changes_of(session, changeset.merged_revision)]
            title = f"Revert {changeset_id}: {changeset.title}"
            inverse = opened(session, title, author, self._clock.now(), reverts=changeset_id)
            write_deltas(session, inverse.id, changes)
            self._tell(session, EventType.CHANGESET_OPENED, author, inverse)
            return inverse.id

    def resolve(
        self,
        changeset_id: int,
        kind: str,
        object_id: int,
        keep: Keep,
        *,
        field: str = "",
        value: Any = None,
        by: str = "",
    ) -> None:
        """Settle the conflicts over one object, or over one field of it. ``ours``: the change set's wishes
        hold over what is there now; ``theirs``: its contested wishes are dropped; ``other``: the field gets
        ``value``."""
        with self._settling(changeset_id, by) as settling:
            if field:
                settling.field(kind, object_id, field, keep, value)
            else:
                settling.object(kind, object_id, keep)

    def drop(
        self, changeset_id: int, kind: str, object_id: int, fields: Collection[str] = (), *, by: str = ""
    ) -> None:
        """Take the change of one object out of it, or only of some fields. A deletion that is taken out takes
        those of the object's parts with it."""
        with self._settling(changeset_id, by) as settling:
            settling.drop(kind, object_id, fields)

    def rebase(self, changeset_id: int) -> Rebased:
        """Bring it to the present: leave out what is so already. What it would merge stays the same, and so
        do its conflicts, which are told; approvals stand."""
        with self._database.write() as session:
            changeset = find_open(session, changeset_id)
            lock_line(session)
            settling = Settling(session, self._database, self._kinds, changeset)
            return settling.rebase(changeset, current_revision(session))

    def rename(self, changeset_id: int, *, title: str | None = None, reason: str | None = None) -> None:
        """Another title or reason; approvals stand."""
        with self._database.write() as session:
            changeset = find_open(session, changeset_id)
            if title is not None:
                changeset.title = titled(title)
            if reason is not None:
                changeset.reason = reason

    def relations(self, changeset_id: int) -> Sequence[Relation]:
        """How an open one stands to other open ones; empty for one that is not open."""
        with self._database.read() as session:
            changeset = find(session, changeset_id)
            if changeset.state is not ChangeSetState.OPEN:
                return []
            return relations(session, self._kinds, changeset_id, changes_in(session, changeset))

    def abandon(self, changeset_id: int, author: str = "") -> None:
        """Close it without merging; it can still be read, and reopened."""
        with self._database.write() as session:
            changeset = find_open(session, changeset_id)
            changeset.state = ChangeSetState.ABANDONED
            changeset.unschedule()
            self._tell(session, EventType.CHANGESET_ABANDONED, author or changeset.author, changeset)

    def reopen(self, changeset_id: int, author: str = "") -> None:
        """Open an abandoned one again, as it was."""
        with self._database.write() as session:
            changeset = find(session, changeset_id)
            if changeset.state is not ChangeSetState.ABANDONED:
                raise InputError(
                    f"is {changeset.state}, not abandoned",
                    subject=named(changeset_id),
                    remedy="Edit it as it is."
                    if changeset.state is ChangeSetState.OPEN
                    else "Open a new one for further changes.",
                )
            changeset.state = ChangeSetState.OPEN
            self._tell(session, EventType.CHANGESET_REOPENED, author or changeset.author, changeset)

    @contextmanager
    def _settling(self, changeset_id: int, by: str) -> Iterator[Settling]:
        with self._database.write() as session:
            changeset = find_open(session, changeset_id)
            yield Settling(session, self._database, self._kinds, changeset)
            edited(changeset, by)

    def _tell(self, session: Session, event: EventType, author: str, changeset: ChangeSet) -> None:
        session.flush()
        emit(session, event, self._clock.now(), author, changeset_id=changeset.id, title=changeset.title)
