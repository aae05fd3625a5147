"""Settling a change set in place: conflicts by object or field, changes taken out, bases brought to now."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from netwright.base.errors import InputError
from netwright.store.database import Database
from netwright.store.delta import Change, Delta, Op, Ref
from netwright.store.editor import Editor
from netwright.store.fold import write_deltas
from netwright.store.kind import FieldSpec, Kind, Kinds
from netwright.store.merge import name_conflicts, plan_merge
from netwright.store.naming import Namer
from netwright.store.problem import Conflict
from netwright.store.proposal import ChangeSet, change_in, changes_in, named
from netwright.store.rows import chunks, documents
from netwright.store.value import codec


class Keep(enum.StrEnum):
    """How a conflict is settled: what the change set wants, what is there now, or another value."""

    OURS = "ours"
    THEIRS = "theirs"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Rebased:
    """What a rebase did. ``done``: changes that others made too, and that were left out; ``conflicts``: what
    is contested and waits for ``resolve``."""

    revision: int
    done: Sequence[tuple[str, int]]
    conflicts: Sequence[Conflict]


class Settling:
    """Settles one change set in the session's transaction."""

    def __init__(self, session: Session, database: Database, kinds: Kinds, changeset: ChangeSet) -> None:
        self._session = session
        self._database = database
        self._kinds = kinds
        self._id = changeset.id

    def object(self, kind_name: str, object_id: int, keep: Keep) -> None:
        """All conflicts over one object. ``ours``: the change set's wishes hold over what is there now;
        ``theirs``: its contested wishes are dropped."""
        if keep is Keep.OTHER:
            raise InputError(
                "another value is given by field", subject=named(self._id), remedy="Name a field."
            )
        kind = self._kinds[kind_name]
        change = change_in(self._session, self._id, kind_name, object_id)
        there = self._there(kind, object_id)
        if change.op is Op.DELETE:
            self._take_out([change.ref], with_parts=keep is Keep.THEIRS)
            if keep is Keep.OURS and there is not None:
                editor = Editor(self._database, self._kinds)
                editor.delete(kind_name, object_id)
                editor.flush(self._session, self._id)
            return
        self._replace(change, self._settled(change, there, keep))

    def field(self, kind_name: str, object_id: int, field_name: str, keep: Keep, value: Any = None) -> None:
        """The conflict over one field; ``value`` is the one that is kept with ``Keep.OTHER``."""
        kind = self._kinds[kind_name]
        spec = _spec(kind, field_name)
        change = change_in(self._session, self._id, kind_name, object_id)
        there = self._there(kind, object_id)
        if change.op is Op.DELETE or there is None:
            raise InputError(
                "one side deletes the object; there is no single field to settle",
                subject=f"{named(self._id)}, {kind_name} {self._name(kind, object_id)}",
                remedy="Settle it as a whole.",
            )
        after, before = dict(change.after or {}), dict(change.before or {})
        if spec.column not in after:
            raise _untouched(self._id, kind, self._name(kind, object_id), spec)
        if keep is Keep.OTHER:
            subject = f"{kind_name} {self._name(kind, object_id)}"
            after[spec.column] = codec(kind).take({spec.column: value}, subject)[spec.column]
        wanted = there[spec.column] if keep is Keep.THEIRS else after[spec.column]
        if codec(kind).same(spec.column, wanted, there[spec.column]):
            after.pop(spec.column)
            before.pop(spec.column, None)
        else:
            before[spec.column] = there[spec.column]
        settled = Change(kind_name, object_id, Op.UPDATE, before, after) if after else None
        if change.op is Op.CREATE and settled is not None:  # created on both sides: ours becomes an edit
            base = {column: before.get(column) for column in after}
            settled = Change(kind_name, object_id, Op.UPDATE, base, after)
        self._replace(change, settled)

    def drop(self, kind_name: str, object_id: int, field_names: Collection[str]) -> None:
        """Take one object's change out, or only some fields of it. Taking a deletion out takes out those of
        the object's parts as well."""
        kind = self._kinds[kind_name]
        change = change_in(self._session, self._id, kind_name, object_id)
        if not field_names:
            self._take_out([change.ref], with_parts=change.op is Op.DELETE)
            return
        if change.op is Op.DELETE:
            raise InputError(
                "it deletes the object; a deletion has no fields",
                subject=f"{named(self._id)}, {kind_name} {self._name(kind, object_id)}",
                remedy="Take the whole change out.",
            )
        after = dict(change.after or {})
        columns = [self._column(kind, object_id, name, after) for name in field_names]
        if change.op is Op.CREATE:
            after.update((column, codec(kind).default(column)) for column in columns)
            self._replace(change, Change(kind_name, object_id, Op.CREATE, None, after))
            return
        for column in columns:
            after.pop(column)
        before = {name: value for name, value in (change.before or {}).items() if name in after}
        self._replace(change, Change(kind_name, object_id, Op.UPDATE, before, after) if after else None)

    def rebase(self, changeset: ChangeSet, revision: int) -> Rebased:
        """Leave out what is so already, and say what is contested. What would be merged stays the same."""
        wanted = changes_in(self._session, changeset)
        plan = plan_merge(self._session, self._kinds, wanted)
        done: list[Ref] = []
        for change in wanted:
            there = plan.present.get(change.ref)
            left = self._left(change, there)
            if left != change:
                self._replace(change, left)
            if left is None:
                done.append(change.ref)
        changeset.base_revision = revision
        return Rebased(revision, done, name_conflicts(self._session, plan))

    def _left(self, change: Change, there: Mapping[str, Any] | None) -> Change | None:
        """A change without what is so already."""
        if change.op is Op.DELETE:
            return None if there is None else change
        if there is None:
            return change
        ways = codec(self._kinds[change.kind])
        after = {
            name: value
            for name, value in (change.after or {}).items()
            if name in ways.fields and not ways.same(name, there[name], value)
        }
        if not after:
            return None
        if change.op is Op.CREATE:
            return change
        return Change(
            change.kind,
            change.id,
            change.op,
            {name: (change.before or {}).get(name) for name in after},
            after,
        )

    def _settled(self, change: Change, there: Mapping[str, Any] | None, keep: Keep) -> Change | None:
        kind = self._kinds[change.kind]
        ways = codec(kind)
        after = change.after or {}
        if there is None:  # deleted meanwhile: bring it back as it was, with our values, or let it go
            if keep is Keep.THEIRS:
                return None
            last = Namer(self._session).last_image(kind, change.id)
            return Change(kind.name, change.id, Op.CREATE, None, {**last, **after})
        before = change.before or {}
        uncontested = {
            column
            for column in after
            if column in before and ways.same(column, there[column], before[column])
        }
        kept = after if keep is Keep.OURS else {name: after[name] for name in uncontested}
        kept = {name: value for name, value in kept.items() if not ways.same(name, there[name], value)}
        if not kept:
            return None
        return Change(kind.name, change.id, Op.UPDATE, {name: there[name] for name in kept}, kept)

    def _there(self, kind: Kind, object_id: int) -> Mapping[str, Any] | None:
        return documents(self._session, kind, [object_id]).get(object_id)

    def _name(self, kind: Kind, object_id: int) -> str:
        return Namer(self._session).key(kind, object_id)

    def _column(self, kind: Kind, object_id: int, field_name: str, after: Mapping[str, Any]) -> str:
        spec = _spec(kind, field_name)
        if spec.column not in after:
            raise _untouched(self._id, kind, self._name(kind, object_id), spec)
        return spec.column

    def _replace(self, old: Change, new: Change | None) -> None:
        self._delete([old.id])
        write_deltas(self._session, self._id, [new] if new else [])

    def _take_out(self, refs: Collection[Ref], *, with_parts: bool) -> None:
        self._delete([object_id for _, object_id in refs])
        if not with_parts:
            return
        waiting = [
            change
            for change in changes_in(self._session, self._session.get_one(ChangeSet, self._id))
            if change.op is Op.DELETE
        ]
        frontier = set(refs)
        while frontier:
            parts = {
                change.ref
                for change in waiting
                for spec in self._kinds[change.kind].fields
                if spec.owner and (spec.reference or "", (change.before or {}).get(spec.column)) in frontier
            }
            self._delete([object_id for _, object_id in parts])
            waiting = [change for change in waiting if change.ref not in parts]
            frontier = parts

    def _delete(self, ids: Sequence[int]) -> None:
        for part in chunks(ids):
            self._session.execute(
                delete(Delta).where(Delta.changeset_id == self._id, Delta.object_id.in_(part)),
                execution_options={"synchronize_session": False},
            )


def _spec(kind: Kind, name: str) -> FieldSpec:
    """By the document's name, or the column's."""
    for spec in kind.fields:
        if spec.column == name:
            return spec
    return kind.field(name)


def _untouched(changeset_id: int, kind: Kind, key: str, spec: FieldSpec) -> InputError:
    return InputError(
        f"does not change {spec.name} of {kind.name} {key}",
        subject=named(changeset_id),
        remedy=f"See what it holds with `netwright change diff {changeset_id}`.",
    )
