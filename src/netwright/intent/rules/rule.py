"""What a rule is, and what it is given: the merged state, and what the merge touched.

A rule looks at the touched objects and their neighbours only, so a small change costs little however large
the network is.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import accumulate, pairwise
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, LargeBinary, Select, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from netwright.base import address
from netwright.store.among import among
from netwright.store.delta import Change, Op
from netwright.store.history import chunks
from netwright.store.naming import Namer
from netwright.store.problem import Problem, Severity
from netwright.store.record import Record

_MANY = 10_000
_RANGES = 200


@dataclass(frozen=True, slots=True)
class Rule:
    """One check. ``kinds`` are those whose change can break it. ``back``: those whose deletion can too, for
    it asks what they were before."""

    name: str
    kinds: tuple[str, ...]
    find: Callable[[Touched], Iterable[Problem]]
    back: tuple[str, ...] = ()

    def concerned(self, touched: Touched) -> bool:
        """Whether a merge can break it."""
        return any(map(touched.ids, self.kinds)) or any(map(touched.had, self.back))


Rows: TypeAlias = Iterator[Any]
T = TypeVar("T", bound=Record)


class Touched:
    """What a merge touched, over the merged state. ``ids`` are those that are there: nothing refers to a
    deleted one any more. What these were, and updated ones before, is known from the changes."""

    def __init__(self, session: Session, changes: Collection[Change]) -> None:
        self.session = session
        self._ids: dict[str, set[int]] = defaultdict(set)
        self._created = {change.id for change in changes if change.op is Op.CREATE}
        self._before: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._after: dict[str, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
        for change in changes:
            if change.op is not Op.DELETE:
                self._ids[change.kind].add(change.id)
                self._after[change.kind].append((change.id, change.after or {}))
            if change.before:
                self._before[change.kind].append(change.before)
        self._namer = Namer(session)

    def ids(self, kind: str) -> set[int]:
        return self._ids.get(kind, set())

    def had(self, kind: str) -> bool:
        """Whether objects of a kind were otherwise before, or are gone."""
        return kind in self._before

    def changed(self, kind: str, *columns: str) -> set[int]:
        """Touched objects that are new, or in which the merge writes one of ``columns``."""
        return {
            one
            for one, doc in self._after.get(kind, ())
            if one in self._created or not doc.keys().isdisjoint(columns)
        }

    def having(self, kind: str, column: str) -> set[int]:
        """Touched objects without those that are new and have nothing in ``column``."""
        absent = (one for one, doc in self._after.get(kind, ()) if doc.get(column, self) is None)
        return self.ids(kind).difference(one for one in absent if one in self._created)

    def before(self, kind: str, column: str) -> set[Any]:
        """Plain values that a column of touched objects had and has no more."""
        values = (document.get(column) for document in self._before.get(kind, ()))
        return {value for value in values if value is not None}

    def written(self, kind: str, column: str) -> Iterator[tuple[int, Any]]:
        """Id and plain value of objects in which the merge writes a column."""
        return ((one, doc[column]) for one, doc in self._after.get(kind, ()) if column in doc)

    def key(self, kind: str, object_id: int) -> str:
        return self._namer.key(kind, object_id)

    def problem(
        self,
        kind: str,
        object_id: int,
        message: str,
        field: str | None = None,
        severity: Severity = Severity.ERROR,
    ) -> Problem:
        return Problem(message, kind, self.key(kind, object_id), object_id, field, severity=severity)


def rows_in(session: Session, query: Select[*tuple[Any, ...]], column: Any, values: Iterable[Any]) -> Rows:
    """Rows of ``query``, which asks for columns, whose ``column`` is one of ``values``, however many;
    None is nothing's value."""
    connection = session.connection()  # past the ORM, which has nothing to add to plain columns
    for part in chunks((value for value in values if value is not None), _MANY):
        yield from connection.execute(query.where(among(session, column, part))).fetchall()


def records_in(session: Session, record: type[T], column: Any, values: Iterable[Any]) -> Iterator[T]:
    """Objects whose ``column`` is one of ``values``, as instances of their class."""
    for part in chunks((value for value in values if value is not None), _MANY):
        yield from session.scalars(select(record).where(among(session, column, part)))


def rows_inside(
    session: Session,
    query: Select[*tuple[Any, ...]],
    column: InstrumentedAttribute[Any],
    prefixes: Collection[address.Prefix],
) -> Rows:
    """Rows whose address or prefix ``column`` lies inside one of ``prefixes``, the prefix itself included.
    The query has that column among its own. A row may come more than once when prefixes overlap."""
    spans = [address.span(prefix) for prefix in prefixes]
    yield from rows_between(session, query, column, spans, lambda row: address.key(getattr(row, column.key)))


def rows_between(
    session: Session,
    query: Select[*tuple[Any, ...]],
    column: ColumnElement[Any] | InstrumentedAttribute[Any],
    spans: Collection[tuple[bytes, bytes]],
    key: Callable[[Any], bytes],
) -> Rows:
    """Rows whose ``column`` of addresses or prefixes lies in one of ``spans`` of keys; ``key`` is how a row
    gives its own.

    Each span is a range of the column's index; when they are many, those that lie close together are read as
    one range, and what lies between is left out here."""
    raw: ColumnElement[bytes] = type_coerce(column, LargeBinary)
    spans = sorted(spans)
    connection = session.connection()
    if len(spans) <= _RANGES:
        ranges = [raw.between(low, high) for low, high in spans]
        yield from connection.execute(query.where(or_(*ranges))).fetchall() if ranges else ()
        return
    reach = list(accumulate((high for _, high in spans), max))
    lows = [low for low, _ in spans]
    for part in chunks(_runs(lows, reach), _RANGES):
        ranges = [raw.between(low, high) for low, high in part]
        for row in connection.execute(query.where(or_(*ranges))).fetchall():
            value = key(row)
            before = bisect_right(lows, value)
            if before and reach[before - 1] >= value:
                yield row


def _runs(lows: Sequence[bytes], reach: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    """Ranges over sorted spans, cut where the gaps between them are widest."""

    def gap(at: int) -> int:
        return int.from_bytes(lows[at][:17], "big") - int.from_bytes(reach[at - 1][:17], "big")

    cuts = [0, *sorted(nlargest(_RANGES - 1, range(1, len(lows)), key=gap)), len(lows)]
    return [(lows[start], reach[end - 1]) for start, end in pairwise(cuts)]


def named(names: Sequence[str], limit: int = 5) -> str:
    """Names in a sentence."""
    shown = ", ".join(sorted(names)[:limit])
    return f"{shown} and {len(names) - limit} more" if len(names) > limit else shown
