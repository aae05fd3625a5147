"""Parts from models for programs that write by ids: what new devices, and modules put into bays, bring along.

What an item says of such a part itself goes first, and what is there is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from netwright.intent.parts import Part, Template, parts_of, rest_of, template_documents, templates
from netwright.store.among import among
from netwright.store.editor import Editor
from netwright.store.kind import Kind
from netwright.store.query.sight import Sight
from netwright.store.rows import documents
from netwright.store.value import Doc, codec

_DEEPEST = 16
"""Modules in modules; a circle of bays ends here."""


@dataclass(slots=True)
class _Pending:
    """What the items say of objects of a kind: new whole ones, and fields of others."""

    made: dict[int, Doc] = field(default_factory=dict)
    changed: dict[int, Doc] = field(default_factory=dict)


class PartEdits:
    """Collects what items write, then writes the parts that follow."""

    def __init__(self, sight: Sight, editor: Editor) -> None:
        self._sight = sight
        self._editor = editor
        self._templates = templates(sight.kinds, "device")
        self._part_kinds = {template.part.name: template for template in self._templates}
        self._models: dict[int, list[tuple[Template, list[Doc]]]] = {}
        self._expanded: dict[tuple[int, tuple[str, ...] | None], list[Part]] = {}
        self._devices: dict[int, int] = {}
        self._own: defaultdict[int, dict[tuple[str, tuple[Any, ...]], int]] = defaultdict(dict)
        self._gone: set[int] = set()
        self._seen: dict[str, _Pending] = {name: _Pending() for name in ("component", "bay")}

    def complete(self, kind: Kind, fields: Doc) -> Doc:
        """The fields of a new part of a new device, with what its template says of the others."""
        template = self._part_kinds.get(kind.name)
        if template is None or not self._devices:
            return fields
        model = self._devices.get(fields.get(template.part_owner.column, 0))
        if model is None:
            return fields
        rest = rest_of(kind, fields)
        for part in self._parts(model, None):
            if part.kind is kind and part.rest == rest:
                return {**part.fields, **fields}
        return fields

    def created(self, kind: Kind, object_id: int, fields: Doc) -> None:
        """A new object: one that brings parts, or such a part."""
        if kind.name == "device":
            model = fields.get("model_id")
            if isinstance(model, int):
                self._devices[object_id] = model
        elif template := self._part_kinds.get(kind.name):
            owner = fields.get(template.part_owner.column)
            if isinstance(owner, int):
                self._own[owner][kind.name, rest_of(kind, fields)] = object_id
            if kind.name in self._seen:
                self._seen[kind.name].made[object_id] = fields

    def changed(self, kind: Kind, object_id: int, fields: Doc) -> None:
        """Other fields of an object that was there."""
        if kind.name in self._seen and fields.keys() & {"component_id", "model_id", "position"}:
            self._seen[kind.name].changed[object_id] = fields

    def deleted(self, kind: Kind, object_id: int) -> None:
        """An object that goes, and with a module what it brought."""
        if kind.name == "component":
            self._gone.add(object_id)

    def finish(self) -> dict[int, list[int]]:
        """Write the parts; their ids by that of the device or component that brings them."""
        self._take_out()
        made: dict[int, list[int]] = {}
        self._load(self._devices.values())
        counts = (len(self._parts(model, None)) for model in self._devices.values())
        if total := sum(counts):
            self._editor.reserve(total)
        for device, model in self._devices.items():
            made[device] = self._write(self._parts(model, None), device, None)
        for component, device, model, positions in self._modules():
            made[component] = self._write(self._parts(model, positions), device, component)
        return made

    def _take_out(self) -> None:
        """Empty the bays of modules that go; the modules in their own bays go too."""
        table = self._sight.kinds["bay"].table
        going = set(self._gone)
        for _ in range(_DEEPEST):
            inside = select(table.c.component_id).where(
                among(self._sight.session, table.c.carrier_id, going), table.c.component_id.is_not(None)
            )
            more = set(self._sight.session.scalars(inside)) - going if going else set()
            if not more:
                break
            for component in more:
                self._editor.delete("component", component)
            going |= more
        holding = select(table.c.id, table.c.carrier_id).where(
            among(self._sight.session, table.c.component_id, going)
        )
        for bay, carrier in self._sight.session.execute(holding).all() if going else ():
            if carrier not in going and self._seen["bay"].changed.get(bay, {}).get("component_id") is None:
                self._editor.update("bay", bay, {"component_id": None})

    def _write(self, parts: Sequence[Part], device: int, carrier: int | None) -> list[int]:
        own = self._own[device]
        made = []
        for part in parts:
            if (part.kind.name, part.rest) in own:
                continue
            template = self._part_kinds[part.kind.name]
            fields = {**part.fields, template.part_owner.column: device}
            if carrier is not None and template.carrier is not None:
                fields[template.carrier.column] = carrier
            object_id = self._editor.create(part.kind.name, fields)
            own[part.kind.name, part.rest] = object_id
            made.append(object_id)
        new = set(made)
        for part in parts:
            object_id = own[part.kind.name, part.rest]
            fields = {
                column: own[part.kind.name, rest]
                for column, rest in part.siblings
                if object_id in new and (part.kind.name, rest) in own
            }
            if fields:
                self._editor.update(part.kind.name, object_id, fields)
        return made

    def _parts(self, model: int, positions: tuple[str, ...] | None) -> list[Part]:
        known = self._expanded.get((model, positions))
        if known is None:
            self._load([model])
            known = self._expanded[model, positions] = list(parts_of(self._models[model], positions))
        return known

    def _load(self, models: Iterable[int]) -> None:
        """The templates of models that are not known yet, at once."""
        new = {model for model in models if model not in self._models}
        if not new:
            return
        for model in new:
            self._models[model] = []
        for template in self._templates:
            docs = template_documents(self._sight.session, template, new)
            for model, found in docs.items():
                self._models[model].append((template, found))

    def _modules(self) -> Iterator[tuple[int, int, int, tuple[str, ...]]]:
        """Modules that the items made or put into a bay, the outer ones first: component, device, model,
        positions of its bays."""
        components, bays = self._touched()
        holders = {doc["component_id"]: doc for doc in bays.values() if doc.get("component_id")}
        ready: list[tuple[int, int, int, tuple[str, ...]]] = []
        for object_id in self._concerned(bays):
            doc = components.get(object_id, {})
            model, device = doc.get("model_id"), doc.get("device_id")
            if isinstance(model, int) and isinstance(device, int):
                ready.append((object_id, device, model, _positions(object_id, holders)))
        ready.sort(key=lambda one: len(one[3]))
        self._load(model for _, _, model, _ in ready)
        self._know({device for _, device, _, _ in ready})
        yield from ready

    def _concerned(self, bays: Mapping[int, Doc]) -> list[int]:
        """Components whose parts may be missing: new ones, those of another model, those put into a bay."""
        seen = self._seen["component"]
        found = dict.fromkeys(seen.made)
        found.update(dict.fromkeys(one for one, fields in seen.changed.items() if "model_id" in fields))
        moved = {**self._seen["bay"].made, **self._seen["bay"].changed}
        found.update(
            dict.fromkeys(
                bays[one]["component_id"] for one in moved if one in bays and bays[one].get("component_id")
            )
        )
        return list(found)

    def _touched(self) -> tuple[dict[int, Doc], dict[int, Doc]]:
        """Components and bays that matter here, as they become: those of the items, and outwards from there
        all that they sit in."""
        session, kinds = self._sight.session, self._sight.kinds
        docs: dict[str, dict[int, Doc]] = {}
        for name, seen in self._seen.items():
            there = documents(session, kinds[name], seen.changed.keys()) if seen.changed else {}
            whole = {one: codec(kinds[name]).take_new(fields) for one, fields in seen.made.items()}
            docs[name] = {**whole, **{one: {**doc, **seen.changed[one]} for one, doc in there.items()}}
        components, bays = docs["component"], docs["bay"]
        table = kinds["bay"].table
        for _ in range(_DEEPEST):
            held = {doc["component_id"] for doc in bays.values() if doc.get("component_id")}
            wanted = {doc["carrier_id"] for doc in bays.values() if doc.get("carrier_id")} | held
            missing = wanted - components.keys()
            if missing:
                components.update(documents(session, kinds["component"], missing))
            loose = components.keys() - held - self._seen["component"].made.keys()
            query = select(table.c.id).where(among(session, table.c.component_id, loose))
            found = set(session.scalars(query)) - bays.keys() if loose else set()
            if not missing and not found:
                break
            bays.update(documents(session, kinds["bay"], found))
        return components, bays

    def _know(self, devices: set[int]) -> None:
        """Which parts devices have already, besides those that came up here."""
        if not devices:
            return
        for template in self._templates:
            table = template.part.table
            ways = codec(template.part)
            columns = [spec.column for spec in template.part.key_fields]
            plains = [ways.fields[name].plain or (lambda value: value) for name in columns]
            query = select(table.c.id, *(table.c[name] for name in columns))
            for object_id, owner, *rest in self._sight.session.execute(
                query.where(among(self._sight.session, table.c[columns[0]], devices))
            ):
                named = tuple(plain(value) for plain, value in zip(plains[1:], rest, strict=True))
                self._own[owner].setdefault((template.part.name, named), object_id)


def _positions(component: int, holders: Mapping[int, Doc]) -> tuple[str, ...]:
    """Positions of the bays around a component, the outermost first."""
    found: list[str] = []
    at: int | None = component
    while at is not None and at in holders and len(found) < _DEEPEST:
        bay = holders[at]
        found.append(bay.get("position") or "")
        at = bay.get("carrier_id")
    return tuple(reversed(found))
