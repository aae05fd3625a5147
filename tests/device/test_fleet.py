"""One device never stops or delays the others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from netwright.base.errors import DeviceTimeoutError, DeviceUnreachableError
from netwright.device.endpoint import Credentials, Endpoint, Share
from netwright.device.fleet import attempt, for_each
from netwright.device.limits import Limiter, Limits


@dataclass(frozen=True)
class Box:
    device: str


BOXES = [Box(f"box{n}") for n in range(20)]


async def test_every_target_has_one_outcome_whatever_happens() -> None:
    async def work(box: Box) -> int:
        number = int(box.device[3:])
        if number % 5 == 1:
            raise DeviceUnreachableError("no way", subject=box.device)
        if number % 5 == 2:
            return 1 // 0
        if number % 5 == 3:
            await asyncio.Event().wait()
        return number

    outcomes = {o.device: o async for o in for_each(BOXES, work, concurrency=6, deadline_s=0.05)}
    assert sorted(outcomes) == sorted(box.device for box in BOXES)
    assert [o.value for o in outcomes.values() if o.ok] == [
        int(name[3:]) for name, o in outcomes.items() if o.ok
    ]
    assert isinstance(outcomes["box1"].error, DeviceUnreachableError)
    assert isinstance(outcomes["box2"].error, ZeroDivisionError)
    assert isinstance(outcomes["box3"].error, DeviceTimeoutError)
    assert "box3" in str(outcomes["box3"].error)


async def test_never_more_at_once_than_allowed() -> None:
    running, most = 0, 0

    async def work(box: Box) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    assert len([o async for o in for_each(BOXES, work, concurrency=3, deadline_s=5)]) == 20
    assert most == 3


async def test_a_hung_device_holds_back_nobody() -> None:
    release = asyncio.Event()

    async def work(box: Box) -> str:
        if box.device == "box0":
            await release.wait()
        return box.device

    order = []
    async for outcome in for_each(BOXES, work, concurrency=2, deadline_s=30):
        order.append(outcome.device)
        if len(order) == 19:
            release.set()
    assert order[-1] == "box0"


async def test_leaving_early_cancels_what_runs() -> None:
    cancelled = asyncio.Event()

    async def work(box: Box) -> None:
        if box.device == "box0":
            return
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    outcomes = for_each(BOXES[:2], work, concurrency=2, deadline_s=30)
    assert (await anext(outcomes)).device == "box0"
    await outcomes.aclose()  # type: ignore[attr-defined]
    assert cancelled.is_set()


async def test_the_works_own_time_out_keeps_its_words() -> None:
    async def work(box: Box) -> None:
        raise DeviceTimeoutError("no answer from 10.0.0.1", subject=box.device)

    outcome = await attempt(BOXES[0], work, deadline_s=5)
    assert "10.0.0.1" in str(outcome.error)


def place_of(box: Box, group: str = "", per_group: int = 0) -> Endpoint:
    return Endpoint(box.device, "192.0.2.1", Credentials("netops"), share=Share(group, 0, per_group))


async def test_waiting_for_a_place_is_not_the_devices_time() -> None:
    """One place for all: the last waits many times its own deadline."""
    limiter = Limiter(Limits(at_once=1))

    async def work(box: Box) -> str:
        place = await limiter.enter(place_of(box))
        await asyncio.sleep(0.02)
        place.leave()
        return box.device

    outcomes = [o async for o in for_each(BOXES, work, concurrency=20, deadline_s=0.15)]
    assert [o.error for o in outcomes] == [None] * 20


async def test_the_devices_own_time_goes_on_after_it_waited() -> None:
    limiter = Limiter(Limits(at_once=1))
    first = await limiter.enter(place_of(BOXES[1]))
    asyncio.get_running_loop().call_later(0.1, first.leave)

    async def work(box: Box) -> None:
        await limiter.enter(place_of(box))
        await asyncio.Event().wait()

    outcome = await attempt(BOXES[0], work, deadline_s=0.05)
    assert isinstance(outcome.error, DeviceTimeoutError)
    assert 0.1 < outcome.seconds < 10


async def test_those_who_wait_for_a_full_group_leave_their_slots_to_others() -> None:
    """Two slots, and the first ten boxes belong to a group with one place that is taken until the others are
    done."""
    limiter = Limiter()
    taken = await limiter.enter(place_of(BOXES[0], "thin", 1))

    async def work(box: Box) -> str:
        thin = BOXES.index(box) < 10
        place = await limiter.enter(place_of(box, *(("thin", 1) if thin else ("", 0))))
        await asyncio.sleep(0)
        place.leave()
        return box.device

    order = []
    async for outcome in for_each(BOXES, work, concurrency=2, deadline_s=30):
        order.append(outcome.device)
        if len(order) == 10:
            taken.leave()
    assert set(order[:10]) == {box.device for box in BOXES[10:]}
    assert order[10:] == [box.device for box in BOXES[:10]]


async def test_slots_lent_and_taken_back_never_make_more_at_once() -> None:
    limiter, running, most = Limiter(), 0, 0
    taken = await limiter.enter(place_of(BOXES[0], "thin", 20))
    others = [await limiter.enter(place_of(BOXES[0], "thin", 20)) for _ in range(19)]

    async def work(box: Box) -> None:
        nonlocal running, most
        await limiter.enter(place_of(box, "thin", 20))
        running += 1
        most = max(most, running)
        for _ in range(3):
            await asyncio.sleep(0)
        running -= 1

    def free() -> None:
        for place in (taken, *others):
            place.leave()

    asyncio.get_running_loop().call_later(0.02, free)
    assert len([o async for o in for_each(BOXES, work, concurrency=3, deadline_s=5)]) == 20
    assert most == 3


async def test_what_the_targets_raise_is_raised() -> None:
    def targets() -> Iterator[Box]:
        yield BOXES[0]
        raise ValueError("no more")

    async def work(box: Box) -> str:
        return box.device

    with pytest.raises(ValueError, match="no more"):
        [o async for o in for_each(targets(), work, concurrency=2, deadline_s=5)]
