"""What a caller is told of things that speak of many objects: change sets, history, problems, texts.

The objects it sees, without the fields that are hidden from it; the names of all others become ``hidden``.
Nothing here costs anything for one who sees everything.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import func, literal, not_, select
from sqlalchemy.orm import Session

from netwright.app.access.access import Access
from netwright.app.access.placement import Placement, told
from netwright.app.access.verb import Verb
from netwright.base.errors import InputError, NotFoundError
from netwright.store.delta import Change, Op, Ref
from netwright.store.diff import ObjectDiff, object_diffs
from netwright.store.kind import FieldSpec, FieldType, Kind
from netwright.store.naming import HIDDEN, Namer, resolve
from netwright.store.problem import Conflict, Problem

_P = TypeVar("_P", bound=Problem)
_UNTOLD = "something stands against it in an object that is hidden from you"


def seen_refs(
    access: Access, session: Session, changes: Sequence[Change], refs: Iterable[Ref] | None = None
) -> set[Ref]:
    """Those of ``refs`` that the caller sees; of the changed objects when none are given. One that is in no
    table belongs where its own document in the change set says."""
    ids: dict[str, set[int]] = defaultdict(set)
    for kind_name, object_id in (change.ref for change in changes) if refs is None else refs:
        ids[kind_name].add(object_id)
    placement = Placement(session, access.reach, told(changes))
    found: set[Ref] = set()
    for kind_name, asked in ids.items():
        if kind_name not in access.reach.kinds:
            continue
        kind = access.reach.kinds[kind_name]
        scopes = [grant.scope for grant in access.of(Verb.VIEW, kind)]
        if any(scope.everything for scope in scopes):
            seen = asked
        else:
            seen = set[int]().union(*(placement.inside(kind, asked, one, every=False) for one in scopes))
        found |= {(kind_name, one) for one in seen}
    return found


class SeenNamer(Namer):
    """Names objects for a caller: those that it may not see are ``hidden``, also inside longer names."""

    def __init__(self, access: Access, session: Session, changes: Sequence[Change] = ()) -> None:
        super().__init__(session, {change.ref: change.after for change in changes if change.op is Op.CREATE})
        self._access = access
        self._changes = changes
        self._seen: dict[Ref, bool] = {}

    def keys(self, kind: Kind, ids: Iterable[int]) -> dict[int, str | None]:
        found = super().keys(kind, ids)
        if self._access.where(Verb.VIEW, kind) is None:
            return found
        fresh = [(kind.name, one) for one in found if (kind.name, one) not in self._seen]
        if fresh:
            seen = seen_refs(self._access, self._session, self._changes, fresh)
            self._seen.update((ref, ref in seen) for ref in fresh)
        return {one: text if self._seen[kind.name, one] else HIDDEN for one, text in found.items()}


def namer_for(access: Access, session: Session, changes: Sequence[Change] = ()) -> Namer:
    """Names objects as far as the caller may know them."""
    if access.everything:
        return Namer(session, {change.ref: change.after for change in changes if change.op is Op.CREATE})
    return SeenNamer(access, session, changes)


def seen_diffs(
    access: Access, session: Session, changes: Sequence[Change], diffs: Sequence[ObjectDiff]
) -> Sequence[ObjectDiff]:
    """The differences that ``changes`` make, as far as the caller may know of them."""
    if access.everything:
        return diffs
    seen = seen_refs(access, session, changes)
    mine = [change for change in changes if change.ref in seen]
    found = []
    for diff in object_diffs(session, access.reach.kinds, mine, SeenNamer(access, session, changes)):
        hidden = access.hidden(access.reach.kinds[diff.kind])
        shown = {name: pair for name, pair in diff.fields.items() if name not in hidden}
        found.append(replace(diff, fields=shown))
    return found


class Telling:
    """Problems, conflicts and texts for one caller. ``changes``: what they are about; objects that only these
    make belong where they say. ``own``: ids of objects that the caller itself just made."""

    def __init__(
        self, access: Access, session: Session, changes: Sequence[Change] = (), own: Collection[int] = ()
    ) -> None:
        self._access = access
        self._session = session
        self._changes = changes
        self._own = own
        self._namer = SeenNamer(access, session, changes)

    def problems(self, found: Sequence[_P]) -> list[_P]:
        """Of objects that are not seen only that there is something; in the words about the others no name of
        what is not seen."""
        if self._access.everything:
            return list(found)
        texts = self.texts([*(one.message for one in found), *(one.key for one in found)])
        seen = self._seen((one.kind, one.object_id) for one in found)
        told: list[_P] = []
        for one, text, key in zip(found, texts[: len(found)], texts[len(found) :], strict=True):
            if one.object_id is None or one.object_id in self._own:
                told.append(replace(one, message=text, key=key))
            elif (one.kind, one.object_id) in seen:
                name = self._namer.key(one.kind, one.object_id)
                told.append(replace(one, message=text, key=name, field=self._field(one.kind, one.field)))
            else:
                told.append(replace(one, message=_UNTOLD, key=HIDDEN, object_id=None, field=None))
        return list(dict.fromkeys(told))

    def conflicts(self, found: Sequence[Conflict]) -> list[Conflict]:
        """Values only of fields that are seen, in objects that are."""
        if self._access.everything:
            return list(found)
        seen = self._seen((one.kind, one.object_id) for one in found)
        return [self._conflict(one, (one.kind, one.object_id) in seen) for one in found]

    def _conflict(self, one: Conflict, seen: bool) -> Conflict:
        if not seen:
            return Conflict(one.kind, one.object_id, HIDDEN, one.reason)
        key = self._namer.key(one.kind, one.object_id)
        if one.field is not None and self._field(one.kind, one.field) is None:
            return Conflict(one.kind, one.object_id, key, one.reason)
        spec = next((s for s in self._access.reach.kinds[one.kind].fields if s.name == one.field), None)
        if spec is None or spec.reference is None:
            return replace(one, key=key)
        base, theirs, ours = (self._name_of(spec, value) for value in (one.base, one.theirs, one.ours))
        return replace(one, key=key, base=base, theirs=theirs, ours=ours)

    def _name_of(self, spec: FieldSpec, value: Any) -> Any:
        """The name in a conflict, if it is one of what is seen."""
        if not isinstance(value, str):
            return value
        kind = self._access.reach.kinds[spec.reference or ""]
        if self._access.where(Verb.VIEW, kind) is None:
            return value
        try:
            object_id = resolve(self._session, kind, value)
        except (NotFoundError, InputError):
            return HIDDEN
        return self._namer.key(kind, object_id)

    def texts(self, given: Sequence[str]) -> list[str]:
        """Texts with the names of what is not seen taken out, and what hangs on them: ``ams-edge1/swp1``.

        Names count that stand by themselves (a device's, a site's); that of an interface is none without its
        device's."""
        if self._access.everything or not any(given):
            return list(given)
        names = self._unseen_names("\n".join(given))
        if not names:
            return list(given)
        words = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        pattern = re.compile(rf"(?<![\w-])(?:{words})(?![\w-])(?:/[\w./:-]*\w)?")
        return [pattern.sub(HIDDEN, text) for text in given]

    def _unseen_names(self, text: str) -> set[str]:
        """Names of objects in the text that the caller may not see: in the tables, and in the changes."""
        found: set[str] = set()
        sqlite = self._session.get_bind().dialect.name == "sqlite"
        position = func.instr if sqlite else func.strpos
        for kind in self._access.reach.kinds.values():
            first = kind.key_fields[0]
            condition = self._access.where(Verb.VIEW, kind)
            if condition is None or first.reference is not None or first.type is not FieldType.TEXT:
                continue
            column = kind.table.c[first.column]
            query = select(column).where(position(literal(text), column) > 0, not_(condition))
            found.update(self._session.scalars(query))
        return {name for name in found | self._changed_names(text) if name}

    def _changed_names(self, text: str) -> set[str]:
        """Names that the changes give, or gave, to objects that are not seen."""
        seen = seen_refs(self._access, self._session, self._changes) if self._changes else set()
        found: set[str] = set()
        for change in self._changes:
            if change.ref in seen or change.kind not in self._access.reach.kinds:
                continue
            first = self._access.reach.kinds[change.kind].key_fields[0]
            for doc in (change.before, change.after):
                name = (doc or {}).get(first.column)
                if first.type is FieldType.TEXT and isinstance(name, str) and name in text:
                    found.add(name)
        return found

    def _seen(self, refs: Iterable[tuple[str, int | None]]) -> set[Ref]:
        known = [(kind, object_id) for kind, object_id in refs if object_id is not None]
        return seen_refs(self._access, self._session, self._changes, known)

    def _field(self, kind_name: str, name: str | None) -> str | None:
        hidden: Collection[str] = self._access.hidden(self._access.reach.kinds[kind_name])
        return None if name in hidden else name


def seen_summary(access: Access, session: Session, changes: Sequence[Change]) -> dict[str, dict[str, int]]:
    """How many objects that the caller sees were created, updated, deleted, by kind."""
    seen = seen_refs(access, session, changes)
    found: dict[str, dict[str, int]] = {}
    for change in changes:
        if change.ref in seen:
            ops = found.setdefault(change.kind, {})
            ops[change.op.value] = ops.get(change.op.value, 0) + 1
    return found
