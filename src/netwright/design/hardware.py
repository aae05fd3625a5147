"""The parts that a device's model brings, ready to be put into many devices."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from netwright.intent import parts as models
from netwright.store.kind import Kind, Kinds
from netwright.store.value import Doc, codec

Key: TypeAlias = tuple[str, str]
"""Kind of part, and its name in the device as people write it (`power/PSU 1`)."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part. ``doc``: what its model says of it; ``whole``: the document of the part in a new device, but
    for the device; ``links``: column -> the other part of the device that it refers to."""

    kind: Kind
    doc: Doc
    whole: Doc
    links: Mapping[str, Key]


@dataclass(frozen=True, slots=True)
class Kit:
    """All parts of a model, those that others link to first."""

    parts: dict[Key, Part] = field(default_factory=dict)


class Hardware:
    """The kinds of parts that devices have."""

    def __init__(self, kinds: Kinds) -> None:
        self._templates = models.templates(kinds, "device")
        self.named = {
            one.part.name: tuple(spec.column for spec in one.part.key_fields[1:]) for one in self._templates
        }
        """Kind of part -> the columns that name a part in its device."""

    def key(self, kind: str, doc: Mapping[str, Any]) -> Key:
        """What a part is called in its device."""
        return kind, "/".join(str(doc[column]) for column in self.named[kind])

    def kits(self, session: Session, wanted: Collection[int]) -> dict[int, Kit]:
        """The kits of models, by a statement a kind of part. Raises InputError for a part that can't be."""
        docs = [(one, models.template_documents(session, one, wanted)) for one in self._templates]
        return {model: _kit([(one, found.get(model, ())) for one, found in docs]) for model in wanted}


def _kit(model: Collection[tuple[models.Template, Collection[Doc]]]) -> Kit:
    owners = {one.part.name: one.part_owner.column for one, _ in model}
    found: dict[Key, Part] = {}
    for part in sorted(models.parts_of(model), key=lambda one: bool(one.siblings)):
        name = part.kind.name
        links = {column: _key(name, rest) for column, rest in part.siblings}
        whole = codec(part.kind).take_new({**part.fields, owners[name]: 1})
        found[_key(name, part.rest)] = Part(part.kind, part.fields, whole, links)
    return Kit(found)


def _key(kind: str, rest: Collection[Any]) -> Key:
    return kind, "/".join(map(str, rest))
