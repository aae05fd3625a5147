"""One merge in the session's transaction: written, checked, approved, recorded as a revision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert
from sqlalchemy.orm import Session

from netwright.base.clock import Clock
from netwright.store.check import Check, all_of
from netwright.store.delta import Change
from netwright.store.diff import ObjectDiff, object_diffs
from netwright.store.event import EventType, emit
from netwright.store.history import Revision, record
from netwright.store.kind import Kinds
from netwright.store.merge import MergePlan, apply, name_conflicts
from netwright.store.problem import (
    Conflict,
    MergeConflictError,
    Problem,
    Requirement,
    RulesBrokenError,
    broken,
)
from netwright.store.proposal import ChangeSet
from netwright.store.review import Policy, require_approved, unmet


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What a merge would do now. Rules are asked only when the state holds together without them."""

    diff: Sequence[ObjectDiff]
    conflicts: list[Conflict]
    problems: list[Problem]
    unmet: Sequence[Requirement] = ()
    """Approvals that it still needs; known only when nothing else stands against it."""

    @property
    def sound(self) -> bool:
        """Nothing but approvals stands against it."""
        return not self.conflicts and not broken(self.problems)

    @property
    def mergeable(self) -> bool:
        return self.sound and not self.unmet


class Merging:
    """The steps of a merge, for whoever holds the lock of merges. ``changeset`` is None where there is none
    yet: then nobody can have approved it."""

    def __init__(self, kinds: Kinds, clock: Clock, policy: Policy, always: Check | None) -> None:
        """``always``: asked after the check of every merge and preview, whoever asks for it."""
        self._kinds = kinds
        self._clock = clock
        self._policy = policy
        self._always = always

    def preview(
        self,
        session: Session,
        changeset: ChangeSet | None,
        plan: MergePlan,
        shown: Sequence[Change],
        check: Check,
    ) -> MergePreview:
        """What ``carry_out`` would do and say; it writes too, so the transaction must be a trial. ``shown``:
        the changes of the diff. Approvals are asked of a change set only."""
        diff = object_diffs(session, self._kinds, shown)
        conflicts = name_conflicts(session, plan)
        problems = list(plan.problems)
        missing: Sequence[Requirement] = ()
        if not conflicts and not broken(problems):
            self._write(session, plan)
            problems += self._asked(session, plan, check)
            if changeset is not None and not broken(problems):
                missing = unmet(session, changeset, self._policy(session, plan.changes))
        return MergePreview(diff, conflicts, problems, missing)

    def write(self, session: Session, changeset: ChangeSet | None, plan: MergePlan) -> None:
        """Write the plan and ask nobody. Raises MergeConflictError, and RulesBrokenError for a state that
        does not hold together."""
        changeset_id = None if changeset is None else changeset.id
        if plan.contests:
            raise MergeConflictError(changeset_id, name_conflicts(session, plan))
        if broken(plan.problems):
            raise RulesBrokenError(changeset_id, plan.problems)
        self._write(session, plan)

    def carry_out(
        self, session: Session, changeset: ChangeSet | None, plan: MergePlan, check: Check
    ) -> Sequence[Problem]:
        """Write the plan when nothing stands against it; the warnings. Raises what ``write`` raises,
        RulesBrokenError for what the checks found, and ApprovalMissingError."""
        self.write(session, changeset, plan)
        problems = [*plan.problems, *self._asked(session, plan, check)]
        if broken(problems):
            raise RulesBrokenError(None if changeset is None else changeset.id, problems)
        require_approved(session, changeset, self._policy(session, plan.changes))
        return problems

    def record(
        self, session: Session, changeset: ChangeSet, author: str, plan: MergePlan, number: int
    ) -> None:
        """Put what was written into history as a revision, and tell those who listen."""
        at = self._clock.now()
        session.execute(
            insert(Revision).values(
                number=number,
                at=at,
                author=author,
                changeset_id=changeset.id,
                message=changeset.title,
                changes=len(plan.changes),
            )
        )
        record(session, number, plan.changes)
        emit(
            session,
            EventType.REVISION_MERGED,
            at,
            author,
            changeset_id=changeset.id,
            title=changeset.title,
            revision=number,
            changes=plan.changes,
            locked=True,
        )

    def _write(self, session: Session, plan: MergePlan) -> None:
        apply(session, self._kinds, plan)
        session.expire_all()

    def _asked(self, session: Session, plan: MergePlan, check: Check) -> Sequence[Problem]:
        """What the rules say about the state that was written."""
        asked = check if self._always is None else all_of(check, self._always)
        return asked(session, plan.changes)
