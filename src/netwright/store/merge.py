"""Merging: what a change set means for the state as it is now, and writing that.

Three ways a field: its value when the change was made (base), now (theirs), wanted (ours). Theirs equal to
ours, or theirs equal to base: no contest. Anything else is a conflict, and so is deleting what was changed,
or changing what was deleted. Cost follows the change set, never the size of the network.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from sqlalchemy.orm import Session

from netwright.store.delta import Change, Op, Ref
from netwright.store.integrity import (
    Outlook,
    broken_references,
    clashes,
    held,
    left_behind,
    left_mentioned,
    unique_sets,
)
from netwright.store.kind import Kind, Kinds
from netwright.store.mention import record_mentions
from netwright.store.naming import Namer
from netwright.store.problem import Conflict, Problem
from netwright.store.proposal import awaited
from netwright.store.rows import documents, rows_of
from netwright.store.value import Doc, codec


@dataclass(frozen=True, slots=True)
class Contest:
    """A conflict in plain values, before it is put in words. ``field`` is a column."""

    kind: Kind
    id: int
    reason: str
    field: str | None = None
    base: Any = None
    theirs: Any = None
    ours: Any = None
    other: Ref | None = None
    """Another object that the reason speaks of, as ``{other}``."""


@dataclass(slots=True)
class MergePlan:
    """What a merge will write. ``changes``: the effective ones, based on what is there now."""

    changes: list[Change] = field(default_factory=list)
    contests: list[Contest] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    outlook: Outlook = field(default_factory=lambda: Outlook({}))
    present: dict[Ref, Doc] = field(default_factory=dict)
    """The touched objects as they are before the merge."""


def plan_merge(
    session: Session, kinds: Kinds, wanted: Collection[Change], present: dict[Ref, Doc] | None = None
) -> MergePlan:
    """Compare a change set with the state that ``session`` sees. ``present``: the documents that there are
    of all touched objects, where that is known already."""
    plan = MergePlan()
    by_kind: dict[str, list[Change]] = defaultdict(list)
    for change in wanted:
        by_kind[change.kind].append(change)
    plan.present = _present(session, kinds, by_kind) if present is None else present
    for kind in kinds.values():
        for change in by_kind.get(kind.name, ()):
            _compare(plan, kind, change, plan.present.get((kind.name, change.id)))
    _await(session, plan)
    namer = Namer(session, plan.outlook.docs)
    for left in left_behind(session, kinds, plan.outlook):
        if left.spec.owner:
            deleted = (left.spec.reference or "", left.target)
            plan.contests.append(
                Contest(left.kind, left.id, "came to {other}, which this change set deletes", other=deleted)
            )
        else:
            plan.problems.append(_dangling(left.kind, left.id, left.spec.reference or "", left.target, namer))
    plan.problems += left_mentioned(session, kinds, plan.outlook, plan.present, namer)
    plan.problems += broken_references(session, kinds, plan.outlook, namer)
    plan.problems += clashes(session, kinds, plan.outlook, namer)
    return plan


def _await(session: Session, plan: MergePlan) -> None:
    """Say so where an object is not gone, but not merged yet."""
    absent = {
        contest.id
        for contest in plan.contests
        if contest.field is None and (contest.kind.name, contest.id) not in plan.present
    }
    creators = awaited(session, absent)
    plan.contests = [
        replace(one, reason=f"is created by change set {creators[one.id]}, which is not merged yet")
        if one.id in creators
        else one
        for one in plan.contests
    ]


def name_conflicts(session: Session, plan: MergePlan) -> list[Conflict]:
    """The contests of a plan in the words of people."""
    namer = Namer(session, {**plan.outlook.docs, **plan.present})
    by_kind: dict[str, list[Contest]] = defaultdict(list)
    for contest in plan.contests:
        by_kind[contest.kind.name].append(contest)
    found: list[Conflict] = []
    for contests in by_kind.values():
        keys = namer.keys(contests[0].kind, [contest.id for contest in contests])
        found.extend(_conflict(one, keys[one.id] or f"#{one.id}", namer) for one in contests)
    return found


def apply(session: Session, kinds: Kinds, plan: MergePlan) -> None:
    """Write a plan that has neither contests nor errors, in bulk statements by kind: deletions first and
    children first, then updates, then creations with parents first."""
    by_kind: dict[str, dict[Op, list[Change]]] = defaultdict(lambda: {op: [] for op in Op})
    for change in plan.changes:
        by_kind[change.kind][change.op].append(change)
    touched = [kind for kind in kinds.values() if kind.name in by_kind]
    connection = session.connection()
    for kind in reversed(touched):
        gone = [change.id for change in by_kind[kind.name][Op.DELETE]]
        rows_of(kind, connection).delete(connection, gone)
    for kind in touched:
        changes = by_kind[kind.name]
        table = rows_of(kind, connection)
        passing, plain = _passing(kind, changes[Op.UPDATE], plan)
        table.delete(connection, passing)
        table.update(connection, plain)
        record_mentions(connection, kind, chain.from_iterable(changes.values()))
        rows = [(change.id, change.after or {}) for change in changes[Op.CREATE]]
        rows += [(object_id, plan.outlook.docs[kind.name, object_id] or {}) for object_id in passing]
        table.insert(connection, rows)


def _present(session: Session, kinds: Kinds, by_kind: Mapping[str, Sequence[Change]]) -> dict[Ref, Doc]:
    found: dict[Ref, Doc] = {}
    for name, changes in by_kind.items():
        docs = documents(session, kinds[name], [change.id for change in changes])
        found.update(((name, object_id), doc) for object_id, doc in docs.items())
    return found


def _compare(plan: MergePlan, kind: Kind, change: Change, there: Doc | None) -> None:
    if change.op is Op.CREATE:
        _compare_create(plan, kind, change, there)
    elif change.op is Op.UPDATE:
        _compare_update(plan, kind, change, there)
    elif there is not None:
        _compare_delete(plan, kind, change, there)


def _compare_create(plan: MergePlan, kind: Kind, change: Change, there: Doc | None) -> None:
    ways = codec(kind)
    ours = change.after or {}
    if there is None:
        whole = change
        if tuple(ours) != ways.columns and ours.keys() != ways.fields.keys():  # of an older schema
            doc = {name: ours[name] if name in ours else ways.missing(name) for name in ways.columns}
            whole = Change(kind.name, change.id, Op.CREATE, None, doc)
        plan.changes.append(whole)
        plan.outlook.create(kind.name, change.id, whole.after or {})
        return
    for column, value in ours.items():  # brought back from deletion in both
        if column in ways.fields and not ways.same(column, there[column], value):
            reason = "was created otherwise meanwhile"
            plan.contests.append(Contest(kind, change.id, reason, column, None, there[column], value))


def _compare_update(plan: MergePlan, kind: Kind, change: Change, there: Doc | None) -> None:
    if there is None:
        plan.contests.append(Contest(kind, change.id, "was deleted meanwhile, this change set edits it"))
        return
    ways = codec(kind)
    base, ours = change.before or {}, change.after or {}
    written: Doc = {}
    for column, value in ours.items():
        if column not in ways.fields or ways.same(column, there[column], value):
            continue
        if ways.same(column, there[column], base.get(column)):
            written[column] = value
        else:
            reason = "was changed meanwhile"
            plan.contests.append(
                Contest(kind, change.id, reason, column, base.get(column), there[column], value)
            )
    if written:
        before = {column: there[column] for column in written}
        plan.changes.append(Change(kind.name, change.id, Op.UPDATE, before, written))
        plan.outlook.update(change.ref, {**there, **written}, written.keys())


def _compare_delete(plan: MergePlan, kind: Kind, change: Change, there: Doc) -> None:
    ways = codec(kind)
    base = change.before or {}
    contested = [
        Contest(kind, change.id, "was changed meanwhile", column, base[column], there[column], "to delete it")
        for column in ways.columns
        if column in base and not ways.same(column, there[column], base[column])
    ]
    plan.contests += contested
    plan.changes.append(Change(kind.name, change.id, Op.DELETE, there, None))
    plan.outlook.delete(change.ref)


def _dangling(kind: Kind, object_id: int, target_kind: str, target: int, namer: Namer) -> Problem:
    referrer = f"{kind.name} {namer.key(kind, object_id)}"
    return Problem(
        f"can't be deleted, {referrer} refers to it", target_kind, namer.key(target_kind, target), target
    )


def _conflict(contest: Contest, key: str, namer: Namer) -> Conflict:
    kind = contest.kind
    if contest.field is None:
        other = f"{contest.other[0]} {namer.key(*contest.other)}" if contest.other else ""
        return Conflict(kind.name, contest.id, key, contest.reason.format(other=other))
    spec = codec(kind).fields[contest.field].spec
    values = [contest.base, contest.theirs, contest.ours]
    base, theirs, ours = (namer.value(spec, v) if isinstance(v, int) else v for v in values)
    return Conflict(kind.name, contest.id, key, contest.reason, spec.name, base, theirs, ours)


def _passing(kind: Kind, changes: Sequence[Change], plan: MergePlan) -> tuple[list[int], list[Change]]:
    """Updates that take a unique value which another of them still holds (names swapped, cables crossed).
    A database that checks each row at once would refuse; those objects are taken out and put back in."""
    holders: dict[tuple[tuple[str, ...], tuple[Any, ...] | None], int] = {}
    groups = unique_sets(kind.table)
    for change in changes:
        for columns in groups:
            values = held(kind, columns, plan.present[change.ref])
            if values is not None:
                holders[columns, values] = change.id
    passing: list[int] = []
    plain: list[Change] = []
    for change in changes:
        doc = plan.outlook.docs[change.ref] or {}
        taken = ((columns, held(kind, columns, doc)) for columns in groups)
        if any(holders.get(one, change.id) != change.id for one in taken):
            passing.append(change.id)
        else:
            plain.append(change)
    return passing, plain
