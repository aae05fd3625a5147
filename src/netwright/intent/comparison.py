"""Drafts against one state of the database: what they mean there, and what of it differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base.errors import InputError
from netwright.intent.document import Scalar
from netwright.intent.draft import Draft, written
from netwright.intent.resolve import Names, Resolver
from netwright.intent.shorthand import Shorthand
from netwright.intent.source import Drafts
from netwright.store.delta import Ref
from netwright.store.editor import Editor
from netwright.store.kind import Kind, Kinds
from netwright.store.problem import Problem, broken
from netwright.store.rows import documents, rows_of
from netwright.store.value import Doc, codec

_PENDING = 0
"""Stands for the id of an object that is still to be created."""

Values: TypeAlias = dict[int, Doc]
"""Plain values by column, by ``id()`` of the draft."""


@dataclass(slots=True)
class Edits:
    """What differs. A create knows its draft, for others may refer to it."""

    creates: list[Draft] = field(default_factory=list)
    updates: list[tuple[Draft, int, Doc]] = field(default_factory=list)
    deletes: list[Ref] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.creates or self.updates or self.deletes)


class Comparison:
    """Drafts read against one state of the database."""

    def __init__(self, session: Session, kinds: Kinds, *, prune: bool) -> None:
        self._session = session
        self._kinds = kinds
        self._prune = prune
        self._targets: dict[tuple[int, str], int | Draft] = {}
        self._values: Values = {}
        self._ids: dict[int, int] = {}
        self.drafts: Sequence[Draft] = ()
        self.problems: list[Problem] = []

    def edits(self, said: Drafts) -> Edits:
        names = Names(self._session, self._kinds)
        shorthand = Shorthand(self._session, self._kinds, names)
        self.drafts = said.drafts if said.literal else shorthand.unfold(said.drafts)
        resolver = Resolver(names, self._kinds, self.drafts)
        resolver.existing()
        self._ids = resolver.ids
        self._targets = resolver.references()
        self.problems = [*shorthand.problems, *resolver.problems]
        for draft in self.drafts:
            self._take(draft)
        if broken(self.problems) or broken(said.problems):
            return Edits()
        edits = Edits(deletes=list(self._unnamed()) if self._prune else [])
        for owner, parts in said.whole.items():
            edits.deletes.extend(self._missing(owner, parts))
        for name, kind in self._kinds.items():
            keys = [key for of, key in said.gone if of == name]
            edits.deletes.extend((name, one) for one in names.find(kind, keys).values())
        by_kind: dict[str, list[Draft]] = {}
        for (name, _), draft in resolver.index.items():
            by_kind.setdefault(name, []).append(draft)
        for name, kind in self._kinds.items():
            self._compare(kind, by_kind.get(name, []), edits)
        return edits

    def write(self, edits: Edits, editor: Editor) -> dict[int, Draft]:
        """Give the edits to a change set; the drafts by the ids of their objects."""
        written: dict[int, Draft] = {}
        later: list[tuple[Draft, Doc]] = []
        for draft in edits.creates:
            references = self._references(draft)
            waiting = {column for column, target in references.items() if target == _PENDING}
            doc = {**self._values[id(draft)], **references}
            doc.update((name, _joined(None, doc[name])) for name in draft.partial & doc.keys())
            object_id = editor.create(draft.kind.name, {k: v for k, v in doc.items() if k not in waiting})
            self._ids[id(draft)] = object_id
            written[object_id] = draft
            if waiting:
                later.append((draft, {}))
        for draft, _ in later:  # references inside one kind, to an object created after
            editor.update(draft.kind.name, self._ids[id(draft)], self._references(draft))
        for draft, object_id, doc in edits.updates:
            fresh = {column: target for column, target in self._references(draft).items() if column in doc}
            editor.update(draft.kind.name, object_id, {**doc, **fresh})
            written[object_id] = draft
        for kind_name, object_id in edits.deletes:
            editor.delete(kind_name, object_id)
        return written

    def _take(self, draft: Draft) -> None:
        """The plain values of a draft's fields."""
        ways = codec(draft.kind)
        doc: Doc = {}
        for spec in draft.kind.fields:
            value = draft.values.get(spec.name)
            if value is None:
                if spec.required and id(draft) not in self._ids:
                    self.problems.append(draft.problem(f"{spec.name} is missing", field=spec.name))
            elif isinstance(value, Scalar) and (spec.reference is None or not value.text):
                try:
                    doc.update(ways.take({spec.column: written(spec, value)}, draft.source))
                except InputError as error:
                    what = error.what.removeprefix("field ")
                    self.problems.append(draft.problem(what, field=spec.name))
        self._values[id(draft)] = doc

    def _compare(self, kind: Kind, drafts: list[Draft], edits: Edits) -> None:
        ways = codec(kind)
        there = documents(self._session, kind, {self._ids[id(one)] for one in drafts if id(one) in self._ids})
        for draft in drafts:
            object_id = self._ids.get(id(draft))
            if object_id is None:
                edits.creates.append(draft)
                continue
            wanted = {**self._values[id(draft)], **self._references(draft)}
            for name in draft.partial & wanted.keys():
                wanted[name] = _joined(there[object_id][name], wanted[name])
            doc = {
                column: value
                for column, value in wanted.items()
                if not ways.same(column, there[object_id][column], value)
            }
            if doc:
                edits.updates.append((draft, object_id, doc))

    def _references(self, draft: Draft) -> Doc:
        """Ids that a draft's references lead to."""
        doc: Doc = {}
        for spec in draft.kind.fields:
            target = self._targets.get((id(draft), spec.name))
            if target is not None:
                doc[spec.column] = (
                    self._ids.get(id(target), _PENDING) if isinstance(target, Draft) else target
                )
        return doc

    def _unnamed(self) -> Iterator[Ref]:
        """Objects of the imported kinds that no draft names; the last kinds first."""
        named = set(self._ids.values())
        imported = {draft.kind.name for draft in self.drafts}
        for name in reversed(list(self._kinds)):
            if name in imported:
                ids = self._session.scalars(select(self._kinds[name].table.c.id))
                yield from ((name, object_id) for object_id in ids if object_id not in named)

    def _missing(self, owner: str, parts: Iterable[str]) -> Iterator[Ref]:
        """Parts of the drafted objects of kind ``owner`` that no draft names."""
        named = set(self._ids.values())
        owners = [
            self._ids[id(draft)]
            for draft in self.drafts
            if draft.kind.name == owner and id(draft) in self._ids
        ]
        connection = self._session.connection()
        for name in parts:
            kind = self._kinds[name]
            spec = next(one for one in kind.fields if one.owner and one.reference == owner)
            for object_id, _ in rows_of(kind, connection).referring(connection, spec.column, owners):
                if object_id not in named:
                    yield name, object_id


def _joined(there: Any, wanted: Any) -> Any:
    """A mapping with what is wanted laid over what is there; None takes a name out."""
    joined = {**(there or {}), **(wanted or {})}
    return {name: value for name, value in joined.items() if value is not None} or None
