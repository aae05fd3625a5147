"""What a device's page says about it as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base import address
from netwright.base.errors import NotFoundError
from netwright.collect.health import HealthReport, HealthState
from netwright.collect.observed import ObservedConfig, ObservedDevice
from netwright.inventory import Asn, Device, Manufacturer, Model, Rack, Site, SoftwareVersion


def health_of(report: HealthReport, device: str) -> tuple[str, tuple[str, ...]]:
    found = report.devices.get(device)
    return (found.state.value, tuple(found.reasons)) if found else (HealthState.UNKNOWN.value, ())


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
    software: str
    """The version that it is wanted to run."""
    seen: ObservedDevice | None
    config_equal: bool | None
    config_at: float | None


def device_head(session: Session, name: str) -> DeviceHead:
    """Raises NotFoundError for a name that is neither wanted nor seen."""
    query = (
        select(
            Device,
            Site.name,
            Site.title,
            Rack.name,
            Model.name,
            Manufacturer.name,
            Asn.number,
            SoftwareVersion.version,
        )
        .join(Site, Device.site_id == Site.id)
        .join(Model, Device.model_id == Model.id)
        .join(Manufacturer, Model.manufacturer_id == Manufacturer.id)
        .outerjoin(Rack, Device.rack_id == Rack.id)
        .outerjoin(Asn, Device.asn_id == Asn.id)
        .outerjoin(SoftwareVersion, Device.software_version_id == SoftwareVersion.id)
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
            name, None, "", "", "", None, "", seen.platform, "", "", "", "", None, None, None, "", "",
            seen, equal, config_at,
        )  # fmt: skip
    device, site, site_title, rack, model, manufacturer, asn, software = row
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
        software=software or "",
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
        ("Software", head.software, _software(head, seen)),
    ]
    return [
        FactLine(name, wanted, observed or "", _mark(name, wanted, observed))
        for name, wanted, observed in pairs
    ]


def _software(head: DeviceHead, seen: ObservedDevice | None) -> str | None:
    """The version alone where one is wanted: that is what it is held against."""
    if seen is None or not seen.os_version:
        return seen.os if seen else None
    return seen.os_version if head.software or not seen.os else f"{seen.os} {seen.os_version}"


def _mark(name: str, wanted: str, observed: str | None) -> str:
    if (
        not wanted or not observed or name == "Vendor"
    ):  # who made the software may differ from who made the box
        return ""
    return "match" if wanted == observed else "differs"
