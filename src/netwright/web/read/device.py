"""Devices: the list, and what a device's page says about it as a whole."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from netwright.base import address
from netwright.base.errors import NotFoundError
from netwright.collect.health import HealthReport, HealthState
from netwright.collect.observed import Finding, ObservedConfig, ObservedDevice
from netwright.inventory import Asn, Device, Manufacturer, Model, Rack, Site
from netwright.store.query.cursor import encode_cursor
from netwright.web.read.listing import PAGE, paged, text_key

_SCAN = 2_000

SORTS: Mapping[str, ColumnElement[str]] = {
    "name": text_key(Device.name),
    "site": text_key(Site.name),
    "role": text_key(Device.role),
    "model": text_key(Model.name),
    "platform": text_key(Device.platform),
    "status": text_key(Device.status),
}


@dataclass(frozen=True, slots=True)
class DeviceFilter:
    """What the list was narrowed to; empty: not narrowed."""

    q: str = ""
    site: str = ""
    role: str = ""
    platform: str = ""
    health: str = ""
    status: str = ""

    def values(self) -> dict[str, str]:
        return {
            "q": self.q,
            "site": self.site,
            "role": self.role,
            "platform": self.platform,
            "health": self.health,
            "status": self.status,
        }


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device in a list."""

    id: int
    name: str
    site: str
    role: str
    platform: str
    model: str
    status: str
    management_address: address.Address
    health: str
    reasons: tuple[str, ...]
    os_version: str
    polled_at: float | None
    equal: bool | None
    findings: int


@dataclass(frozen=True, slots=True)
class DevicePage:
    """One page of the list: rows, the cursor of the next (empty at the end), and how many fit in all."""

    rows: list[DeviceRow]
    next_after: str
    total: int


def health_of(report: HealthReport, device: str) -> tuple[str, tuple[str, ...]]:
    found = report.devices.get(device)
    return (found.state.value, tuple(found.reasons)) if found else (HealthState.UNKNOWN.value, ())


def list_devices(
    session: Session,
    wanted: DeviceFilter,
    report: HealthReport,
    *,
    sort: str = "name",
    descending: bool = False,
    after: str = "",
    limit: int = PAGE,
) -> DevicePage:
    """A page of devices in six statements, whatever their number."""
    key = SORTS[sort]
    base = (
        select(
            Device.id,
            Device.name,
            Site.name.label("site"),
            text_key(Device.role).label("role"),
            Device.platform,
            Model.name.label("model"),
            text_key(Device.status).label("status"),
            Device.management_address,
            key.label("sort_key"),
        )
        .join(Site, Device.site_id == Site.id)
        .join(Model, Device.model_id == Model.id)
    )
    query = paged(_narrowed(base, wanted), key, SORTS["name"], descending=descending, after=after)
    found: list[Any] = []
    for row in _scanned(session, query, wanted.health, limit):
        if not wanted.health or health_of(report, row.name)[0] == wanted.health:
            found.append(row)
        if len(found) > limit:
            break
    more = len(found) > limit
    found = found[:limit]
    cursor = encode_cursor((found[-1].sort_key, found[-1].name)) if more else ""
    return DevicePage(_completed(session, found, report), cursor, _total(session, wanted, report))


def _scanned(session: Session, query: Select[Any], health: str, limit: int) -> Any:
    if health:  # health is computed, not a column: read on until the page is full
        return session.execute(query.execution_options(yield_per=_SCAN))
    return session.execute(query.limit(limit + 1))


def _narrowed(query: Any, wanted: DeviceFilter) -> Any:
    if wanted.site:
        query = query.where(Site.name == wanted.site)
    if wanted.role:
        query = query.where(text_key(Device.role) == wanted.role)
    if wanted.platform:
        query = query.where(Device.platform == wanted.platform)
    if wanted.status:
        query = query.where(text_key(Device.status) == wanted.status)
    if wanted.q:
        query = query.where(_matches(wanted.q))
    return query


def _matches(text: str) -> ColumnElement[bool]:
    """Part of a name or serial number, or a whole address."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    conditions = [
        Device.name.ilike(f"%{escaped}%", escape="\\"),
        Device.serial.ilike(f"%{escaped}%", escape="\\"),
        Model.name.ilike(f"{escaped}%", escape="\\"),
    ]
    try:
        ip = ipaddress.ip_address(text)
    except ValueError:
        return or_(*conditions)
    return or_(*conditions, Device.management_address == ip, Device.loopback == ip)


def _total(session: Session, wanted: DeviceFilter, report: HealthReport) -> int:
    base = select(Device.name) if wanted.health else select(func.count(Device.id))
    query = base.join(Site, Device.site_id == Site.id).join(Model, Device.model_id == Model.id)
    query = _narrowed(query, wanted)
    if not wanted.health:
        return session.scalar(query) or 0
    return sum(health_of(report, name)[0] == wanted.health for name in session.scalars(query))


def _completed(session: Session, rows: Sequence[Any], report: HealthReport) -> list[DeviceRow]:
    names = [row.name for row in rows]
    observed = {
        name: (version, polled)
        for name, version, polled in session.execute(
            select(ObservedDevice.device, ObservedDevice.os_version, ObservedDevice.polled_at).where(
                ObservedDevice.device.in_(names)
            )
        )
    }
    configs: dict[str, bool | None] = dict(
        session.execute(
            select(ObservedConfig.device, ObservedConfig.equal).where(ObservedConfig.device.in_(names))
        ).all()
    )
    findings = open_counts(session, names)
    return [
        DeviceRow(
            row.id,
            row.name,
            row.site,
            row.role,
            row.platform,
            row.model,
            row.status,
            row.management_address,
            *health_of(report, row.name),
            os_version=observed.get(row.name, ("", None))[0] or "",
            polled_at=observed.get(row.name, ("", None))[1],
            equal=configs.get(row.name),
            findings=findings.get(row.name, 0),
        )
        for row in rows
    ]


def open_counts(session: Session, devices: Sequence[str]) -> dict[str, int]:
    """Open findings by device; those held back by a cause are not counted."""
    query = (
        select(Finding.device, func.count())
        .where(Finding.cleared_at.is_(None), Finding.cause == "", Finding.device.in_(devices))
        .group_by(Finding.device)
    )
    return dict(session.execute(query).all())


def choices(session: Session) -> dict[str, list[str]]:
    """What the filters offer."""
    return {
        "site": list(session.scalars(select(Site.name).order_by(Site.name))),
        "platform": list(session.scalars(select(Device.platform).distinct().order_by(Device.platform))),
    }


@dataclass(frozen=True, slots=True)
class DeviceHead:
    """A device as its page begins: what is wanted (None for one that nobody wants) and what was seen."""

    name: str
    id: int | None
    site: str
    site_title: str
    rack: str
    position_u: float | None
    role: str
    platform: str
    model: str
    manufacturer: str
    status: str
    serial: str
    asn: int | None
    management_address: address.Address | None
    loopback: address.Address | None
    redundancy_group: str
    seen: ObservedDevice | None
    config_equal: bool | None
    config_at: float | None


def device_head(session: Session, name: str) -> DeviceHead:
    """Raises NotFoundError for a name that is neither wanted nor seen."""
    query = (
        select(Device, Site.name, Site.title, Rack.name, Model.name, Manufacturer.name, Asn.number)
        .join(Site, Device.site_id == Site.id)
        .join(Model, Device.model_id == Model.id)
        .join(Manufacturer, Model.manufacturer_id == Manufacturer.id)
        .outerjoin(Rack, Device.rack_id == Rack.id)
        .outerjoin(Asn, Device.asn_id == Asn.id)
        .where(Device.name == name)
    )
    row = session.execute(query).one_or_none()
    seen = session.get(ObservedDevice, name)
    config = session.execute(
        select(ObservedConfig.equal, ObservedConfig.observed_at).where(ObservedConfig.device == name)
    ).one_or_none()
    if row is None and seen is None:
        raise NotFoundError(
            "there is no such device", subject=name, remedy="Look for it in the list of devices."
        )
    equal, config_at = config or (None, None)
    if row is None:
        assert seen is not None
        return DeviceHead(
            name, None, "", "", "", None, "", seen.platform, "", "", "", "", None, None, None, "",
            seen, equal, config_at,
        )  # fmt: skip
    device, site, site_title, rack, model, manufacturer, asn = row
    return DeviceHead(
        name=name,
        id=device.id,
        site=site,
        site_title=site_title,
        rack=rack or "",
        position_u=device.position_u,
        role=device.role.value,
        platform=device.platform,
        model=model,
        manufacturer=manufacturer,
        status=device.status.value,
        serial=device.serial,
        asn=asn,
        management_address=device.management_address,
        loopback=device.loopback,
        redundancy_group=device.redundancy_group,
        seen=seen,
        config_equal=equal,
        config_at=config_at,
    )


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact held against what is wanted. ``mark``: ``match``, ``differs`` or empty when there is nothing
    to compare."""

    name: str
    wanted: str
    observed: str
    mark: str = ""


def fact_lines(head: DeviceHead) -> list[FactLine]:
    """Wanted against observed, for the facts that have both sides or one."""
    seen = head.seen
    pairs = [
        ("Hostname", head.name if head.id is not None else "", seen.hostname if seen else None),
        ("Vendor", head.manufacturer, seen.vendor if seen else None),
        ("Model", head.model, seen.model if seen else None),
        ("Serial number", head.serial, seen.serial if seen else None),
    ]
    return [
        FactLine(name, wanted, observed or "", _mark(name, wanted, observed))
        for name, wanted, observed in pairs
    ]


def _mark(name: str, wanted: str, observed: str | None) -> str:
    if (
        not wanted or not observed or name == "Vendor"
    ):  # who made the software may differ from who made the box
        return ""
    return "match" if wanted == observed else "differs"
