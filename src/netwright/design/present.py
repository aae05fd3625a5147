"""What there is, as one application reads it: documents, parts of devices, kits of models, each once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.design.hardware import Hardware, Key, Kit
from netwright.inventory import DesignInstance, DesignPart
from netwright.store.history import blame, documents_as_of
from netwright.store.kind import Kind, Kinds
from netwright.store.rows import chunks, documents
from netwright.store.value import Doc, codec


@dataclass(frozen=True, slots=True)
class Made:
    """An object that an instance made, as it is recorded. ``before``: what it had without the design."""

    id: int
    kind: str
    object_id: int
    kept: Doc
    before: Doc | None


class Present:
    """One state of the database. Only reads, and remembers what it read."""

    def __init__(self, session: Session, kinds: Kinds, hardware: Hardware) -> None:
        self._session = session
        self._kinds = kinds
        self._hardware = hardware
        self._docs: dict[str, dict[int, Doc | None]] = defaultdict(dict)
        """By kind and id; None: there is no such object."""
        self._parts: dict[int, dict[Key, int]] = {}
        self._kits: dict[int, Kit] = {}
        self._bases: dict[tuple[int, str, int], Doc] = {}

    def documents(self, kind: str, ids: Collection[int]) -> dict[int, Doc]:
        """The documents of those that exist, by id."""
        known = self._docs[kind]
        if unknown := {one for one in ids if one not in known}:
            known.update(dict.fromkeys(unknown))
            known.update(documents(self._session, self._kinds[kind], unknown))
        return {one: doc for one in ids if (doc := known[one]) is not None}

    def document(self, kind: str, object_id: int) -> Doc | None:
        """One document; None without the object."""
        return self.documents(kind, [object_id]).get(object_id)

    def instances(self, names: Collection[str]) -> dict[str, tuple[int, Doc]]:
        """The recorded instances of these names, as ``design/name`` -> id and document."""
        found: dict[str, tuple[int, Doc]] = {}
        for some in chunks(names):
            query = select(DesignInstance.id).where(DesignInstance.name.in_(some))
            docs = self.documents("design_instance", list(self._session.scalars(query)))
            found.update((f"{doc['design']}/{doc['name']}", (one, doc)) for one, doc in docs.items())
        return found

    def made_by(self, instances: Iterable[int]) -> dict[int, dict[str, Made]]:
        """What instances made, by path; the documents of it all are read too, by a few statements a kind."""
        found: dict[int, dict[str, Made]] = defaultdict(dict)
        ids: dict[str, set[int]] = defaultdict(set)
        for some in chunks(instances):
            query = select(DesignPart.__table__).where(DesignPart.design_instance_id.in_(some))
            for row in self._session.execute(query):
                made = Made(row.id, row.made_kind, row.made_id, row.kept or {}, row.before)
                found[row.design_instance_id][row.path] = made
                ids[made.kind].add(made.object_id)
        for kind, wanted in ids.items():
            self.documents(kind, wanted)
        return found

    def with_key(self, kind: Kind, doc: Doc) -> int | None:
        """The object that has the key fields of a document."""
        table = kind.table
        ways = codec(kind)
        query = select(table.c.id)
        for spec in kind.key_fields:
            python = ways.fields[spec.column].python
            value = doc.get(spec.column)
            query = query.where(table.c[spec.column] == (python(value) if python else value))
        return self._session.scalar(query)

    def parts_in(self, device: int) -> dict[Key, int]:
        """The parts of a device by what they are called in it."""
        known = self._parts.get(device)
        if known is None:
            known = self._parts[device] = {}
            for kind, columns in self._hardware.named.items():
                table = self._kinds[kind].table
                query = select(table.c.id, *(table.c[name] for name in columns))
                for object_id, *values in self._session.execute(query.where(table.c.device_id == device)):
                    known[kind, "/".join(map(str, values))] = object_id
        return known

    def kits(self, models: Iterable[int]) -> dict[int, Kit]:
        """The parts that models bring."""
        wanted = set(models)
        if missing := wanted - self._kits.keys():
            self._kits.update(self._hardware.kits(self._session, missing))
        return {model: self._kits[model] for model in wanted}

    def kit(self, model: int) -> Kit:
        return self.kits([model])[model]

    def base(self, instance: int, made: Made, siblings: Iterable[Made]) -> Doc:
        """What an object was when the design last wrote to the instance; empty when it was not there. Those
        of its kind among ``siblings`` are read with it."""
        key = (instance, made.kind, made.object_id)
        if key not in self._bases:
            number = blame(self._session, "design_instance", instance)["generation"].revision
            ids = [other.object_id for other in siblings if other.kind == made.kind]
            docs = documents_as_of(self._session, self._kinds[made.kind], number, ids)
            for object_id in ids:
                self._bases[instance, made.kind, object_id] = docs.get(object_id, {})
        return self._bases[key]
