"""Lists and single objects of any kind, in one statement a kind however many objects and however deep.

::

    reader = Reader(session, KINDS)
    page = reader.page(KINDS["device"], ListQuery(filters=[("site.region", "eu")], sort=("name",)))

"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from netwright.base.errors import InputError, NotFoundError
from netwright.store.among import among
from netwright.store.kind import Kind, Kinds
from netwright.store.past import Past, past_of
from netwright.store.query.document import Shape
from netwright.store.query.filter import Filters, conditions
from netwright.store.query.named import find, split_name
from netwright.store.query.order import Order
from netwright.store.query.relation import Relation
from netwright.store.query.search import matches
from netwright.store.query.selection import Nested, Selection
from netwright.store.query.sight import Restriction, Sight, Unrestricted
from netwright.store.query.source import Source
from netwright.store.value import Doc

PAGE = 100
_WALKED = 2_000
_WHOLE = Selection()
_NONE = Selection(fields=())


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What to read of a kind. ``after`` is a cursor; ``count`` asks how many fit in all; ``also``: conditions
    on the kind's table that a higher floor made, of what stands in no field."""

    filters: Filters = ()
    q: str = ""
    sort: tuple[str, ...] = ()
    limit: int = PAGE
    after: str = ""
    selection: Selection = field(default_factory=Selection)
    count: bool = False
    also: tuple[ColumnElement[bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list. ``next`` is the cursor of what follows, empty at the end."""

    documents: list[Doc]
    next: str = ""
    total: int | None = None


class Reader:
    """Reads what ``restriction`` lets through. ``most``: documents it may tell in all, unfolded ones too;
    beyond that an InputError."""

    def __init__(
        self,
        session: Session,
        kinds: Kinds,
        restriction: Restriction | None = None,
        *,
        most: int | None = None,
    ) -> None:
        self.sight = Sight(session, kinds, restriction or Unrestricted())
        self._session = session
        self._most = most
        self._told = 0

    def page(self, kind: Kind, query: ListQuery) -> Page:
        """Raises InputError for what can't be asked."""
        documents, cursor = self._read(kind, query)
        return Page(documents, cursor, self.count(kind, query) if query.count else None)

    def count(self, kind: Kind, query: ListQuery, most: int | None = None) -> int:
        """How many objects fit the filters. With ``most``, counting stops there: a million rows cost what
        that many do."""
        self._all_past()
        where = self._where(kind, query)
        if most is None:
            return self._session.scalar(select(func.count()).select_from(kind.table).where(*where)) or 0
        some = select(kind.table.c.id).where(*where).limit(most).subquery()
        return self._session.scalar(select(func.count()).select_from(some)) or 0

    def walk(self, kind: Kind, query: ListQuery) -> Iterator[Doc]:
        """All that fit, one after the other; memory holds one page at a time."""
        query = replace(query, limit=_WALKED)
        while True:
            documents, cursor = self._read(kind, query)
            yield from documents
            if not cursor:
                return
            query = replace(query, after=cursor)
            self._told = 0

    def one(self, kind: Kind, name: str, selection: Selection = _WHOLE) -> Doc:
        """The object of an id or a natural key. Raises NotFoundError, with near misses."""
        self._past_of_name(kind, name)
        object_id = find(self.sight, kind, name)
        found = self.by_id(kind, [object_id], selection)
        if object_id not in found:
            raise NotFoundError(f"there is no {kind.name} {name!r}")
        return found[object_id]

    def by_id(self, kind: Kind, ids: Collection[int], selection: Selection = _WHOLE) -> dict[int, Doc]:
        """Documents by id, those that are there and may be seen."""
        if not ids:
            return {}
        past = self._past(kind)
        if past is not None:
            past.objects(kind, ids)
        source = Source(self.sight, kind)
        shape = Shape(source, selection)
        where = [among(self._session, source.table.c.id, ids), *self.sight.seen(kind, source.table)]
        rows = self._session.execute(select(*source.columns).select_from(source.joined).where(*where)).all()
        documents = self._unfolded(source, shape, selection, rows)
        return {doc["id"]: doc for doc in documents}

    def _past(self, kind: Kind) -> Past | None:
        """The past, if that is what is read, to be told which objects of a kind are looked at. What a reader
        may see follows from other objects: for one who may not see all, all of it is put back."""
        past = past_of(self._session)
        if past is not None and self.sight.restricted:
            past.everything()
        return past

    def _all_past(self) -> None:
        past = past_of(self._session)
        if past is not None:
            past.everything()

    def _past_of_name(self, kind: Kind, name: str) -> None:
        past = self._past(kind)
        if past is None:
            return
        known = split_name(kind, name)
        if isinstance(known, int):
            past.objects(kind, [known])
        else:
            self._past_of_names(past, kind)

    def _past_of_names(self, past: Past, kind: Kind) -> None:
        """A name may be that of an object which has another now: all that a name of the kind is made of."""
        past.whole(kind)
        for spec in kind.key_fields:
            if spec.reference is not None:
                self._past_of_names(past, self.sight.kinds[spec.reference])

    def _read(self, kind: Kind, query: ListQuery) -> tuple[list[Doc], str]:
        self._all_past()
        source = Source(self.sight, kind)
        order = Order(source, query.sort)
        shape = Shape(source, query.selection)
        where = self._where(kind, query)
        if query.after:
            where.append(order.after(query.after))
        if order.costly:  # find the few first, by their own columns; what they refer to is joined to these
            ids = select(kind.table.c.id).where(*where).order_by(*order.clauses()).limit(query.limit + 1)
            where = [kind.table.c.id.in_(ids.correlate(None))]
        statement = select(*source.columns).select_from(source.joined).where(*where)
        rows = self._session.execute(statement.order_by(*order.clauses()).limit(query.limit + 1)).all()
        more, rows = len(rows) > query.limit, rows[: query.limit]
        documents = self._unfolded(source, shape, query.selection, rows)
        return documents, order.cursor(rows[-1]) if more and rows else ""

    def _where(self, kind: Kind, query: ListQuery) -> list[Any]:
        where = [
            *self.sight.seen(kind, kind.table),
            *conditions(self.sight, kind, query.filters),
            *query.also,
        ]
        if query.q:
            where.append(matches(self.sight, kind, query.q))
        return where

    def _unfolded(
        self, source: Source, shape: Shape, selection: Selection, rows: Sequence[Sequence[Any]]
    ) -> list[Doc]:
        self._spend(len(rows))
        documents = shape.documents(rows)
        for name, (spec, at) in shape.nested.items():
            target = self.sight.kinds[spec.reference or ""]
            ids = {row[at] for row in rows if row[at] is not None}
            found = self.by_id(target, ids, selection.nested[name].selection)
            for doc, row in zip(documents, rows, strict=True):
                if row[at] in found:
                    doc[name] = found[row[at]]
        for name, relation in shape.lists.items():
            children = self._children(relation, [row[0] for row in rows], selection.nested[name])
            for doc in documents:
                doc[name] = children.get(doc["id"], [])
        return documents

    def _children(self, relation: Relation, parents: Sequence[int], nested: Nested) -> dict[int, list[Doc]]:
        """What refers to the parents, by parent."""
        found: defaultdict[int, list[Doc]] = defaultdict(list)
        if not parents:
            return found
        kind = relation.kind
        past = self._past(kind)
        if nested.filters or nested.sort:
            self._all_past()
        elif past is not None:
            past.referrers(kind, relation.spec, parents)
        source = Source(self.sight, kind)
        order = Order(source, nested.sort)
        shape = Shape(source, nested.selection)
        at, _ = source.place((), relation.spec.column)
        where = [
            among(self._session, source.table.c[relation.spec.column], parents),
            *self.sight.seen(kind, source.table),
            *conditions(self.sight, kind, nested.filters),
        ]
        statement = select(*source.columns).select_from(source.joined).where(*where)
        rows: Sequence[Sequence[Any]] = self._session.execute(statement.order_by(*order.clauses())).all()
        if nested.limit is not None:
            rows = _first(rows, at, nested.limit)
        documents = self._unfolded(source, shape, nested.selection, rows)
        for row, doc in zip(rows, documents, strict=True):
            found[row[at]].append(doc)
        return found

    def _spend(self, count: int) -> None:
        self._told += count
        if self._most is not None and self._told > self._most:
            raise InputError(
                f"asks for more than {self._most} objects at once",
                remedy="Ask for fewer, by filters or pages, or walk the list.",
            )


def _first(rows: Sequence[Sequence[Any]], at: int, limit: int) -> list[Sequence[Any]]:
    """The first rows of each parent."""
    seen: defaultdict[int, int] = defaultdict(int)
    kept = []
    for row in rows:
        seen[row[at]] += 1
        if seen[row[at]] <= limit:
            kept.append(row)
    return kept
