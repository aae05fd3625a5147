"""What instances want against what there is: objects matched by their path, three ways a field.

A field is compared with what the design last wrote (the state after the revision in which the instance's
``generation`` moved; where a person's value was kept then, what ``kept`` says). Untouched since: the design's
new word is written. Touched by a person: their value stays and is told, unless the design overwrites.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from netwright.base.errors import InputError
from netwright.design.definition import Design
from netwright.design.expansion import Wanted, expand, scope_of
from netwright.design.ground import Ground, World
from netwright.design.hardware import Hardware
from netwright.design.instance import Instance, Request
from netwright.design.pools import Asker, Pools
from netwright.design.present import Made, Present
from netwright.design.record import Record
from netwright.design.reference import References
from netwright.design.refit import refit
from netwright.design.work import Handle, KeptEdit, New, PartOf, Work, differing
from netwright.store.history import current_revision
from netwright.store.kind import Kinds
from netwright.store.value import Doc, codec


def difference(session: Session, kinds: Kinds, requests: Sequence[Request]) -> Work:
    """The work that makes the instances what is asked for. Reads only."""
    return Difference(session, kinds).of(requests)


class Difference:
    """One comparison over one state of the database."""

    def __init__(self, session: Session, kinds: Kinds) -> None:
        self._kinds = kinds
        self._order = {name: place for place, name in enumerate(kinds)}
        self._hardware = Hardware(kinds)
        self._present = Present(session, kinds, self._hardware)
        self._references = References(session, kinds, self._present, self._object)
        self._world = World(session, kinds, Pools(session, kinds), self._hardware)
        self._work = Work(revision=current_revision(session))
        self._record = Record(kinds, self._work, self._world.pools)

    def of(self, requests: Sequence[Request]) -> Work:
        instances = self._instances(requests)
        for one in instances:
            found = expand(one.request.design, one.request.name, one.request.parameters, one.ground)
            one.wanted = {wanted.path: wanted for wanted in found}
        self._references.load(instances)
        for one in instances:
            self._record.begin(one)
            for wanted in sorted(one.wanted.values(), key=lambda one: self._order[one.kind]):
                self._object(one, wanted)
            self._leftovers(one)
            self._record.allocations(one)
            self._record.finish(one)
        return self._work

    def removal(self, instance_id: int) -> Work:
        """The work that takes an instance away with all it made."""
        row = self._present.documents("design_instance", [instance_id])[instance_id]
        request = Request(Design(row["design"], row["version"], ""), row["name"], {})
        one = Instance(request, row, instance_id, Ground(self._world, Asker(request.label, instance_id)))
        one.made = self._present.made_by([instance_id])[instance_id]
        self._leftovers(one)
        self._work.deletes.append(("design_instance", instance_id))
        return self._work

    def _instances(self, requests: Sequence[Request]) -> list[Instance]:
        asked = {request.label: request for request in requests}
        if len(asked) < len(requests):
            raise InputError("an instance is asked for twice", remedy="Ask for each once.")
        recorded = self._present.instances({request.name for request in requests})
        found = []
        for label, request in asked.items():
            object_id, row = recorded.get(label, (0, None))
            place = scope_of(request.design, request.name, request.parameters)
            asker = Asker(label, object_id or None, place.get("region"), place.get("site"))
            ground = Ground(self._world, asker, row["choices"] if row else None)
            found.append(Instance(request, row, object_id, ground))
        known = {one.id: one.request.label for one in found if one.id}
        self._world.pools.hold(known)
        made = self._present.made_by(known)
        for one in found:
            one.made = made.get(one.id, {})
        return found

    def _object(self, one: Instance, wanted: Wanted) -> Handle | None:
        """The object of a path. None: people have deleted it."""
        if wanted.path in one.handles:
            return one.handles[wanted.path]
        made = one.made.get(wanted.path)
        if made is not None and made.kind == wanted.kind:
            if (there := self._present.document(made.kind, made.object_id)) is not None:
                one.handles[wanted.path] = made.object_id
                self._compare(one, wanted, made, there)
                return made.object_id
            if not one.request.restore:
                one.handles[wanted.path] = None
                self._work.missing.append((one.request.label, wanted.path))
                return None
        found, before = self._found_or_new(one, wanted)
        one.handles[wanted.path] = found
        self._record.made(one, wanted, found, before)
        return found

    def _found_or_new(self, one: Instance, wanted: Wanted) -> tuple[Handle, Doc | None]:
        """The object of a path that had none, and what it has without the design."""
        if wanted.adopt or wanted.kind in self._hardware.named:
            doc = self._references.taken(one, wanted)
            found, before = self._adopted(wanted, doc)
            if found is not None:
                return found, before
        else:
            doc = self._references.given(one, wanted)
        new = New(wanted.kind, doc, f"{wanted.where} {wanted.path}")
        if wanted.kind == "device" and isinstance(model := doc.get("model_id"), int):
            new.kit = self._present.kit(model)
        self._work.creates.append(new)
        return new, None

    def _adopted(self, wanted: Wanted, doc: Doc) -> tuple[Handle | None, Doc | None]:
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
            found = self._present.parts_in(device).get(key) if isinstance(device, int) else None
        else:
            values = [doc.get(spec.column) for spec in kind.key_fields]
            fresh = any(isinstance(value, New | PartOf) for value in values)
            found = None if fresh else self._present.with_key(kind, doc)
            own = doc
        if found is None:
            return None, None
        there = self._present.documents(wanted.kind, [found])[found]
        if changed := differing(kind, there, own):
            self._work.updates.append((wanted.kind, found, changed, f"{wanted.where} {wanted.path}"))
        return found, {column: there[column] for column in own}

    def _compare(self, one: Instance, wanted: Wanted, made: Made, there: Doc) -> None:
        kind = self._kinds[wanted.kind]
        ways = codec(kind)
        other = differing(kind, there, self._references.taken(one, wanted))
        kept = {column: value for column, value in made.kept.items() if column in other}
        write: Doc = {}
        for column, value in other.items():
            base = made.kept.get(column, self._base(one, made).get(column))
            if column in wanted.overwrite or ways.same(column, there[column], base):
                write[column] = value
                kept.pop(column, None)
            else:
                label = one.request.label
                edit = KeptEdit(label, wanted.path, wanted.kind, made.object_id, column, there[column], value)
                self._work.kept.append(edit)
                kept[column] = value if not isinstance(value, New | PartOf) else None
        if write:
            one.moved = True
            place = f"{wanted.where} {wanted.path}"
            if wanted.kind == "device" and isinstance(write.get("model_id"), int):
                models = (there["model_id"], write["model_id"])
                refit(self._present, self._work, made.object_id, models, place)
            self._work.updates.append((wanted.kind, made.object_id, write, place))
        if kept != made.kept:
            one.keeps[made.id] = kept

    def _base(self, one: Instance, made: Made) -> Doc:
        return self._present.base(one.id, made, one.made.values())

    def _leftovers(self, one: Instance) -> None:
        """Objects that the design wants no more."""
        for path, made in one.made.items():
            wanted = one.wanted.get(path)
            if wanted is not None and wanted.kind == made.kind:
                continue
            if wanted is None:
                self._record.gone(one, made)
            there = self._present.document(made.kind, made.object_id)
            if there is None:
                continue
            if made.before is None:
                self._work.deletes.append((made.kind, made.object_id))
            else:
                self._restore(one, made, there, made.before)

    def _restore(self, one: Instance, made: Made, there: Doc, before: Doc) -> None:
        """Give an object that the design only edited back what it had, where nobody touched it since."""
        kind = self._kinds[made.kind]
        ways = codec(kind)
        base = self._base(one, made)
        back = {
            column: value
            for column, value in differing(kind, there, before).items()
            if column not in made.kept and ways.same(column, there[column], base.get(column))
        }
        if back:
            self._work.updates.append((made.kind, made.object_id, back, one.request.label))


def _texts(doc: Mapping[str, Any]) -> dict[str, str]:
    return {column: str(value) for column, value in doc.items() if isinstance(value, str)}
