"""Doing what a write asks for: checked, then merged at once as one change set or added to an open one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from netwright.api.order import Order
from netwright.api.problem import ApiError, problem_entry
from netwright.api.state import Call
from netwright.api.telling import told_error, told_problems
from netwright.api.written import Written, written_before
from netwright.app.access import Verb as Right
from netwright.app.idempotency import DoneRequest, done, write_done
from netwright.base.errors import ForbiddenError
from netwright.intent import rules
from netwright.intent.objects import Item, ObjectEdits, Outcome, Verb
from netwright.store.delta import Change
from netwright.store.editor import Editor
from netwright.store.history import History, current_revision
from netwright.store.problem import Problem, RulesBrokenError, Severity, broken
from netwright.store.query.sight import Sight

Prepare: TypeAlias = Callable[[Session, Editor], list[Outcome]]
"""Makes outcomes of its own behind the lock of merges."""

_RIGHTS = {
    Verb.CREATE: (Right.CREATE,),
    Verb.UPDATE: (Right.UPDATE,),
    Verb.PUT: (Right.CREATE, Right.UPDATE),
    Verb.DELETE: (Right.DELETE,),
}
_ROUNDS = 5


class _Tried(Exception):  # noqa: N818 (never leaves this module)
    """Ends a transaction whose outcome was only asked for."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("tried")
        self.problems = problems


class _Replayed(Exception):  # noqa: N818
    """The request was done already."""

    def __init__(self, found: DoneRequest) -> None:
        super().__init__("replayed")
        self.found = found


def write(call: Call, items: Sequence[Item], order: Order, prepare: Prepare | None = None) -> Written:
    """Do what the items ask for, or what ``prepare`` makes."""
    _allowed(call, items)
    found = _done(call, order)
    if found is not None:
        return written_before(call.state.kinds, found)
    try:
        if order.change_set is not None:
            return _into_open(call, items, order, prepare)
        return _Rounds(call, items, order, prepare).run()
    except _Replayed as replayed:
        return written_before(call.state.kinds, replayed.found)
    except RulesBrokenError:
        found = _done(call, order)  # done meanwhile: what stands against it may be its own objects
        if found is None:
            raise
        return written_before(call.state.kinds, found)


def _done(call: Call, order: Order) -> DoneRequest | None:
    if order.key is None:
        return None
    with call.state.context.database.read() as session:
        return done(session, order.key, call.state.context.clock.now())


def _allowed(call: Call, items: Iterable[Item]) -> None:
    for verb, kind in {(item.verb, item.kind.name) for item in items}:
        rights = [right for right in _RIGHTS[verb] if call.access.may(right, kind)]
        if not rights:
            raise ForbiddenError(call.access.name, _RIGHTS[verb][0], kind)


def _into_open(call: Call, items: Sequence[Item], order: Order, prepare: Prepare | None) -> Written:
    call.access.require(Right.PROPOSE)
    assert order.change_set is not None
    context = call.state.context
    with (
        context.database.read() as session,
        context.changesets.edit(order.change_set, call.access.name) as editor,
    ):
        outcomes = _edited(call, session, editor, items, order)
        if prepare is not None:
            outcomes = prepare(session, editor)
    written = Written(outcomes, change_set=order.change_set, created=editor.created)
    if order.key is not None:
        kept = {**written.record(), "change_set": order.change_set}
        with context.database.write() as session:
            write_done(session, order.key, context.clock.now(), -1, kept)
    return written


class _Rounds:
    """A merge at once; where items may fail alone, again without those that the rules stand against."""

    def __init__(self, call: Call, items: Sequence[Item], order: Order, prepare: Prepare | None) -> None:
        self._call = call
        self._items = items
        self._order = order
        self._prepare = prepare
        self._failed: dict[int, Outcome] = {}

    def run(self) -> Written:
        for left in range(_ROUNDS, 0, -1):
            places = [place for place in range(len(self._items)) if place not in self._failed]
            written, by_place = self._attempt(places)
            if isinstance(written, Written):
                return written
            guilty = _guilty(written, by_place)
            if not guilty or left == 1:
                guilty = {place: list(written.problems) for place in by_place}
            for place, problems in guilty.items():
                item = self._items[place]
                self._failed[place] = Outcome(item.kind, item.verb, problems=problems)
            if len(self._failed) == len(self._items):
                break
        return Written([self._failed[place] for place in range(len(self._items))])

    def _attempt(self, places: Sequence[int]) -> tuple[Written | RulesBrokenError, dict[int, Outcome]]:
        call, order, context = self._call, self._order, self._call.state.context
        editor = context.changesets.editor()
        with context.database.read() as session:
            outcomes = _edited(call, session, editor, [self._items[place] for place in places], order)
        by_place = dict(zip(places, outcomes, strict=True))
        self._failed.update({place: one for place, one in by_place.items() if one.problems})
        outcomes = [self._failed.get(place) or by_place[place] for place in range(len(self._items))]
        written = Written(outcomes, created=editor.created)

        def before(session: Session) -> None:
            if self._prepare is not None:
                written.outcomes = self._prepare(session, editor)

        def check(session: Session, changes: Sequence[Change]) -> list[Problem]:
            return _check(call, session, changes, order, written)

        try:
            committed = context.changesets.commit(
                editor, order.title, call.access.name, check, order.reason, prepare=before
            )
        except _Tried as tried:
            written.warnings = _warnings(call, tried.problems, written)
            written.dry_run = True
            return written, by_place
        except RulesBrokenError as error:
            told = told_error(call, error, own=editor.created)
            if order.keep_going and isinstance(told, RulesBrokenError):
                return told, by_place
            raise told from error
        written.revision, written.change_set = committed.revision, committed.changeset_id
        written.warnings = _warnings(call, committed.problems, written)
        return written, by_place


def _warnings(call: Call, problems: Sequence[Problem], written: Written) -> list[dict[str, object]]:
    return [problem_entry(one) for one in told_problems(call, problems, own=written.created)]


def _edited(
    call: Call, session: Session, editor: Editor, items: Sequence[Item], order: Order
) -> list[Outcome]:
    if not items:
        return []
    sight = Sight(session, call.state.kinds, call.seen)
    outcomes = ObjectEdits(sight, editor, force=order.force).edit(items)
    wrong = [(place, one) for place, one in enumerate(outcomes) if one.problems]
    if wrong and not order.keep_going:
        entries = [
            problem_entry(problem, place if len(items) > 1 else None)
            for place, outcome in wrong
            for problem in outcome.problems
        ]
        missing = all(outcome.missing for _, outcome in wrong)
        what = entries[0]["detail"] if len(entries) == 1 else f"{len(entries)} mistakes"
        raise ApiError(
            404 if missing else 422,
            what,
            subject=entries[0]["object"],
            remedy="Mend them and send it again; nothing was changed.",
            errors=entries,
        )
    _met(session, order, outcomes, editor.created)
    return outcomes


def _check(
    call: Call, session: Session, changes: Sequence[Change], order: Order, written: Written
) -> list[Problem]:
    """What is asked of a merge: preconditions, rules, rights; and that the request is not done twice."""
    now = call.state.context.clock.now()
    if order.key is not None:
        found = done(session, order.key, now)
        if found is not None:
            raise _Replayed(found)
    _met(session, order, written.outcomes, written.created)
    problems = [*call.access.check(session, changes)]
    if not broken(problems):
        problems += rules.check(session, changes)
    if order.dry_run and not broken(problems):
        raise _Tried(problems)
    if order.key is not None and not broken(problems):
        kept = {**written.record(), "warnings": _warnings(call, problems, written)}
        write_done(session, order.key, now, current_revision(session) + 1, kept)
    return problems


def _met(session: Session, order: Order, outcomes: Sequence[Outcome], created: set[int]) -> None:
    """Raises ApiError 412 for what the caller's conditions (RFC 9110, 13.1) say of the objects that it named.
    What is owned by them, as a device's interfaces, is not asked: an ETag does not speak of it."""
    if not order.conditional:
        return
    for one in outcomes:
        if one.object_id is None or one.problems:
            continue
        if one.object_id in created:
            if order.if_present or order.if_revision is not None:
                raise _unmet(one, "is not there, and If-Match wants it to be")
            continue
        if order.if_absent:
            raise _unmet(one, "is there already, and If-None-Match: * wants it not to be")
        last = (
            session.scalar(select(func.max(History.revision)).where(History.object_id == one.object_id)) or 0
        )
        if order.if_revision is not None and last > order.if_revision:
            raise _unmet(one, f"was changed in revision {last}, you know revision {order.if_revision}")
        if last in order.unless:
            raise _unmet(one, f"is as it was in revision {last}")


def _unmet(one: Outcome, what: str) -> ApiError:
    subject = f"{one.kind.name} #{one.object_id}" if "not there" not in what else one.kind.name
    return ApiError(412, what, subject=subject, remedy="Read it again, and decide anew.")


def _guilty(error: RulesBrokenError, by_place: Mapping[int, Outcome]) -> dict[int, list[Problem]]:
    """Whose item a problem is: the object's, or that of what came with it."""
    owner: dict[int, int] = {}
    for place, outcome in by_place.items():
        for object_id in (outcome.object_id, *outcome.parts):
            if object_id is not None:
                owner[object_id] = place
    found: defaultdict[int, list[Problem]] = defaultdict(list)
    for problem in error.problems:
        if problem.severity is Severity.ERROR and problem.object_id in owner:
            found[owner[problem.object_id]].append(problem)
    return dict(found)
