"""Rollouts survive the death of their worker, whenever it comes."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.deploy.fakenetwork import Network, open_network

from netwright.app.worker import Worker, WorkerLock
from netwright.base.clock import SystemClock
from netwright.base.errors import BusyError
from netwright.deploy.moment import Moment
from netwright.deploy.records import DeviceState, RolloutState
from netwright.deploy.rollout import Terms

ROOT = Path(__file__).parents[2]
CHILD = Path(__file__).with_name("rollout_child.py")
MOMENTS = [moment for moment in Moment if moment not in (Moment.REVERTING, Moment.REVERTED)]


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    made = open_network(tmp_path, SystemClock())
    yield made
    made.database.close()


def child(network: Network, rollout: str, *fatal: str) -> int:
    """Run a worker process to its end; its exit code."""
    done = subprocess.run(
        [sys.executable, str(CHILD), str(network.folder), rollout, *fatal],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode not in (0, -signal.SIGKILL):
        raise AssertionError(done.stderr)
    return done.returncode


async def run_here(network: Network, rollout: str) -> None:
    worker = Worker(f"sqlite:///{network.folder / 'workflows.db'}", network.hands)
    async with asyncio.timeout(30):
        await worker.run(lambda: network.head(rollout).state.final)


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
async def test_killed_in_the_middle_of_a_wave_and_taken_up(network: Network, moment: Moment) -> None:
    rollout = await network.rollout()
    victim = next(name for name in network.states(rollout) if network.row(rollout, name).wave == 1)
    assert child(network, rollout, moment.value, victim) == -signal.SIGKILL
    assert not network.head(rollout).state.final
    await run_here(network, rollout)
    assert network.head(rollout).state is RolloutState.DONE
    assert set(network.states(rollout).values()) == {DeviceState.CONFIRMED}
    assert network.armed() == []
    for name in network.states(rollout):
        assert [line.split()[1] for line in network.fleet.device(name).log] == ["armed", "confirmed"]
    assert (await network.plan()).empty


@pytest.mark.slow
async def test_killed_twice(network: Network) -> None:
    rollout = await network.rollout()
    first, *_, last = sorted(network.states(rollout), key=lambda name: network.row(rollout, name).wave)
    assert child(network, rollout, Moment.CONFIRMED.value, first) == -signal.SIGKILL
    assert child(network, rollout, Moment.ARMED.value, last) == -signal.SIGKILL
    await run_here(network, rollout)
    assert set(network.states(rollout).values()) == {DeviceState.CONFIRMED}


@pytest.mark.slow
async def test_killed_and_taken_up_too_late_stops_the_rollout(network: Network) -> None:
    rollout = await network.rollout(terms=Terms(timer_s=15))
    canary = next(name for name in network.states(rollout) if network.row(rollout, name).wave == 0)
    assert child(network, rollout, Moment.ARMED.value, canary) == -signal.SIGKILL
    device = network.fleet.device(canary)
    state = device.read()
    state["armed"]["until"] = 0  # the device's timer ran out meanwhile
    device.write(state)
    await run_here(network, rollout)
    assert network.head(rollout).state is RolloutState.STOPPED
    assert "canary" in network.head(rollout).message
    assert network.states(rollout)[canary] is DeviceState.REVERTED
    assert device.running == "hostname bare\n"
    assert network.armed() == []


async def test_a_cancelled_worker_leaves_its_work_to_the_next(network: Network) -> None:
    rollout = await network.rollout()
    armed = asyncio.Event()

    class Watch:
        def moment(self, moment: Moment, device: str) -> None:
            if moment is Moment.ARMED:
                armed.set()

    watched = open_network(network.folder, SystemClock(), observer=Watch())
    task = asyncio.create_task(run_here(watched, rollout))
    await asyncio.wait_for(armed.wait(), 20)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    watched.database.close()
    assert not network.head(rollout).state.final
    await run_here(network, rollout)
    assert set(network.states(rollout).values()) == {DeviceState.CONFIRMED}


@pytest.mark.slow
async def test_a_lost_workflow_file_loses_no_rollout(network: Network) -> None:
    rollout = await network.rollout()
    canary = next(name for name in network.states(rollout) if network.row(rollout, name).wave == 0)
    assert child(network, rollout, Moment.CHECKED.value, canary) == -signal.SIGKILL
    for file in network.folder.glob("workflows.db*"):
        file.unlink()
    await run_here(network, rollout)
    assert set(network.states(rollout).values()) == {DeviceState.CONFIRMED}


async def test_a_fault_of_ours_ends_the_rollout_with_a_reason(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    rollout = await network.rollout()

    def broken(rollout: str, wave: int) -> str:
        raise RuntimeError("out of paper")

    monkeypatch.setattr(network.journal, "gate", broken)
    await run_here(network, rollout)
    head = network.head(rollout)
    assert head.state is RolloutState.STOPPED
    assert "out of paper" in head.message
    assert set(network.states(rollout).values()) == {DeviceState.CONFIRMED, DeviceState.SKIPPED}


async def test_two_rollouts_run_one_after_the_other(network: Network) -> None:
    first = await network.rollout("ams-edge1", "ams-tor1")
    second = await network.rollout("par-edge1", "par-edge2")
    await run_here(network, second)
    assert network.head(first).state is network.head(second).state is RolloutState.DONE
    assert network.head(first).finished_at <= network.head(second).started_at  # type: ignore[operator]


async def test_the_workflow_file_holds_no_secret(network: Network) -> None:
    await run_here(network, await network.rollout())
    file = network.folder / "workflows.db"
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    assert b"s3cret" not in file.read_bytes()


def test_one_worker_at_a_time(tmp_path: Path) -> None:
    file = tmp_path / "worker.lock"
    first, second = WorkerLock(file), WorkerLock(file)
    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    with pytest.raises(BusyError, match=f"pid {os.getpid()}"):
        second.require()
    first.release()
    assert second.acquire()
    second.release()
