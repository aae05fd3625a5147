"""Whether someone may make the changes of a merge: each object before and after, each field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.app.access.grant import Grant
from netwright.app.access.placement import Placement, undone
from netwright.app.access.reach import Reach
from netwright.app.access.verb import Verb
from netwright.store.delta import Change, Op
from netwright.store.history import chunks
from netwright.store.kind import Kind
from netwright.store.naming import Namer
from netwright.store.problem import Problem
from netwright.store.value import codec

GrantsOf: TypeAlias = Callable[[Verb, Kind], Sequence[Grant]]

_VERBS = {Op.CREATE: Verb.CREATE, Op.UPDATE: Verb.UPDATE, Op.DELETE: Verb.DELETE}


@dataclass(frozen=True, slots=True)
class Refusal(Problem):
    """A change that the one who merges has no right to make: 403 at a face, and a line in the audit log."""


def refusals(
    session: Session, reach: Reach, grants_of: GrantsOf, who: str, changes: Sequence[Change]
) -> list[Problem]:
    """All that ``who`` may not do of ``changes``; the state that ``session`` sees has them already."""
    groups: dict[tuple[str, Op], list[Change]] = defaultdict(list)
    for change in changes:
        groups[change.kind, change.op].append(change)
    before = Placement(session, reach, undone(changes))
    gone = {change.ref: change.before for change in changes if change.op is Op.DELETE}
    namer = Namer(session, gone)
    found: list[Problem] = []
    for (kind_name, op), group in groups.items():
        kind = reach.kinds[kind_name]
        judge = _Judge(session, reach, before, kind, op, grants_of(_VERBS[op], kind), who)
        found.extend(
            Refusal(message, kind_name, namer.key(kind, change.id), change.id, field)
            for change, message, field in judge.refused(group)
        )
    return found


class _Judge:
    """One verb on one kind."""

    def __init__(
        self,
        session: Session,
        reach: Reach,
        before: Placement,
        kind: Kind,
        op: Op,
        grants: Sequence[Grant],
        who: str,
    ) -> None:
        self._session = session
        self._reach = reach
        self._before = before
        self._kind = kind
        self._op = op
        self._who = who
        self._verb = _VERBS[op]
        self._free = [self._fields(grant) for grant in grants if grant.scope.everything]
        self._bound = [grant for grant in grants if not grant.scope.everything]

    def refused(self, changes: Sequence[Change]) -> Iterator[tuple[Change, str, str | None]]:
        """Change, message, field."""
        open_everywhere = frozenset[str]().union(*self._free)
        asked = {change.id: self._asked(change) for change in changes}
        bound = [change for change in changes if not self._free or not asked[change.id] <= open_everywhere]
        if not bound:
            return
        ids = [change.id for change in bound]
        earlier = [] if self._op is Op.CREATE else self._earlier(ids)
        later = [] if self._op is Op.DELETE else self._later(ids)
        for change in bound:
            yield from self._judge(change, asked[change.id], earlier, later)

    def _judge(
        self,
        change: Change,
        asked: frozenset[str],
        earlier: list[tuple[frozenset[str], set[int]]],
        later: list[tuple[frozenset[str], set[int]]],
    ) -> Iterator[tuple[Change, str, str | None]]:
        old = self._free + [fields for fields, ids in earlier if change.id in ids]
        new = self._free + [fields for fields, ids in later if change.id in ids]
        if self._op is not Op.CREATE and not old:
            yield change, f"{self._who} may not {self._verb} it", None
            return
        if self._op is not Op.DELETE and not new:
            moved = "move it there" if self._op is Op.UPDATE else "create it there"
            yield change, f"{self._who} may not {moved}", None
            return
        allowed = frozenset[str]().union(*new)
        if self._op is Op.UPDATE:
            allowed &= frozenset[str]().union(*old)
        for name in sorted(asked - allowed):
            yield change, f"{self._who} may not write the field {name}", name

    def _asked(self, change: Change) -> frozenset[str]:
        """Fields that the change writes. A creation writes those that are not left at their default."""
        if change.op is Op.DELETE:
            return frozenset()
        ways = codec(self._kind)
        after = change.after or {}
        return frozenset(
            ways.fields[column].spec.name
            for column, value in after.items()
            if change.op is Op.UPDATE or not ways.same(column, value, ways.missing(column))
        )

    def _earlier(self, ids: list[int]) -> list[tuple[frozenset[str], set[int]]]:
        return [
            (self._fields(grant), self._before.inside(self._kind, ids, grant.scope)) for grant in self._bound
        ]

    def _later(self, ids: list[int]) -> list[tuple[frozenset[str], set[int]]]:
        found = []
        table = self._kind.table
        for grant in self._bound:
            condition = self._reach.where(self._kind, grant.scope, every=True)
            assert condition is not None
            inside: set[int] = set()
            for part in chunks(ids):
                query = select(table.c.id).where(table.c.id.in_(part), condition)
                inside.update(self._session.scalars(query))
            found.append((self._fields(grant), inside))
        return found

    def _fields(self, grant: Grant) -> frozenset[str]:
        return grant.fields_of(self._kind, self._verb)
