"""What instances want against what there is: objects matched by their path, three ways a field.

A field is compared with what the design last wrote (the state after the revision in which the instance's
``generation`` moved; where a person's value was kept then, what ``kept`` says). Untouched since: the design's
new word is written. Touched by a person: their value stays and is told, unless the design overwrites.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base.errors import InputError, NotFoundError
from netwright.design.definition import Design
from netwright.design.expansion import Wanted, expand, scope_of
from netwright.design.ground import Ground, World
from netwright.design.hardware import Hardware, Key, Kit
from netwright.design.parameter import take_all
from netwright.design.pools import Asker, Pools
from netwright.design.work import KeptEdit, New, PartOf, Work
from netwright.intent.resolve import Names
from netwright.inventory import DesignInstance, DesignPart
from netwright.store.history import blame, chunks, current_revision, documents_as_of
from netwright.store.kind import FieldSpec, FieldType, Kind, Kinds
from netwright.store.naming import resolve
from netwright.store.rows import documents
from netwright.store.value import Doc, codec

_WORDS = frozenset((FieldType.TEXT, FieldType.CHOICE))


@dataclass(frozen=True, slots=True)
class Request:
    """An instance as someone wants it. ``restore``: what people deleted is made again."""

    design: Design
    name: str
    parameters: Mapping[str, Any]
    description: str | None = None
    restore: bool = False

    @property
    def label(self) -> str:
        return f"{self.design.name}/{self.name}"


@dataclass(frozen=True, slots=True)
class _Part:
    """A part as it is recorded."""

    id: int
    kind: str
    object_id: int
    kept: Doc
    before: Doc | None


@dataclass(slots=True)
class _Instance:
    """One instance on its way."""

    request: Request
    row: Doc | None
    id: int
    ground: Ground
    wanted: dict[str, Wanted] = field(default_factory=dict)
    parts: dict[str, _Part] = field(default_factory=dict)
    handles: dict[str, Any] = field(default_factory=dict)
    """Path -> id of the object, or the new one."""
    keeps: dict[int, Doc] = field(default_factory=dict)
    """What is kept now, by the id of the part."""
    new: New | None = None
    moved: bool = False
    """Whether anything of it differs."""


def difference(session: Session, kinds: Kinds, requests: Sequence[Request]) -> Work:
    """The work that makes the instances what is asked for. Reads only."""
    return Difference(session, kinds).of(requests)


class Difference:
    """One comparison over one state of the database."""

    def __init__(self, session: Session, kinds: Kinds) -> None:
        self._session = session
        self._kinds = kinds
        self._order = {name: place for place, name in enumerate(kinds)}
        self._names = Names(session, kinds)
        self._hardware = Hardware(kinds)
        self._world = World(session, kinds, Pools(session, kinds), self._hardware)
        self._work = Work(revision=current_revision(session))
        self._kits: dict[int, Kit] = {}
        self._docs: dict[str, dict[int, Doc]] = defaultdict(dict)
        self._device_parts: dict[int, dict[Key, int]] = {}
        self._bases: dict[tuple[int, str, int], Doc] = {}
        self._references: dict[str, dict[str, int]] = {}

    def of(self, requests: Sequence[Request]) -> Work:
        instances = self._instances(requests)
        for one in instances:
            found = expand(one.request.design, one.request.name, one.request.parameters, one.ground)
            one.wanted = {wanted.path: wanted for wanted in found}
        self._load(instances)
        for one in instances:
            self._begin(one)
            for wanted in sorted(one.wanted.values(), key=lambda one: self._order[one.kind]):
                self._object(one, wanted)
            self._leftovers(one)
            self._allocations(one)
            self._finish(one)
        return self._work

    def removal(self, instance_id: int) -> Work:
        """The work that takes an instance away with all it made."""
        row = self._documents("design_instance", [instance_id])[instance_id]
        request = Request(Design(row["design"], row["version"], ""), row["name"], {})
        one = _Instance(request, row, instance_id, Ground(self._world, Asker(request.label, instance_id)))
        one.parts = self._parts_of([instance_id])[instance_id]
        self._load_made([one])
        self._leftovers(one)
        self._work.deletes.append(("design_instance", instance_id))
        return self._work

    def _instances(self, requests: Sequence[Request]) -> list[_Instance]:
        keys = {request.label: request for request in requests}
        if len(keys) < len(requests):
            raise InputError("an instance is asked for twice", remedy="Ask for each once.")
        rows: dict[str, tuple[int, Doc]] = {}
        for part in chunks({request.name for request in requests}, 500):
            query = select(DesignInstance.id).where(DesignInstance.name.in_(part))
            ids = list(self._session.scalars(query))
            for object_id, doc in self._documents("design_instance", ids).items():
                rows[f"{doc['design']}/{doc['name']}"] = (object_id, doc)
        found = []
        for label, request in keys.items():
            object_id, row = rows.get(label, (0, None))
            place = scope_of(request.design, request.name, request.parameters)
            asker = Asker(label, object_id or None, place.get("region"), place.get("site"))
            ground = Ground(self._world, asker, row["choices"] if row else None)
            found.append(_Instance(request, row, object_id, ground))
        known = {one.id: one.request.label for one in found if one.id}
        self._world.pools.hold(known)
        parts = self._parts_of(known)
        for one in found:
            one.parts = parts.get(one.id, {})
        return found

    def _parts_of(self, instances: Iterable[int]) -> dict[int, dict[str, _Part]]:
        found: dict[int, dict[str, _Part]] = defaultdict(dict)
        for part in chunks(instances, 500):
            for row in self._session.execute(
                select(DesignPart.__table__).where(DesignPart.design_instance_id.in_(part))
            ):
                found[row.design_instance_id][row.path] = _Part(
                    row.id, row.made_kind, row.made_id, row.kept or {}, row.before
                )
        return found

    def _load(self, instances: list[_Instance]) -> None:
        """What the comparison needs of the database, by a few statements a kind."""
        self._load_made(instances)
        texts: dict[str, set[str]] = defaultdict(set)
        for one in instances:
            for wanted in one.wanted.values():
                for name, value in wanted.values.items():
                    spec = self._kinds[wanted.kind].field(name)
                    if (
                        spec.reference is not None
                        and value not in (None, "")
                        and not str(value).startswith("@")
                    ):
                        texts[spec.reference].add(str(value))
        for kind, keys in texts.items():
            self._references[kind] = self._names.find(self._kinds[kind], keys)
        models = set(self._references.get("model", {}).values())
        self._kits = self._hardware.kits(self._session, models)

    def _load_made(self, instances: list[_Instance]) -> None:
        ids: dict[str, set[int]] = defaultdict(set)
        for one in instances:
            for part in one.parts.values():
                ids[part.kind].add(part.object_id)
        for kind, wanted in ids.items():
            self._documents(kind, wanted)

    def _documents(self, kind: str, ids: Iterable[int]) -> dict[int, Doc]:
        known = self._docs[kind]
        unknown = {one for one in ids if one not in known}
        known.update(documents(self._session, self._kinds[kind], unknown))
        return {one: known[one] for one in ids if one in known}

    def _begin(self, one: _Instance) -> None:
        if not one.id:
            design = one.request.design
            doc = {
                "design": design.name,
                "name": one.request.name,
                "version": design.version,
                "parameters": _stored(one.request),
            }
            one.new = New("design_instance", doc, design.file)
            self._work.creates.append(one.new)

    def _object(self, one: _Instance, wanted: Wanted) -> Any:
        """The object of a path: its id, or the new one. None: people have deleted it."""
        if wanted.path in one.handles:
            return one.handles[wanted.path]
        part = one.parts.get(wanted.path)
        if part is not None and part.kind == wanted.kind:
            if part.object_id in self._docs[part.kind]:
                one.handles[wanted.path] = part.object_id
                self._compare(one, wanted, part)
                return part.object_id
            if not one.request.restore:
                one.handles[wanted.path] = None
                self._work.missing.append((one.request.label, wanted.path))
                return None
        known = wanted.adopt or wanted.kind in self._hardware.named
        doc = self._doc(one, wanted) if known else self._given(one, wanted)  # an editor checks new ones
        found, before = self._adopted(wanted, doc)
        if found is None:
            found = New(wanted.kind, doc, f"{wanted.where} {wanted.path}")
            if wanted.kind == "device" and isinstance(model := doc.get("model_id"), int):
                found.kit = self._kits.get(model)
            self._work.creates.append(found)
        one.handles[wanted.path] = found
        self._note(one, wanted, part, found, before)
        return found

    def _note(
        self, one: _Instance, wanted: Wanted, part: _Part | None, made: Any, before: Doc | None
    ) -> None:
        """Record which object a path is."""
        one.moved = True
        what = {"made_kind": wanted.kind, "made_id": made, "before": before}
        if part is None:
            doc = {"design_instance_id": one.new or one.id, "path": wanted.path, **what}
            self._work.creates.append(New("design_part", doc, wanted.where))
        else:
            self._work.updates.append(("design_part", part.id, {**what, "kept": None}, wanted.where))

    def _adopted(self, wanted: Wanted, doc: Doc) -> tuple[Any, Doc | None]:
        """The object that is there already, or comes with its device's model, and what it has without the
        design in the fields that the design sets."""
        kind = self._kinds[wanted.kind]
        if wanted.kind in self._hardware.named:
            device = doc.get("device_id")
            key = self._hardware.key(wanted.kind, _texts(doc))
            own = {column: value for column, value in doc.items() if column != "device_id"}
            if isinstance(device, New) and device.kit is not None and key in device.kit.parts:
                device.overrides[key] = own
                template = device.kit.parts[key].whole
                return PartOf(device, key), {column: template[column] for column in own}
            found = self._parts_in(device).get(key) if isinstance(device, int) else None
        elif wanted.adopt:
            values = [doc.get(spec.column) for spec in kind.key_fields]
            fresh = any(isinstance(value, New | PartOf) for value in values)
            found = None if fresh else self._by_key(kind, doc)
            own = doc
        else:
            return None, None
        if found is None:
            return None, None
        there = self._documents(wanted.kind, [found])[found]
        ways = codec(kind)
        changed = {
            c: v for c, v in own.items() if isinstance(v, New | PartOf) or not ways.same(c, there[c], v)
        }
        if changed:
            self._work.updates.append((wanted.kind, found, changed, f"{wanted.where} {wanted.path}"))
        return found, {column: there[column] for column in own}

    def _by_key(self, kind: Kind, doc: Doc) -> int | None:
        table = kind.table
        ways = codec(kind)
        query = select(table.c.id)
        for spec in kind.key_fields:
            python = ways.fields[spec.column].python
            value = doc.get(spec.column)
            query = query.where(table.c[spec.column] == (python(value) if python else value))
        return self._session.scalar(query)

    def _parts_in(self, device: int) -> dict[Key, int]:
        known = self._device_parts.get(device)
        if known is None:
            known = self._device_parts[device] = {}
            for kind, columns in self._hardware.named.items():
                table = self._kinds[kind].table
                query = select(table.c.id, *(table.c[name] for name in columns))
                for object_id, *values in self._session.execute(query.where(table.c.device_id == device)):
                    known[kind, "/".join(map(str, values))] = object_id
        return known

    def _doc(self, one: _Instance, wanted: Wanted) -> Doc:
        """The values by column: plain, or a new object."""
        found = self._given(one, wanted)
        subject = f"{wanted.where}: {wanted.kind} {wanted.path}"
        given = {c: v for c, v in found.items() if not isinstance(v, New | PartOf)}
        found.update(codec(self._kinds[wanted.kind]).take(given, subject))
        return found

    def _given(self, one: _Instance, wanted: Wanted) -> Doc:
        """The values by column as the design gives them, references as what they lead to."""
        kind = self._kinds[wanted.kind]
        found: Doc = {}
        for name, value in wanted.values.items():
            spec = kind.field(name)
            if spec.reference is not None:
                found[spec.column] = self._target(one, wanted, spec, value)
            elif spec.type in _WORDS and value is not None and not isinstance(value, str):
                found[spec.column] = str(value)
            else:
                found[spec.column] = value
        return found

    def _target(self, one: _Instance, wanted: Wanted, spec: FieldSpec, value: Any) -> Any:
        if value is None or value == "":
            return None
        text = str(value)
        kind = spec.reference or ""
        if text.startswith("@"):
            return self._local(one, wanted, kind, text[1:])
        found = self._references[kind].get(text)
        if found is not None:
            return found
        try:
            return resolve(self._session, kind, text)
        except NotFoundError as error:
            raise InputError(
                f"{spec.name}: {error.what}", subject=f"{wanted.where}: {wanted.path}", remedy=error.remedy
            ) from None

    def _local(self, one: _Instance, wanted: Wanted, kind: str, path: str) -> Any:
        """What ``@path`` leads to."""
        there = one.wanted.get(path)
        if there is not None:
            if there.kind != kind:
                message = f"@{path} is a {there.kind}, expected a {kind}"
                raise InputError(message, subject=f"{wanted.where}: {wanted.path}")
            found = self._object(one, there)
            if found is None:
                raise InputError(
                    f"@{path} was deleted by hand, {wanted.path} refers to it",
                    subject=one.request.label,
                    remedy="Apply with --restore to have it made again.",
                )
            return found
        head, _, rest = path.partition("/")
        while rest:
            device = one.wanted.get(head)
            if device is not None and device.kind == "device":
                return self._part(one, wanted, device, (kind, rest))
            step, _, rest = rest.partition("/")
            head = f"{head}/{step}"
        raise InputError(f"@{path} leads nowhere in this design", subject=f"{wanted.where}: {wanted.path}")

    def _part(self, one: _Instance, wanted: Wanted, device: Wanted, key: Key) -> Any:
        made = self._object(one, device)
        if isinstance(made, New):
            if made.kit is not None and key in made.kit.parts:
                return PartOf(made, key)
        elif made is not None:
            found = self._parts_in(made).get(key)
            if found is not None:
                return found
        message = f"{device.path} has no {key[0]} {key[1]!r}; its model brings none of that name"
        raise InputError(message, subject=f"{wanted.where}: {wanted.path}")

    def _compare(self, one: _Instance, wanted: Wanted, part: _Part) -> None:
        ways = codec(self._kinds[wanted.kind])
        there = self._docs[wanted.kind][part.object_id]
        doc = self._doc(one, wanted)
        differing = {
            column: value
            for column, value in doc.items()
            if isinstance(value, New | PartOf) or not ways.same(column, there[column], value)
        }
        kept = dict(part.kept)
        write: Doc = {}
        for column in part.kept:
            if column not in differing:
                del kept[column]
        for column, value in differing.items():
            base = part.kept.get(column, self._base(one, part).get(column))
            if column in wanted.overwrite or ways.same(column, there[column], base):
                write[column] = value
                kept.pop(column, None)
            else:
                label = one.request.label
                edit = KeptEdit(label, wanted.path, wanted.kind, part.object_id, column, there[column], value)
                self._work.kept.append(edit)
                kept[column] = value if not isinstance(value, New | PartOf) else None
        if write:
            one.moved = True
            place = f"{wanted.where} {wanted.path}"
            if wanted.kind == "device" and isinstance(write.get("model_id"), int):
                self._refit(part.object_id, there["model_id"], write["model_id"], place)
            self._work.updates.append((wanted.kind, part.object_id, write, place))
        if kept != part.kept:
            one.keeps[part.id] = kept

    def _base(self, one: _Instance, part: _Part) -> Doc:
        """What the object was when the design last wrote to the instance."""
        key = (one.id, part.kind, part.object_id)
        if key not in self._bases:
            number = blame(self._session, "design_instance", one.id)["generation"].revision
            ids = [other.object_id for other in one.parts.values() if other.kind == part.kind]
            docs = documents_as_of(self._session, self._kinds[part.kind], number, ids)
            for object_id in ids:
                self._bases[one.id, part.kind, object_id] = docs.get(object_id, {})
        return self._bases[key]

    def _refit(self, device: int, old: int, new: int, where: str) -> None:
        """A device becomes one of another model: parts of the old one go, those of the new one come."""
        missing = {model for model in (old, new) if model not in self._kits}
        self._kits.update(self._hardware.kits(self._session, missing))
        before, after = self._kits[old].parts, self._kits[new].parts
        there = self._parts_in(device)
        for key in before.keys() - after.keys():
            if key in there:
                self._work.deletes.append((key[0], there[key]))
        for key, part in after.items():
            if key not in there:
                self._work.creates.append(New(key[0], {**part.doc, "device_id": device}, where))
                continue
            doc = self._documents(key[0], [there[key]])[there[key]]
            template = before[key].doc if key in before else {}
            changed = {
                column: value
                for column, value in part.doc.items()
                if column in template and doc[column] == template[column] and doc[column] != value
            }
            if changed:
                self._work.updates.append((key[0], there[key], changed, where))

    def _leftovers(self, one: _Instance) -> None:
        """Parts that the design wants no more."""
        for path, part in one.parts.items():
            wanted = one.wanted.get(path)
            if wanted is not None and wanted.kind == part.kind:
                continue
            one.moved = True
            if wanted is None:
                self._work.deletes.append(("design_part", part.id))
            if part.object_id not in self._docs[part.kind]:
                continue
            if part.before is None:
                self._work.deletes.append((part.kind, part.object_id))
            else:
                self._restore(one, part)

    def _restore(self, one: _Instance, part: _Part) -> None:
        """Give an object that the design only edited back what it had, where nobody touched it since."""
        ways = codec(self._kinds[part.kind])
        there, base = self._docs[part.kind][part.object_id], self._base(one, part)
        back = {
            column: value
            for column, value in (part.before or {}).items()
            if column not in part.kept
            and ways.same(column, there[column], base.get(column))
            and not ways.same(column, there[column], value)
        }
        if back:
            self._work.updates.append((part.kind, part.object_id, back, one.request.label))

    def _allocations(self, one: _Instance) -> None:
        given, released = self._world.pools.outcome(one.request.label)
        for grant in given:
            one.moved = True
            doc = {
                "pool_id": grant.pool_id,
                "identifier": grant.identifier,
                "value": grant.value,
                "prefix": grant.value if _is_prefix(grant.value) else None,
                "design_instance_id": one.new or one.id,
            }
            self._work.creates.append(New("allocation", doc, one.request.label))
        for grant in released:
            one.moved = True
            self._work.deletes.append(("allocation", grant.id or 0))

    def _finish(self, one: _Instance) -> None:
        request = one.request
        choices: Doc | None = dict(one.ground.choices) or None
        if one.new is not None:
            one.new.doc["choices"] = choices
            if request.description:
                one.new.doc["description"] = request.description
            return
        assert one.row is not None
        wanted: Doc = {
            "version": request.design.version,
            "parameters": _stored(request),
            "choices": choices,
        }
        if request.description is not None:
            wanted["description"] = request.description
        ways = codec(self._kinds["design_instance"])
        doc = {c: v for c, v in wanted.items() if not ways.same(c, one.row[c], v)}
        if not doc and not one.moved:
            return
        doc["generation"] = one.row["generation"] + 1
        self._work.updates.append(("design_instance", one.id, doc, request.label))
        for part_id, kept in one.keeps.items():
            self._work.updates.append(("design_part", part_id, {"kept": kept or None}, request.label))


def _stored(request: Request) -> Doc | None:
    """Parameters as the instance keeps them: what was asked for, defaults left out."""
    taken = take_all(request.design.parameters, request.parameters)
    return {name: taken[name] for name in request.parameters if request.parameters[name] is not None} or None


def _texts(doc: Mapping[str, Any]) -> dict[str, str]:
    return {column: str(value) for column, value in doc.items() if isinstance(value, str)}


def _is_prefix(value: str) -> bool:
    return "/" in value or ":" in value or value.count(".") == 3
