"""Under which name what a found device says is kept: the wanted device's that it is, else its own."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import cast

from sqlalchemy import Table, delete, func, or_, select, update
from sqlalchemy.orm import Session

from netwright.base.address import Address
from netwright.collect import observed
from netwright.collect.discovery.identity import serial_mark
from netwright.collect.discovery.known import KnownDevice, Recognised, Sighting
from netwright.inventory import Device
from netwright.store.record import Base

TABLES: tuple[type[Base], ...] = (
    observed.ObservedDevice,
    observed.ObservedInterface,
    observed.ObservedAddress,
    observed.ObservedComponent,
    observed.ObservedSensor,
    observed.ObservedNeighbor,
    observed.ObservedBgpSession,
    observed.ObservedRoute,
    observed.ObservedConfig,
    observed.ObservedAnswer,
)


def settle_name(session: Session, found: Recognised, seen: Sighting, began: float) -> str:
    """Give the record the name it should have now, and take its observed rows along. Needs a write
    session."""
    record = session.get_one(KnownDevice, found.known_id)
    for joined in found.joined:
        if session.scalar(select(Device.id).where(Device.name == joined)) is None:
            forget(session, joined)
    wanted = wanted_device(session, seen)
    if wanted is None:
        return _rename(session, record, _own_name(session, record, seen))
    holder = session.scalar(select(KnownDevice).where(KnownDevice.device == wanted))
    held = holder is not None and holder is not record and holder.last_seen >= began
    if holder is not None and held and _has_serial_of(session, holder.serial, wanted):
        return _rename(session, record, _own_name(session, record, seen))
    return bind(session, record, wanted)


def bind(session: Session, record: KnownDevice, wanted: str) -> str:
    """Keep what a device says under a wanted device's name; whoever had that name gets another one."""
    holder = session.scalar(select(KnownDevice).where(KnownDevice.device == wanted))
    if holder is not None and holder is not record:
        _rename(session, holder, _spare_name(session, holder))
    return _rename(session, record, wanted)


def wanted_device(session: Session, seen: Sighting) -> str | None:
    """The wanted device that answers here: the one of this serial number; else the one that is managed by
    this address, whatever its serial number (an audit tells when it is another); else the one of this
    name, unless another serial number is wanted of it."""
    serial = seen.marks.serial
    address = _address(seen.address)
    name = seen.hostname.lower()
    short = name.split(".")[0]
    tests = [Device.management_address == address] if address else []
    tests += [func.upper(Device.serial) == serial] if serial else []
    tests += [func.lower(Device.name).in_({name, short})] if name else []
    if not tests:
        return None
    rows = session.execute(
        select(Device.name, Device.serial, Device.management_address).where(or_(*tests)).order_by(Device.name)
    ).all()
    by_serial = [row.name for row in rows if serial and serial_mark(row.serial) == serial]
    if len(by_serial) == 1:
        return str(by_serial[0])
    for row in rows:
        if address and row.management_address == address:
            return str(row.name)
    for row in rows:
        wants = serial_mark(row.serial)
        if row.name.lower() in {name, short} and not (wants and serial and wants != serial):
            return str(row.name)
    return None


def forget(session: Session, device: str) -> None:
    """Take away what was observed under a name."""
    for table in _tables():
        session.execute(delete(table).where(table.c.device == device))


def move(session: Session, old: str, new: str) -> None:
    """What was observed under one name was another's. Nothing happens when there is nothing."""
    if session.get(observed.ObservedDevice, old) is None:
        return
    for table in _tables():
        session.execute(delete(table).where(table.c.device == new))
        session.execute(update(table).where(table.c.device == old).values(device=new))
    session.expire_all()


def _tables() -> Iterable[Table]:
    return (cast("Table", record.__table__) for record in TABLES)


def _rename(session: Session, record: KnownDevice, name: str) -> str:
    if record.device != name:
        move(session, record.device, name)
        record.device = name
        session.flush()
    return name


def _own_name(session: Session, record: KnownDevice, seen: Sighting) -> str:
    """The device's own name where it is free, else with what tells it apart."""
    for name in (seen.hostname, f"{seen.hostname}-{seen.serial}" if seen.serial else "", seen.address):
        if name and _is_free(session, name[:255], record.id):
            return name[:255]
    return f"{seen.hostname or 'device'}-{record.id}"[:255]


def _spare_name(session: Session, record: KnownDevice) -> str:
    """For a device that lost its name to another one."""
    name = f"{record.device}-{record.serial or record.id}"[:255]
    return name if _is_free(session, name, record.id) else f"{record.device}-{record.id}"


def _is_free(session: Session, name: str, own: int) -> bool:
    known = session.scalar(select(KnownDevice.id).where(KnownDevice.device == name))
    return known in {None, own} and session.scalar(select(Device.id).where(Device.name == name)) is None


def _has_serial_of(session: Session, serial: str, wanted: str) -> bool:
    wants = serial_mark(session.scalar(select(Device.serial).where(Device.name == wanted)))
    return bool(wants) and wants == serial_mark(serial)


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
