"""Objects as programs write them: fields by name, references by id or name, a device with its model's parts.

Many items become edits in a few statements, whatever their number; every mistake is told with its item.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from netwright.base.errors import InputError, NetwrightError, NotFoundError
from netwright.intent.partedits import PartEdits
from netwright.store.editor import Editor
from netwright.store.kind import FieldSpec, Kind
from netwright.store.naming import HIDDEN, SEPARATOR, Namer, resolve
from netwright.store.problem import Problem
from netwright.store.query.named import find_all, numbered, present, split_name, spoken
from netwright.store.query.sight import Sight
from netwright.store.value import Doc, codec

_EXPLAINED = 10
"""Names that lead nowhere and are searched for near misses; the rest just say so."""
_ASIDE = ("id", "key", "kind")
"""What documents have beside fields; it may be sent back."""


class Verb(enum.StrEnum):
    """What is to be done with one object. ``put`` creates it, or gives each field not named its default."""

    CREATE = "create"
    UPDATE = "update"
    PUT = "put"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Item:
    """One wish. ``target``: id or name of the object, None for a creation. ``fields`` by name."""

    verb: Verb
    kind: Kind
    fields: Mapping[str, Any] = field(default_factory=dict)
    target: Any = None


@dataclass(slots=True)
class Outcome:
    """What became of an item: the object's id, or what is wrong. ``parts``: ids of what came with it."""

    kind: Kind
    verb: Verb
    object_id: int | None = None
    problems: list[Problem] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    missing: bool = False
    """The target is not there."""


class ObjectEdits:
    """Turns items into edits of ``editor``. The objects that ``sight`` may not see can't be edited."""

    def __init__(self, sight: Sight, editor: Editor, *, force: bool = False) -> None:
        """``force``: of deletions, as in ``Editor.delete``."""
        self._sight = sight
        self._force = force
        self._editor = editor
        self._names: dict[str, dict[str, int]] = defaultdict(dict)
        self._unseen: dict[str, set[int]] = defaultdict(set)
        self._pending: dict[tuple[str, str], int] = {}
        self._specs: dict[str, dict[str, FieldSpec]] = {}
        self._namer = Namer(sight.session)
        self._explained = 0

    def edit(self, items: Sequence[Item]) -> list[Outcome]:
        """An outcome for each item, in their order. An item with a problem is not edited; the others are."""
        outcomes = [Outcome(item.kind, item.verb) for item in items]
        self._find_names(items)
        there = self._there(items)
        mixed = len({item.kind.name for item in items}) > 1 or any(
            spec.reference == item.kind.name for item in items[:1] for spec in item.kind.fields
        )
        parts = PartEdits(self._sight, self._editor)
        if new := sum(item.verb in (Verb.CREATE, Verb.PUT) for item in items):
            self._editor.reserve(new)
        for item, outcome in zip(items, outcomes, strict=True):
            self._one(item, outcome, there, parts, mixed=mixed)
        made = parts.finish()
        for outcome in outcomes:
            outcome.parts += made.get(outcome.object_id or 0, ())
        return outcomes

    def _one(
        self, item: Item, outcome: Outcome, there: Mapping[str, set[int]], parts: PartEdits, *, mixed: bool
    ) -> None:
        target = None
        if item.verb is not Verb.CREATE:
            target = self._target(item, outcome, there)
            if target is None and (item.verb is not Verb.PUT or outcome.problems):
                return
        fields = self._fields(item, outcome)
        if outcome.problems:
            self._explain(item, outcome, fields, new=False)  # the other mistakes of the item too
            return
        try:
            self._write(item, outcome, target, fields, parts)
        except NetwrightError:
            self._explain(item, outcome, fields, new=target is None)
            return
        if mixed and target is None and outcome.object_id is not None:
            self._remember(item, outcome.object_id)

    def _write(self, item: Item, outcome: Outcome, target: int | None, fields: Doc, parts: PartEdits) -> None:
        kind = item.kind
        if item.verb is Verb.DELETE:
            assert target is not None
            self._editor.delete(kind.name, target, force=self._force)
            parts.deleted(kind, target)
        elif target is None:
            fields = parts.complete(kind, fields)
            outcome.object_id = self._editor.create(kind.name, fields)
            parts.created(kind, outcome.object_id, fields)
            return
        elif item.verb is Verb.PUT:
            self._editor.update(kind.name, target, codec(kind).take_new(fields))
            parts.changed(kind, target, fields)
        else:
            self._editor.update(kind.name, target, fields)
            parts.changed(kind, target, fields)
        outcome.object_id = target

    def _target(self, item: Item, outcome: Outcome, there: Mapping[str, set[int]]) -> int | None:
        kind = item.kind
        name = self._aim(item)
        if name is None:
            outcome.problems.append(
                Problem(f"which {kind.name} is not said: give its id or its key", kind.name, "", field="id")
            )
            return None
        object_id = name if isinstance(name, int) else self._names[kind.name].get(name)
        if object_id is None and isinstance(name, str):
            object_id = self._pending.get((kind.name, name))
            if object_id is not None:
                return object_id
        if object_id in there.get(kind.name, ()):
            return object_id
        if item.verb is not Verb.PUT or isinstance(name, int):
            outcome.missing = True
            outcome.problems.append(Problem(self._nowhere(kind, name), kind.name, str(name)))
        return None

    def _fields(self, item: Item, outcome: Outcome) -> Doc:
        """Values by column, references as ids."""
        found: Doc = {}
        for name, value in item.fields.items():
            spec = self._spec(item.kind, name)
            if spec is None:
                if name not in _ASIDE:
                    error = self._sight.unknown(item.kind, name)
                    self._say(item, outcome, f"{error.what}. {error.remedy}".rstrip("."), name)
                continue
            if spec.reference is None or value is None:
                found[spec.column] = value
            elif _is_hidden(value):
                if item.verb is not Verb.UPDATE:  # an update sends back what it was told: it stays
                    self._say(
                        item, outcome, "is hidden from you: leave it out, or say another one", spec.name
                    )
            else:
                target = self._reference(item, outcome, spec, value)
                if target is not None:
                    found[spec.column] = target
        return found

    def _reference(self, item: Item, outcome: Outcome, spec: FieldSpec, value: Any) -> int | None:
        kind = self._sight.kinds[spec.reference or ""]
        name = self._naming(kind, value)
        if isinstance(name, int):
            if name in self._unseen[kind.name]:
                self._say(item, outcome, f"there is no {kind.name} {name}", spec.name)
                return None
            return name
        if name is None:
            expected = f'expected the id or key of a {kind.name}, as 17, "name" or {{"id": 17}}'
            self._say(item, outcome, f"{expected}, not {str(value)[:80]!r}", spec.name)
            return None
        found = self._pending.get((kind.name, name)) or self._names[kind.name].get(name)
        if found is None:
            self._say(item, outcome, self._nowhere(kind, name), spec.name)
        return found

    def _spec(self, kind: Kind, name: str) -> FieldSpec | None:
        known = self._specs.get(kind.name)
        if known is None:
            fields = self._sight.fields(kind)
            known = self._specs[kind.name] = {
                **{spec.column: spec for spec in fields},
                **{spec.name: spec for spec in fields},
            }
        return known.get(name)

    def _find_names(self, items: Sequence[Item]) -> None:
        """What names lead to; and which ids lead to what is there and may not be seen."""
        wanted: defaultdict[str, set[str]] = defaultdict(set)
        numbers: defaultdict[str, set[int]] = defaultdict(set)
        for item in items:
            name = self._aim(item)
            if isinstance(name, str):
                wanted[item.kind.name].add(name)
            for field_name, value in item.fields.items():
                spec = self._spec(item.kind, field_name)
                if value is None or spec is None or spec.reference is None:
                    continue
                kind = self._sight.kinds[spec.reference]
                name = self._naming(kind, value)
                if isinstance(name, str):
                    wanted[kind.name].add(name)
                elif isinstance(name, int) and self._sight.restriction.where(kind) is not None:
                    numbers[kind.name].add(name)
        for kind_name, texts in wanted.items():
            kind = self._sight.kinds[kind_name]
            found = find_all(self._sight.session, self._sight.kinds, kind, texts)
            if self._sight.limited(kind):
                seen = present(self._sight, kind, found.values())
                seen = spoken(self._sight, kind, seen)
                found = {text: one for text, one in found.items() if one in seen}
            self._names[kind_name] = found
        everything = Sight(self._sight.session, self._sight.kinds)
        for kind_name, ids in numbers.items():
            kind = self._sight.kinds[kind_name]
            self._unseen[kind_name] = present(everything, kind, ids) - present(self._sight, kind, ids)

    def _there(self, items: Sequence[Item]) -> dict[str, set[int]]:
        """The targets that are there and may be seen, by kind."""
        wanted: defaultdict[str, set[int]] = defaultdict(set)
        for item in items:
            name = _name(item.kind, item.target)
            if isinstance(name, int):
                wanted[item.kind.name].add(name)
            elif item.verb is not Verb.CREATE:
                wanted[item.kind.name].update(self._names[item.kind.name].values())
        return {name: present(self._sight, self._sight.kinds[name], ids) for name, ids in wanted.items()}

    def _remember(self, item: Item, object_id: int) -> None:
        """Items that follow may refer to a new object by its key."""
        key = self._key(item.kind, item.fields)
        if key is not None:
            self._pending[item.kind.name, key] = object_id

    def _nowhere(self, kind: Kind, name: int | str) -> str:
        simple = f"there is no {kind.name} {name!r}"
        self._explained += 1
        if isinstance(name, int) or self._explained > _EXPLAINED or self._sight.limited(kind):
            return simple
        try:
            resolve(self._sight.session, kind, name)
        except (NotFoundError, InputError) as error:
            return f"{error.what}. {error.remedy or ''}".strip().rstrip(".")
        return simple

    def _explain(self, item: Item, outcome: Outcome, fields: Doc, *, new: bool) -> None:
        """Everything that is wrong with the values of an item, each with its field."""
        ways = codec(item.kind)
        for column, value in fields.items():
            try:
                ways.take({column: value}, "")
            except NetwrightError as error:
                said = f"{error.what}. {error.remedy or ''}".strip().rstrip(".")
                self._say(item, outcome, said, ways.fields[column].spec.name)
        for spec in item.kind.fields if new else ():
            if spec.required and spec.column not in fields:
                self._say(item, outcome, f"field {spec.name} is missing: {spec.help}", spec.name)
        if not outcome.problems:
            try:
                ways.take_new(fields)
            except NetwrightError as error:
                self._say(item, outcome, str(error).rstrip("."), "")

    def _key(self, kind: Kind, fields: Mapping[str, Any]) -> str | None:
        """The natural key that fields give; None while a part of it is missing."""
        parts = []
        for spec in kind.key_fields:
            value = fields.get(spec.name, fields.get(spec.column))
            if spec.reference is not None:
                target = self._sight.kinds[spec.reference]
                value = self._naming(target, value)
                if isinstance(value, int):
                    value = self._namer.keys(target, [value])[value]
            elif isinstance(value, Mapping | list):
                value = None
            if value is None or value == "":
                if spec == kind.optional_key:
                    continue
                return None
            parts.append(str(value))
        return SEPARATOR.join(parts)

    def _naming(self, kind: Kind, value: Any) -> int | str | None:
        """The id or key that a reference gives, or that the fields inside it make up."""
        name = _name(kind, value)
        return self._key(kind, value) if name is None and isinstance(value, Mapping) else name

    def _aim(self, item: Item) -> int | str | None:
        """What an item is about: its target, for a put also what its fields make up."""
        name = _name(item.kind, item.target)
        return self._key(item.kind, item.fields) if name is None and item.verb is Verb.PUT else name

    def _say(self, item: Item, outcome: Outcome, message: str, name: str) -> None:
        shown = _name(item.kind, item.target) or self._key(item.kind, item.fields) or ""
        problem = Problem(message, item.kind.name, str(shown), field=name or None)
        if problem not in outcome.problems:
            outcome.problems.append(problem)


def _is_hidden(value: Any) -> bool:
    """Whether it is what is told instead of a reference to an object that may not be seen."""
    return isinstance(value, Mapping) and value.get("key") == HIDDEN and "id" in value and value["id"] is None


def _name(kind: Kind, value: Any) -> int | str | None:
    """An id or the text of a natural key, from what a program wrote; None when it is neither."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return str(value) if numbered(kind) else value
    if isinstance(value, str):
        return split_name(kind, value) if value else None
    if isinstance(value, Mapping):
        if isinstance(value.get("id"), int):
            return int(value["id"])
        if isinstance(value.get("key"), str):
            return str(value["key"])
    return None
