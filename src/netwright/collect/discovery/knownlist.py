"""Devices that were found, as lists show them: wanted or not, what of the library they are, and which wanted
device they may be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from netwright.collect.adoption.models import Match, ModelIndex
from netwright.collect.discovery.identity import serial_mark
from netwright.collect.discovery.known import KnownDevice
from netwright.collect.observed import ObservedComponent, ObservedDevice
from netwright.inventory import Device, Site
from netwright.inventory.hardware import ComponentClass, ModelForm
from netwright.store.query.keyset import Keyset, Page, walk
from netwright.store.query.lookup import escaped


@dataclass(frozen=True, slots=True)
class KnownFilter:
    """Empty and None: any. ``q``: part of a name, address, serial number, maker or model."""

    q: str = ""
    wanted: bool | None = None
    vendors: Collection[str] = ()
    ways: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A device that was found. ``match``: the model of the library that it is, by the rule that an adoption
    goes by; ``likely``: wanted devices with its serial number or name, for one that is not wanted itself;
    ``told``: it said what it is, so that it can be adopted."""

    id: int
    device: str
    address: str
    hostname: str
    vendor: str
    model: str
    serial: str
    platform: str
    os_version: str
    way: str
    first_seen: float
    last_seen: float
    wanted: bool
    site: str
    told: bool
    match: Match
    likely: tuple[str, ...] = ()


_SORTS: Mapping[str, Any] = {
    "device": KnownDevice.device,
    "address": KnownDevice.address,
    "vendor": KnownDevice.vendor,
    "model": KnownDevice.model,
    "serial": KnownDevice.serial,
    "first_seen": KnownDevice.first_seen,
    "last_seen": KnownDevice.last_seen,
}
SORTS = tuple(_SORTS)
_LIST = Keyset("known devices", _SORTS, KnownDevice.id)
_AT_ONCE = 1_000


def known_page(
    session: Session,
    asked: KnownFilter,
    *,
    sort: str = "",
    after: str = "",
    limit: int = 100,
    count: bool = False,
) -> Page[KnownLine]:
    """A page by name or ``sort`` (a name of ``SORTS``, after a minus downwards). Raises InputError."""
    query = _where(_base(), asked)
    rows, cursor = _LIST.rows(session, query, sort=sort or "device", after=after, limit=limit)
    counting = select(func.count(KnownDevice.id)).outerjoin(Device, Device.name == KnownDevice.device)
    total = session.scalar(_where(counting, asked)) if count else None
    return Page(_lines(session, rows), cursor, total)


def known_walk(session: Session, asked: KnownFilter) -> Iterator[KnownLine]:
    """All that fit, page by page."""
    return walk(lambda after: known_page(session, asked, after=after, limit=_AT_ONCE))


def known_named(session: Session, names: Collection[str]) -> list[KnownLine]:
    """Those of these names, by name."""
    query = _base().where(KnownDevice.device.in_(sorted(set(names)))).order_by(KnownDevice.device)
    return _lines(session, session.execute(query).all())


def known_numbers(session: Session) -> tuple[int, int]:
    """How many are in the inventory, and how many are not."""
    query = select(func.count(Device.id), func.count()).select_from(KnownDevice)
    wanted, every = session.execute(query.outerjoin(Device, Device.name == KnownDevice.device)).one()
    return wanted, every - wanted


def strangers(session: Session) -> list[str]:
    """Names of the devices that were found and are not in the inventory."""
    query = select(KnownDevice.device).outerjoin(Device, Device.name == KnownDevice.device)
    return list(session.scalars(query.where(Device.id.is_(None)).order_by(KnownDevice.device)))


def vendors_seen(session: Session) -> list[str]:
    query = select(KnownDevice.vendor).where(KnownDevice.vendor != "").distinct()
    return list(session.scalars(query.order_by(KnownDevice.vendor)))


def _base() -> Any:
    return (
        select(KnownDevice, Device.id.label("wanted_id"), Site.name.label("site"))
        .outerjoin(Device, Device.name == KnownDevice.device)
        .outerjoin(Site, Site.id == Device.site_id)
    )


def _where(query: Any, asked: KnownFilter) -> Any:
    if asked.wanted is not None:
        query = query.where(Device.id.is_not(None) if asked.wanted else Device.id.is_(None))
    if asked.vendors:
        query = query.where(KnownDevice.vendor.in_(sorted(set(asked.vendors))))
    if asked.ways:
        query = query.where(KnownDevice.way.in_(sorted(set(asked.ways))))
    if asked.q:
        part = f"%{escaped(asked.q)}%"
        columns = ("device", "address", "hostname", "serial", "vendor", "model")
        query = query.where(or_(*(getattr(KnownDevice, name).ilike(part, escape="\\") for name in columns)))
    return query


def _lines(session: Session, rows: Sequence[Any]) -> list[KnownLine]:
    records = [row[0] for row in rows]
    names = [one.device for one in records]
    seen = {
        one.device: one
        for one in session.scalars(select(ObservedDevice).where(ObservedDevice.device.in_(names)))
    }
    parts = _chassis(session, names)
    likely = _likely(session, [row[0] for row in rows if row.wanted_id is None])
    models = ModelIndex(session) if rows else None
    found = []
    for row in rows:
        record, told = row[0], seen.get(row[0].device)
        vendor = "" if record.vendor.lower() == "unknown" else record.vendor
        words = (record.model, *parts.get(record.device, ()))
        found.append(
            KnownLine(
                id=record.id,
                device=record.device,
                address=record.address,
                hostname=record.hostname,
                vendor=record.vendor,
                model=record.model,
                serial=record.serial,
                platform=told.platform if told else "",
                os_version=(told.os_version or "") if told else "",
                way=record.way,
                first_seen=record.first_seen,
                last_seen=record.last_seen,
                wanted=row.wanted_id is not None,
                site=row.site or "",
                told=bool(told and told.observed_at),
                match=models.find(ModelForm.DEVICE, words, vendor) if models else Match(),
                likely=tuple(likely.get(record.id, ())),
            )
        )
    return found


def _chassis(session: Session, names: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """What the chassis says of itself, where the device's own word for its model is in no library."""
    query = select(ObservedComponent).where(
        ObservedComponent.device.in_(names), ObservedComponent.component_class == ComponentClass.CHASSIS
    )
    found: dict[str, tuple[str, ...]] = {}
    for part in session.scalars(query.order_by(ObservedComponent.device, ObservedComponent.name)):
        found.setdefault(part.device, (part.part_number or part.model or "",))
    return found


def _likely(session: Session, records: Sequence[KnownDevice]) -> Mapping[int, list[str]]:
    """Wanted devices of the same serial number or short name, by record."""
    if not records:
        return {}
    serials: dict[int, str] = {one.id: serial_mark(one.serial) for one in records if serial_mark(one.serial)}
    names = {one.id: set(_names(one)) for one in records}
    words = {word for own in names.values() for word in own}
    query = select(Device.name, Device.serial).where(
        or_(func.upper(Device.serial).in_(sorted(set(serials.values()))), func.lower(Device.name).in_(words))
    )
    found: defaultdict[int, list[str]] = defaultdict(list)
    for name, serial in session.execute(query.order_by(Device.name)):
        for one in records:
            if name.lower() in names[one.id] or (
                serial_mark(serial) and serial_mark(serial) == serials.get(one.id)
            ):
                found[one.id].append(name)
    return found


def _names(record: KnownDevice) -> Iterator[str]:
    for word in (record.device, record.hostname):
        if word:
            yield word.lower()
            yield word.lower().split(".")[0]
