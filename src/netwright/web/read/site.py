"""Sites on the map, and the links between them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from netwright.base.errors import NotFoundError
from netwright.collect.health import HealthReport, HealthState
from netwright.collect.observed import Finding
from netwright.inventory import Cable, Device, Interface, Region, Site

_ORDER = (HealthState.DOWN, HealthState.DEGRADED, HealthState.UNKNOWN, HealthState.OK)


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site in the list and on the map."""

    id: int
    name: str
    title: str
    region: str
    kind: str
    status: str
    city: str
    country: str
    latitude: float
    longitude: float
    health: str
    reasons: tuple[str, ...]
    devices: int
    states: dict[str, int] = field(default_factory=dict)
    """Devices by health."""
    findings: int = 0


@dataclass(frozen=True, slots=True)
class SiteLink:
    """All cables between two sites together."""

    a: str
    b: str
    state: str
    up: int
    total: int


def list_sites(session: Session, report: HealthReport) -> list[SiteRow]:
    """All sites by name, in three statements."""
    states: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for device, site in session.execute(select(Device.name, Site.name).join(Site, Device.site_id == Site.id)):
        found = report.devices.get(device)
        states[site][found.state.value if found else HealthState.UNKNOWN.value] += 1
    findings: dict[str, int] = dict(
        session.execute(
            select(Finding.site, func.count())
            .where(Finding.cleared_at.is_(None), Finding.cause == "")
            .group_by(Finding.site)
        ).all()
    )
    rows = session.execute(
        select(Site, Region.title, Region.name).join(Region, Site.region_id == Region.id).order_by(Site.name)
    )
    return [
        _row(site, title or name, report, states.get(site.name, Counter()), findings.get(site.name, 0))
        for site, title, name in rows
    ]


def _row(site: Site, region: str, report: HealthReport, states: Counter[str], findings: int) -> SiteRow:
    health = report.sites.get(site.name)
    return SiteRow(
        id=site.id,
        name=site.name,
        title=site.title or site.name,
        region=region,
        kind=site.kind.value,
        status=site.status.value,
        city=site.city,
        country=site.country,
        latitude=site.latitude,
        longitude=site.longitude,
        health=health.state.value if health else HealthState.UNKNOWN.value,
        reasons=tuple(health.reasons) if health else (),
        devices=sum(states.values()),
        states={state.value: states[state.value] for state in _ORDER if states[state.value]},
        findings=findings,
    )


def site_links(session: Session, report: HealthReport, site_id: int | None = None) -> list[SiteLink]:
    """The cables between sites, one line a pair of sites: degraded when some are down, down when all are.
    ``site_id``: only those of one site."""
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
        mine = own.where(Device.site_id == site_id)
        query = query.where(or_(Cable.a_interface_id.in_(mine), Cable.b_interface_id.in_(mine)))
    pairs: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for cable, a, b in session.execute(query):
        link = report.links.get(cable)
        low, high = sorted((a, b))
        pairs[low, high].append(link.state.value if link else HealthState.UNKNOWN.value)
    return [_link(a, b, states) for (a, b), states in sorted(pairs.items())]


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
