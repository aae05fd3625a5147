"""Edits folded into the changes of a change set: one change an object, based on what was there first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from operator import attrgetter, itemgetter
from typing import Any, cast

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from netwright.base.errors import InputError, NotFoundError
from netwright.store.delta import Change, Delta, Op, Ref, deleted, updated
from netwright.store.kind import FieldSpec, Kind, Kinds
from netwright.store.mention import Name, mentioning, name_of, renamed, words_in
from netwright.store.naming import Namer
from netwright.store.proposal import awaited_documents
from netwright.store.referring import Reference, referring
from netwright.store.rows import chunks, documents, dumps, insert_rows
from netwright.store.value import Doc, codec


class Fold:
    """The deltas of a change set that edits touch, as they become; none yet without a change set."""

    def __init__(self, session: Session, kinds: Kinds, changeset_id: int | None) -> None:
        self._session = session
        self._kinds = kinds
        self._changeset_id = changeset_id
        self._changes: dict[Ref, Change | None] = {}
        self._written: set[Ref] = set()
        self._stored: set[int] = set()
        """Ids that have a row in the table."""
        self._whole: set[str] = set()
        """Kinds all of whose deltas are loaded."""
        self.present: dict[Ref, Doc] = {}
        """Touched objects that the tables hold."""
        self._waiting: dict[Ref, Doc] = {}
        """Touched objects that another open change set creates: an edit of one waits for that."""

    def write(self, edits: list[tuple[Op, Kind, int, Doc]]) -> None:
        """Creates and updates, in their order. Who mentions an object by name has the new one, when that
        changes."""
        ids: dict[str, set[int]] = defaultdict(set)
        for op, kind, object_id, doc in edits:
            if op is Op.CREATE:
                self._set((kind.name, object_id), Change(kind.name, object_id, op, None, doc))
            else:
                ids[kind.name].add(object_id)
        for name, wanted in ids.items():
            self._load(name, wanted)
            self._documents(self._kinds[name], wanted)
        renaming = self._renaming(edits)
        names = {ref: self._names(ref) for ref in renaming}
        for op, kind, object_id, doc in edits:
            if op is Op.UPDATE:
                self._update(kind, object_id, doc)
        self._rename(names)

    def delete(self, targets: Iterable[tuple[Kind, int]], forced: Collection[Ref] = ()) -> None:
        """Deletions, with all that the objects own: children in the tables and in the change set. ``forced``:
        the names of these are taken off whoever mentions them."""
        frontier: dict[str, set[int]] = defaultdict(set)
        for kind, object_id in targets:
            frontier[kind.name].add(object_id)
        for name, ids in frontier.items():
            self._load(name, ids)
            self._require(self._kinds[name], ids)
            self._take_off(self._kinds[name], [one for one in ids if (name, one) in forced])
        gone: dict[str, set[int]] = defaultdict(set)
        while frontier:
            fresh = {
                name: {object_id for object_id in found if not self._is((name, object_id), Op.DELETE)}
                for name, found in frontier.items()
            }
            following = self._owned(fresh)
            for name, ids in fresh.items():
                self._delete(self._kinds[name], ids)
                gone[name] |= ids
            frontier = {name: ids for name, ids in following.items() if ids}

        self._empty(gone)

    def _empty(self, gone: Mapping[str, set[int]]) -> None:
        """Empty the fields that end with what they refer to, as a bay when its module goes; where the change
        set says otherwise, that stays."""
        left = referring(self._session.connection(), self._kinds, gone, attrgetter("emptied"))
        for name, ids in _by_kind(left).items():
            self._load(name, ids)
            self._documents(self._kinds[name], ids)
        for one in left:
            ref = (one.kind.name, one.id)
            known = self._changes.get(ref)
            if ref in self._changes and (known is None or one.spec.column in (known.after or {})):
                continue
            if not self._is(ref, Op.DELETE):
                self._update(one.kind, one.id, {one.spec.column: None})

    def _renaming(self, edits: Iterable[tuple[Op, Kind, int, Doc]]) -> list[Ref]:
        """What may get another name, among what others mention."""
        return [
            (kind.name, object_id)
            for op, kind, object_id, doc in edits
            if op is Op.UPDATE
            and self._kinds.mentioners(kind.name)
            and any(spec.column in doc for spec in kind.key_fields)
        ]

    def _names(self, ref: Ref) -> set[Name]:
        """What an object is called here: in the tables and in the change set."""
        kind = self._kinds[ref[0]]
        docs = (self.present.get(ref), self._view(ref))
        return {name_of(kind, doc) for doc in docs if doc is not None}

    def _rename(self, names: Mapping[Ref, set[Name]]) -> None:
        """Give those that mention objects the names that these have now, all at once, so that two can swap.
        ``names``: what they were called."""
        words: dict[str, dict[Name, str]] = defaultdict(dict)
        for ref, old in names.items():
            doc = self._view(ref)
            if doc is not None:
                new = name_of(self._kinds[ref[0]], doc)
                words[ref[0]] |= {one: new.word for one in old - {new} if one.kind == new.kind}
        for kind_name, changed in words.items():
            if not changed:
                continue
            kind = self._kinds[kind_name]
            self._load_kind(kind_name)
            others = [ref for ref in self._changes if ref[0] == kind_name and ref not in names]
            self._documents(kind, [one for _, one in others])
            taken = {name_of(kind, doc) for ref in others if (doc := self._view(ref)) is not None}
            self._reword(kind, {name: word for name, word in changed.items() if name not in taken})

    def _take_off(self, kind: Kind, ids: Collection[int]) -> None:
        """Take the names of objects off whoever mentions them."""
        if ids and self._kinds.mentioners(kind.name):
            self._documents(kind, ids)
            names = set[Name]().union(*(self._names((kind.name, one)) for one in ids))
            self._reword(kind, dict.fromkeys(names))

    def _reword(self, kind: Kind, words: Mapping[Name, str | None]) -> None:
        """Put other words, or none, where objects of ``kind`` are mentioned: in the tables and here."""
        if not words:
            return
        mentioned: dict[str, set[int]] = defaultdict(set)
        for one in mentioning(self._session, kind, words):
            mentioned[one.kind].add(one.id)
        for mentioner, spec in self._kinds.mentioners(kind.name):
            said = {name.word: word for name, word in words.items() if name.kind in {None, mentioner.name}}
            if not said:
                continue
            self._load_kind(mentioner.name)
            ids = mentioned[mentioner.name] | {one for name, one in self._changes if name == mentioner.name}
            self._documents(mentioner, ids)
            for object_id in sorted(ids):
                doc = self._view((mentioner.name, object_id))
                if doc is not None and not words_in(value := doc[spec.column]).isdisjoint(said):
                    self._update(mentioner, object_id, {spec.column: renamed(value, said)})

    def _view(self, ref: Ref) -> Doc | None:
        """An object as the change set would have it; None for what is not there or deleted. Its document was
        asked for before."""
        change = self._changes.get(ref)
        if change is not None and change.op is Op.DELETE:
            return None
        base = self._base(ref)
        if base is None and not self._is(ref, Op.CREATE):
            return None
        return {**(base or {}), **((change.after or {}) if change is not None else {})}

    def store(self) -> None:
        """Write the deltas that changed."""
        assert self._changeset_id is not None
        stale = [object_id for _, object_id in self._written if object_id in self._stored]
        for part in chunks(stale):
            self._session.execute(
                delete(Delta).where(Delta.changeset_id == self._changeset_id, Delta.object_id.in_(part))
            )
        write_deltas(self._session, self._changeset_id, self.changes())

    def changes(self) -> list[Change]:
        """The changes that were written, in the order of ids."""
        changes = (self._changes[ref] for ref in sorted(self._written, key=itemgetter(1)))
        return [change for change in changes if change is not None]

    def _documents(self, kind: Kind, ids: Collection[int]) -> dict[int, Doc]:
        there = documents(self._session, kind, ids)
        self.present.update(((kind.name, object_id), doc) for object_id, doc in there.items())
        absent = [one for one in ids if one not in there and not self._is((kind.name, one), Op.CREATE)]
        if absent and self._changeset_id is not None:
            found = awaited_documents(self._session, kind.name, absent)
            self._waiting.update(((kind.name, object_id), doc) for object_id, doc in found.items())
        return there

    def _set(self, ref: Ref, change: Change | None) -> None:
        self._changes[ref] = change
        self._written.add(ref)

    def _is(self, ref: Ref, op: Op) -> bool:
        change = self._changes.get(ref)
        return change is not None and change.op is op

    def _update(self, kind: Kind, object_id: int, doc: Doc) -> None:
        ref = (kind.name, object_id)
        if self._is(ref, Op.DELETE):
            raise InputError(
                "this change set deletes the object",
                subject=f"{kind.name} {Namer(self._session).key(kind, object_id)}",
                remedy="Create it anew, or edit it in another change set.",
            )
        base = self._base(ref)
        if base is None and not self._is(ref, Op.CREATE):
            raise _missing(kind, object_id)
        known = self._changes.get(ref)
        self._set(ref, updated(codec(kind), known, ref, base or {}, doc))

    def _base(self, ref: Ref) -> Doc | None:
        """What edits of an object start from, once its document was asked for."""
        return self.present.get(ref) or self._waiting.get(ref)

    def _delete(self, kind: Kind, ids: set[int]) -> None:
        there = self._documents(kind, ids)
        for object_id in ids:
            ref = (kind.name, object_id)
            known = self._changes.get(ref)
            self._set(ref, deleted(known, ref, there[object_id]) if object_id in there else None)

    def _owned(self, owners: Mapping[str, set[int]]) -> dict[str, set[int]]:
        """What ``owners`` own, both by kind: as the tables say and the change set would have it."""
        found: dict[tuple[str, str], set[int]] = defaultdict(set)
        for one in referring(self._session.connection(), self._kinds, owners, attrgetter("owner")):
            found[one.kind.name, one.spec.column].add(one.id)
        for name, ids in owners.items():
            for child, spec in self._kinds.referrers(name):
                if spec.owner:
                    self._load_kind(child.name)
                    self._moved(child, spec, ids, found[child.name, spec.column])
        children: dict[str, set[int]] = defaultdict(set)
        for (kind_name, _), ids in found.items():
            children[kind_name] |= ids
        return children

    def _moved(self, child: Kind, spec: FieldSpec, owners: set[int], found: set[int]) -> None:
        """What the change set takes to ``owners`` or away from them."""
        for (kind_name, object_id), change in self._changes.items():
            if kind_name != child.name or change is None or spec.column not in (change.after or {}):
                continue
            owned = (change.after or {})[spec.column] in owners
            (found.add if owned else found.discard)(object_id)

    def _require(self, kind: Kind, ids: set[int]) -> None:
        unknown = {object_id for object_id in ids if self._changes.get((kind.name, object_id)) is None}
        if not unknown:
            return
        for object_id in sorted(unknown - documents(self._session, kind, unknown).keys()):
            raise _missing(kind, object_id)

    def _load(self, kind_name: str, ids: Iterable[int]) -> None:
        if self._changeset_id is None:
            return
        unknown = [object_id for object_id in ids if (kind_name, object_id) not in self._changes]
        for part in chunks(unknown):
            self._take(self._query().where(Delta.object_id.in_(part)))

    def _load_kind(self, kind_name: str) -> None:
        if self._changeset_id is not None and kind_name not in self._whole:
            self._whole.add(kind_name)
            self._take(self._query().where(Delta.kind == kind_name))

    def _query(self) -> Any:
        columns = (Delta.kind, Delta.object_id, Delta.op, Delta.before, Delta.after)
        return select(*columns).where(Delta.changeset_id == self._changeset_id)

    def _take(self, query: Any) -> None:
        for row in self._session.execute(query):
            change = Change(*row)
            self._stored.add(change.id)
            self._changes.setdefault(change.ref, change)


def write_deltas(session: Session, changeset_id: int, changes: Iterable[Change]) -> None:
    """Insert deltas that the change set does not hold yet."""
    columns = ("changeset_id", "object_id", "kind", "op", "before", "after")
    connection = session.connection()
    rows = (
        (
            changeset_id,
            change.id,
            change.kind,
            change.op.value,
            None if change.before is None else dumps(change.before),
            None if change.after is None else dumps(change.after),
        )
        for change in changes
    )
    insert_rows(connection, cast("Table", Delta.__table__), columns, rows)


def _by_kind(references: Iterable[Reference]) -> dict[str, set[int]]:
    ids: dict[str, set[int]] = defaultdict(set)
    for one in references:
        ids[one.kind.name].add(one.id)
    return ids


def _missing(kind: Kind, object_id: int) -> NotFoundError:
    return NotFoundError(
        f"there is no {kind.name} with id {object_id}", remedy=f"List them with `netwright show {kind.name}`."
    )
