"""An instance of a design: what is asked for, and what stands of it on its way there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from netwright.design.definition import Design
from netwright.design.expansion import Wanted
from netwright.design.ground import Ground
from netwright.design.parameter import take_all
from netwright.design.present import Made
from netwright.design.work import Handle, New
from netwright.store.value import Doc


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

    def stored(self) -> Doc | None:
        """Parameters as the instance keeps them: what was asked for, defaults left out."""
        taken = take_all(self.design.parameters, self.parameters)
        return {name: taken[name] for name, value in self.parameters.items() if value is not None} or None


@dataclass(slots=True)
class Instance:
    """One instance on its way. ``row`` and ``id``: as it is recorded; none and 0 for a new one."""

    request: Request
    row: Doc | None
    id: int
    ground: Ground
    wanted: dict[str, Wanted] = field(default_factory=dict)
    made: dict[str, Made] = field(default_factory=dict)
    """Path -> the object that an application before made there."""
    handles: dict[str, Handle | None] = field(default_factory=dict)
    """Path -> id of the object, or the new one; None: people have deleted it."""
    keeps: dict[int, Doc] = field(default_factory=dict)
    """What is kept now, by the id of the part's record."""
    new: New | None = None
    moved: bool = False
    """Whether anything of it differs."""
