"""Rounds of collection over devices in memory, a real database and real series."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from netwright.base.errors import CommandFailedError, SessionLimitError, StorageError
from netwright.collect.drift import DriftReport
from netwright.collect.findings import open_findings
from netwright.collect.observed import (
    ObservedBgpSession,
    ObservedConfig,
    ObservedDevice,
    ObservedInterface,
    ObservedRoute,
)
from netwright.collect.round import Collector, Pace, RoundSummary
from netwright.collect.wanted import Wanted
from netwright.device.session import Session
from netwright.inventory import Device
from netwright.platforms.facts import OperState
from netwright.platforms.target import Target
from netwright.store.database import Database
from netwright.store.history import Revision
from netwright.store.series import SeriesStore

from .conftest import HeldClock
from .fleet import Fleet

PACE = Pace(interval_s=5.0, deadline_s=1.5, warm_s=0.5, config_every=1000, facts_every=1000)
MakeCollector = Callable[..., Collector]


async def _compare(target: Target, session: Session, running: str) -> DriftReport:
    equal = running == "hostname x\n"
    return DriftReport(running, str(hash(running)), equal, "" if equal else "--- running\n+++ wanted\n-a\n")


@pytest.fixture
def fleet(wanted: Wanted, clock: HeldClock) -> Fleet:
    return Fleet(wanted, clock.now)


@pytest.fixture
def series(tmp_path: Path) -> SeriesStore:
    return SeriesStore(tmp_path / "series.db")


@pytest.fixture
async def make(
    database: Database, series: SeriesStore, fleet: Fleet, clock: HeldClock
) -> AsyncIterator[MakeCollector]:
    made: list[Collector] = []

    def make(pace: Pace = PACE) -> Collector:
        made.append(
            Collector(
                database, series, fleet.targets, fleet.open_session, clock, pace=pace, drift_check=_compare
            )
        )
        return made[-1]

    yield make
    for collector in made:
        await collector.close()
    await fleet.pool.close()
    assert all(session.closed for session in fleet.open.values())


async def _round(collector: Collector, clock: HeldClock) -> RoundSummary:
    clock.time += 5
    return await collector.round()


def _kinds(database: Database, *, held_back: bool = False) -> list[str]:
    with database.read() as session:
        return [f"{f.kind} {f.device}" for f in open_findings(session) if bool(f.cause) == held_back]


async def test_a_first_round_brings_everything(
    database: Database, series: SeriesStore, fleet: Fleet, clock: HeldClock, make: MakeCollector
) -> None:
    summary = await _round(make(), clock)

    assert (summary.devices, summary.answered, summary.failed, summary.skipped) == (6, 6, (), 0)
    assert summary.configs == 6
    assert summary.open == 0
    last = {key[1:]: point[1] for key, point in series.last("ams-edge1").items()}
    assert last["interface:swp1", "in-octets"] == 1000
    assert last["interface:swp1", "oper-up"] == 1
    assert last["bgp:10.254.1.0", "established"] == 1
    assert last["bgp:10.254.1.0", "prefixes-received"] == 10
    assert last["sensor:temp1", "value"] == 41.0
    assert last["system", "cpu"] == 0.1
    assert last["system", "reachable"] == 1
    assert summary.samples == len(series.last())
    with database.read() as session:
        edge = session.get_one(ObservedDevice, "ams-edge1")
        assert (edge.cpu, edge.memory, edge.polled_at) == (0.1, 0.4, clock.time)
        assert edge.serial == "NWAMSEDGE101"
        assert session.scalars(select(ObservedRoute)).first() is not None
        assert session.get_one(ObservedConfig, "ams-edge1").equal


async def test_sessions_are_kept_and_later_rounds_ask_for_less(
    fleet: Fleet, clock: HeldClock, make: MakeCollector
) -> None:
    collector = make()
    for _ in range(3):
        await _round(collector, clock)

    edge = fleet["ams-edge1"]
    assert edge.sessions == 1
    assert edge.asked == ["sample", "facts", "config", "sample", "sample"]


async def test_a_broken_session_is_opened_anew_in_the_same_poll(
    fleet: Fleet, clock: HeldClock, make: MakeCollector
) -> None:
    collector = make()
    await _round(collector, clock)
    broken = fleet.open["ams-edge1"]
    broken.broken = True

    summary = await _round(collector, clock)

    assert summary.failed == ()
    assert fleet["ams-edge1"].sessions == 2
    assert broken.closed


async def test_states_and_findings_follow_the_devices(
    database: Database, series: SeriesStore, fleet: Fleet, clock: HeldClock, make: MakeCollector
) -> None:
    collector = make()
    await _round(collector, clock)
    first = clock.time
    fleet["ams-edge1"].crash()
    fleet["fra-core1"].says(interfaces={"swp1": "down"}, sessions={"10.254.1.1": "active"})

    summary = await _round(collector, clock)

    assert [device for device, _ in summary.failed] == ["ams-edge1"]
    assert _kinds(database) == ["device-unreachable ams-edge1"]
    assert _kinds(database, held_back=True) == ["bgp-down fra-core1", "interface-down fra-core1"]
    assert (summary.opened, summary.open) == (3, 1)
    assert series.last("ams-edge1")["ams-edge1", "system", "reachable"][1] == 0
    with database.read() as session:
        swp1 = session.get_one(ObservedInterface, ("fra-core1", "swp1"))
        assert (swp1.oper, swp1.changed_at, swp1.mtu) == (OperState.DOWN, clock.time, 9000)
        assert session.get_one(ObservedInterface, ("fra-core1", "swp2")).changed_at == first

    fleet["ams-edge1"].fault = None
    fleet["fra-core1"].says(interfaces={"swp1": "up"}, sessions={"10.254.1.1": "established"})
    summary = await _round(collector, clock)
    assert (summary.cleared, summary.open) == (3, 0)
    # it may be another device that came back: facts and configuration were read again
    assert fleet["ams-edge1"].asked[-3:] == ["sample", "facts", "config"]


async def test_a_replaced_chassis_is_found_when_the_device_is_back(
    database: Database, fleet: Fleet, clock: HeldClock, make: MakeCollector
) -> None:
    collector = make()
    await _round(collector, clock)
    fleet["ams-edge1"].says(serial="NWSTRANGER01", uptime_s=3.0)

    await _round(collector, clock)  # sees that it started anew
    await _round(collector, clock)  # asks what it is

    assert _kinds(database) == ["wrong-serial ams-edge1"]


async def test_a_quiet_round_keeps_findings_fresh(
    database: Database, fleet: Fleet, clock: HeldClock, make: MakeCollector
) -> None:
    fleet["ams-edge1"].says(components={"psu2": "absent"})
    collector = make()
    await _round(collector, clock)
    opened = clock.time
    for _ in range(2):
        summary = await _round(collector, clock)
        assert (summary.opened, summary.cleared, summary.open) == (0, 0, 1)
    with database.read() as session:
        (finding,) = open_findings(session)
        assert (finding.first_seen, finding.last_seen) == (opened, clock.time)


async def test_a_change_by_hand_is_found_by_the_next_reading(
    database: Database, fleet: Fleet, clock: HeldClock, make: MakeCollector
) -> None:
    collector = make(replace(PACE, config_every=1))
    await _round(collector, clock)
    fleet["par-edge1"].running = "hostname y\n"
    before = fleet["par-edge1"].asked.count("facts")

    summary = await _round(collector, clock)

    assert summary.configs == 6
    assert _kinds(database) == ["config-drift par-edge1"]
    assert fleet["par-edge1"].asked.count("facts") == before + 1  # a change may have moved addresses
    fleet["par-edge1"].running = "hostname x\n"
    await _round(collector, clock)
    assert _kinds(database) == []


async def test_a_suspected_device_is_read_at_once(
    database: Database, fleet: Fleet, clock: HeldClock, make: MakeCollector
) -> None:
    collector = make()
    await _round(collector, clock)
    fleet["par-edge1"].running = "hostname y\n"
    collector.suspect("par-edge1")
    summary = await _round(collector, clock)
    assert summary.configs == 1
    assert _kinds(database) == ["config-drift par-edge1"]


async def test_facts_are_read_again_after_a_rollout_of_ours(
    database: Database, fleet: Fleet, clock: HeldClock, make: MakeCollector
) -> None:
    """The rollout stores the configuration it left behind; addresses are of the time before."""
    collector = make()
    await _round(collector, clock)
    with database.write() as session:
        session.get_one(ObservedConfig, "ams-tor1").running_hash = "deployed"
    await _round(collector, clock)
    assert fleet["ams-tor1"].asked[-1] == "facts"
    assert fleet["ams-edge1"].asked[-1] == "sample"
    await _round(collector, clock)
    assert fleet["ams-tor1"].asked[-1] == "sample"


@pytest.mark.parametrize("way", ["refuses", "hangs"])
async def test_a_configuration_that_cannot_be_read_does_not_make_the_device_silent(
    way: str, fleet: Fleet, clock: HeldClock, make: MakeCollector, database: Database
) -> None:
    class Failing:
        async def read_running(self, session: Session) -> str:
            if way == "hangs":
                await asyncio.Event().wait()
            raise CommandFailedError("vtysh ended with status 1", subject="x")

    fleet.platform = replace(fleet.platform, config=Failing())  # type: ignore[arg-type]
    summary = await _round(make(), clock)

    assert (summary.answered, summary.configs, summary.failed) == (6, 0, ())
    assert {kind.split()[0] for kind in _kinds(database)} == {"partial-answer"}
    with database.read() as session:
        said = session.get_one(ObservedDevice, "ams-edge1").error
    why = "vtysh ended with status 1" if way == "refuses" else "it took too long"
    assert said == f"its configuration could not be read ({why})"


async def test_a_hanging_device_is_never_polled_twice_at_once(
    fleet: Fleet, clock: HeldClock, make: MakeCollector, database: Database
) -> None:
    hang = fleet["ams-tor1"].hang = asyncio.Event()
    collector = make(replace(PACE, deadline_s=30, warm_s=30))
    clock.time += 5
    first = await collector.round(wait_s=0.2)
    second = await collector.round(wait_s=0.05)
    hang.set()
    third = await collector.round(wait_s=5)

    assert (first.answered, first.failed, second.answered) == (5, (), 5)
    assert (first.skipped, second.skipped) == (0, 1)
    assert third.answered == 6
    assert fleet["ams-tor1"].busiest == 1
    with database.read() as session:
        assert session.get_one(ObservedDevice, "ams-tor1").reachable


async def test_a_device_that_hangs_past_its_deadline_is_unreachable(
    fleet: Fleet, clock: HeldClock, make: MakeCollector, database: Database
) -> None:
    collector = make()
    await _round(collector, clock)
    fleet["ams-tor1"].hang = asyncio.Event()

    summary = await _round(collector, clock)

    assert [device for device, _ in summary.failed] == ["ams-tor1"]
    assert "device-unreachable ams-tor1" in _kinds(database)


async def test_a_device_that_leaves_the_fleet_is_let_go(
    database: Database, fleet: Fleet, clock: HeldClock, make: MakeCollector
) -> None:
    fleet["ams-edge2"].says(components={"psu2": "absent"})
    collector = make()
    await _round(collector, clock)
    fleet.present.remove("ams-edge2")

    summary = await _round(collector, clock)

    assert summary.devices == 5
    assert fleet["ams-edge2"].asked == ["sample", "facts", "config"]


async def test_run_keeps_its_times_and_survives_a_bad_round(
    database: Database, series: SeriesStore, fleet: Fleet, clock: HeldClock
) -> None:
    class FullDisk(SeriesStore):
        def write_round(self, time: float, samples: object) -> None:
            if len(done) == 1 and not failed:
                failed.append(time)
                raise StorageError("the disk is full", subject="series.db")
            series.write_round(time, samples)  # type: ignore[arg-type]

    done: list[RoundSummary] = []
    failed: list[float] = []
    stop = asyncio.Event()

    def on_round(summary: RoundSummary) -> None:
        done.append(summary)
        if len(done) == 3:
            stop.set()

    class Running(HeldClock):
        def monotonic(self) -> float:
            return asyncio.get_running_loop().time()

    collector = Collector(
        database,
        FullDisk(series.path),
        fleet.targets,
        fleet.open_session,
        Running(),
        pace=replace(PACE, interval_s=0.05),
        drift_check=_compare,
    )
    async with asyncio.timeout(30):
        await collector.run(stop, on_round=on_round)

    assert len(done) == 3
    assert len(failed) == 1
    assert fleet.pool.resting == 6
    await fleet.pool.close()
    assert all(session.closed for session in fleet.open.values())


async def test_a_device_that_got_no_session_is_not_said_to_be_silent(
    database: Database, fleet: Fleet, clock: HeldClock, make: MakeCollector
) -> None:
    """Our own limit kept us from asking it."""
    collector = make()
    await _round(collector, clock)
    edge = fleet["ams-edge1"]
    edge.fault = SessionLimitError("no place for a session within 60 s", subject="ams-edge1")

    summary = await _round(collector, clock)
    edge.fault = None
    assert (summary.answered, summary.failed, summary.skipped, summary.open) == (5, (), 1, 0)

    asked = len(edge.asked)
    await _round(collector, clock)
    assert edge.asked[asked:] == ["sample", "facts", "config"]


async def test_run_ends_after_the_rounds_asked_for(
    database: Database, series: SeriesStore, fleet: Fleet, clock: HeldClock
) -> None:
    class Running(HeldClock):
        def monotonic(self) -> float:
            return asyncio.get_running_loop().time()

    done: list[RoundSummary] = []
    collector = Collector(
        database,
        series,
        fleet.targets,
        fleet.open_session,
        Running(),
        pace=replace(PACE, interval_s=0.05),
    )
    await collector.run(asyncio.Event(), rounds=2, on_round=done.append)
    await fleet.pool.close()
    assert [summary.number for summary in done] == [1, 2]
    assert {summary.configs for summary in done} == {0}  # nobody compares, so nothing is read


async def test_a_change_of_what_is_wanted_is_judged_in_the_next_round(
    database: Database, fleet: Fleet, clock: HeldClock, make: MakeCollector
) -> None:
    collector = make()
    await _round(collector, clock)
    with database.write() as session:
        session.scalars(select(Device).where(Device.name == "ams-edge1")).one().serial = "NWOTHER01"
        session.add(Revision(number=7, at=clock.time, author="test", changeset_id=None))
    await _round(collector, clock)
    assert _kinds(database) == ["wrong-serial ams-edge1"]


async def test_bgp_rows_keep_when_they_changed(
    database: Database, fleet: Fleet, clock: HeldClock, make: MakeCollector
) -> None:
    collector = make()
    await _round(collector, clock)
    first = clock.time
    await _round(collector, clock)
    fleet["ams-edge1"].says(sessions={"198.19.0.1": "active"})
    await _round(collector, clock)
    with database.read() as session:
        rows = {
            str(row.remote_address): row.changed_at
            for row in session.scalars(
                select(ObservedBgpSession).where(ObservedBgpSession.device == "ams-edge1")
            )
        }
    assert rows["198.19.0.1"] == clock.time
    assert rows["10.254.1.0"] == first
