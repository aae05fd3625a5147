"""Under which name a found device's words are kept: never over those of another."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

import pytest
from sqlalchemy import select, update

from netwright.collect.discovery.identity import Marks, hardware_marks, name_mark, serial_mark
from netwright.collect.discovery.known import KnownDevice, Register, Sighting
from netwright.collect.discovery.naming import settle_name
from netwright.collect.observed import ObservedDevice
from netwright.inventory import Device
from netwright.store.database import Database

HOME = "10.250.9.9"


def seen(address: str, name: str, serial: str, macs: Sequence[str] = ()) -> Sighting:
    marks = Marks(serial_mark(serial), "", hardware_marks(macs), name_mark(name), frozenset({address}))
    return Sighting(address, "range", name, "", "", serial, marks)


@pytest.fixture
def wanted(database: Database) -> Database:
    """ams-edge1 is wanted with serial number WANTED01 at an address of its own, and was observed."""
    with database.write() as session:
        session.execute(
            update(Device)
            .where(Device.name == "ams-edge1")
            .values(serial="WANTED01", management_address=ipaddress.ip_address(HOME))
        )
        session.add(ObservedDevice(device="ams-edge1", serial="WANTED01"))
    return database


def names(database: Database, *runs: Sequence[Sighting]) -> list[str]:
    """The names that the devices of the last run got, a hundred seconds from run to run."""
    for number, sightings in enumerate(runs):
        began = 1000.0 + 100 * number
        with database.write() as session:
            found = [
                settle_name(session, Register(session, began).take(one, began + 1), one, began)
                for one in sightings
            ]
    return found


def observed(database: Database) -> dict[str, str | None]:
    with database.read() as session:
        rows = session.execute(select(ObservedDevice.device, ObservedDevice.serial))
        return {device: serial for device, serial in rows}  # noqa: C416 (rows are no pairs to mypy)


@pytest.mark.parametrize(
    ("one", "name"),
    [
        (seen("10.9.9.1", "zz", "WANTED01"), "ams-edge1"),  # renumbered and renamed
        (seen(HOME, "zz", "OTHER0002"), "ams-edge1"),  # replaced: the audit says wrong serial
        (seen("10.9.9.1", "AMS-edge1.example.net", ""), "ams-edge1"),
        (seen("10.9.9.1", "ams-edge1", "OTHER0002"), "ams-edge1-OTHER0002"),  # another of the same name
        (seen("10.9.9.1", "zz", "OTHER0002"), "zz"),
        (seen("10.9.9.1", "", ""), "10.9.9.1"),
    ],
)
def test_whose_name_it_gets(wanted: Database, one: Sighting, name: str) -> None:
    assert names(wanted, [one]) == [name]
    assert observed(wanted) == {"ams-edge1": "WANTED01"}  # nobody's words were moved or lost


def test_a_stranger_of_the_same_name_stays_apart(wanted: Database) -> None:
    stranger = seen("10.9.9.1", "ams-edge1", "OTHER0002")
    assert names(wanted, [stranger], [stranger]) == ["ams-edge1-OTHER0002"]


def test_the_replacement_takes_the_name_and_the_old_chassis_gives_it_up(wanted: Database) -> None:
    old, new = seen(HOME, "ams-edge1", "WANTED01"), seen(HOME, "ams-edge1", "OTHER0002")
    assert names(wanted, [old], [new]) == ["ams-edge1"]
    with wanted.read() as session:
        rows = session.execute(select(KnownDevice.serial, KnownDevice.device).order_by(KnownDevice.serial))
        assert [tuple(row) for row in rows] == [
            ("OTHER0002", "ams-edge1"),
            ("WANTED01", "ams-edge1-WANTED01"),
        ]


def test_the_wanted_chassis_keeps_the_name_when_both_answer(wanted: Database) -> None:
    old, new = seen("10.9.9.7", "ams-edge1", "WANTED01"), seen(HOME, "ams-edge1", "OTHER0002")
    assert names(wanted, [old, new]) == ["ams-edge1", "ams-edge1-OTHER0002"]


def test_a_device_that_is_renamed_takes_what_was_observed_along(database: Database) -> None:
    before, after = seen("10.9.9.1", "zz", "FOC0001A"), seen("10.9.9.1", "yy", "FOC0001A")
    assert names(database, [before]) == ["zz"]
    with database.write() as session:
        session.add(ObservedDevice(device="zz", serial="FOC0001A"))
    assert names(database, [after]) == ["yy"]
    assert observed(database) == {"yy": "FOC0001A"}
