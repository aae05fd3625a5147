"""Where objects belonged before a merge that is already written: its changes undone in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from netwright.app.access.grant import Anchor, Scope
from netwright.app.access.reach import Reach
from netwright.store.delta import Change, Op, Ref
from netwright.store.history import documents
from netwright.store.kind import FieldSpec, Kind
from netwright.store.value import Doc


class Before:
    """Answers about the state before ``changes``. One statement a kind on the way, whatever their number."""

    def __init__(self, session: Session, reach: Reach, changes: Sequence[Change]) -> None:
        self._session = session
        self._reach = reach
        self._changes: dict[Ref, Change] = {change.ref: change for change in changes}
        self._docs: dict[str, dict[int, Doc]] = {}

    def inside(self, kind: Kind, ids: Iterable[int], scope: Scope, *, every: bool = True) -> set[int]:
        """Those of the objects that were in the scope."""
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
        """Documents as they were; objects that were not there are left out."""
        known = self._docs.setdefault(kind.name, {})
        missing = ids - known.keys()
        if missing:
            now = documents(self._session, kind, missing)
            for one in missing:
                change = self._changes.get((kind.name, one))
                if change is None or change.op is Op.UPDATE:
                    if one in now:
                        known[one] = {**now[one], **((change.before or {}) if change else {})}
                elif change.op is Op.DELETE:
                    known[one] = change.before or {}
        return {one: known[one] for one in ids if one in known}


def _targets(doc: Doc, group: Sequence[FieldSpec]) -> list[tuple[str, int]]:
    return [(spec.column, doc[spec.column]) for spec in group if doc[spec.column] is not None]
