"""Who looks at what: a session, the kinds, and what of them the one who asks may see."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import ColumnElement, FromClause, exists, select
from sqlalchemy.orm import Session

from netwright.base.errors import InputError
from netwright.store.kind import FieldSpec, Kind, Kinds
from netwright.store.query.relation import Relation, relations


class Restriction(Protocol):
    """What permissions say about reading."""

    def where(self, kind: Kind) -> ColumnElement[bool] | None:
        """A condition over ``kind.table``; None: all of it."""

    def hidden(self, kind: Kind) -> Collection[str]:
        """Names of fields that are not shown, nor searched or sorted by."""


class Unrestricted:
    """Sees all."""

    def where(self, kind: Kind) -> ColumnElement[bool] | None:
        return None

    def hidden(self, kind: Kind) -> Collection[str]:
        return ()


@dataclass(frozen=True, slots=True)
class Sight:
    """One reading. A hidden field is as one that is not there."""

    session: Session
    kinds: Kinds
    restriction: Restriction = field(default_factory=Unrestricted)

    @property
    def restricted(self) -> bool:
        """Whether some objects of any kind can't be seen."""
        return any(self.restriction.where(kind) is not None for kind in self.kinds.values())

    def fields(self, kind: Kind) -> list[FieldSpec]:
        hidden = self.restriction.hidden(kind)
        return [spec for spec in kind.fields if spec.name not in hidden]

    def field(self, kind: Kind, name: str) -> FieldSpec | None:
        """A field by its name in documents, or the name of its column (``site``, ``site_id``)."""
        for spec in kind.fields:
            if name in {spec.name, spec.column} and spec.name not in self.restriction.hidden(kind):
                return spec
        return None

    def relations(self, kind: Kind) -> dict[str, Relation]:
        """Lists of objects that refer to one of ``kind``, by name; those by a hidden field left out."""
        return {
            name: one
            for name, one in relations(self.kinds, kind).items()
            if one.spec.name not in self.restriction.hidden(one.kind)
        }

    def seen(self, kind: Kind, table: FromClause) -> list[ColumnElement[bool]]:
        """Conditions under which a row of ``table`` (the kind's, or an alias of it) may be seen."""
        condition = self.restriction.where(kind)
        if condition is None:
            return []
        if table is kind.table:
            return [condition]
        inner = exists(select(1).select_from(kind.table).where(kind.table.c.id == table.c.id, condition))
        return [inner.correlate(table)]

    def limited(self, kind: Kind) -> bool:
        """Whether some objects of the kind, or of those that its names begin with, can't be seen."""
        if self.restriction.where(kind) is not None:
            return True
        return any(self.limited(self.kinds[one.reference]) for one in kind.key_fields if one.reference)

    def unknown(self, kind: Kind, name: str, *, what: str = "field", also: Iterable[str] = ()) -> InputError:
        """The error for a name that is none of a kind's."""
        known = [*(spec.name for spec in self.fields(kind)), *also]
        near = difflib.get_close_matches(name, known, n=1)
        remedy = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}."
        return InputError(f"{kind.name} has no {what} {name!r}", subject=name, remedy=remedy)
