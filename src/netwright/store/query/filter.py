"""Filters as conditions: ``site=ams``, ``site.region=eu``, ``name__ic=edge``, ``interfaces.name=swp1``.

A filter is a path and a lookup. Paths follow references, lists of what refers to an object, and names inside
JSON (``custom.owner=ada``). Several
values of one filter: any of them; several filters: all of them.

Across a reference, the other kind is asked first for a bounded number of ids. Few: they go into the
condition as they are, and an index leads to the rows. Many: each row is asked in turn, and a page fills soon.
Either way a page costs about what it shows; a database can't choose well here without fresh statistics.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, FromClause, Select, and_, false, not_, or_, select

from netwright.base.errors import InputError, NotFoundError
from netwright.store.kind import FieldSpec, FieldType, Kind
from netwright.store.mention import Mention, mentioners
from netwright.store.past import past_of
from netwright.store.query.inside import inside
from netwright.store.query.lookup import MAX_VALUES, SEPARATOR, listed, lookup, term, truth
from netwright.store.query.named import find, split_name
from netwright.store.query.sight import Sight

Filters: TypeAlias = Sequence[tuple[str, Any]]
"""Name and value, in any order; a name may come several times."""

_FEW = 500
_DEEPEST = 6
_KEYED = ("", "eq", "n", "in")
_UNDER = "under"


def conditions(
    sight: Sight, kind: Kind, filters: Filters, table: FromClause | None = None
) -> list[ColumnElement[bool]]:
    """What rows of ``kind`` must fulfil. Raises InputError naming the filter, what was expected and what
    comes near."""
    grouped: defaultdict[str, list[Any]] = defaultdict(list)
    for name, value in filters:
        grouped[name].append(value)
    found = []
    for name, values in grouped.items():
        if len(values) > MAX_VALUES:
            raise InputError(f"more than {MAX_VALUES} values", subject=f"filter {name}")
        path, asked = split_filter(name)
        steps = path.split(".")
        if len(steps) > _DEEPEST:
            raise InputError(f"follows more than {_DEEPEST} references", subject=f"filter {name}")
        found.append(
            _Path(sight, name, asked, values).condition(kind, kind.table if table is None else table, steps)
        )
    return found


def split_filter(name: str) -> tuple[str, str]:
    """Path and lookup of a filter's name."""
    path, separator, asked = name.rpartition(SEPARATOR)
    return (path, asked) if separator and path else (name, "")


class _Path:
    """One filter on its way along its path."""

    def __init__(self, sight: Sight, name: str, asked: str, values: Sequence[Any]) -> None:
        self._sight = sight
        self._name = name
        self._asked = asked
        self._values = values

    def condition(self, kind: Kind, table: FromClause, steps: Sequence[str]) -> ColumnElement[bool]:
        head, rest = steps[0], steps[1:]
        if rest:
            return self._across(kind, table, head, rest)
        if head in {"id", "key"}:
            return self._named(kind, table, head)
        spec = self._sight.field(kind, head)
        if spec is None:
            return self._existence(kind, table, head)
        if spec.reference is not None:
            return self._reference(kind, table, spec)
        found = lookup(spec, self._asked or "eq", self._name)
        if spec.mentions and found.name == "has" and past_of(self._sight.session) is None:
            return self._mentioning(kind, table, spec, [str(one) for one in self._values])
        return found.make(term(kind, table, spec, self._name), self._values)

    def _across(self, kind: Kind, table: FromClause, head: str, rest: Sequence[str]) -> ColumnElement[bool]:
        spec = self._sight.field(kind, head)
        if spec is not None:
            if spec.type is FieldType.JSON:
                return self._inside(kind, table, spec, rest)
            if spec.reference is None:
                raise InputError(
                    f"field {head} of {kind.name} is {spec.type}, it leads nowhere",
                    subject=f"filter {self._name}",
                    remedy=f"Ask for {head} itself.",
                )
            target = self._sight.kinds[spec.reference]
            inner, other = self._other(target, rest)
            return self._among(table.c[spec.column], inner, other.c.id)
        relation = self._sight.relations(kind).get(head)
        if relation is None:
            raise self._unknown(kind, head)
        inner, other = self._other(relation.kind, rest)
        column = other.c[relation.spec.column]
        return self._among(table.c.id, inner.with_only_columns(column), column)

    def _inside(
        self, kind: Kind, table: FromClause, spec: FieldSpec, rest: Sequence[str]
    ) -> ColumnElement[bool]:
        column = table.c[spec.column]
        asked = inside(self._sight.session, column, rest, self._asked, self._values, self._name)
        absent_too = self._asked in {"n", "isnull"}
        if not spec.mentions or absent_too or past_of(self._sight.session) is not None:
            return asked
        return and_(self._mentioning(kind, table, spec, rest[:1]), asked)

    def _mentioning(
        self, kind: Kind, table: FromClause, spec: FieldSpec, words: Sequence[str]
    ) -> ColumnElement[bool]:
        """Objects that mention one of ``words``, by the table kept of that; it knows the present only."""
        return self._among(table.c.id, mentioners(kind, spec, words), Mention.object_id)

    def _other(self, kind: Kind, rest: Sequence[str]) -> tuple[Select[Any], FromClause]:
        other = kind.table.alias()
        matches = self.condition(kind, other, rest)
        return select(other.c.id).where(matches, *self._sight.seen(kind, other)), other

    def _among(
        self, column: ColumnElement[Any], inner: Select[Any], inner_column: Any
    ) -> ColumnElement[bool]:
        """``column`` is one of what ``inner`` finds."""
        few = list(self._sight.session.scalars(inner.limit(_FEW + 1)))
        if len(few) <= _FEW:
            return column.in_(few) if few else false()
        return inner.where(inner_column == column).correlate(column.table).exists()

    def _named(self, kind: Kind, table: FromClause, head: str) -> ColumnElement[bool]:
        if self._asked not in _KEYED:
            raise self._no_lookup(head, _KEYED[1:])
        prefix = f"{head}:"
        ids = [self._find(kind, f"{prefix}{value}") for value in self._given()]
        found = table.c.id.in_(ids)
        return not_(found) if self._asked == "n" else found

    def _reference(self, kind: Kind, table: FromClause, spec: FieldSpec) -> ColumnElement[bool]:
        column = table.c[spec.column]
        if self._asked == "isnull":
            return lookup(spec, "isnull", self._name).make(term(kind, table, spec, self._name), self._values)
        target = self._sight.kinds[spec.reference or ""]
        upwards = next((one for one in target.fields if one.reference == target.name), None)
        if self._asked == _UNDER and upwards is not None:
            return column.in_(self._subtree(target, upwards))
        if self._asked not in _KEYED:
            raise self._no_lookup(spec.name, [*_KEYED[1:], "isnull", *([_UNDER] if upwards else [])])
        ids = [self._find(target, str(value)) for value in self._given()]
        if self._asked == "n":
            return or_(column.is_(None), column.not_in(ids))
        return column.in_(ids)

    def _subtree(self, kind: Kind, upwards: FieldSpec) -> Select[Any]:
        """Ids of the named objects of a tree and all below them."""
        roots = [self._find(kind, str(value)) for value in self._given()]
        table = kind.table
        tree = select(table.c.id).where(table.c.id.in_(roots)).cte(recursive=True)
        below = table.alias()
        tree = tree.union(select(below.c.id).join(tree, below.c[upwards.column] == tree.c.id))
        return select(tree.c.id)

    def _existence(self, kind: Kind, table: FromClause, head: str) -> ColumnElement[bool]:
        """``interfaces__isnull=true``: has none of them."""
        relation = self._sight.relations(kind).get(head)
        if relation is None:
            raise self._unknown(kind, head)
        if self._asked != "isnull":
            raise self._no_lookup(head, ["isnull"], f"or ask for one of its fields, as {head}.id")
        other = relation.kind.table.alias()
        there = (
            select(other.c.id)
            .where(other.c[relation.spec.column] == table.c.id, *self._sight.seen(relation.kind, other))
            .correlate(table)
            .exists()
        )
        one = term(relation.kind, other, relation.spec, self._name)
        return or_(*(not_(there) if truth(value, one) else there for value in self._values))

    def _given(self) -> list[Any]:
        return listed(self._values) if self._asked == "in" else list(self._values)

    def _find(self, kind: Kind, text: str) -> int:
        name = split_name(kind, text)
        if isinstance(name, int):
            return name
        try:
            return find(self._sight, kind, text)
        except NotFoundError as error:
            raise InputError(error.what, subject=f"filter {self._name}", remedy=error.remedy) from None

    def _unknown(self, kind: Kind, head: str) -> InputError:
        error = self._sight.unknown(kind, head, also=[*self._sight.relations(kind), "id", "key"])
        return InputError(error.what, subject=f"filter {self._name}", remedy=error.remedy)

    def _no_lookup(self, name: str, known: Iterable[str], more: str = "") -> InputError:
        what = f"has no lookup {self._asked!r}" if self._asked else "wants a lookup"
        remedy = f"It has: {', '.join(known)}{'; ' + more if more else ''}."
        return InputError(f"{name} {what}", subject=f"filter {self._name}", remedy=remedy)
