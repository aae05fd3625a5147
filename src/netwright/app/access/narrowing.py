"""Reading sessions that see no more than a caller may: pages written over records need no word about rights.

Applies to statements over mapped classes, aliases too. Wanted objects are narrowed by ``Access.where``;
other tables that name a device or a site (``device``, ``site``: what was observed, findings, rollouts) by
the devices and sites that the caller sees. Statements over bare tables are not touched: those who write
them ask the access themselves, as the query layer does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    AliasedReturnsRows,
    ColumnElement,
    Executable,
    FromClause,
    Select,
    Table,
    and_,
    event,
    or_,
    select,
    true,
)
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql import visitors
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from netwright.app.access.access import Access
from netwright.app.access.actor import Actor, Means
from netwright.app.access.grant import Grant
from netwright.app.access.reach import Reach
from netwright.app.access.verb import Verb
from netwright.inventory import KINDS
from netwright.store.record import Base

_NAMED = frozenset({"device", "site"})
"""Columns of other tables that hold the name of an object of the kind of the same name."""


def narrow(session: Session, access: Access) -> None:
    """From now on the session sees what ``access`` sees. Costs nothing for one who sees everything."""
    if access.everything:
        return

    def apply(state: ORMExecuteState) -> None:
        if state.is_select:
            names = _tables(state.statement) & _narrowed().keys()
            options = (_option(access.reach, access.grants, name) for name in names)
            state.statement = state.statement.options(*(one for one in options if one is not None))

    event.listen(session, "do_orm_execute", apply)


def seen_names(session: Session, access: Access, kind_name: str) -> set[str]:
    """Names of the objects that the caller sees; of a kind that is known by its name alone."""
    return set(session.scalars(_names(access, kind_name)))


def _tables(statement: Executable) -> set[str]:
    """Names of the tables that a statement speaks of, in its subqueries too."""
    found: set[str] = set()
    for element in visitors.iterate(statement):  # type: ignore[arg-type]
        source = getattr(element, "table", element)
        while isinstance(source, AliasedReturnsRows):
            source = source.element
        if isinstance(source, Table):
            found.add(source.name)
    return found


class _Narrowing(LoaderCriteriaOption):
    """Loader criteria made anew for each alias: SQLAlchemy (2.1) does not adapt an expression to an alias
    that is joined with an ON of its own. The condition on the table itself is the key in its cache."""

    _traverse_internals = LoaderCriteriaOption._traverse_internals  # noqa: SLF001 (our parent's)

    def __init__(self, entity: type[Any], make: Callable[[FromClause], ColumnElement[bool] | None]) -> None:
        self._narrowed = entity
        self._make = make
        super().__init__(entity, self._condition(entity.__table__), include_aliases=True)

    def _resolve_where_criteria(self, ext_info: Any) -> ColumnElement[bool]:
        made = LoaderCriteriaOption(
            self._narrowed, self._condition(ext_info.selectable), include_aliases=True
        )
        return made._resolve_where_criteria(ext_info)  # noqa: SLF001 (our parent's)

    def _condition(self, table: FromClause) -> ColumnElement[bool]:
        condition = self._make(table)
        return true() if condition is None else condition


@lru_cache(maxsize=1024)
def _option(reach: Reach, grants: tuple[Grant, ...], name: str) -> LoaderCriteriaOption | None:
    """What narrows one table for these rights; None: nothing does."""
    access = Access(Actor("", Means.SESSION), grants, reach=reach)
    if name not in KINDS:
        return _Narrowing(_narrowed()[name], lambda table: _seen(access, table.c))
    kind = KINDS[name]
    if access.where(Verb.VIEW, kind) is None:
        return None
    return _Narrowing(_narrowed()[name], lambda table: access.where(Verb.VIEW, kind, table=table))


def _seen(access: Access, columns: ReadOnlyColumnCollection[str, Any]) -> ColumnElement[bool]:
    """A device decides; where none is named (a finding about a site) the site does."""
    device, site = columns.get("device"), columns.get("site")
    by_site = true() if site is None else site.in_(_names(access, "site"))
    if device is None:
        return by_site
    by_device = device.in_(_names(access, "device"))
    return by_device if site is None else or_(by_device, and_(device == "", by_site))


@cache
def _narrowed() -> Mapping[str, type[Any]]:
    """Classes of wanted objects, and of what else names a device or a site; by table."""
    found: dict[str, type[Any]] = {
        mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers
    }
    return {
        name: entity
        for name, entity in found.items()
        if name in KINDS or not _NAMED.isdisjoint(entity.__table__.c.keys())
    }


def _names(access: Access, kind_name: str) -> Select[Any]:
    kind = KINDS[kind_name]
    table = kind.table.alias()
    condition = access.where(Verb.VIEW, kind, table=table)
    query = select(table.c.name)
    return query if condition is None else query.where(condition)
