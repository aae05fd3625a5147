"""A grant: verbs, on kinds, within a scope, on fields. What someone may do is the sum of grants.

A scope names *anchors*: objects of a kind (`region`: a whole subtree), or words of a field (`device.role`).
An object is in the scope when it belongs to one of the values of every anchor. Objects that belong nowhere
(a manufacturer has no region) are out of a scope, unless the scope says ``unplaced``; then they can be seen,
never changed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from netwright.app.access.verb import OBJECT_VERBS, Verb
from netwright.store.kind import Kind


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a scope holds on. ``values``: ids of objects of ``kind``, or plain values of its ``field``."""

    kind: str
    values: frozenset[int | str]
    field: str = ""

    @property
    def name(self) -> str:
        """As people write it: ``region``, ``device.role``."""
        return f"{self.kind}.{self.field}" if self.field else self.kind


@dataclass(frozen=True, slots=True)
class Scope:
    """Objects at all of the anchors; none: everything."""

    anchors: tuple[Anchor, ...] = ()
    unplaced: bool = False
    """Whether what belongs nowhere can be seen."""

    @property
    def everything(self) -> bool:
        return not self.anchors


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Grant:
    """``kinds`` None: all, also those of later versions. ``fields`` None: all, else only these; ``without``:
    but not these. Fields are document names, ``serial`` of every kind or ``device.serial`` of one.

    Kinds, scope and fields are said of the verbs on objects; the others are about no object. The fields of
    the natural key can be seen whatever ``fields`` says, for objects are spoken of by them."""

    verbs: frozenset[Verb]
    kinds: frozenset[str] | None = None
    scope: Scope = EVERYTHING
    fields: frozenset[str] | None = None
    without: frozenset[str] = frozenset()

    @property
    def said(self) -> str:
        """All of it in one text, the same for the same grant."""
        anchors = [f"{one.name}={sorted(map(str, one.values))}" for one in self.scope.anchors]
        sets = [
            None if one is None else sorted(one)
            for one in (self.verbs, self.kinds, self.fields, self.without)
        ]
        return f"{sets} {sorted(anchors)} {self.scope.unplaced}"

    def gives(self, verb: Verb, kind: str | None = None) -> bool:
        """Whether it is about this verb (and kind). Who may change something may look at it."""
        named = not self.verbs.isdisjoint(OBJECT_VERBS if verb is Verb.VIEW else {verb})
        return named and (kind is None or not verb.on_objects or self.kinds is None or kind in self.kinds)

    def fields_of(self, kind: Kind, verb: Verb) -> frozenset[str]:
        """The fields of the kind that it opens, by document name."""
        names = {spec.name for spec in kind.fields}
        allowed = {name for name in names if self.fields is None or _names(self.fields, kind.name, name)}
        allowed = {name for name in allowed if not _names(self.without, kind.name, name)}
        if verb is Verb.VIEW:
            allowed.update(kind.key)
        return frozenset(allowed)

    def narrowed(self, verbs: Collection[Verb], kinds: Collection[str] | None) -> Grant:
        """What is left of it under a limit, such as an API token's."""
        left = self.verbs & frozenset(verbs)
        if Verb.VIEW in verbs and not self.verbs.isdisjoint(OBJECT_VERBS):
            left |= {Verb.VIEW}
        if kinds is None:
            return replace(self, verbs=left)
        both = frozenset(kinds) if self.kinds is None else self.kinds & frozenset(kinds)
        return replace(self, verbs=left, kinds=both)


def _names(words: Collection[str], kind: str, field: str) -> bool:
    return field in words or f"{kind}.{field}" in words
