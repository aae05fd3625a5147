"""A cable's whole way as a drawing and as a table: what stands on it, what lies between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base.errors import NotFoundError
from netwright.collect.health import HealthReport
from netwright.intent.trace import ENDS, End, Path, whole_paths
from netwright.inventory import (
    Cable,
    Circuit,
    CircuitEnd,
    Device,
    Interface,
    Port,
    PowerFeed,
    PowerPanel,
    Provider,
    Site,
)
from netwright.web.read.value import object_url

WIDE, HIGH = 200, 72
_GAP, _ACROSS, _ROW, _SIDE = 76, 4, 132, 16
_MONO_LETTERS = 26


@dataclass(frozen=True, slots=True)
class Plug:
    """One end of a cable: a port, an interface, a feed, a circuit's end."""

    end: End
    owner: str
    owner_url: str
    owner_note: str
    name: str
    url: str
    sort: str


@dataclass(frozen=True, slots=True)
class Stop:
    """A device, panel, circuit or feed on the way, and the plugs at which the way comes in and goes out."""

    name: str
    url: str
    note: str
    into: Plug | None
    out: Plug | None
    health: str = "unknown"
    x: float = 0
    y: float = 0


@dataclass(frozen=True, slots=True)
class Leg:
    """A cable between two stops."""

    id: int
    name: str
    material: str
    status: str
    length_m: float | None
    color: str
    state: str
    path: str = ""
    x: float = 0
    y: float = 0

    @property
    def short(self) -> str:
        return f"{self.length_m:g} m" if self.length_m is not None else self.material


@dataclass(frozen=True, slots=True)
class Way:
    """``stops`` are one more than ``legs``; ``complete``: it ends at something that speaks."""

    stops: list[Stop]
    legs: list[Leg]
    complete: bool
    width: float
    height: float
    marked: int | None = None
    """Id of the cable that was asked for."""

    @property
    def length_m(self) -> float | None:
        known = [leg.length_m for leg in self.legs]
        return sum(one for one in known if one is not None) if all(one is not None for one in known) else None


def ways_of(session: Session, kind: str, object_id: int, report: HealthReport) -> list[Way]:
    """The ways through a cable or through one end of it, several through a trunk; none when nothing is
    plugged in. Raises NotFoundError."""
    marked = object_id if kind == "cable" else None
    start = _first_end(session, object_id) if marked else (kind, object_id)
    return [_drawn(session, path, report, marked) for path in whole_paths(session, start)]


def _first_end(session: Session, cable: int) -> End:
    row = session.get(Cable, cable)
    if row is None:
        raise NotFoundError(f"there is no cable with id {cable}", remedy="Look for it in the list of cables.")
    for side in "ab":
        for kind in ENDS:
            value = getattr(row, f"{side}_{kind}_id")
            if value is not None:
                return kind, value
    raise NotFoundError(f"cable {row.name!r} has no end", remedy="Give it its ends.")


def _drawn(session: Session, path: Path, report: HealthReport, marked: int | None) -> Way:
    ends = [path.start, *(step for step in path.steps if step[0] in ENDS)]
    plugs = plugs_of(session, ends)
    cables = {
        row.id: row for row in session.scalars(select(Cable).where(Cable.id.in_(path.through("cable"))))
    }
    legs, groups = [], [[path.start]]
    for step in path.steps:
        if step[0] == "cable":
            legs.append(_leg(cables.get(step[1]), step[1], report))
            groups.append([])
        elif step[0] in ENDS:
            groups[-1].append(step)
    stops = [_stop([plugs[end] for end in group], at, report) for at, group in enumerate(groups)]
    return _placed(stops, legs, complete=path.complete, marked=marked)


def _stop(plugs: list[Plug], at: int, report: HealthReport) -> Stop:
    first, last = plugs[0], plugs[-1]
    into = first if at else None
    out = None if at and len(plugs) == 1 else last
    health = report.devices.get(first.owner)
    word = health.state.value if health else "unknown"
    return Stop(first.owner, first.owner_url, first.owner_note, into, out, word)


def _leg(row: Cable | None, cable_id: int, report: HealthReport) -> Leg:
    if row is None:  # not to be seen by the one who asks
        return Leg(cable_id, "", "", "", None, "", "unknown")
    state = report.links.get(row.name)
    return Leg(
        row.id,
        row.name,
        row.cable_type.value if row.cable_type else "",
        row.status.value,
        row.length_m,
        row.color,
        state.state.value if state else "unknown",
    )


def _placed(stops: list[Stop], legs: list[Leg], *, complete: bool, marked: int | None) -> Way:
    """Rows of a few stops, read like text."""
    boxes = [(_SIDE + at % _ACROSS * (WIDE + _GAP), _SIDE + at // _ACROSS * _ROW) for at in range(len(stops))]
    placed = [_moved(stop, x, y) for stop, (x, y) in zip(stops, boxes, strict=True)]
    lines = [_line(leg, boxes[at], boxes[at + 1]) for at, leg in enumerate(legs)]
    across = min(len(stops), _ACROSS)
    width = 2 * _SIDE + across * WIDE + (across - 1) * _GAP
    height = 2 * _SIDE + (len(stops) - 1) // _ACROSS * _ROW + HIGH
    return Way(placed, lines, complete, width, height, marked)


def _moved(stop: Stop, x: float, y: float) -> Stop:
    return Stop(stop.name, stop.url, stop.note, stop.into, stop.out, stop.health, x, y)


def _line(leg: Leg, a: tuple[float, float], b: tuple[float, float]) -> Leg:
    (ax, ay), (bx, by) = a, b
    middle = HIGH / 2
    if ay == by:
        path = f"M{ax + WIDE:.0f} {ay + middle:.0f}H{bx:.0f}"
        x, y = ax + WIDE + _GAP / 2, ay + middle - 7
    else:
        low = (ay + HIGH + by) / 2
        path = f"M{ax + WIDE / 2:.0f} {ay + HIGH:.0f}V{low:.0f}H{bx + WIDE / 2:.0f}V{by:.0f}"
        x, y = (ax + bx + WIDE) / 2, low - 7
    return Leg(leg.id, leg.name, leg.material, leg.status, leg.length_m, leg.color, leg.state, path, x, y)


def cut(text: str, letters: int = _MONO_LETTERS) -> str:
    """As much of a name as fits a box."""
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def plugs_of(session: Session, ends: Iterable[End]) -> dict[End, Plug]:
    """What each end is, in one statement a kind; those that the one who asks may not see without names."""
    by_kind: defaultdict[str, set[int]] = defaultdict(set)
    for kind, object_id in ends:
        by_kind[kind].add(object_id)
    found: dict[End, Plug] = {}
    for kind, ids in by_kind.items():
        known = _READS[kind](session, ids)
        for one in ids:
            hidden = Plug((kind, one), "not visible to you", "", "", "", "", kind.replace("_", " "))
            found[kind, one] = known.get(one, hidden)
    return found


def _interfaces(session: Session, ids: Collection[int]) -> Mapping[int, Plug]:
    query = (
        select(
            Interface.id, Interface.name, Device.name.label("device"), Device.role, Site.name.label("site")
        )
        .join(Device, Interface.device_id == Device.id)
        .join(Site, Device.site_id == Site.id)
        .where(Interface.id.in_(ids))
    )
    return {
        row.id: Plug(
            ("interface", row.id),
            row.device,
            f"/devices/{row.device}",
            f"{row.role.value}, {row.site}",
            row.name,
            f"/devices/{row.device}/interfaces/{row.name}",
            "interface",
        )
        for row in session.execute(query)
    }


def _ports(session: Session, ids: Collection[int]) -> Mapping[int, Plug]:
    query = (
        select(
            Port.id,
            Port.name,
            Port.port_class,
            Device.name.label("device"),
            Device.role,
            Site.name.label("site"),
        )
        .join(Device, Port.device_id == Device.id)
        .join(Site, Device.site_id == Site.id)
        .where(Port.id.in_(ids))
    )
    return {
        row.id: Plug(
            ("port", row.id),
            row.device,
            f"/devices/{row.device}",
            f"{row.role.value}, {row.site}",
            row.name,
            f"/inventory/port/{row.id}",
            f"{row.port_class.value} port",
        )
        for row in session.execute(query)
    }


def _circuit_ends(session: Session, ids: Collection[int]) -> Mapping[int, Plug]:
    query = (
        select(
            CircuitEnd.id,
            CircuitEnd.side,
            CircuitEnd.panel,
            Circuit.id.label("circuit"),
            Circuit.name,
            Provider.name.label("provider"),
            Site.name.label("site"),
        )
        .join(Circuit, CircuitEnd.circuit_id == Circuit.id)
        .join(Provider, Circuit.provider_id == Provider.id)
        .outerjoin(Site, CircuitEnd.site_id == Site.id)
        .where(CircuitEnd.id.in_(ids))
    )
    return {
        row.id: Plug(
            ("circuit_end", row.id),
            row.name,
            object_url("circuit", row.circuit, ""),
            f"circuit of {row.provider}",
            " ".join(part for part in (f"end {row.side.value}", row.site or "", row.panel) if part),
            f"/inventory/circuit_end/{row.id}",
            "circuit end",
        )
        for row in session.execute(query)
    }


def _feeds(session: Session, ids: Collection[int]) -> Mapping[int, Plug]:
    query = (
        select(
            PowerFeed.id,
            PowerFeed.name,
            PowerFeed.voltage_v,
            PowerFeed.amperage_a,
            PowerPanel.id.label("panel_id"),
            PowerPanel.name.label("panel"),
            Site.name.label("site"),
        )
        .join(PowerPanel, PowerFeed.power_panel_id == PowerPanel.id)
        .join(Site, PowerPanel.site_id == Site.id)
        .where(PowerFeed.id.in_(ids))
    )
    return {
        row.id: Plug(
            ("power_feed", row.id),
            row.panel,
            f"/inventory/power_panel/{row.panel_id}",
            f"power panel, {row.site}",
            f"{row.name}, {row.voltage_v} V {row.amperage_a} A",
            f"/inventory/power_feed/{row.id}",
            "power feed",
        )
        for row in session.execute(query)
    }


_READS: Mapping[str, Callable[[Session, Any], Mapping[int, Plug]]] = {
    "interface": _interfaces,
    "port": _ports,
    "circuit_end": _circuit_ends,
    "power_feed": _feeds,
}
