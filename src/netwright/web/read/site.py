"""Sites on the map, and the links between them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import CompoundSelect, Select, select, union
from sqlalchemy.orm import Session, aliased

from netwright.base.errors import NotFoundError
from netwright.collect.health import HealthReport, HealthState
from netwright.inventory import Cable, Device, Interface, Region, Site

_ORDER = (HealthState.DOWN, HealthState.DEGRADED, HealthState.UNKNOWN, HealthState.OK)


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site on the map."""

    name: str
    title: str
    latitude: float
    longitude: float
    health: str
    reasons: tuple[str, ...]
    devices: int
    states: dict[str, int] = field(default_factory=dict)
    """Devices by health."""


@dataclass(frozen=True, slots=True)
class SiteLink:
    """All cables between two sites together."""

    a: str
    b: str
    state: str
    up: int
    total: int


@dataclass(frozen=True, slots=True)
class Layout:
    """What the map needs of the source of truth alone: it changes with a revision, never with health."""

    sites: tuple[tuple[str, str, float, float], ...]
    """Name, title, longitude, latitude; by name."""
    devices: dict[str, tuple[str, ...]]
    """Names of devices by site."""
    cables: dict[tuple[str, str], tuple[str, ...]]
    """Names of cables by their two sites."""


def read_layout(session: Session) -> Layout:
    """All of it, in three statements."""
    devices: defaultdict[str, list[str]] = defaultdict(list)
    for device, site in session.execute(select(Device.name, Site.name).join(Site, Device.site_id == Site.id)):
        devices[site].append(device)
    sites = session.execute(
        select(Site.name, Site.title, Site.longitude, Site.latitude)
        .join(Region, Site.region_id == Region.id)
        .order_by(Site.name)
    )
    return Layout(
        sites=tuple((name, title or name, east, north) for name, title, east, north in sites),
        devices={site: tuple(names) for site, names in devices.items()},
        cables=_cables(session),
    )


def list_sites(layout: Layout, report: HealthReport) -> list[SiteRow]:
    """All sites by name, with their health."""
    return [_row(site, report, layout.devices.get(site[0], ())) for site in layout.sites]


def _row(site: tuple[str, str, float, float], report: HealthReport, devices: tuple[str, ...]) -> SiteRow:
    name, title, longitude, latitude = site
    health = report.sites.get(name)
    states = Counter(
        (found.state if (found := report.devices.get(device)) else HealthState.UNKNOWN) for device in devices
    )
    return SiteRow(
        name=name,
        title=title,
        latitude=latitude,
        longitude=longitude,
        health=health.state.value if health else HealthState.UNKNOWN.value,
        reasons=tuple(health.reasons) if health else (),
        devices=len(devices),
        states={state.value: states[state] for state in _ORDER if states[state]},
    )


def site_links(session: Session, report: HealthReport, site_id: int) -> list[SiteLink]:
    """The cables between a site and others, one line a pair of sites; see ``judged_links``."""
    return judged_links(_cables(session, site_id), report)


def judged_links(cables: Mapping[tuple[str, str], tuple[str, ...]], report: HealthReport) -> list[SiteLink]:
    """One line a pair of sites: degraded when some cables are down, down when all are."""
    unknown = HealthState.UNKNOWN.value
    return [
        _link(a, b, [link.state.value if (link := report.links.get(name)) else unknown for name in names])
        for (a, b), names in cables.items()
    ]


def _cables(session: Session, site_id: int | None = None) -> dict[tuple[str, str], tuple[str, ...]]:
    """Cables between two sites, by the names of the two. ``site_id``: only those of one site."""
    a_end, b_end = aliased(Interface), aliased(Interface)
    a_device, b_device = aliased(Device), aliased(Device)
    a_site, b_site = aliased(Site), aliased(Site)
    query = (
        select(Cable.name, a_site.name, b_site.name)
        .join(a_end, Cable.a_interface_id == a_end.id)
        .join(b_end, Cable.b_interface_id == b_end.id)
        .join(a_device, a_end.device_id == a_device.id)
        .join(b_device, b_end.device_id == b_device.id)
        .join(a_site, a_device.site_id == a_site.id)
        .join(b_site, b_device.site_id == b_site.id)
        .where(a_site.id != b_site.id)
    )
    if site_id is not None:
        own = select(Interface.id).join(Device, Interface.device_id == Device.id)
        query = query.where(Cable.id.in_(cables_of(own.where(Device.site_id == site_id))))
    pairs: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for cable, a, b in session.execute(query):
        low, high = sorted((a, b))
        pairs[low, high].append(cable)
    return {pair: tuple(names) for pair, names in sorted(pairs.items())}


def cables_of(interfaces: Select[Any]) -> CompoundSelect[Any]:
    """Ids of cables with an end among these interfaces. A question for each side, so that each goes by its
    index: one with `or` reads every cable of the network."""
    sides = (Cable.a_interface_id, Cable.b_interface_id)
    return union(*(select(Cable.id).where(side.in_(interfaces)) for side in sides))


def _link(a: str, b: str, states: list[str]) -> SiteLink:
    counted = Counter(states)
    good = counted[HealthState.OK.value]
    if good == len(states):
        state = HealthState.OK
    elif counted[HealthState.DOWN.value] == len(states):
        state = HealthState.DOWN
    elif counted[HealthState.UNKNOWN.value] == len(states):
        state = HealthState.UNKNOWN
    else:
        state = HealthState.DEGRADED
    return SiteLink(a, b, state.value, good, len(states))


def find_site(session: Session, name: str) -> Site:
    site = session.scalar(select(Site).where(Site.name == name))
    if site is None:
        raise NotFoundError("there is no such site", subject=name, remedy="Look for it in the list of sites.")
    return site
