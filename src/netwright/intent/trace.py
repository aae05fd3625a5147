"""Where a cable leads in the end: through patch panels and circuits to the far end. Many at once, by a few
statements a hop, however many paths there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.inventory import Cable, CircuitEnd, Port
from netwright.inventory.hardware import PortClass
from netwright.store.among import among
from netwright.store.history import chunks

End: TypeAlias = tuple[str, int]
"""Kind (``interface``, ``port``, ``circuit_end``, ``power_feed``) and id."""

ENDS = ("interface", "port", "circuit_end", "power_feed")
_HOPS = 32
_CHUNK = 10_000


@dataclass(slots=True)
class Path:
    """The way from ``start``. ``steps``: what it leads through, in order: cables, ports, circuits and their
    ends as (kind, id). ``far``: where it ends; None without a cable. ``complete``: it ends at something that
    speaks (an interface, a feed, a console or power port), not in a panel or at a partner's."""

    start: End
    steps: list[tuple[str, int]] = field(default_factory=list)
    far: End | None = None
    complete: bool = False

    def through(self, kind: str) -> list[int]:
        """Ids of the steps of a kind."""
        return [object_id for name, object_id in self.steps if name == kind]


@dataclass(slots=True)
class _Walk:
    path: Path
    at: End
    positions: list[int] = field(default_factory=list)


def trace(session: Session, starts: Collection[End]) -> dict[End, Path]:
    """The paths from some ends, of those that hold a cable. A circle, or more than 32 cables, ends open."""
    first = cables_at(session, set(starts))
    walks = {start: _Walk(Path(start), start) for start in starts if start in first}
    active = list(walks.values())
    for hop in range(_HOPS):
        if not active:
            break
        cables = cables_at(session, {walk.at for walk in active}) if hop else first
        there: list[_Walk] = []
        for walk in active:
            found = cables.get(walk.at)
            if found is None or ("cable", found[0]) in walk.path.steps:
                continue
            walk.path.steps += [("cable", found[0]), found[1]]
            walk.path.far = walk.at = found[1]
            there.append(walk)
        active = _onward(session, there)
    return {start: walk.path for start, walk in walks.items() if walk.path.far is not None}


def cables_at(session: Session, ends: Collection[End]) -> dict[End, tuple[int, End]]:
    """The cable of each end that has one, and its other end."""
    by_kind: dict[str, set[int]] = defaultdict(set)
    for kind, object_id in ends:
        by_kind[kind].add(object_id)
    columns = [getattr(Cable, f"{side}_{kind}_id") for side in "ab" for kind in ENDS]
    found: dict[End, tuple[int, End]] = {}
    for kind, ids in by_kind.items():
        for side in "ab":
            column = getattr(Cable, f"{side}_{kind}_id")
            for part in chunks(ids, _CHUNK):
                query = select(Cable.id, *columns).where(among(session, column, part))
                for cable, *values in session.connection().execute(query).fetchall():
                    a, b = _end(values[: len(ENDS)]), _end(values[len(ENDS) :])
                    if a is not None and b is not None:
                        here, other = (a, b) if side == "a" else (b, a)
                        found[here] = (cable, other)
    return found


def _end(values: list[int | None]) -> End | None:
    for kind, value in zip(ENDS, values, strict=True):
        if value is not None:
            return kind, value
    return None


def _onward(session: Session, walks: list[_Walk]) -> list[_Walk]:
    """Those that go on from where they are, set to the end at which the next cable is."""
    ports = {walk.at[1] for walk in walks if walk.at[0] == "port"}
    circuits = {walk.at[1] for walk in walks if walk.at[0] == "circuit_end"}
    panels = _Panels(session, ports) if ports else None
    others = _other_ends(session, circuits)
    going: list[_Walk] = []
    for walk in walks:
        kind, object_id = walk.at
        if kind == "port" and panels is not None:
            following, behind = panels.behind(walk, object_id)
        elif kind == "circuit_end":
            circuit, other = others[object_id]
            walk.path.steps.append(("circuit", circuit))
            following, behind = True, None if other is None else ("circuit_end", other)
        else:
            following, behind = False, None
        walk.path.complete = not following
        if behind is not None and behind not in walk.path.steps:
            walk.path.steps.append(behind)
            walk.path.far = walk.at = behind
            going.append(walk)
    return going


class _Panels:
    """What is behind some ports."""

    def __init__(self, session: Session, ids: set[int]) -> None:
        query = select(Port.id, Port.port_class, Port.rear_port_id, Port.rear_position)
        self._ports = {row.id: row for row in _rows(session, query, Port.id, ids)}
        rears = {row.id for row in self._ports.values() if row.port_class is PortClass.REAR}
        self._fronts: dict[int, dict[int, int]] = defaultdict(dict)
        fronts = select(Port.rear_port_id, Port.rear_position, Port.id)
        for rear, position, front in _rows(session, fronts, Port.rear_port_id, rears):
            self._fronts[rear][position or 1] = front

    def behind(self, walk: _Walk, port: int) -> tuple[bool, End | None]:
        """Whether it is a panel's port, and the port behind it. The position on a trunk is the one at which
        the path came into it."""
        row = self._ports[port]
        if row.port_class is PortClass.FRONT:
            if row.rear_port_id is None:
                return True, None
            walk.positions.append(row.rear_position or 1)
            return True, ("port", row.rear_port_id)
        if row.port_class is not PortClass.REAR:
            return False, None
        fronts = self._fronts[port]
        if walk.positions:
            front = fronts.get(walk.positions.pop())
        else:
            front = next(iter(fronts.values())) if len(fronts) == 1 else None
        return True, None if front is None else ("port", front)


def _rows(session: Session, query: Any, column: Any, ids: Collection[int]) -> Iterator[Any]:
    for part in chunks(ids, _CHUNK):
        yield from session.connection().execute(query.where(among(session, column, part))).fetchall()


def _other_ends(session: Session, ids: set[int]) -> Mapping[int, tuple[int, int | None]]:
    """Circuit end -> circuit, and its other end."""
    if not ids:
        return {}
    query = select(CircuitEnd.id, CircuitEnd.circuit_id)
    circuits = {row[0]: row[1] for row in _rows(session, query, CircuitEnd.id, ids)}
    ends: dict[int, list[int]] = defaultdict(list)
    for end, circuit in _rows(session, query, CircuitEnd.circuit_id, set(circuits.values())):
        ends[circuit].append(end)
    return {
        end: (circuit, next((one for one in ends[circuit] if one != end), None))
        for end, circuit in circuits.items()
    }


def whole_path(session: Session, start: End) -> Path | None:
    """The way that leads through an end, from one of its ends to the other; None without a cable.

    It begins at ``start`` where that speaks itself, else (a panel's port, a circuit's end) at what is behind
    it. An open way, into a panel and not out of it, is told as far as it is known."""
    onward = trace(session, [start]).get(start)
    if onward is None or start[0] in {"interface", "power_feed"}:
        return onward
    ends = [start, *(step for step in onward.steps if step[0] in ENDS)]
    back = trace(session, ends)
    for end in reversed(ends):
        if end in back and (end == start or start in back[end].steps):
            path = back[end]
            turned = trace(session, [path.far]).get(path.far) if path.far else None
            return turned if turned is not None and start in (turned.start, *turned.steps) else path
    return onward


def whole_paths(session: Session, start: End) -> list[Path]:
    """The ways through an end. Through a panel's rear port there is one for each front port before it that
    has a cable; through anything else at most one."""
    fronts: list[End] = []
    if start[0] == "port":
        behind = select(Port.id).where(Port.rear_port_id == start[1]).order_by(Port.rear_position)
        fronts = [("port", one) for one in session.scalars(behind)]
    found = {
        frozenset([path.start, *path.steps]): path
        for path in (whole_path(session, one) for one in fronts)
        if path is not None
    }
    if not found:
        only = whole_path(session, start)
        return [] if only is None else [only]
    return list(found.values())
