"""What an application of designs will do, before anything has an id: creations that refer to each other,
updates, deletions; and giving it all to an editor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from netwright.base.errors import ConflictError, InputError
from netwright.design.hardware import Key, Kit
from netwright.store.delta import Ref
from netwright.store.editor import Editor
from netwright.store.kind import Kind, Kinds
from netwright.store.value import Doc, codec


@dataclass(slots=True, eq=False)
class New:
    """An object to be created. A value of ``doc`` may be another new object, or a part of one.

    ``kit``: of a device, the parts that come with it; ``overrides``: what the design says about some of
    them; ``parts``: their ids, once they have one."""

    kind: str
    doc: Doc
    where: str = ""
    id: int = 0
    kit: Kit | None = None
    overrides: dict[Key, Doc] = field(default_factory=dict)
    parts: dict[Key, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PartOf:
    """A part that a new device brings."""

    device: New
    key: Key


Handle: TypeAlias = int | New | PartOf
"""An object: the id of one that is there, or one that is still to be made."""


def differing(kind: Kind, there: Doc, wanted: Doc) -> Doc:
    """What of ``wanted`` is not so already; what is still to be made never is."""
    ways = codec(kind)
    return {
        column: value
        for column, value in wanted.items()
        if isinstance(value, New | PartOf) or not ways.same(column, there[column], value)
    }


@dataclass(frozen=True, slots=True)
class KeptEdit:
    """A person's value that stays where the design wants another."""

    instance: str
    path: str
    kind: str
    object_id: int
    column: str
    theirs: Any
    ours: Any


@dataclass(slots=True)
class Work:
    """All of it. ``revision``: of the state that it was worked out on."""

    revision: int = 0
    creates: list[New] = field(default_factory=list)
    updates: list[tuple[str, int, Doc, str]] = field(default_factory=list)
    deletes: list[Ref] = field(default_factory=list)
    kept: list[KeptEdit] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    """(instance, path) of objects that people have deleted."""

    def __bool__(self) -> bool:
        return bool(self.creates or self.updates or self.deletes)

    @property
    def size(self) -> int:
        """Ids that are wanted."""
        return sum(1 + (len(one.kit.parts) if one.kit else 0) for one in self.creates)

    def write(self, editor: Editor, kinds: Kinds) -> None:
        """Give everything to an editor. Raises InputError that names the place in the design."""
        _Writer(editor, kinds).write(self)


class _Writer:
    def __init__(self, editor: Editor, kinds: Kinds) -> None:
        self._editor = editor
        self._order = {name: place for place, name in enumerate(kinds)}
        self._open: set[int] = set()

    def write(self, work: Work) -> None:
        for new in sorted(work.creates, key=lambda one: self._order[one.kind]):
            self._create(new)
        for kind, object_id, doc, where in work.updates:
            self._call(where, lambda k=kind, i=object_id, d=doc: self._editor.update(k, i, self._plain(d)))
        for kind, object_id in work.deletes:
            self._editor.delete(kind, object_id)

    def _create(self, new: New) -> int:
        if new.id:
            return new.id
        if id(new) in self._open:
            raise InputError("refers to itself over others", subject=new.where)
        self._open.add(id(new))
        doc = self._plain(new.doc)
        try:
            new.id = self._editor.create(new.kind, doc)
        except InputError as error:
            raise _placed(error, new.where) from None
        self._open.discard(id(new))
        if new.kit is not None:
            self._parts(new, new.kit)
        return new.id

    def _parts(self, device: New, kit: Kit) -> None:
        """The parts of a new device: copies of documents that were checked once, and what the design says."""
        waiting: list[tuple[str, int, Doc]] = []
        for key, part in kit.parts.items():
            doc = part.whole.copy()
            doc["device_id"] = device.id
            for column, other in part.links.items():
                doc[column] = device.parts.get(other)
            own = device.overrides.get(key)
            late = {c: v for c, v in own.items() if isinstance(v, New | PartOf)} if own else None
            if own:
                given = {c: v for c, v in own.items() if c not in late} if late else own
                doc.update(codec(part.kind).take(given, f"{device.where}: {part.kind.name} {key[1]}"))
            made = device.parts[key] = self._editor.place(part.kind, doc)
            if late:
                waiting.append((part.kind.name, made, late))
        for kind, object_id, later in waiting:  # a bundle or parent that comes after it
            self._editor.update(kind, object_id, self._plain(later))

    def _plain(self, doc: Mapping[str, Any]) -> Doc:
        return {
            column: self._id(value) if isinstance(value, New | PartOf) else value
            for column, value in doc.items()
        }

    def _id(self, value: New | PartOf) -> int:
        if isinstance(value, New):
            return self._create(value)
        self._create(value.device)
        return value.device.parts[value.key]

    def _call(self, where: str, call: Any) -> None:
        try:
            call()
        except InputError as error:
            raise _placed(error, where) from None


def _placed(error: InputError, where: str) -> InputError:
    subject = f"{where}: {error.subject}" if error.subject else where
    return InputError(error.what, subject=subject, remedy=error.remedy)


def moved() -> ConflictError:
    """Others merged so much meanwhile that the work has to be done again from outside."""
    return ConflictError("others changed the network meanwhile", remedy="Run it again.")
