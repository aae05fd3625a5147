"""The course of a rollout: waves, gates, budget, stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest
from tests.deploy.fakenetwork import DEVICES, Network

from netwright.base.errors import ConflictError, InputError
from netwright.deploy.records import DeviceState, RolloutState
from netwright.deploy.rollout import Terms, conduct, waves_of
from netwright.deploy.step import run_device
from netwright.deploy.waves import Limits

T = TypeVar("T")


class InOneLife:
    """A Durable that remembers nothing: for a process that does not die."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.waves: list[list[str]] = []

    async def once(self, name: str, part: Callable[[], T]) -> T:
        return part()

    async def each(self, rollout: str, devices: Sequence[str]) -> None:
        self.waves.append(list(devices))
        await asyncio.gather(*(run_device(self.network.hands, rollout, device) for device in devices))


async def carry_out(network: Network, rollout: str) -> InOneLife:
    life = InOneLife(network)
    await conduct(network.journal, life, rollout)
    return life


async def test_from_bare_devices_to_an_empty_plan(network: Network) -> None:
    rollout = await network.rollout()
    life = await carry_out(network, rollout)
    assert set(network.states(rollout).values()) == {DeviceState.CONFIRMED}
    assert network.head(rollout).state is RolloutState.DONE
    assert (await network.plan()).empty
    assert network.armed() == []
    assert len(life.waves[0]) == 1
    for wave in life.waves:
        assert not {"ams-edge1", "ams-edge2"} <= set(wave)
        assert not {"fra-core1", "iad-core1"} <= set(wave)
    assert network.fleet.answers("10.0.0.0")  # both ends of our own session are there


async def test_a_canary_that_fails_stops_everything(network: Network) -> None:
    rollout = await network.rollout(terms=Terms(failure_budget=5))
    canary = next(name for name in network.states(rollout) if network.row(rollout, name).wave == 0)
    network.fleet.device(canary).fault("unreachable_until", network.clock.now() + 9999)
    await carry_out(network, rollout)
    states = network.states(rollout)
    assert states.pop(canary) is DeviceState.FAILED
    assert set(states.values()) == {DeviceState.SKIPPED}
    head = network.head(rollout)
    assert head.state is RolloutState.STOPPED
    assert "canary" in head.message
    assert canary in head.message
    assert "no route" in head.message


@pytest.mark.parametrize(("budget", "state"), [(0, RolloutState.STOPPED), (1, RolloutState.DONE)])
async def test_the_failure_budget(network: Network, budget: int, state: RolloutState) -> None:
    terms = Terms(failure_budget=budget, limits=Limits(wave_size=1))
    rollout = await network.rollout(terms=terms)
    network.fleet.device("ams-tor1").fault("unreachable_until", network.clock.now() + 99999)
    await carry_out(network, rollout)
    assert network.head(rollout).state is state
    states = network.states(rollout)
    assert states["ams-tor1"] is DeviceState.FAILED
    assert (DeviceState.SKIPPED in states.values()) == (
        state is RolloutState.STOPPED and _later(network, rollout)
    )


def _later(network: Network, rollout: str) -> bool:
    last = max(network.row(rollout, name).wave for name, *_ in DEVICES)
    return network.row(rollout, "ams-tor1").wave < last


async def test_a_stop_lets_nothing_new_begin(network: Network) -> None:
    rollout = await network.rollout()
    network.journal.request_stop(rollout, "ann")
    await carry_out(network, rollout)
    assert set(network.states(rollout).values()) == {DeviceState.SKIPPED}
    assert "stopped by ann" in network.head(rollout).message


async def test_a_device_is_in_one_rollout_at_a_time(network: Network) -> None:
    first = await network.rollout("ams-tor1")
    with pytest.raises(ConflictError, match=first):
        await network.rollout("ams-tor1", "ams-edge1")
    await carry_out(network, first)
    network.fleet.device("ams-tor1").change(running="hostname again\n")
    assert await network.rollout("ams-tor1") != first


async def test_nothing_to_do_and_too_short_a_timer_are_refused(network: Network) -> None:
    with pytest.raises(InputError, match="--timer"):
        await network.rollout(terms=Terms(timer_s=5))
    await carry_out(network, await network.rollout())
    with pytest.raises(InputError, match="nothing to roll out"):
        await network.rollout()


async def test_waves_are_shown_as_they_will_be(network: Network) -> None:
    plan = await network.plan()
    shown = waves_of(network.database, plan, Limits())
    rollout = await network.rollout()
    life = await carry_out(network, rollout)
    assert [sorted(wave) for wave in shown] == [sorted(wave) for wave in life.waves]
