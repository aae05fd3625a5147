"""Places: never more than allowed, in order, and nobody waits for a place that nobody needs."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.base.errors import SessionLimitError
from netwright.device.endpoint import Credentials, Endpoint, Share
from netwright.device.limits import Bound, Limiter, Limits, Place


def device(name: str, group: str = "ams", *, per_device: int = 0, per_group: int = 0) -> Endpoint:
    return Endpoint(name, "192.0.2.1", Credentials("netops"), share=Share(group, per_device, per_group))


async def turns() -> None:
    """Let everything that can run do so."""
    for _ in range(5):
        await asyncio.sleep(0)


async def entered(limiter: Limiter, endpoint: Endpoint) -> asyncio.Task[Place]:
    task = asyncio.create_task(limiter.enter(endpoint))
    await turns()
    return task


async def test_without_limits_nobody_waits() -> None:
    limiter = Limiter()
    for number in range(1000):
        assert (await entered(limiter, device(f"edge{number}"))).done()
    assert limiter.open == 1000


async def test_who_waits_for_a_busy_device_lets_the_others_pass() -> None:
    limiter = Limiter(Limits(at_once=3))
    busy = device("edge1", per_device=1)
    first = await entered(limiter, busy)
    second = await entered(limiter, busy)
    other = await entered(limiter, device("edge2"))
    assert (first.done(), second.done(), other.done()) == (True, False, True)
    first.result().leave()
    await turns()
    assert second.done()


async def test_a_full_group_holds_up_no_other_group() -> None:
    limiter = Limiter()
    ours = [await entered(limiter, device(f"ams{n}", "thin", per_group=2)) for n in range(4)]
    theirs = await entered(limiter, device("fra1", "other", per_group=2))
    assert [task.done() for task in (*ours, theirs)] == [True, True, False, False, True]
    ours[1].result().leave()
    await turns()
    assert [task.done() for task in ours] == [True, True, True, False]


async def test_places_are_given_in_the_order_in_which_they_were_asked_for() -> None:
    limiter = Limiter(Limits(at_once=1))
    tasks = [await entered(limiter, device(f"edge{number}")) for number in range(5)]
    for number, task in enumerate(tasks):
        assert [other.done() for other in tasks].count(True) == number + 1
        task.result().leave()
        task.result().leave()  # twice is once
        await turns()
    assert limiter.open == 0


async def test_who_gives_up_leaves_its_turn_to_the_next() -> None:
    limiter = Limiter()
    busy = device("edge1", per_device=1)
    first, second, third = [await entered(limiter, busy) for _ in range(3)]
    second.cancel()
    await turns()
    first.result().leave()
    await turns()
    assert third.done()


async def test_a_place_given_in_the_moment_of_giving_up_is_not_lost() -> None:
    limiter = Limiter(Limits(at_once=1))
    first, second = [await entered(limiter, device(name)) for name in ("edge1", "edge2")]
    first.result().leave()
    second.cancel()  # its place is there, and it has not run yet
    await turns()
    assert second.cancelled()
    assert limiter.open == 0


@pytest.mark.parametrize(
    ("limits", "share", "words"),
    [
        (Limits(wait_s=0.01), Share("ams", per_device=1), "1 of 1 sessions with the device are open"),
        (Limits(wait_s=0.01), Share("ams", per_group=1), "1 of 1 sessions of ams are open"),
        (Limits(at_once=1, wait_s=0.01), Share("ams"), "1 of 1 sessions are open"),
        (Limits(opens_per_s=0.01, wait_s=0.01), Share("ams"), "0.01 sessions a second are opened"),
    ],
)
async def test_nobody_waits_for_ever_and_the_limit_is_named(limits: Limits, share: Share, words: str) -> None:
    limiter = Limiter(limits)
    endpoint = replace(device("edge1"), share=share)
    place = await limiter.enter(endpoint)
    with pytest.raises(SessionLimitError, match=words) as caught:
        await limiter.enter(endpoint)
    assert caught.value.subject == "edge1"
    assert "[sessions]" in str(caught.value)
    place.leave()
    assert limiter.open == 0


async def test_sessions_are_opened_no_faster_than_allowed() -> None:
    limiter = Limiter(Limits(opens_per_s=100))
    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.gather(*(limiter.enter(device(f"edge{number}")) for number in range(6)))
    assert loop.time() - began >= 0.05


async def test_room_is_asked_for_where_it_is_wanted() -> None:
    asked: list[tuple[str, Bound]] = []
    limiter = Limiter(Limits(at_once=2), lambda endpoint, bound: asked.append((endpoint.device, bound)))
    await limiter.enter(device("edge1", per_device=1))
    one = await entered(limiter, device("edge1", per_device=1))
    await limiter.enter(device("edge2", "fra", per_group=1))
    two = await entered(limiter, device("edge3", "fra", per_group=1))
    three = await entered(limiter, device("edge4", "tok"))
    assert asked == [("edge1", Bound.DEVICE), ("edge3", Bound.GROUP), ("edge4", Bound.ALL)]
    for task in (one, two, three):
        task.cancel()


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("enter"), st.integers(0, 5)),
        st.tuples(st.just("leave"), st.integers(0, 30)),
        st.tuples(st.just("cancel"), st.integers(0, 30)),
        st.tuples(st.just("turn"), st.just(0)),
    ),
    max_size=60,
)


class Crowd:
    """Six devices in two groups; who came, and who left again."""

    def __init__(self, at_once: int, per_device: int, per_group: int) -> None:
        self.limits = at_once, per_device, per_group
        self.limiter = Limiter(Limits(at_once=at_once, wait_s=60))
        self.ends = [
            device(f"d{n}", f"g{n % 2}", per_device=per_device, per_group=per_group) for n in range(6)
        ]
        self.tasks: list[tuple[Endpoint, asyncio.Task[Place]]] = []
        self.left: set[int] = set()

    def move(self, move: str, number: int) -> None:
        if move == "enter":
            end = self.ends[number]
            self.tasks.append((end, asyncio.create_task(self.limiter.enter(end))))
        elif number < len(self.tasks) and move == "cancel":
            self.tasks[number][1].cancel()
        elif number < len(self.tasks) and self.is_inside(number):
            self.tasks[number][1].result().leave()
            self.left.add(number)

    def is_inside(self, number: int) -> bool:
        task = self.tasks[number][1]
        return number not in self.left and task.done() and not task.cancelled()

    def check(self) -> None:
        """The limits hold; whoever still waits is held back by one that is reached."""
        at_once, per_device, per_group = self.limits
        inside = [end for number, (end, _) in enumerate(self.tasks) if self.is_inside(number)]
        devices, groups = Counter(end.device for end in inside), Counter(end.share.group for end in inside)
        assert len(inside) == self.limiter.open

        def full(there: int, limit: int) -> bool:
            assert not limit or there <= limit
            return bool(limit) and there >= limit

        for end, task in self.tasks:
            held_back = (
                full(devices[end.device], per_device)
                | full(groups[end.share.group], per_group)
                | full(len(inside), at_once)
            )
            assert task.done() or held_back


@settings(deadline=None, max_examples=150)
@given(moves=MOVES, at_once=st.integers(0, 4), per_device=st.integers(0, 2), per_group=st.integers(0, 3))
def test_limits_always_hold_and_no_free_place_is_waited_for(
    moves: Sequence[tuple[str, int]], at_once: int, per_device: int, per_group: int
) -> None:
    async def run() -> None:
        crowd = Crowd(at_once, per_device, per_group)
        for move, number in [*moves, ("turn", 0)]:
            if move == "turn":
                await turns()
                crowd.check()
            else:
                crowd.move(move, number)
        for number in range(len(crowd.tasks)):
            crowd.move("leave", number)
            crowd.move("cancel", number)
        await turns()
        assert crowd.limiter.open == 0

    asyncio.run(run())
