"""The parts that objects have from their model: components, interfaces, ports and bays of a device, and of a
module in a bay of it.

Which kind is the template of which follows from names: ``model_interface`` belongs to a model, ``interface``
to a device, which refers to its model. Fields of the same name are taken over. The one place that says what
a model means; design files (``partdrafts``) and programs (``partedits``) both ask here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.inventory.hardware import PortClass
from netwright.inventory.interfacetype import speed_of
from netwright.store.among import among
from netwright.store.kind import FieldSpec, FieldType, Kind, Kinds
from netwright.store.value import Doc, codec

TOKEN = "{module}"  # noqa: S105 (no password)
_PLACED = ("name", "label", "position")
_SIBLING_CLASS = {"power_port": PortClass.POWER, "rear_port": PortClass.REAR}
"""A port names another by text: of which class that is."""


@dataclass(frozen=True, slots=True)
class Template:
    """A kind whose objects are copied for each new device. ``whole``: the device's reference to what has the
    templates (its model). ``carrier``: the part's reference to the module that brings it. ``siblings``:
    fields that name another part by text in the template, and refer to it in the part."""

    kind: Kind
    owner: FieldSpec
    part: Kind
    part_owner: FieldSpec
    whole: FieldSpec
    carrier: FieldSpec | None
    copied: tuple[tuple[str, str], ...]
    siblings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part as it is to be. ``fields``: plain values by column, without the device and the module that it
    is in. ``rest``: what names it in the device. ``siblings``: column -> ``rest`` of the part referred to."""

    kind: Kind
    rest: tuple[Any, ...]
    fields: Doc
    siblings: tuple[tuple[str, tuple[Any, ...]], ...] = ()


@cache
def templates(kinds: Kinds, owner_kind: str) -> tuple[Template, ...]:
    """What a new object of a kind brings along."""
    found = []
    for whole in kinds[owner_kind].fields:
        if whole.reference is None or whole.name != whole.reference:
            continue
        for kind in kinds.values():
            name = kind.name.removeprefix(f"{whole.name}_")
            template = _template(kind, kinds[name], owner_kind, whole) if name in kinds else None
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
    carriers = [spec for spec in part.fields if spec.owner and spec is not part_owner]
    copied, siblings = [], []
    for spec in part.fields:
        other = theirs.get(spec.name)
        if other is None:
            continue
        if other.type is spec.type and other.reference == spec.reference:
            copied.append((other.column, spec.column))
        elif spec.reference == part.name and other.type is FieldType.TEXT:
            siblings.append((other.column, spec.column))
    carrier = carriers[0] if len(carriers) == 1 else None
    return Template(kind, owner, part, part_owner, whole, carrier, tuple(copied), tuple(siblings))


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


def parts_of(
    model: Iterable[tuple[Template, Iterable[Doc]]], positions: Sequence[str] | None = None
) -> Iterator[Part]:
    """The parts that a model brings: ``model`` gives its documents by template.

    ``positions``: of a module, those of the bays it sits in, the outermost first; none for a device. A module
    in no bay brings only what needs no position."""
    for template, docs in model:
        for doc in docs:
            part = _part(template, doc)
            if positions is not None:
                if not positions and any(TOKEN in str(part.fields.get(name, "")) for name in _PLACED):
                    continue
                part = _placed(part, lambda text: placed(text, positions))
            yield part


def placed(text: str, positions: Sequence[str]) -> str:
    """``{module}`` in a name as the positions of the bays that the module sits in (outermost first).

    NetBox's rule: a single token is the position of the bay that the module is in, which may itself hold the
    outer ones (NetBox issues 19796, 20474, 20467); several are, from left to right, the outer bays to the
    inner ones. Fewer tokens than bays: the inner ones. More: those on the left are the outermost one."""
    pieces = text.split(TOKEN)
    count = len(pieces) - 1
    if not count or not positions:
        return text
    known = list(positions[-count:])
    filling = known[:1] * (count - len(known)) + known
    return "".join(piece for pair in zip(pieces, [*filling, ""], strict=True) for piece in pair)


def _part(template: Template, doc: Mapping[str, Any]) -> Part:
    fields = {mine: doc[theirs] for theirs, mine in template.copied if doc.get(theirs) is not None}
    if fields.get("speed_bps") is None and (speed := speed_of(fields.get("interface_type") or "")):
        fields["speed_bps"] = speed
    siblings = tuple(
        (mine, (_SIBLING_CLASS[theirs].value, doc[theirs]))
        for theirs, mine in template.siblings
        if doc.get(theirs)
    )
    return Part(template.part, rest_of(template.part, fields), fields, siblings)


def _placed(part: Part, place: Callable[[str], str]) -> Part:
    changed = {name: place(text) for name in _PLACED if TOKEN in (text := part.fields.get(name) or "")}
    fields = {**part.fields, **changed} if changed else part.fields
    siblings = tuple((column, (*rest[:-1], place(rest[-1]))) for column, rest in part.siblings)
    return Part(part.kind, rest_of(part.kind, fields), fields, siblings)


def rest_of(kind: Kind, fields: Mapping[str, Any]) -> tuple[Any, ...]:
    """What names a part within its device. Choices left out have their default."""
    ways = codec(kind)
    return tuple(
        fields[spec.column] if spec.column in fields else ways.missing(spec.column)
        for spec in kind.key_fields[1:]
    )
