"""Where an object belongs: found by following its references, as SQL over the kind's own table.

An object belongs where its references lead: where its *owners* belong (both ends of a cable), and where a
reference of its own to the anchor's kind says (a BGP session's ISP); all of these count. Where they are
empty the *nearest* other reference with a value counts (a device's rack, were its site empty), and equally
near ones all count. Only references to kinds declared before are followed, so the way never turns in a
circle. An object of the anchor's kind is at itself; where that kind refers to itself (a region's parent),
at those above too.

To look at an object one of the places it belongs to is enough; to change it, all of them are needed.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, ColumnElement, FromClause, Select, and_, false, not_, or_, select, true

from netwright.app.access.grant import Anchor, Scope
from netwright.store.kind import FieldSpec, Kind, Kinds


class Reach:
    """The ways between the kinds of one product, found once each."""

    def __init__(self, kinds: Kinds) -> None:
        self.kinds = kinds
        self._order = {name: number for number, name in enumerate(kinds)}
        self._ways: dict[tuple[str, str], tuple[tuple[FieldSpec, ...], ...]] = {}
        self._near: dict[tuple[str, str], int | None] = {}

    def ways(self, kind: Kind, anchor: str) -> tuple[tuple[FieldSpec, ...], ...]:
        """References that lead to the anchor's kind, owners and direct ones first, then by distance."""
        known = self._ways.get((kind.name, anchor))
        if known is None:
            by_distance: dict[int, list[FieldSpec]] = {}
            for spec in kind.fields:
                distance = self._distance(kind, spec, anchor)
                if distance is not None:
                    by_distance.setdefault(1 if spec.owner else distance, []).append(spec)
            known = tuple(tuple(by_distance[distance]) for distance in sorted(by_distance))
            self._ways[kind.name, anchor] = known
        return known

    def parent(self, kind: Kind) -> FieldSpec | None:
        """The one reference of a kind to itself: its objects form a tree. None: they don't."""
        own = [spec for spec in kind.fields if spec.reference == kind.name]
        return own[0] if len(own) == 1 else None

    def where(
        self, kind: Kind, scope: Scope, *, every: bool, table: FromClause | None = None
    ) -> ColumnElement[bool] | None:
        """The objects of the kind in the scope; None: all. ``every``: at all their places (to change them),
        else at one (to see them). ``table``: the kind's own, or an alias of it; nothing else of the
        condition can be taken for a table of the statement that it stands in."""
        if scope.everything:
            return None
        source = kind.table if table is None else table
        building = _Building(self, every=every, unplaced=scope.unplaced and not every)
        return and_(*(building.at(kind, source, one) for one in scope.anchors))

    def _distance(self, kind: Kind, spec: FieldSpec, anchor: str) -> int | None:
        """Steps to the anchor's kind by this reference; None when it doesn't lead there."""
        target = spec.reference
        if target is None or target not in self.kinds or self._order[target] >= self._order[kind.name]:
            return None
        steps = self._nearest(self.kinds[target], anchor)
        return None if steps is None else steps + 1

    def _nearest(self, kind: Kind, anchor: str) -> int | None:
        if kind.name == anchor:
            return 0
        if (kind.name, anchor) not in self._near:
            steps = (self._distance(kind, spec, anchor) for spec in kind.fields)
            self._near[kind.name, anchor] = min((step for step in steps if step is not None), default=None)
        return self._near[kind.name, anchor]


class _Building:
    """One condition in the making.

    What a reference must lead to is a named subquery (CTE), made once for each kind and anchor: nested in one
    another instead, six kinds on a way overflow the stack of SQLite's parser (YYSTACKDEPTH 100)."""

    def __init__(self, reach: Reach, *, every: bool, unplaced: bool) -> None:
        self._reach = reach
        self._every = every
        self._unplaced = unplaced
        self._inside: dict[tuple[str, Anchor], CTE] = {}

    def at(self, kind: Kind, table: FromClause, anchor: Anchor) -> ColumnElement[bool]:
        """The rows of ``table``, which is the kind's, that are at the anchor."""
        if kind.name == anchor.kind:
            return self._itself(kind, table, anchor)
        nearer: list[ColumnElement[bool]] = []  # every reference looked at before is empty
        found: list[ColumnElement[bool]] = []
        for group in self._reach.ways(kind, anchor.kind):
            columns = [table.c[spec.column] for spec in group]
            empty = [column.is_(None) for column in columns]
            there = [
                self._leads(column, self._reach.kinds[spec.reference or ""], anchor)
                for column, spec in zip(columns, group, strict=True)
            ]
            if self._every:
                held = [or_(none, leads) for none, leads in zip(empty, there, strict=True)]
                here = and_(not_(and_(*empty)), *held)
            else:
                here = or_(*there)
            found.append(and_(*nearer, here))
            if any(not kind.table.c[spec.column].nullable for spec in group):
                return or_(*found)
            nearer += empty
        if self._unplaced:
            found.append(and_(true(), *nearer))
        return or_(false(), *found)

    def _leads(self, column: ColumnElement[Any], target: Kind, anchor: Anchor) -> ColumnElement[bool]:
        """That a reference leads to the anchor; false, not null, where it is empty."""
        if target.name == anchor.kind and not anchor.field:
            inside = self._among(target, anchor, column)
        else:
            inside = column.in_(select(self._rows_inside(target, anchor).c.id))
        return and_(column.is_not(None), inside)

    def _rows_inside(self, target: Kind, anchor: Anchor) -> CTE:
        rows = self._inside.get((target.name, anchor))
        if rows is None:
            onward = target.table.alias()
            rows = select(onward.c.id).where(self.at(target, onward, anchor)).cte()
            self._inside[target.name, anchor] = rows
        return rows

    def _itself(self, kind: Kind, table: FromClause, anchor: Anchor) -> ColumnElement[bool]:
        if not anchor.field:
            return self._among(kind, anchor, table.c.id)
        values = table.c[kind.field(anchor.field).column]
        return and_(values.is_not(None), values.in_(sorted(anchor.values, key=str)))

    def _among(self, kind: Kind, anchor: Anchor, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """That ``column`` holds the id of an object that the anchor names."""
        parent = self._reach.parent(kind)
        ids = sorted(value for value in anchor.values if isinstance(value, int))
        return column.in_(ids) if parent is None else column.in_(_subtree(kind, parent, ids))


def _subtree(kind: Kind, parent: FieldSpec, roots: list[int]) -> Select[Any]:
    first, below = kind.table.alias(), kind.table.alias()
    top = select(first.c.id).where(first.c.id.in_(roots)).cte(recursive=True)
    tree = top.union(select(below.c.id).join(top, below.c[parent.column] == top.c.id))
    return select(tree.c.id)
