"""How an open change set stands to the other open ones: which it needs first, which touch the same."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.store.delta import Change, Delta, Op
from netwright.store.kind import Kinds
from netwright.store.naming import Namer
from netwright.store.proposal import ChangeSet, ChangeSetState
from netwright.store.rows import chunks
from netwright.store.value import codec


class Tie(enum.StrEnum):
    """How one change set stands to another."""

    NEEDS = "needs"
    """The other creates an object that this one edits or refers to: merge it first."""
    NEEDED = "is needed by"
    """This one creates an object that the other edits."""
    CONTESTS = "contests"
    """Both want another value of one field, or one deletes what the other edits: the second will meet a
    conflict."""
    TOUCHES = "touches the same object as"
    """Both change one object, in different fields or alike; both can be merged."""


@dataclass(frozen=True, slots=True)
class Relation:
    """One object that two open change sets share. ``fields`` by document name, for what is contested."""

    changeset_id: int
    title: str
    author: str
    tie: Tie
    kind: str
    object_id: int
    key: str
    fields: Sequence[str] = ()


def relations(session: Session, kinds: Kinds, changeset_id: int, changes: Sequence[Change]) -> list[Relation]:
    """The relations of a change set that holds ``changes``. Cost follows the set, not how many are open."""
    mine = {change.id: change for change in changes}
    referred = set(_references(kinds, changes)) - mine.keys()
    found: list[Relation] = []
    for part in chunks(mine.keys() | referred):
        query = (
            select(ChangeSet, Delta.kind, Delta.object_id, Delta.op, Delta.before, Delta.after)
            .join(Delta, Delta.changeset_id == ChangeSet.id)
            .where(
                Delta.object_id.in_(part),
                ChangeSet.id != changeset_id,
                ChangeSet.state == ChangeSetState.OPEN,
            )
        )
        for other, *row in session.execute(query):
            theirs = Change(*row)
            tied = _tie(kinds, mine.get(theirs.id), theirs)
            if tied is not None:
                tie, fields = tied
                overlay = {theirs.ref: theirs.after} if theirs.op is Op.CREATE else {}
                key = Namer(session, overlay).key(theirs.kind, theirs.id)
                found.append(
                    Relation(other.id, other.title, other.author, tie, theirs.kind, theirs.id, key, fields)
                )
    return sorted(found, key=lambda one: (list(Tie).index(one.tie), one.changeset_id, one.kind, one.key))


def _references(kinds: Kinds, changes: Sequence[Change]) -> Iterator[int]:
    for change in changes:
        after = change.after or {}
        for spec in kinds[change.kind].fields:
            if spec.reference is not None and after.get(spec.column) is not None:
                yield after[spec.column]


def _tie(kinds: Kinds, mine: Change | None, theirs: Change) -> tuple[Tie, list[str]] | None:
    if mine is None:
        return (Tie.NEEDS, []) if theirs.op is Op.CREATE else None
    if theirs.op is Op.CREATE and mine.op is not Op.CREATE:
        return Tie.NEEDS, []
    if mine.op is Op.CREATE and theirs.op is not Op.CREATE:
        return Tie.NEEDED, []
    if Op.DELETE in (mine.op, theirs.op):
        return (Tie.TOUCHES if mine.op is theirs.op else Tie.CONTESTS), []
    kind = kinds[mine.kind]
    ways = codec(kind)
    ours, others = mine.after or {}, theirs.after or {}
    contested = [
        spec.name
        for spec in kind.fields
        if spec.column in ours
        and spec.column in others
        and not ways.same(spec.column, ours[spec.column], others[spec.column])
    ]
    return (Tie.CONTESTS, contested) if contested else (Tie.TOUCHES, [])
