"""How much of an object is told: its fields, and with what it refers to or what refers to it unfolded.

``fields=name,site.region`` and ``expand=site,interfaces.addresses`` say it in a URL; GraphQL says it by its
own grammar. Both become a :class:`Selection`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from netwright.base.errors import InputError

DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Nested:
    """An unfolded reference or list. ``limit`` counts for one parent. ``name``: what is unfolded, when the
    document shall tell it by another name."""

    selection: Selection
    filters: Sequence[tuple[str, Any]] = ()
    sort: tuple[str, ...] = ()
    limit: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """``fields`` None: all. An id is always told. ``nested`` by the name of a reference or a list, or by the
    name that the document shall have for it."""

    fields: tuple[str, ...] | None = None
    nested: Mapping[str, Nested] = field(default_factory=dict)


def parse_selection(fields: str = "", expand: str = "") -> Selection:
    """From comma-separated paths. Whether the names exist is seen when the selection is read."""
    root = _Draft()
    for path in _paths(fields, "fields"):
        root.field(path)
    for path in _paths(expand, "expand"):
        root.expand(path)
    return root.made()


def _paths(text: str, subject: str) -> Iterable[list[str]]:
    for part in text.split(","):
        steps = [step.strip() for step in part.split(".")]
        if steps == [""]:
            continue
        if len(steps) > DEEPEST or "" in steps:
            raise InputError(f"{part!r} is not a path of at most {DEEPEST} names", subject=subject)
        yield steps


class _Draft:
    """A selection in the making."""

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        self.inner: dict[str, _Draft] = {}

    def field(self, steps: Sequence[str]) -> None:
        """``site.region``: of the site only its region."""
        self.names[steps[0]] = None
        if len(steps) > 1:
            self.inner.setdefault(steps[0], _Draft()).field(steps[1:])

    def expand(self, steps: Sequence[str]) -> None:
        """``site.region``: the site whole, and in it the region whole."""
        if self.names:
            self.names[steps[0]] = None
        inner = self.inner.setdefault(steps[0], _Draft())
        if len(steps) > 1:
            inner.expand(steps[1:])

    def made(self) -> Selection:
        nested = {name: Nested(inner.made()) for name, inner in self.inner.items()}
        return Selection(tuple(self.names) or None, nested)
