"""Editing a change set: many edits, checked as they come, folded into its deltas in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Any, cast

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from netwright.base.errors import InputError, NotFoundError
from netwright.store.database import Database
from netwright.store.delta import Change, Delta, Op, Ref, deleted, updated
from netwright.store.identity import allocate
from netwright.store.kind import FieldSpec, Kind, Kinds
from netwright.store.naming import Namer
from netwright.store.proposal import awaited
from netwright.store.referring import referring
from netwright.store.rows import chunks, documents, dumps, insert_rows
from netwright.store.value import Doc, codec

_LARGEST_BLOCK = 1_000


class Editor:
    """Collects edits of one change set. Get it from ``ChangeSets.edit``; nothing is kept unless the block
    ends well. A wrong value is refused at the call; an object that is not there, at the end."""

    def __init__(self, database: Database, kinds: Kinds) -> None:
        self._database = database
        self._kinds = kinds
        self._edits: list[tuple[Op, Kind, int, Doc]] = []
        self._ids: Iterator[int] = iter(())
        self._block = 1
        self._session: Session | None = None
        self.created: set[int] = set()
        """Ids that it gave to new objects."""

    def create(self, kind: str, fields: Mapping[str, Any]) -> int:
        """A new object; returns its id, which other edits may refer to at once."""
        described = self._kinds[kind]
        return self.place(described, codec(described).take_new(fields))

    def place(self, kind: Kind, doc: Doc) -> int:
        """A new object from a whole document as ``Codec.take_new`` makes it, which is kept: who makes many
        that differ in little has it checked once."""
        object_id = self._next_id()
        self.created.add(object_id)
        self._edits.append((Op.CREATE, kind, object_id, doc))
        return object_id

    def reserve(self, count: int) -> None:
        """Take the ids of ``count`` objects at once: a large batch asks the counter once only."""
        self._ids = chain(self._ids, self._allocate(count))

    def join(self, session: Session) -> None:
        """Take ids in this transaction from now on: it holds the lock that one of ours would wait for."""
        self._session = session

    def update(self, kind: str, object_id: int, fields: Mapping[str, Any]) -> None:
        """Other values for some fields. Values that are there already change nothing."""
        described = self._kinds[kind]
        doc = codec(described).take(fields, f"{kind} #{object_id}")
        self._edits.append((Op.UPDATE, described, object_id, doc))

    def delete(self, kind: str, object_id: int) -> None:
        """Delete an object and, recorded with it, all that it owns."""
        self._edits.append((Op.DELETE, self._kinds[kind], object_id, {}))

    def flush(self, session: Session, changeset_id: int) -> bool:
        """Fold what was collected into the deltas of the change set; whether there was anything."""
        if not self._edits:
            return False
        self._folded(session, changeset_id).store()
        return True

    def changes(self, session: Session) -> tuple[list[Change], dict[Ref, Doc]]:
        """What was collected as changes of the state that ``session`` sees, and the documents that there
        are of the objects they touch. For one transaction: see ``ChangeSets.commit``."""
        fold = self._folded(session, None)
        return fold.changes(), fold.present

    def _folded(self, session: Session, changeset_id: int | None) -> _Fold:
        fold = _Fold(session, self._kinds, changeset_id)
        for op, edits in _runs(self._edits):
            if op is Op.DELETE:
                fold.delete([(kind, object_id) for _, kind, object_id, _ in edits])
            else:
                fold.write(edits)
        self._edits = []
        return fold

    def _next_id(self) -> int:
        for object_id in self._ids:
            return object_id
        self._ids = iter(self._allocate(self._block))
        self._block = min(self._block * 2, _LARGEST_BLOCK)
        return next(self._ids)

    def _allocate(self, count: int) -> range:
        if self._session is not None:
            return allocate(self._session, count)
        with self._database.write() as session:  # short, so that the counter is not held while others wait
            return allocate(session, count)


class _Fold:
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

    def write(self, edits: list[tuple[Op, Kind, int, Doc]]) -> None:
        """Creates and updates, in their order."""
        ids: dict[str, set[int]] = defaultdict(set)
        for op, kind, object_id, doc in edits:
            if op is Op.CREATE:
                self._set((kind.name, object_id), Change(kind.name, object_id, op, None, doc))
            else:
                ids[kind.name].add(object_id)
        for name, wanted in ids.items():
            self._load(name, wanted)
            self._documents(self._kinds[name], wanted)
        for op, kind, object_id, doc in edits:
            if op is Op.UPDATE:
                self._update(kind, object_id, doc)

    def delete(self, targets: Iterable[tuple[Kind, int]]) -> None:
        """Deletions, with all that the objects own: children in the tables and in the change set."""
        frontier: dict[str, set[int]] = defaultdict(set)
        for kind, object_id in targets:
            frontier[kind.name].add(object_id)
        for name, ids in frontier.items():
            self._load(name, ids)
            self._require(self._kinds[name], ids)
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
        for one in referring(self._session.connection(), self._kinds, gone, attrgetter("emptied")):
            ref = (one.kind.name, one.id)
            self._load(one.kind.name, [one.id])
            known = self._changes.get(ref)
            if ref in self._changes and (known is None or one.spec.column in (known.after or {})):
                continue
            if not self._is(ref, Op.DELETE):
                self._documents(one.kind, [one.id])
                self._update(one.kind, one.id, {one.spec.column: None})

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
        base = self.present.get(ref)
        if base is None and not self._is(ref, Op.CREATE):
            base = self._elsewhere(ref)
            if base is None:
                raise _missing(kind, object_id)
        known = self._changes.get(ref)
        self._set(ref, updated(codec(kind), known, ref, base or {}, doc))

    def _elsewhere(self, ref: Ref) -> Doc | None:
        """The document of an object that another open change set creates: an edit of it waits for that."""
        if self._changeset_id is None:
            return None
        creator = awaited(self._session, [ref[1]]).get(ref[1])
        if creator is None:
            return None
        query = select(Delta.after).where(
            Delta.changeset_id == creator, Delta.object_id == ref[1], Delta.kind == ref[0]
        )
        return self._session.scalar(query)

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


def _missing(kind: Kind, object_id: int) -> NotFoundError:
    return NotFoundError(
        f"there is no {kind.name} with id {object_id}", remedy=f"List them with `netwright show {kind.name}`."
    )


def _runs(
    edits: Iterable[tuple[Op, Kind, int, Doc]],
) -> Iterator[tuple[Op, list[tuple[Op, Kind, int, Doc]]]]:
    """Neighbouring edits that can be folded together: writes, or deletions."""
    run: list[tuple[Op, Kind, int, Doc]] = []
    for edit in edits:
        if run and (run[0][0] is Op.DELETE) != (edit[0] is Op.DELETE):
            yield run[0][0], run
            run = []
        run.append(edit)
    if run:
        yield run[0][0], run
