"""One device's change under every fault, and taken up again from every point."""

from __future__ import annotations

import pytest
from tests.deploy.fakefleet import FileDriver
from tests.deploy.fakenetwork import DEVICES, FakeClock, Network, open_network, wanted

from netwright.deploy.moment import Moment
from netwright.deploy.records import DeviceState
from netwright.deploy.rollout import Terms, create_rollout
from netwright.deploy.step import run_device
from netwright.device.session import Session
from netwright.platforms.target import Target

EDGE = "ams-edge1"


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours runs after it."""


class KillAt:
    """Dies at one moment."""

    def __init__(self, fatal: Moment) -> None:
        self.fatal = fatal

    def moment(self, moment: Moment, device: str) -> None:
        if moment is self.fatal:
            raise Killed


async def run(network: Network, rollout: str, device: str = EDGE) -> DeviceState:
    return await run_device(network.hands, rollout, device)


async def test_a_good_change_is_confirmed(network: Network) -> None:
    rollout = await network.rollout(EDGE)
    assert await run(network, rollout) is DeviceState.CONFIRMED
    device = network.fleet.device(EDGE)
    assert device.running == wanted(EDGE)
    assert device.read()["startup"] == wanted(EDGE)
    assert (await network.plan(EDGE)).empty


async def test_a_session_that_does_not_come_up_reverts_the_change(network: Network) -> None:
    rollout = await network.rollout("par-edge1")
    network.fleet.partner("198.19.0.3", 0)  # the partner answers but sends nothing
    assert await run(network, rollout, "par-edge1") is DeviceState.REVERTED
    assert network.fleet.device("par-edge1").running == "hostname bare\n"
    assert "no prefixes received from 198.19.0.3" in network.row(rollout, "par-edge1").message


async def test_sessions_towards_bare_devices_are_not_asked_for(network: Network) -> None:
    rollout = await network.rollout("ams-tor1")
    assert await run(network, rollout, "ams-tor1") is DeviceState.CONFIRMED


async def test_losing_a_session_that_was_up_reverts(network: Network) -> None:
    running = wanted(EDGE).replace("password s3cret", "password 0ld")
    network.fleet.device(EDGE).change(running=running)
    rollout = await network.rollout(EDGE)

    class Cut:
        def moment(self, moment: Moment, device: str) -> None:
            if moment is Moment.ARMED:
                network.fleet._world.write_text('{"partners": {}, "owners": {}}')

    hands = network.hands
    object.__setattr__(hands, "observer", Cut())
    assert await run(network, rollout) is DeviceState.REVERTED
    assert "established before" in network.row(rollout, EDGE).message
    assert network.fleet.device(EDGE).running == running


@pytest.mark.parametrize(("back_after", "state"), [(75, DeviceState.REVERTED), (500, DeviceState.FAILED)])
async def test_management_lost_after_arming(network: Network, back_after: int, state: DeviceState) -> None:
    network.fleet.device(EDGE).fault("cut_after_arm", back_after)
    rollout = await network.rollout(EDGE)
    assert await run(network, rollout) is state
    message = network.row(rollout, EDGE).message
    assert "management lost" in message
    assert ("went back by itself (reverted: timer)" in message) == (state is DeviceState.REVERTED)
    assert network.fleet.device(EDGE).running == "hostname bare\n"


async def test_only_what_is_done_before_arming_may_go_over_a_held_session(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that follows proves with its login that the change lets us in."""
    opened: list[tuple[bool, bool]] = []
    open_session = network.fleet.open_session

    def note(target: Target, *, hold: bool = False, fresh: bool = False) -> Session:
        opened.append((hold, fresh))
        return open_session(target, hold=hold, fresh=fresh)

    monkeypatch.setattr(network.fleet, "open_session", note)
    rollout = await network.rollout(EDGE)
    opened.clear()
    assert await run(network, rollout) is DeviceState.CONFIRMED
    first, *_ = opened
    assert opened.count((True, False)) == 2
    assert set(opened) == {(True, False), (False, True)}
    assert opened[-1] == (False, True)
    assert first == (False, True)  # whether it knows of the change


async def test_a_device_that_went_back_while_we_were_still_reaching_for_it(
    network: Network, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session that was to take the change back opens only after the device's timer has done it."""
    device, open_session = network.fleet.device(EDGE), network.fleet.open_session

    def late(target: Target, **how: bool) -> Session:
        clock.time = device.read()["armed"]["until"] if device.armed else clock.time
        return open_session(target, **how)

    class Slow:
        def moment(self, moment: Moment, device: str) -> None:
            if moment is Moment.REVERTING:
                monkeypatch.setattr(network.fleet, "open_session", late)

    object.__setattr__(network.hands, "observer", Slow())
    device.fault("cut_after_arm", 58)
    rollout = await network.rollout(EDGE)
    assert await run(network, rollout) is DeviceState.REVERTED
    message = network.row(rollout, EDGE).message
    assert "management lost" in message
    assert "went back by itself (reverted: timer)" in message


async def test_an_arming_without_answer_is_found_armed(network: Network) -> None:
    network.fleet.device(EDGE).fault("no_answer_to_arm")
    rollout = await network.rollout(EDGE)
    assert await run(network, rollout) is DeviceState.CONFIRMED


async def test_a_confirmation_without_answer_is_found_confirmed(network: Network) -> None:
    network.fleet.device(EDGE).fault("no_answer_to_confirm")
    rollout = await network.rollout(EDGE)
    assert await run(network, rollout) is DeviceState.CONFIRMED
    assert len([line for line in network.fleet.device(EDGE).log if line.endswith("confirmed")]) == 1


async def test_an_unreachable_device_fails_before_anything_is_done(network: Network) -> None:
    rollout = await network.rollout(EDGE)
    network.fleet.device(EDGE).fault("unreachable_until", network.clock.now() + 1000)
    assert await run(network, rollout) is DeviceState.FAILED
    assert network.fleet.device(EDGE).log == []


async def test_a_device_changed_since_the_plan_is_refused(network: Network) -> None:
    rollout = await network.rollout(EDGE)
    network.fleet.device(EDGE).change(running="hostname somebody\n")
    assert await run(network, rollout) is DeviceState.FAILED
    assert "changed since the plan" in network.row(rollout, EDGE).message
    assert network.fleet.device(EDGE).log == []


async def test_a_device_that_got_there_another_way_is_done(network: Network) -> None:
    rollout = await network.rollout(EDGE)
    network.fleet.device(EDGE).change(running=wanted(EDGE))
    assert await run(network, rollout) is DeviceState.CONFIRMED
    assert network.fleet.device(EDGE).log == []


async def test_somebody_elses_pending_change_is_left_alone(network: Network) -> None:
    rollout = await network.rollout(EDGE)
    device = network.fleet.device(EDGE)
    session = network.fleet.open_session(network.fleet.targets([EDGE])[0])
    await FileDriver(network.clock.now).arm(session, "hostname other\n", token="other", timer_s=600)
    assert await run(network, rollout) is DeviceState.FAILED
    assert "pending" in network.row(rollout, EDGE).message
    assert device.armed == "other"


@pytest.mark.parametrize(
    ("line", "state"), [("rejected", DeviceState.FAILED), ("half", DeviceState.REVERTED)]
)
async def test_what_the_device_refuses(network: Network, line: str, state: DeviceState) -> None:
    plan = await network.planner().make(network.fleet.targets([EDGE]), lambda _: f"{line}\n")
    rollout = create_rollout(network.database, network.hands.texts, plan, Terms(), network.clock.now())
    assert await run(network, rollout) is state
    assert network.fleet.device(EDGE).running == "hostname bare\n"


async def test_a_stopped_rollout_skips_what_has_not_begun(network: Network) -> None:
    rollout = await network.rollout(EDGE)
    network.journal.request_stop(rollout, "ann")
    assert await run(network, rollout) is DeviceState.SKIPPED
    assert network.row(rollout, EDGE).message == "stopped by ann"


async def test_a_stand_in_of_a_failed_device_is_left_alone(network: Network) -> None:
    rollout = await network.rollout("ams-edge1", "ams-edge2", terms=Terms(failure_budget=5))
    network.fleet.device("ams-edge1").fault("unreachable_until", network.clock.now() + 9999)
    assert await run(network, rollout, "ams-edge1") is DeviceState.FAILED
    assert await run(network, rollout, "ams-edge2") is DeviceState.SKIPPED
    assert "stand-in ams-edge1" in network.row(rollout, "ams-edge2").message


_GOOD = [moment for moment in Moment if moment not in (Moment.REVERTING, Moment.REVERTED)]


@pytest.mark.parametrize("moment", _GOOD)
async def test_killed_at_each_moment_and_run_again(
    network: Network, clock: FakeClock, moment: Moment
) -> None:
    rollout = await network.rollout(EDGE)
    doomed = open_network(network.folder, clock, sleep=clock.sleep, observer=KillAt(moment))
    with pytest.raises(Killed):
        await run(doomed, rollout)
    doomed.database.close()
    clock.time += 10  # starting anew takes its time
    assert await run(network, rollout) is DeviceState.CONFIRMED
    log = network.fleet.device(EDGE).log
    assert [line.split()[1] for line in log] == ["armed", "confirmed"]
    assert (await network.plan(EDGE)).empty


@pytest.mark.parametrize("moment", [Moment.ARMED, Moment.CHECKED, Moment.CONFIRMING])
async def test_killed_and_not_back_before_the_timer(
    network: Network, clock: FakeClock, moment: Moment
) -> None:
    rollout = await network.rollout(EDGE)
    doomed = open_network(network.folder, clock, sleep=clock.sleep, observer=KillAt(moment))
    with pytest.raises(Killed):
        await run(doomed, rollout)
    doomed.database.close()
    clock.time += 100
    assert await run(network, rollout) is DeviceState.REVERTED
    assert network.fleet.device(EDGE).armed is None
    assert network.fleet.device(EDGE).running == "hostname bare\n"


@pytest.mark.parametrize("moment", [Moment.REVERTING, Moment.REVERTED])
async def test_killed_while_reverting(network: Network, clock: FakeClock, moment: Moment) -> None:
    network.fleet.partner("198.19.0.1", 0)
    rollout = await network.rollout(EDGE)
    doomed = open_network(network.folder, clock, sleep=clock.sleep, observer=KillAt(moment))
    with pytest.raises(Killed):
        await run(doomed, rollout)
    doomed.database.close()
    network.fleet.partner("198.19.0.1", 2)  # even if all were well now, the decision stands
    assert await run(network, rollout) is DeviceState.REVERTED
    assert "no prefixes" in network.row(rollout, EDGE).message
    assert network.fleet.device(EDGE).running == "hostname bare\n"


async def test_no_secret_reaches_the_tables(network: Network) -> None:
    rollout = await network.rollout()
    for name, *_ in DEVICES:
        await run(network, rollout, name)
    network.database.close()
    for file in network.folder.glob("network.db*"):
        assert b"s3cret" not in file.read_bytes()
