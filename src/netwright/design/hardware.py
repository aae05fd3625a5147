"""The parts that a device's model brings, ready to be put into many devices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.store.history import chunks
from netwright.store.kind import Kinds
from netwright.store.value import Doc, codec

PARTS = {
    "component": ("model_component", ("name",)),
    "interface": ("model_interface", ("name",)),
    "port": ("model_port", ("port_class", "name")),
    "bay": ("model_bay", ("bay_class", "name")),
}
"""Kind of part -> kind of the model's template, and the columns that name a part in its device."""

Key: TypeAlias = tuple[str, str]
"""Kind of part, and its name in the device as people write it (`power/PSU 1`)."""

_LINKS = {"power_port": ("power_port_id", "power"), "rear_port": ("rear_port_id", "rear")}
"""Names in a port's template -> column in the port, and class of the port that is meant."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its document without the device, and links to others (column -> key)."""

    doc: Doc
    links: Mapping[str, Key]


@dataclass(frozen=True, slots=True)
class Kit:
    """All parts of a model, those that others link to first."""

    parts: dict[Key, Part] = field(default_factory=dict)


def part_key(kind: str, doc: Mapping[str, Any]) -> Key:
    """What a part is called in its device."""
    return kind, "/".join(str(doc[column]) for column in PARTS[kind][1])


def kits(session: Session, kinds: Kinds, models: Collection[int]) -> dict[int, Kit]:
    """The kits of models, by a statement a kind of part."""
    found: dict[int, Kit] = {model: Kit() for model in models}
    for kind, (template, _) in PARTS.items():
        described, made = kinds[template], kinds[kind]
        ways = codec(described)
        columns = [
            spec.column
            for spec in described.fields
            if spec.name != "model" and (spec.column in codec(made).fields or spec.name in _LINKS)
        ]
        table = described.table
        rows: dict[int, list[Doc]] = defaultdict(list)
        for part in chunks(models, 500):
            query = select(table.c.model_id, *(table.c[name] for name in columns))
            for model, *values in session.execute(
                query.where(table.c.model_id.in_(part)).order_by(table.c.id)
            ):
                plain = ((name, ways.fields[name].plain) for name in columns)
                rows[model].append(
                    {
                        name: value if value is None or convert is None else convert(value)
                        for (name, convert), value in zip(plain, values, strict=True)
                    }
                )
        for model, docs in rows.items():
            for doc in sorted(docs, key=_linked):
                links = _links(doc) if kind == "port" else {}
                found[model].parts[part_key(kind, doc)] = Part(doc, links)
    return found


def _linked(doc: Doc) -> bool:
    return any(doc.get(name) for name in _LINKS)


def _links(doc: Doc) -> dict[str, Key]:
    """Take the names of other ports out of a document; what they become."""
    links: dict[str, Key] = {}
    for name, (column, port_class) in _LINKS.items():
        other = doc.pop(name, "")
        if other:
            links[column] = ("port", f"{port_class}/{other}")
    return links
