"""What one caller may do, compiled: asked by every face, and by every merge.

A face that reads asks :meth:`Access.where` for the rows and :meth:`Access.hidden` for the fields, and must
not filter or sort by a hidden field either, for that tells its value. A face that writes hands
:meth:`Access.check` to the merge.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from sqlalchemy import ColumnElement, FromClause, false, or_
from sqlalchemy.orm import Session

from netwright.app.access.actor import Actor, Means, machine_actor
from netwright.app.access.grant import Grant
from netwright.app.access.reach import Reach
from netwright.app.access.verb import Verb
from netwright.app.access.writes import refusals
from netwright.base.errors import ForbiddenError
from netwright.inventory import KINDS
from netwright.store.delta import Change
from netwright.store.kind import Kind
from netwright.store.problem import Problem

REACH = Reach(KINDS)
_ALL = Grant(frozenset(Verb))


@dataclass(frozen=True, slots=True)
class Access:
    """A caller with what it may do. ``roles`` are for showing; the grants count."""

    actor: Actor
    grants: tuple[Grant, ...]
    roles: tuple[str, ...] = ()
    reach: Reach = field(default=REACH, repr=False, compare=False)

    @property
    def name(self) -> str:
        return self.actor.name

    @property
    def by_session(self) -> bool:
        """Whether a browser asks, whose cookie another site's page could use: writes need proof."""
        return self.actor.means is Means.SESSION

    @property
    def everything(self) -> bool:
        """Whether it sees every object with every field: no list needs narrowing."""
        return any(
            grant.gives(Verb.VIEW)
            and grant.kinds is None
            and grant.scope.everything
            and grant.fields is None
            and not grant.without
            for grant in self.grants
        )

    @property
    def said(self) -> str:
        """The rights in one text, the same for the same rights."""
        return ";".join(sorted(grant.said for grant in self.grants))

    def may(self, verb: Verb, kind_name: str | None = None) -> bool:
        """Whether it may do this at all; for a verb on objects, to some object (of the kind)."""
        return any(grant.gives(verb, kind_name) for grant in self.grants)

    def require(self, verb: Verb, kind_name: str | None = None) -> None:
        """Raises ForbiddenError unless it may."""
        if not self.may(verb, kind_name):
            raise ForbiddenError(self.name, verb, kind_name)

    def where(
        self, verb: Verb, kind: Kind, field_name: str | None = None, *, table: FromClause | None = None
    ) -> ColumnElement[bool] | None:
        """The objects of the kind that it may do this to, as a condition on the kind's own table, or on
        ``table``, an alias of it; None: all.

        With ``field_name``: those where it may see or write that field."""
        if table is not None:
            return _where(self.reach, self.grants, verb, kind.name, field_name, table)
        return _kept_where(self.reach, self.grants, verb, kind.name, field_name)

    def hidden(self, kind: Kind) -> frozenset[str]:
        """Fields to leave out of every object of the kind, by document name: those that it may not see in
        *each* object that it may see. ``where(VIEW, kind, field)`` says in which ones it may."""
        grants = self.of(Verb.VIEW, kind)
        opened = [(grant.scope, grant.fields_of(kind, Verb.VIEW)) for grant in grants]
        everywhere = frozenset[str]().union(*(names for scope, names in opened if scope.everything))
        names = frozenset(spec.name for spec in kind.fields)
        if not opened:
            return names
        seen = names
        for scope, _ in opened:
            here = frozenset[str]().union(*(fields for other, fields in opened if other == scope))
            seen &= here | everywhere
        return names - seen

    def writable(self, kind: Kind, verb: Verb = Verb.UPDATE) -> frozenset[str]:
        """Fields that it may write in some object of the kind, for forms; :meth:`check` has the last word."""
        return frozenset[str]().union(*(grant.fields_of(kind, verb) for grant in self.of(verb, kind)))

    def check(self, session: Session, changes: Sequence[Change]) -> list[Problem]:
        """What of these changes it may not make; call it in the merge's transaction, with the merged state
        written. Each change holds what was there before, as a merge's plan does.

        An object must be within reach before *and* after: nobody takes one over, or sends one away. Problems
        are of the class ``Refusal``."""
        return refusals(session, self.reach, self.of, self.name, changes)

    def limited(self, verbs: Collection[Verb], kinds: Collection[str] | None = None) -> Access:
        """The same caller with no more than this, such as an API token."""
        return replace(self, grants=tuple(grant.narrowed(verbs, kinds) for grant in self.grants))

    def of(self, verb: Verb, kind: Kind) -> list[Grant]:
        """The grants about this verb on this kind."""
        return [grant for grant in self.grants if grant.gives(verb, kind.name)]


def _where(
    reach: Reach,
    grants: tuple[Grant, ...],
    verb: Verb,
    kind_name: str,
    field_name: str | None,
    table: FromClause | None,
) -> ColumnElement[bool] | None:
    kind = reach.kinds[kind_name]
    conditions: list[ColumnElement[bool]] = []
    for grant in grants:
        if not grant.gives(verb, kind_name):
            continue
        if field_name is not None and field_name not in grant.fields_of(kind, verb):
            continue
        condition = reach.where(kind, grant.scope, every=verb is not Verb.VIEW, table=table)
        if condition is None:
            return None
        conditions.append(condition)
    return or_(false(), *conditions)


@lru_cache(maxsize=4096)
def _kept_where(
    reach: Reach, grants: tuple[Grant, ...], verb: Verb, kind_name: str, field_name: str | None
) -> ColumnElement[bool] | None:
    """A condition is a pure function of the rights, and making one costs more than asking with it."""
    return _where(reach, grants, verb, kind_name, field_name, None)


def machine(name: str = "") -> Access:
    """Full rights: a command on the machine that holds the home folder, under the login name it gives."""
    actor = machine_actor()
    return Access(replace(actor, name=name) if name else actor, (_ALL,), ("machine",))
