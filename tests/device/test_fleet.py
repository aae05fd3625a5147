"""One device never stops or delays the others."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from netwright.base.errors import DeviceTimeoutError, DeviceUnreachableError
from netwright.device.fleet import attempt, for_each


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
