"""One wanted object of any kind, by what the kind declares: its fields with who gave them, what refers to it,
its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from netwright.base.errors import NotFoundError
from netwright.store.history import Blame, HistoryEntry
from netwright.store.kind import FieldSpec, Kind
from netwright.store.naming import Namer
from netwright.store.query import Reader
from netwright.web.read.value import Cell, cell_of, shown

COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """What one revision did to an object; ``fields`` as (name, before, after) in people's words."""

    entry: HistoryEntry
    fields: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Referrer:
    """Objects of a kind that refer to one by a field. ``count`` is at most ``COUNTED``."""

    kind: Kind
    spec: FieldSpec
    count: int


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A field of an object, and who gave it the value it has."""

    cell: Cell
    blame: Blame | None = None


def get_object(reader: Reader, kind: Kind, object_id: int) -> tuple[str, list[Cell]]:
    """Key and fields of one object. Raises NotFoundError for an id that never was or may not be seen; a
    deleted object has no fields."""
    doc = reader.by_id(kind, [object_id]).get(object_id)
    if doc is None:
        key = None
        if reader.sight.restriction.where(kind) is None:
            key = Namer(reader.sight.session).keys(kind, [object_id])[object_id]
        if key is None:
            raise NotFoundError(
                f"there is no {kind.name} with id {object_id}", remedy="Look for it in its list."
            )
        return key, []
    return doc["key"], [cell_of(spec, doc[spec.name]) for spec in reader.sight.fields(kind)]


def referring(reader: Reader, kind: Kind, object_id: int) -> list[Referrer]:
    """What refers to an object: kind, field, how many."""
    found = []
    for relation in reader.sight.relations(kind).values():
        other = relation.kind
        table = other.table
        some = (
            select(table.c.id)
            .where(table.c[relation.spec.column] == object_id, *reader.sight.seen(other, table))
            .limit(COUNTED)
            .subquery()
        )
        number = reader.sight.session.scalar(select(func.count()).select_from(some)) or 0
        if number:
            found.append(Referrer(other, relation.spec, number))
    return found


def history_lines(
    namer: Namer, kind: Kind, entries: Sequence[HistoryEntry], hidden: frozenset[str] = frozenset()
) -> list[HistoryLine]:
    """Entries with references named; empty fields of a creation and hidden ones left out."""
    specs = {spec.column: spec for spec in kind.fields if spec.name not in hidden}
    lines = []
    for entry in entries:
        fields = []
        for column, (before, after) in entry.fields.items():
            spec = specs.get(column)
            if spec is None:
                continue
            old, new = (shown(namer.value(spec, value), spec.unit) for value in (before, after))
            if old or new:
                fields.append((spec.name, old, new))
        lines.append(HistoryLine(entry, fields))
    return lines
