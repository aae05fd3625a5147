"""Parts from models for design files: what drafted devices, and modules in their bays, bring along.

A part that is drafted too goes first, and so does one that is there: models only fill what is new.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.intent.document import Scalar
from netwright.intent.draft import Draft, key_of, written
from netwright.intent.parts import Part, Template, parts_of, rest_of, template_documents, templates
from netwright.intent.resolve import Names
from netwright.store.among import among
from netwright.store.given import take_text
from netwright.store.kind import Kind, Kinds
from netwright.store.naming import SEPARATOR, natural_keys
from netwright.store.value import Doc, codec

_DEEPEST = 16
"""Modules in modules; a circle of bays ends here."""


@dataclass(slots=True)
class _Bay:
    """A bay as it becomes. ``founded``: its position is known, from the database, a draft or a model."""

    position: str
    carrier: str
    component: str
    founded: bool


class PartDrafts:
    """Drafts of parts that follow from models."""

    def __init__(self, session: Session, kinds: Kinds, names: Names) -> None:
        self._session = session
        self._kinds = kinds
        self._names = names
        self._templates = templates(kinds, "device")
        self._by_part = {template.part.name: template for template in self._templates}
        self._models: dict[str, list[tuple[Template, list[Doc]]]] = {}
        self._index: dict[tuple[str, str], Draft] = {}
        self._added: list[Draft] = []
        self._bays: dict[str, _Bay] = {}
        self._modules: dict[str, str] = {}
        """Model of a component, by the component's key."""

    def unfold(self, drafts: Sequence[Draft]) -> list[Draft]:
        """The drafts to add; those given are filled where they are such parts themselves."""
        parts = {"device", *self._by_part}
        self._index = {(one.kind.name, one.key): one for one in drafts if one.kind.name in parts and one.key}
        devices = [draft for draft in self._index.values() if draft.kind.name == "device"]
        self._load(drafts, {text for draft in devices if (text := draft.text("model"))})
        for device in devices:
            for part in parts_of(self._models.get(device.text("model") or "", ())):
                self._put(part, device.key, device, None)
        self._fit(drafts)
        return self._added

    def _put(self, part: Part, device: str, source: Draft, carrier: str | None) -> None:
        """Draft a part, or fill the draft that there is of it."""
        key = SEPARATOR.join([device, *map(str, part.rest)])
        draft = self._index.get((part.kind.name, key))
        if draft is None:
            held: Scalar | Draft = source if source.kind.name == "device" else Scalar(device, source.line)
            draft = Draft(part.kind, source.file, source.line, {"device": held})
            for spec, value in zip(part.kind.key_fields[1:], part.rest, strict=True):
                draft.values[spec.name] = Scalar(str(value), source.line)
            draft.key = key_of(draft)
            self._index[part.kind.name, draft.key] = draft
            self._added.append(draft)
        line = draft.line
        columns = codec(part.kind).fields
        texts = {columns[column].spec.name: _text(value) for column, value in part.fields.items()}
        texts |= {
            columns[column].spec.name: SEPARATOR.join([device, *map(str, rest)])
            for column, rest in part.siblings
        }
        template = self._by_part[part.kind.name]
        if carrier is not None and template.carrier is not None:
            texts[template.carrier.name] = carrier
        for name, text in texts.items():
            if name not in draft.values:
                draft.fills[name] = Scalar(text, line)
        if part.kind.name == "bay":
            self._found(draft)

    def _fit(self, drafts: Sequence[Draft]) -> None:
        """Parts of modules, the outer ones first, for an outer one brings the bays of the inner."""
        concerned = [
            draft
            for draft in drafts
            if (draft.kind.name == "component" and draft.text("model"))
            or (draft.kind.name == "bay" and draft.text("component"))
        ]
        if not concerned:
            return
        self._present({_device(draft) for draft in concerned})
        self._models_of(drafts)
        waiting = dict.fromkeys(self._component(draft) for draft in concerned)
        sources = {self._component(draft): draft for draft in concerned}
        for last in [*([False] * _DEEPEST), True]:
            holders = {bay.component: bay for bay in self._bays.values() if bay.component}
            for component in list(waiting):
                chain = _chain(component, holders)
                if last or all(bay.founded for bay in chain):
                    del waiting[component]
                    positions = tuple(bay.position for bay in reversed(chain))
                    self._bring(component, positions, sources[component])
            if not waiting:
                return

    def _bring(self, component: str, positions: tuple[str, ...], source: Draft) -> None:
        model = self._modules.get(component)
        for part in parts_of(self._models.get(model or "", ()), positions):
            self._put(part, _device(source), source, component)

    def _found(self, draft: Draft) -> None:
        """Note a drafted bay as it becomes."""
        known = self._bays.get(draft.key)

        def text(name: str, before: str) -> str:
            value = draft.values.get(name) or (None if known and known.founded else draft.fills.get(name))
            return before if value is None else (value.key if isinstance(value, Draft) else value.text or "")

        carrier = text("carrier", known.carrier if known else "")
        founded = bool(known and known.founded) or "position" in draft.values or "position" in draft.fills
        component = known.component if known else ""
        if "component" in draft.values:
            component = self._component(draft)
        self._bays[draft.key] = _Bay(
            text("position", known.position if known else ""),
            self._within(_device(draft), carrier) if carrier else "",
            component,
            founded,
        )

    def _component(self, draft: Draft) -> str:
        """The key of the component that a draft is, or that it puts into a bay."""
        if draft.kind.name == "component":
            return draft.key
        text = draft.text("component") or ""
        return self._within(_device(draft), text) if text else ""

    def _within(self, device: str, text: str) -> str:
        """The key of a component of a device, of which the device may be left out."""
        return text if text.startswith(f"{device}{SEPARATOR}") else f"{device}{SEPARATOR}{text}"

    def _present(self, devices: Iterable[str]) -> None:
        """Bays and modules that these devices have, overlaid with the drafts."""
        ids = list(self._names.find(self._kinds["device"], set(devices)).values())
        bays, components = self._kinds["bay"], self._kinds["component"]
        names = natural_keys(self._session, components, self._ids(components, ids))
        keys = natural_keys(self._session, bays, self._ids(bays, ids))
        table = bays.table
        query = select(table.c.id, table.c.position, table.c.carrier_id, table.c.component_id)
        for bay, position, carrier, component in self._session.execute(
            query.where(among(self._session, table.c.device_id, ids))
        ):
            self._bays[keys[bay]] = _Bay(
                position, names.get(carrier, ""), names.get(component, ""), founded=True
            )
        model = self._kinds["model"].table
        held = components.table
        joined = select(held.c.id, model.c.name).join(model, model.c.id == held.c.model_id)
        for component, name in self._session.execute(
            joined.where(among(self._session, held.c.device_id, ids))
        ):
            self._modules[names[component]] = name
        for (kind, _), draft in self._index.items():
            if kind == "bay":
                self._found(draft)

    def _ids(self, kind: Kind, devices: Sequence[int]) -> list[int]:
        table = kind.table
        return list(
            self._session.scalars(select(table.c.id).where(among(self._session, table.c.device_id, devices)))
        )

    def _models_of(self, drafts: Sequence[Draft]) -> None:
        for (kind, key), draft in self._index.items():
            if kind == "component" and "model" in draft.values:
                self._modules[key] = draft.text("model") or ""
        self._load(drafts, set(self._modules.values()) - self._models.keys() - {""})

    def _load(self, drafts: Sequence[Draft], models: set[str]) -> None:
        """What models bring: their parts in the database, and over them those of the drafts."""
        ids = {object_id: text for text, object_id in self._names.find(self._kinds["model"], models).items()}
        drafted: defaultdict[tuple[str, str], list[Draft]] = defaultdict(list)
        for draft in drafts:
            if draft.key and (model := draft.text("model")) in models:
                drafted[draft.kind.name, model or ""].append(draft)
        for model in models:
            self._models[model] = []
        for template in self._templates:
            stored = template_documents(self._session, template, ids)
            by_name = {ids[object_id]: docs for object_id, docs in stored.items()}
            for model in models:
                docs = {rest_of(template.kind, doc): doc for doc in by_name.get(model, ())}
                for draft in drafted.get((template.kind.name, model), ()):
                    written = _plain(draft)
                    rest = rest_of(template.kind, written)
                    docs[rest] = {**docs.get(rest, _blank(template.kind)), **written}
                self._models[model].append((template, list(docs.values())))


def _chain(component: str, holders: Mapping[str, _Bay]) -> list[_Bay]:
    """The bays around a component, the innermost first."""
    found: list[_Bay] = []
    at = component
    while at in holders and len(found) < _DEEPEST:
        found.append(holders[at])
        at = holders[at].carrier
    return found


def _device(draft: Draft) -> str:
    return draft.text("device") or ""


def _plain(draft: Draft) -> Doc:
    """What a draft of a template says, in plain values; what can't be one is told when it is taken itself."""
    found: Doc = {}
    for spec in draft.kind.fields:
        if spec.reference is None and spec.name in draft.values:
            value = draft.values[spec.name]
            text = written(spec, value) if isinstance(value, Scalar) and value.text else ""
            missing = codec(draft.kind).missing(spec.column)
            found[spec.column] = take_text(spec, str(text)) if text != "" else missing
    return found


def _blank(kind: Kind) -> Doc:
    ways = codec(kind)
    return {name: ways.missing(name) for name in ways.columns}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
