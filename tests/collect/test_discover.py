"""Discovery: every answer and every failure is kept; one device never costs another its answer."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from sqlalchemy import func, select

from netwright.base.outcome import Outcome
from netwright.collect.discover import discover
from netwright.collect.observed import (
    ObservedAddress,
    ObservedAnswer,
    ObservedBgpSession,
    ObservedComponent,
    ObservedDevice,
    ObservedInterface,
)
from netwright.collect.wanted import Wanted
from netwright.platforms.facts import DeviceFacts
from netwright.store.database import Database

from .conftest import HeldClock
from .fleet import Fleet
from .network import NOW


async def _discover(database: Database, fleet: Fleet, clock: HeldClock) -> list[Outcome[DeviceFacts]]:
    return await discover(database, fleet.targets(), fleet.open_session, clock, deadline_s=5)


async def test_it_keeps_what_devices_say(database: Database, wanted: Wanted, clock: HeldClock) -> None:
    fleet = Fleet(wanted, clock.now)

    outcomes = await _discover(database, fleet, clock)

    assert [outcome.device for outcome in outcomes] == fleet.present
    assert all(outcome.ok for outcome in outcomes)
    with database.read() as session:
        edge = session.get_one(ObservedDevice, "ams-edge1")
        assert (edge.serial, edge.model, edge.reachable, edge.error) == ("NWAMSEDGE101", "NW-7100", True, "")
        assert edge.sources == ["ssh", "snmp", "lldp"]
        count = select(func.count()).where(ObservedComponent.device == "ams-edge1")
        assert session.scalar(count) == 4
        assert session.get_one(ObservedInterface, ("ams-edge1", "swp1")).mtu == 9000
    assert all(session.closed for session in fleet.open.values())


async def test_failures_are_told_and_kept_beside_the_answers(
    database: Database, wanted: Wanted, clock: HeldClock
) -> None:
    fleet = Fleet(wanted, clock.now)
    fleet["par-edge1"].crash()
    fleet["ams-tor1"].hang = asyncio.Event()
    seen: list[str] = []

    outcomes = await discover(
        database,
        fleet.targets(),
        fleet.open_session,
        clock,
        deadline_s=0.5,
        on_progress=lambda outcome: seen.append(outcome.device),
    )

    assert {outcome.device for outcome in outcomes if not outcome.ok} == {"par-edge1", "ams-tor1"}
    assert sorted(seen) == sorted(fleet.present)
    with database.read() as session:
        errors = {
            row.device: (row.reachable, row.error, row.observed_at)
            for row in session.scalars(select(ObservedDevice))
        }
    assert errors["par-edge1"] == (False, "no connection (no route to host)", None)
    assert errors["ams-tor1"][0] is False
    assert "not finished within" in errors["ams-tor1"][1]
    assert errors["ams-edge1"] == (True, "", NOW)


async def test_a_second_answer_replaces_the_first_and_a_failure_keeps_it(
    database: Database, wanted: Wanted, clock: HeldClock
) -> None:
    fleet = Fleet(wanted, clock.now)
    await _discover(database, fleet, clock)
    clock.time += 60
    fleet["ams-edge1"].says(
        components={"psu2": "absent"},
        interfaces={"swp1": "down", "swp4": "absent"},
        sessions={"198.19.0.1": "absent"},
        addresses={"swp3": []},
    )
    fleet["ams-edge2"].crash()

    await _discover(database, fleet, clock)

    with database.read() as session:
        names = session.scalars(select(ObservedComponent.name).where(ObservedComponent.device == "ams-edge1"))
        assert set(names) == {"chassis", "psu1", "fan1"}
        interfaces = {
            row.name: row.changed_at
            for row in session.scalars(
                select(ObservedInterface).where(ObservedInterface.device == "ams-edge1")
            )
        }
        assert "swp4" not in interfaces
        assert interfaces["swp1"] == NOW + 60
        assert interfaces["swp3"] == NOW  # its state did not change
        remotes = session.scalars(
            select(ObservedBgpSession.remote_address).where(ObservedBgpSession.device == "ams-edge1")
        )
        assert "198.19.0.1" not in {str(remote) for remote in remotes}
        addresses = session.scalars(
            select(ObservedAddress.interface).where(ObservedAddress.device == "ams-edge1")
        )
        assert "swp3" not in set(addresses)
        lost = session.get_one(ObservedDevice, "ams-edge2")
        assert (lost.reachable, lost.serial, lost.observed_at) == (False, "NWAMSEDGE201", NOW)
        assert (
            session.scalar(select(func.count()).where(ObservedComponent.device == "ams-edge2")) == 4
        )  # what it said is kept with its age


async def test_a_part_not_understood_removes_nothing(
    database: Database, wanted: Wanted, clock: HeldClock
) -> None:
    fleet = Fleet(wanted, clock.now)
    await _discover(database, fleet, clock)
    clock.time += 60
    fleet["ams-edge1"].says(no_components=True, unparsed=["snmp entity table"])

    await _discover(database, fleet, clock)

    with database.read() as session:
        device = session.get_one(ObservedDevice, "ams-edge1")
        assert device.reachable
        assert device.error == "part of the answer is missing: snmp entity table (?)"
        ages = session.scalars(
            select(ObservedComponent.observed_at).where(ObservedComponent.device == "ams-edge1")
        )
        assert list(ages) == [NOW] * 4


async def test_what_could_not_be_read_is_kept_as_it_came_until_it_can(
    database: Database, wanted: Wanted, clock: HeldClock
) -> None:
    fleet = Fleet(wanted, clock.now)
    first = fleet["ams-edge1"].facts
    fleet["ams-edge1"].facts = replace(
        first,
        interfaces=tuple(replace(port, source="cli: show interfaces") for port in first.interfaces),
        answered=(("cli: show interfaces", NOW + 2),),
        unparsed=(("cli: show vlan", "ValueError: no such thing\nVLAN  what?"),),
    )
    await _discover(database, fleet, clock)
    with database.read() as session:
        kept = session.get_one(ObservedAnswer, ("ams-edge1", "cli: show vlan"))
        assert (kept.answer, kept.observed_at) == ("ValueError: no such thing\nVLAN  what?", NOW)
        port = session.get_one(ObservedInterface, ("ams-edge1", "swp1"))
        assert (port.source, port.observed_at) == ("cli: show interfaces", NOW + 2)
    fleet["ams-edge1"].facts = first
    await _discover(database, fleet, clock)
    with database.read() as session:
        assert session.scalars(select(ObservedAnswer)).all() == []
        assert session.get_one(ObservedInterface, ("ams-edge1", "swp1")).source == "cli: show interfaces"
