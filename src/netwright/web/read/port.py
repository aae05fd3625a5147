"""The ports of a device: power with its feeds, consoles, patch panels; each with where its cable leads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.intent.trace import End, cables_at, trace
from netwright.inventory import Port
from netwright.inventory.hardware import PortClass
from netwright.web.read.part import natural
from netwright.web.read.path import Plug, plugs_of

_LEVELS = 6
"""Power units behind power units."""


@dataclass(frozen=True, slots=True)
class PortLine:
    """A port. ``far``: what is at the end of its cable's way; ``feed``: what a power port hangs on, through
    whatever power units; ``behind``: the rear port of a front one, the power port of an outlet."""

    id: int
    name: str
    port_class: PortClass
    port_type: str
    maximum_draw_w: int | None
    allocated_draw_w: int | None
    behind: str
    position: int | None
    far: Plug | None
    complete: bool
    feed: Plug | None


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of a device by what they are for, in natural order."""

    power: list[PortLine]
    consoles: list[PortLine]
    panel: list[PortLine]

    @property
    def draw_w(self) -> int:
        """What the device is planned to draw in all."""
        supplies = [line for line in self.power if line.port_class is PortClass.POWER]
        draws = (
            line.maximum_draw_w if line.allocated_draw_w is None else line.allocated_draw_w
            for line in supplies
        )
        return sum(one or 0 for one in draws)

    @property
    def any(self) -> bool:
        return bool(self.power or self.consoles or self.panel)


def ports_of(session: Session, device_id: int | None) -> Ports:
    """A few statements a hop of the longest way, however many ports."""
    rows = list(session.scalars(select(Port).where(Port.device_id == device_id)))
    names = {row.id: row.name for row in rows}
    paths = trace(session, [("port", row.id) for row in rows])
    feeds = _feeds(session, [row.id for row in rows if row.port_class is PortClass.POWER])
    ends = {path.far for path in paths.values() if path.far is not None} | set(feeds.values())
    plugs = plugs_of(session, ends)
    lines = []
    for row in sorted(rows, key=lambda one: natural(one.name)):
        path = paths.get(("port", row.id))
        behind = row.rear_port_id or row.power_port_id
        lines.append(
            PortLine(
                row.id,
                row.name,
                row.port_class,
                row.port_type,
                row.maximum_draw_w,
                row.allocated_draw_w,
                names.get(behind or 0, ""),
                row.rear_position,
                plugs.get(path.far) if path and path.far else None,
                bool(path and path.complete),
                plugs.get(feeds[row.id]) if row.id in feeds else None,
            )
        )
    return Ports(
        _of(lines, PortClass.POWER, PortClass.POWER_OUTLET),
        _of(lines, PortClass.CONSOLE, PortClass.CONSOLE_SERVER),
        _of(lines, PortClass.FRONT, PortClass.REAR),
    )


def _of(lines: Iterable[PortLine], *classes: PortClass) -> list[PortLine]:
    return [line for line in lines if line.port_class in classes]


def _feeds(session: Session, ports: Iterable[int]) -> Mapping[int, End]:
    """The feed that each power port hangs on."""
    at: Mapping[int, list[int]] = {port: [port] for port in ports}
    found: dict[int, End] = {}
    for _ in range(_LEVELS):
        if not at:
            break
        upward: defaultdict[int, list[int]] = defaultdict(list)
        for (_kind, port), (_cable, end) in cables_at(session, [("port", one) for one in at]).items():
            if end[0] == "power_feed":
                found.update(dict.fromkeys(at[port], end))
            elif end[0] == "port":
                upward[end[1]] += at[port]
        query = select(Port.id, Port.power_port_id).where(
            Port.id.in_(list(upward)), Port.power_port_id.is_not(None)
        )
        following: defaultdict[int, list[int]] = defaultdict(list)
        for outlet, inlet in session.execute(query):
            following[inlet or 0] += upward[outlet]
        at = following
    return found
