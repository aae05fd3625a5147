"""What changes mean to people: objects by name, fields by their document's names, references by key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from netwright.store.delta import Change, Op
from netwright.store.history import field_pairs
from netwright.store.kind import Kind, Kinds
from netwright.store.naming import Namer


@dataclass(frozen=True, slots=True)
class ObjectDiff:
    """What becomes of one object. ``fields``: name -> (before, after), in declared order."""

    kind: str
    id: int
    key: str
    op: Op
    fields: dict[str, tuple[Any, Any]]


def object_diffs(
    session: Session, kinds: Kinds, changes: Sequence[Change], namer: Namer | None = None
) -> list[ObjectDiff]:
    """Changes in the order of kinds and names. Objects are called what the tables call them; those that
    are not there, by their own document; or all as ``namer`` calls them."""
    if namer is None:
        namer = Namer(session, {change.ref: change.after for change in changes if change.op is Op.CREATE})
    found: list[ObjectDiff] = []
    for kind in kinds.values():
        mine = [change for change in changes if change.kind == kind.name]
        keys = namer.keys(kind, (change.id for change in mine))
        rows = [_diff(kind, change, keys[change.id] or f"#{change.id}", namer) for change in mine]
        found.extend(sorted(rows, key=lambda row: row.key))
    return found


def _diff(kind: Kind, change: Change, key: str, namer: Namer) -> ObjectDiff:
    pairs = field_pairs(change.before, change.after)
    fields = {
        spec.name: (namer.value(spec, pairs[spec.column][0]), namer.value(spec, pairs[spec.column][1]))
        for spec in kind.fields
        if spec.column in pairs
    }
    return ObjectDiff(change.kind, change.id, key, change.op, fields)
