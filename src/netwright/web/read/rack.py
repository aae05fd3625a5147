"""Racks as they stand: front and rear, units counted from the bottom, halves of a unit kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base.errors import NotFoundError
from netwright.collect.health import HealthReport
from netwright.inventory import Device, Model, PowerFeed, Rack, Site
from netwright.inventory.device import Face

UNIT = 16
"""Height of a unit on the page, in points."""
WIDTH = 210
_LEFT = 24


@dataclass(frozen=True, slots=True)
class Box:
    """A device on one side of a rack. ``behind``: it is put in from the other side and reaches through."""

    name: str
    title: str
    health: str
    x: float
    y: float
    width: float
    height: float
    behind: bool

    @property
    def middle(self) -> float:
        return self.y + self.height / 2 + 3.5

    @property
    def label(self) -> str:
        return self.name if len(self.name) <= 24 else f"{self.name[:23]}…"


@dataclass(frozen=True, slots=True)
class Side:
    """One face of a rack, ready to be drawn; ``marks`` are (unit, y)."""

    name: str
    height: int
    boxes: list[Box]
    marks: list[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class RackView:
    """A rack with what stands in it."""

    id: int
    name: str
    site: str
    height_u: int
    sides: list[Side]
    free_u: float
    largest_gap_u: float
    unplaced: list[tuple[str, str]]
    """Devices of the rack without a position, with their health."""
    devices: int


@dataclass(frozen=True, slots=True)
class _Placed:
    name: str
    model: str
    role: str
    position: float
    height: float
    face: Face
    full: bool
    health: str


def racks_of(session: Session, site_id: int, report: HealthReport) -> list[RackView]:
    """All racks of a site, by name."""
    racks = session.scalars(select(Rack).where(Rack.site_id == site_id).order_by(Rack.name))
    return _views(session, list(racks), report)


def rack_view(session: Session, rack_id: int, report: HealthReport) -> RackView:
    """Raises NotFoundError."""
    rack = session.get(Rack, rack_id)
    if rack is None:
        raise NotFoundError("there is no such rack", subject=str(rack_id), remedy="See the list of racks.")
    return _views(session, [rack], report)[0]


def feeds_of(session: Session, rack_id: int) -> list[tuple[int, str, str, int]]:
    """(id, name, status, watts it may carry) of the feeds that end in a rack."""
    feeds = session.scalars(select(PowerFeed).where(PowerFeed.rack_id == rack_id).order_by(PowerFeed.name))
    return [
        (
            feed.id,
            feed.name,
            feed.status.value,
            int(feed.voltage_v * feed.amperage_a * feed.share_percent / 100 * _phases(feed)),
        )
        for feed in feeds
    ]


def _phases(feed: PowerFeed) -> float:
    return 3**0.5 if feed.phase.value == "three" else 1.0


def _views(session: Session, racks: list[Rack], report: HealthReport) -> list[RackView]:
    ids = [rack.id for rack in racks]
    placed: defaultdict[int, list[_Placed]] = defaultdict(list)
    loose: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    query = (
        select(Device, Model.name, Model.height_u, Model.full_depth)
        .join(Model, Device.model_id == Model.id)
        .where(Device.rack_id.in_(ids))
        .order_by(Device.name)
    )
    for device, model, height, full in session.execute(query):
        found = report.devices.get(device.name)
        health = found.state.value if found else "unknown"
        rack_id = device.rack_id or 0
        if device.position_u is None or height <= 0:
            loose[rack_id].append((device.name, health))
        else:
            role, at = device.role.value, device.position_u
            placed[rack_id].append(_Placed(device.name, model, role, at, height, device.face, full, health))
    wanted = {rack.site_id for rack in racks}
    sites = {
        row.id: row.name for row in session.execute(select(Site.id, Site.name).where(Site.id.in_(wanted)))
    }
    return [_view(rack, sites[rack.site_id], placed[rack.id], loose[rack.id]) for rack in racks]


def _view(rack: Rack, site: str, placed: list[_Placed], loose: list[tuple[str, str]]) -> RackView:
    height = rack.height_u
    free = _free(height, placed)
    sides = [_side(face, height, placed) for face in (Face.FRONT, Face.REAR)]
    count, gap = len(placed) + len(loose), max(free, default=0)
    return RackView(rack.id, rack.name, site, height, sides, sum(free), gap, loose, count)


def _side(face: Face, height: int, placed: Iterable[_Placed]) -> Side:
    boxes = []
    for one in placed:
        behind = one.face is not face
        if behind and not one.full:
            continue
        y = (height - (one.position - 1) - one.height) * UNIT + 2
        title = f"{one.name}, {one.model}, {one.role}, U{one.position:g}: {one.health}"
        width, tall = WIDTH - _LEFT - 7, one.height * UNIT - 1
        boxes.append(Box(one.name, title, one.health, _LEFT + 3, y + 0.5, width, tall, behind))
    marks = [(unit, (height - unit) * UNIT + UNIT / 2 + 5) for unit in range(1, height + 1)]
    return Side(face.value, height * UNIT + 4, boxes, marks)


def _free(height: int, placed: Iterable[_Placed]) -> list[float]:
    """Lengths of the gaps that no device takes on either face."""
    gaps: list[float] = []
    at = 1.0
    for low, high in sorted((one.position, one.position + one.height) for one in placed):
        if low > at:
            gaps.append(low - at)
        at = max(at, high)
    if at < height + 1:
        gaps.append(height + 1 - at)
    return gaps
