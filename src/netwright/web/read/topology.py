"""A site's devices and the cables between them as a drawing: one row a layer, the core on top.

Cables between the same two devices are one line with their number; the members of a bundle count as one link.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from netwright.collect.health import HealthReport
from netwright.inventory import Cable, Device, Interface, Site
from netwright.web.read.site import cables_of

LAYERS = ("transport", "core", "edge", "tor", "cache", "origin", "management", "console-server", "power")
MOST = 120
"""A drawing of more devices helps nobody."""
_WIDE, _HIGH, _GAP, _ROW, _SIDE, _ACROSS = 124, 34, 18, 96, 20, 8


@dataclass(frozen=True, slots=True)
class Node:
    """A device, or another site (``far``)."""

    name: str
    url: str
    note: str
    health: str
    x: float
    y: float
    far: bool = False
    width: int = _WIDE
    height: int = _HIGH


@dataclass(frozen=True, slots=True)
class Edge:
    """All cables between two nodes."""

    path: str
    state: str
    title: str
    label: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Topology:
    """The drawing; ``left_out``: devices that are not in it."""

    nodes: list[Node]
    edges: list[Edge]
    layers: list[tuple[str, float]]
    width: float
    height: float
    left_out: int


@dataclass(frozen=True, slots=True)
class _Link:
    cable: str
    a: str
    b: str
    bundle: str
    far_site: str


def site_topology(session: Session, site_id: int, report: HealthReport) -> Topology:
    """The devices of a site by layers, and the other sites that cables lead to above them."""
    query = select(Device.id, Device.name, Device.role).where(Device.site_id == site_id).order_by(Device.name)
    found = [row for row in session.execute(query) if row.role.value in LAYERS]
    rank = {name: at for at, name in enumerate(LAYERS)}
    found.sort(key=lambda row: (rank[row.role.value], row.name))
    shown = found[:MOST]
    links = _links(session, {row.id: row.name for row in shown})
    rows: list[tuple[str, list[str]]] = []
    far = sorted({link.far_site for link in links if link.far_site})
    if far:
        rows.append(("other sites", far))
    for layer in LAYERS:
        names = [row.name for row in shown if row.role.value == layer]
        rows += [(layer if not at else "", names[at : at + _ACROSS]) for at in range(0, len(names), _ACROSS)]
    roles = {row.name: row.role.value for row in shown}
    return _drawn(rows, roles, links, report, len(found) - len(shown))


def _links(session: Session, devices: dict[int, str]) -> list[_Link]:
    a_end, b_end, a_lag = aliased(Interface), aliased(Interface), aliased(Interface)
    a_device, b_device = aliased(Device), aliased(Device)
    a_site, b_site = aliased(Site), aliased(Site)
    ids: Collection[int] = list(devices)
    query = (
        select(
            Cable.name,
            a_device.id,
            a_device.name,
            b_device.id,
            b_device.name,
            a_lag.name,
            a_site.name,
            b_site.name,
        )
        .join(a_end, Cable.a_interface_id == a_end.id)
        .join(b_end, Cable.b_interface_id == b_end.id)
        .join(a_device, a_end.device_id == a_device.id)
        .join(b_device, b_end.device_id == b_device.id)
        .join(a_site, a_device.site_id == a_site.id)
        .join(b_site, b_device.site_id == b_site.id)
        .outerjoin(a_lag, a_end.lag_id == a_lag.id)
        .where(Cable.id.in_(cables_of(select(Interface.id).where(Interface.device_id.in_(ids)))))
    )
    links = []
    for cable, a_id, a, b_id, b, lag, site_a, site_b in session.execute(query):
        if a_id in devices and b_id in devices:
            links.append(_Link(cable, a, b, lag or "", ""))
        elif a_id in devices and site_a != site_b:
            links.append(_Link(cable, site_b, a, lag or "", site_b))
        elif b_id in devices and site_a != site_b:
            links.append(_Link(cable, site_a, b, lag or "", site_a))
    return links


def _drawn(
    rows: list[tuple[str, list[str]]],
    roles: dict[str, str],
    links: list[_Link],
    report: HealthReport,
    left_out: int,
) -> Topology:
    widest = max((len(names) for _, names in rows), default=0)
    width = max(widest * (_WIDE + _GAP) + 2 * _SIDE + 70, 320)
    nodes: dict[str, Node] = {}
    layers = []
    for at, (layer, names) in enumerate(rows):
        y = _SIDE + at * _ROW
        layers.append((layer, y + _HIGH / 2 + 4))
        begin = 70 + (width - 70 - len(names) * (_WIDE + _GAP) + _GAP) / 2
        for place, name in enumerate(names):
            x = begin + place * (_WIDE + _GAP)
            nodes[name] = _node(name, layer == "other sites", roles, report, x, y)
    pairs: defaultdict[tuple[str, str], list[_Link]] = defaultdict(list)
    for link in links:
        pairs[link.a, link.b].append(link)
    merged: dict[tuple[str, str], list[_Link]] = {}
    for (a, b), some in pairs.items():
        merged.setdefault((b, a) if (b, a) in merged else (a, b), []).extend(some)
    edges = [_edge(nodes[a], nodes[b], some, report) for (a, b), some in merged.items()]
    height = _SIDE * 2 + max(len(rows) - 1, 0) * _ROW + _HIGH
    return Topology(list(nodes.values()), edges, layers, width, height, left_out)


def _node(name: str, far: bool, roles: dict[str, str], report: HealthReport, x: float, y: float) -> Node:
    found = report.sites.get(name) if far else report.devices.get(name)
    health = found.state.value if found else "unknown"
    url = f"/sites/{name}" if far else f"/devices/{name}"
    return Node(name, url, roles.get(name, "site"), health, x, y, far)


def _edge(a: Node, b: Node, links: list[_Link], report: HealthReport) -> Edge:
    states = Counter(_state(report, link.cable) for link in links)
    total = len(links)
    state = next(iter(states)) if len(states) == 1 else "degraded"
    bundles = {link.bundle for link in links if link.bundle}
    label = f"{total}×" if total > 1 else ""
    if bundles:
        label = f"{label} {'/'.join(sorted(bundles))}".strip()
    title = f"{a.name} – {b.name}: {', '.join(sorted(link.cable for link in links)[:6])}; {state}"
    ax, bx = a.x + a.width / 2, b.x + b.width / 2
    if a.y == b.y:  # beside each other: over the boxes between
        low, high = sorted((ax, bx))
        lift = a.y - 14 - (high - low) / 24
        path = f"M{low:.0f} {a.y:.0f}Q{(low + high) / 2:.0f} {lift:.0f} {high:.0f} {a.y:.0f}"
        return Edge(path, state, title, label, (low + high) / 2, (a.y + lift) / 2 + 3)
    top, bottom = (a, b) if a.y < b.y else (b, a)
    tx, lx = top.x + top.width / 2, bottom.x + bottom.width / 2
    ty, ly = top.y + top.height, bottom.y
    middle = (ty + ly) / 2
    path = f"M{tx:.0f} {ty:.0f}C{tx:.0f} {middle:.0f} {lx:.0f} {middle:.0f} {lx:.0f} {ly:.0f}"
    return Edge(path, state, title, label, (tx + lx) / 2, middle)


def _state(report: HealthReport, cable: str) -> str:
    found = report.links.get(cable)
    return found.state.value if found else "unknown"
