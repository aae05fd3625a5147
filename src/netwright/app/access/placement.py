"""Where objects belong in a state that is not the tables': before a merge, or in a change set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from sqlalchemy.orm import Session

from netwright.app.access.grant import Anchor, Scope
from netwright.app.access.reach import Reach
from netwright.store.delta import Change, Op, Ref
from netwright.store.history import documents
from netwright.store.kind import FieldSpec, Kind
from netwright.store.value import Doc

State: TypeAlias = Callable[[Ref, Doc | None], Doc | None]
"""An object's document in another state, given the one in the tables; None: it is not there."""


def undone(changes: Sequence[Change]) -> State:
    """The state before ``changes``, which the tables have already."""
    by_ref = {change.ref: change for change in changes}

    def state(ref: Ref, now: Doc | None) -> Doc | None:
        change = by_ref.get(ref)
        if change is None or change.op is Op.CREATE:
            return None if change else now
        if change.op is Op.DELETE:
            return change.before
        return None if now is None else {**now, **(change.before or {})}

    return state


def told(changes: Sequence[Change]) -> State:
    """The tables, and what is not in them as ``changes`` tell it: created later, or deleted."""
    docs = {change.ref: change.after if change.op is Op.CREATE else change.before for change in changes}
    whole = {change.ref for change in changes if change.op is not Op.UPDATE}

    def state(ref: Ref, now: Doc | None) -> Doc | None:
        return docs[ref] if now is None and ref in whole else now

    return state


class Placement:
    """Answers about a state. One statement a kind on the way, whatever the number of objects."""

    def __init__(self, session: Session, reach: Reach, state: State) -> None:
        self._session = session
        self._reach = reach
        self._state = state
        self._docs: dict[str, dict[int, Doc]] = {}

    def inside(self, kind: Kind, ids: Iterable[int], scope: Scope, *, every: bool = True) -> set[int]:
        """Those of the objects that are in the scope."""
        left = set(ids)
        unplaced = scope.unplaced and not every
        for anchor in scope.anchors:
            left = self._at(kind, left, anchor, every=every, unplaced=unplaced)
        return left

    def _at(self, kind: Kind, ids: set[int], anchor: Anchor, *, every: bool, unplaced: bool) -> set[int]:
        docs = self._load(kind, ids)
        if kind.name == anchor.kind:
            return self._among(kind, set(docs), anchor)
        found: set[int] = set()
        left = set(docs)
        for group in self._reach.ways(kind, anchor.kind):
            held = {one: _targets(docs[one], group) for one in left}
            good: dict[str, set[int]] = {}
            for spec in group:
                target = spec.reference or ""
                asked = {docs[one][spec.column] for one in left} - {None}
                onward = self._at(self._reach.kinds[target], asked, anchor, every=every, unplaced=unplaced)
                good[spec.column] = onward
            decide = all if every else any
            for one, targets in held.items():
                if targets:
                    left.discard(one)
                    if decide(target in good[column] for column, target in targets):
                        found.add(one)
        return found | left if unplaced else found

    def _among(self, kind: Kind, ids: set[int], anchor: Anchor) -> set[int]:
        docs = self._load(kind, ids)
        if anchor.field:
            column = kind.field(anchor.field).column
            return {one for one in ids if docs[one][column] in anchor.values}
        parent = self._reach.parent(kind)
        return {one for one in ids if self._below(kind, one, parent, anchor)}

    def _below(self, kind: Kind, one: int | None, parent: FieldSpec | None, anchor: Anchor) -> bool:
        seen: set[int] = set()
        while one is not None and one not in seen:
            if one in anchor.values:
                return True
            seen.add(one)
            doc = self._load(kind, {one}).get(one)
            one = doc[parent.column] if doc is not None and parent is not None else None
        return False

    def _load(self, kind: Kind, ids: set[int]) -> dict[int, Doc]:
        """Documents of the state; objects that are not there are left out."""
        known = self._docs.setdefault(kind.name, {})
        missing = ids - known.keys()
        if missing:
            now = documents(self._session, kind, missing)
            for one in missing:
                doc = self._state((kind.name, one), now.get(one))
                if doc is not None:
                    known[one] = doc
        return {one: known[one] for one in ids if one in known}


def _targets(doc: Doc, group: Sequence[FieldSpec]) -> list[tuple[str, int]]:
    return [(spec.column, doc[spec.column]) for spec in group if doc[spec.column] is not None]
