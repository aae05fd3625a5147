"""The parts that objects have from their model: components, interfaces, ports and bays of a device.

Which kind is the template of which follows from names: ``model_interface`` belongs to a model, ``interface``
to a device, which refers to its model. Fields of the same name are taken over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.store.among import among
from netwright.store.kind import FieldSpec, FieldType, Kind, Kinds
from netwright.store.value import Doc, codec


@dataclass(frozen=True, slots=True)
class Template:
    """A kind whose objects are copied for each new owner. ``whole``: the owner kind's reference to what has
    the templates (a device's model). ``siblings``: fields that name another part by text in the template,
    and refer to it in the part."""

    kind: Kind
    owner: FieldSpec
    part: Kind
    part_owner: FieldSpec
    whole: FieldSpec
    copied: tuple[tuple[str, str], ...]
    siblings: tuple[tuple[str, str], ...]


def templates(kinds: Kinds, owner_kind: str) -> tuple[Template, ...]:
    """What a new object of a kind brings along."""
    found = []
    for whole in kinds[owner_kind].fields:
        if whole.reference is None or whole.name != whole.reference:
            continue
        for kind in kinds.values():
            part = kinds.get(kind.name.removeprefix(f"{whole.name}_")) if kind.name != whole.name else None
            template = _template(kind, part, owner_kind, whole) if part is not None else None
            if template is not None:
                found.append(template)
    return tuple(found)


def _template(kind: Kind, part: Kind, owner_kind: str, whole: FieldSpec) -> Template | None:
    owner, part_owner = kind.key_fields[0], part.key_fields[0]
    if kind is part or owner.reference != whole.reference or part_owner.reference != owner_kind:
        return None
    if not (owner.owner and part_owner.owner):
        return None
    theirs = {spec.name: spec for spec in kind.fields if spec is not owner}
    copied, siblings = [], []
    for spec in part.fields:
        other = theirs.get(spec.name)
        if other is None:
            continue
        if other.type is spec.type and other.reference == spec.reference:
            copied.append((other.column, spec.column))
        elif spec.reference == part.name and other.type is FieldType.TEXT:
            siblings.append((other.column, spec.column))
    return Template(kind, owner, part, part_owner, whole, tuple(copied), tuple(siblings))


def template_documents(session: Session, template: Template, wholes: Collection[int]) -> dict[int, list[Doc]]:
    """The templates of some models, whole documents in plain values, by the model's id."""
    ways = codec(template.kind)
    table = template.kind.table
    query = (
        select(*(table.c[name] for name in ways.columns))
        .where(among(session, table.c[template.owner.column], wholes))
        .order_by(table.c.id)
    )
    found: defaultdict[int, list[Doc]] = defaultdict(list)
    for row in session.execute(query):
        doc = ways.plain_row(row)
        found[doc[template.owner.column]].append(doc)
    return found


def part_fields(template: Template, doc: Doc) -> dict[str, Any]:
    """What a part takes over from its template, by column; what is empty there is left to the default."""
    return {mine: doc[theirs] for theirs, mine in template.copied if doc[theirs] is not None}
