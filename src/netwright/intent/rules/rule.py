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
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, LargeBinary, Select, or_, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from netwright.base import address
from netwright.store.among import among
from netwright.store.delta import Change, Op
from netwright.store.history import chunks
from netwright.store.naming import Namer
from netwright.store.problem import Problem, Severity

_CHUNK = 500
_IDS = 10_000
_RANGES = 200


@dataclass(frozen=True, slots=True)
class Rule:
    """One check. ``kinds`` are those whose change can break it."""

    name: str
    kinds: tuple[str, ...]
    find: Callable[[Touched], Iterable[Problem]]


Rows: TypeAlias = Iterator[Any]


class Touched:
    """What a merge touched, over the merged state. ``ids`` are those that are there: nothing refers to a
    deleted one any more. What these were, and updated ones before, is known from the changes."""

    def __init__(self, session: Session, changes: Collection[Change]) -> None:
        self.session = session
        self._ids: dict[str, set[int]] = defaultdict(set)
        self.kinds = {change.kind for change in changes}
        self._before: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for change in changes:
            if change.op is not Op.DELETE:
                self._ids[change.kind].add(change.id)
            if change.before:
                self._before[change.kind].append(change.before)
        self._namer = Namer(session)

    def ids(self, kind: str) -> set[int]:
        return self._ids.get(kind, set())

    def before(self, kind: str, column: str) -> set[Any]:
        """Plain values that a column of touched objects had and has no more."""
        values = (document.get(column) for document in self._before.get(kind, ()))
        return {value for value in values if value is not None}

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
    """Rows of ``query`` whose ``column`` is one of ``values``, whatever their number."""
    wanted = values if isinstance(values, Collection) else list(values)
    if all(value.__class__ is int for value in wanted):
        for part in chunks(wanted, _IDS):
            yield from session.execute(query.where(among(session, column, part)))
        return
    for part in chunks(wanted, _CHUNK):
        yield from session.execute(query.where(column.in_(part)))


def rows_inside(
    session: Session,
    query: Select[*tuple[Any, ...]],
    column: InstrumentedAttribute[Any],
    prefixes: Collection[address.Prefix],
) -> Rows:
    """Rows whose address or prefix ``column`` lies inside one of ``prefixes``, the prefix itself included.
    The query has that column among its own.

    Each prefix is a range of the column's index; when they are many, those that lie close together are read
    as one range, and what lies between is left out here. A row may come more than once when prefixes
    overlap."""
    raw: ColumnElement[bytes] = type_coerce(column, LargeBinary)
    spans = sorted(address.span(prefix) for prefix in prefixes)
    if len(spans) <= _RANGES:
        ranges = [raw.between(low, high) for low, high in spans]
        yield from session.execute(query.where(or_(*ranges))) if ranges else ()
        return
    reach = list(accumulate((high for _, high in spans), max))
    lows = [low for low, _ in spans]
    for part in chunks(_runs(lows, reach), _RANGES):
        ranges = [raw.between(low, high) for low, high in part]
        for row in session.execute(query.where(or_(*ranges))):
            value = address.key(getattr(row, column.key))
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
