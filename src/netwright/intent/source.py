"""What can be imported: a source, and the drafts that it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy.orm import Session

from netwright.intent.draft import Draft
from netwright.store.problem import Problem


@dataclass(frozen=True, slots=True)
class ListCount:
    """How many objects of a list of theirs were read, and how many of them have a home here."""

    name: str
    read: int
    taken: int


@dataclass(frozen=True, slots=True)
class Drafts:
    """What a source says. ``whole``: kinds by kinds of their parts that the source gives completely (owner ->
    parts): those of its objects that it doesn't name are deleted. ``gone``: kind and key of objects to
    delete. ``literal``: nothing follows from what it says, no parts from models. ``lists``: what was read of
    a source that has lists."""

    drafts: Sequence[Draft]
    problems: Sequence[Problem] = ()
    whole: Mapping[str, Sequence[str]] = field(default_factory=dict)
    gone: Sequence[tuple[str, str]] = ()
    literal: bool = False
    lists: Sequence[ListCount] = ()


class Source(Protocol):
    """Something to import. ``files`` as people named them, in order."""

    @property
    def files(self) -> Sequence[str]: ...

    def drafts(self, session: Session) -> Drafts:
        """What it says, read once; the session is for what its words mean here. What it can't read it puts
        among the problems: a warning when the rest can be taken without it."""
        ...
