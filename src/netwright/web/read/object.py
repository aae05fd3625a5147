"""Wanted objects of any kind, read by what the kind declares: lists, one object, its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from netwright.base.errors import NotFoundError
from netwright.store.history import HistoryEntry
from netwright.store.kind import FieldSpec, FieldType, Kind, Kinds
from netwright.store.naming import Namer
from netwright.store.query import ListQuery, Reader, Selection
from netwright.web.read.listing import PAGE

_LIST_COLUMNS = 8


@dataclass(frozen=True, slots=True)
class Cell:
    """A field's value as shown; ``link`` leads to what a reference refers to."""

    spec: FieldSpec
    text: str
    link: str = ""

    @property
    def mono(self) -> bool:
        return self.spec.type in {FieldType.ADDRESS, FieldType.INTERFACE_ADDRESS, FieldType.PREFIX}


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """An object in a list of its kind."""

    id: int
    key: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """What one revision did to an object; ``fields`` as (spec, before, after) in people's words."""

    entry: HistoryEntry
    fields: list[tuple[str, str, str]]


def object_url(kind: str, object_id: int, key: str) -> str:
    """Where an object is shown; devices and sites have pages of their own."""
    if kind == "device":
        return f"/devices/{key}"
    if kind == "site":
        return f"/sites/{key}"
    return f"/inventory/{kind}/{object_id}"


def list_columns(kind: Kind) -> list[FieldSpec]:
    """The fields a list shows: those of the key first, remarks last, a handful in all."""
    plain = [spec for spec in kind.fields if not spec.multiline]
    return sorted(plain, key=lambda spec: spec.name not in kind.key)[:_LIST_COLUMNS]


def list_objects(
    session: Session, kinds: Kinds, kind: Kind, *, q: str = "", after: str = "", limit: int = PAGE
) -> tuple[list[ObjectRow], str, int]:
    """A page of objects by id, the cursor of the next, and how many fit."""
    columns = list_columns(kind)
    selection = Selection(("key", *(spec.name for spec in columns)))
    query = ListQuery(q=q, after=after, limit=limit, selection=selection, count=True)
    found = Reader(session, kinds).page(kind, query)
    rows = [
        ObjectRow(doc["id"], doc["key"], [_cell(spec, doc[spec.name]) for spec in columns])
        for doc in found.documents
    ]
    return rows, found.next, found.total or 0


def get_object(session: Session, kinds: Kinds, kind: Kind, object_id: int) -> tuple[str, list[Cell]]:
    """Key and fields of one object. Raises NotFoundError for an id that never was; a deleted object has no
    fields."""
    doc = Reader(session, kinds).by_id(kind, [object_id]).get(object_id)
    if doc is None:
        key = Namer(session).keys(kind, [object_id])[object_id]
        if key is None:
            raise NotFoundError(f"there is no {kind.name} with id {object_id}")
        return key, []
    return doc["key"], [_cell(spec, doc[spec.name]) for spec in kind.fields]


def _cell(spec: FieldSpec, value: Any) -> Cell:
    if spec.reference and value is not None:
        return Cell(spec, value["key"], object_url(spec.reference, value["id"], value["key"]))
    return Cell(spec, shown(value, spec.unit))


def shown(value: Any, unit: str = "") -> str:
    """A value in people's words."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = f"{value:.15g}" if isinstance(value, float) else str(getattr(value, "value", value))
    if isinstance(value, int) and unit:
        return f"{value:,} {unit}".replace(",", "\u202f")
    return f"{text} {unit}" if unit and unit != "°" else text + unit


def referring(
    session: Session, kinds: Kinds, kind: Kind, object_id: int
) -> list[tuple[Kind, FieldSpec, int]]:
    """What refers to an object: kind, field, how many."""
    found = []
    for other in kinds.values():
        for spec in other.fields:
            if spec.reference != kind.name:
                continue
            query = (
                select(func.count()).select_from(other.table).where(other.table.c[spec.column] == object_id)
            )
            number = session.scalar(query) or 0
            if number:
                found.append((other, spec, number))
    return found


def history_lines(session: Session, kind: Kind, entries: Sequence[HistoryEntry]) -> list[HistoryLine]:
    """Entries with references named and empty fields of a creation left out."""
    namer = Namer(session)
    specs = {spec.column: spec for spec in kind.fields}
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
