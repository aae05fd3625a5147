"""Editing a change set: many edits, checked as they come, folded into its deltas in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from sqlalchemy.orm import Session

from netwright.store.database import Database
from netwright.store.delta import Change, Op, Ref
from netwright.store.fold import Fold
from netwright.store.identity import allocate
from netwright.store.kind import Kind, Kinds
from netwright.store.value import Doc, codec

_LARGEST_BLOCK = 1_000


class Editor:
    """Collects edits of one change set. Get it from ``ChangeSets.edit``; nothing is kept unless the block
    ends well. A wrong value is refused at the call; an object that is not there, at the end."""

    def __init__(self, database: Database, kinds: Kinds) -> None:
        self._database = database
        self._kinds = kinds
        self._edits: list[tuple[Op, Kind, int, Doc]] = []
        self._forced: set[Ref] = set()
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

    def delete(self, kind: str, object_id: int, *, force: bool = False) -> None:
        """Delete an object and, recorded with it, all that it owns. Who mentions it by name, as a device does
        that carries the tag, stands against that; ``force`` takes the name off them."""
        if force:
            self._forced.add((kind, object_id))
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

    def _folded(self, session: Session, changeset_id: int | None) -> Fold:
        fold = Fold(session, self._kinds, changeset_id)
        for op, edits in _runs(self._edits):
            if op is Op.DELETE:
                fold.delete([(kind, object_id) for _, kind, object_id, _ in edits], self._forced)
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
