"""Wanted objects of any kind, read by what the kind declares: lists, one object, its history."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, or_, select
from sqlalchemy.orm import Session

from netwright.base.errors import NotFoundError
from netwright.store.history import HistoryEntry
from netwright.store.kind import FieldSpec, FieldType, Kind, Kinds
from netwright.store.naming import Namer, natural_keys
from netwright.web.read.listing import PAGE, decode_cursor, encode_cursor

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
    session: Session, kind: Kind, *, q: str = "", after: str = "", limit: int = PAGE
) -> tuple[list[ObjectRow], str, int]:
    """A page of objects by id, the cursor of the next, and how many fit. One statement a kind referred to."""
    table = kind.table
    condition = _matches(kind, q)
    query = select(table).order_by(table.c.id).limit(limit + 1)
    count = select(func.count()).select_from(table)
    if condition is not None:
        query, count = query.where(condition), count.where(condition)
    total = session.scalar(count) or 0
    if after:
        query = query.where(table.c.id > decode_cursor(after, int)[0])
    rows = session.execute(query).all()
    more, rows = len(rows) > limit, rows[:limit]
    columns = list_columns(kind)
    docs = [dict(row._mapping) for row in rows]  # noqa: SLF001 (SQLAlchemy's own public name)
    keys = natural_keys(session, kind, [doc["id"] for doc in docs])
    cells = _cells(session, columns, docs)
    found = [ObjectRow(doc["id"], keys.get(doc["id"], f"#{doc['id']}"), cells[doc["id"]]) for doc in docs]
    return found, encode_cursor((rows[-1].id,)) if more else "", total


def _matches(kind: Kind, q: str) -> ColumnElement[bool] | None:
    """Text fields that hold the words, numbers that are them, and owners whose name holds them."""
    if not q:
        return None
    escaped = "%" + q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    conditions: list[ColumnElement[bool]] = []
    for spec in kind.fields:
        column = kind.table.c[spec.column]
        if spec.type in {FieldType.TEXT, FieldType.CHOICE}:
            conditions.append(cast(column, String).ilike(escaped, escape="\\"))
        elif spec.type is FieldType.INTEGER and q.isdecimal() and len(q) < 19:
            conditions.append(column == int(q))
        elif spec.reference in {"device", "site", "model", "isp", "region"}:
            target = kind.table.metadata.tables[spec.reference]
            named = select(target.c.id).where(target.c.name.ilike(escaped, escape="\\"))
            conditions.append(column.in_(named))
        elif spec.type in {FieldType.ADDRESS, FieldType.INTERFACE_ADDRESS, FieldType.PREFIX}:
            parsed = _parsed(spec.type, q)
            if parsed is not None:
                conditions.append(column == parsed)
    return or_(*conditions) if conditions else None


def _parsed(kind: FieldType, text: str) -> Any:
    try:
        if kind is FieldType.ADDRESS:
            return ipaddress.ip_address(text)
        return ipaddress.ip_network(text) if kind is FieldType.PREFIX else ipaddress.ip_interface(text)
    except ValueError:
        return None


def get_object(session: Session, kind: Kind, object_id: int) -> tuple[str, list[Cell]]:
    """Key and fields of one object. Raises NotFoundError for an id that never was; a deleted object has no
    fields."""
    row = session.execute(select(kind.table).where(kind.table.c.id == object_id)).one_or_none()
    if row is None:
        key = Namer(session).keys(kind, [object_id])[object_id]
        if key is None:
            raise NotFoundError(f"there is no {kind.name} with id {object_id}")
        return key, []
    doc = dict(row._mapping)  # noqa: SLF001
    key = natural_keys(session, kind, [object_id])[object_id]
    return key, _cells(session, kind.fields, [doc])[object_id]


def _cells(
    session: Session, columns: Sequence[FieldSpec], docs: Sequence[dict[str, Any]]
) -> dict[int, list[Cell]]:
    names = _names(session, columns, docs)
    return {doc["id"]: [_cell(spec, doc[spec.column], names) for spec in columns] for doc in docs}


def _names(
    session: Session, columns: Iterable[FieldSpec], docs: Sequence[dict[str, Any]]
) -> dict[str, dict[int, str]]:
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for spec in columns:
        if spec.reference:
            wanted[spec.reference].update(doc[spec.column] for doc in docs if doc[spec.column] is not None)
    return {kind: natural_keys(session, kind, ids) for kind, ids in wanted.items()}


def _cell(spec: FieldSpec, value: Any, names: dict[str, dict[int, str]]) -> Cell:
    if value is None or value == "":
        return Cell(spec, "")
    if spec.reference:
        key = names[spec.reference].get(value, f"#{value}")
        return Cell(spec, key, object_url(spec.reference, value, key))
    return Cell(spec, shown(value, spec.unit))


def shown(value: Any, unit: str = "") -> str:
    """A value in people's words."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(getattr(value, "value", value))
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
