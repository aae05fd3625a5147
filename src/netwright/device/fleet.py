"""The same work on many devices: so many at once, a deadline each, failures as values."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Protocol, TypeVar

from netwright.base.errors import DeviceTimeoutError
from netwright.base.outcome import Outcome


class HasDevice(Protocol):
    """Whatever names a device."""

    @property
    def device(self) -> str: ...


Target = TypeVar("Target", bound=HasDevice)
T = TypeVar("T")


class Turn:
    """One device's: its deadline, and its slot among those that are worked on. Who has to wait for a place to
    open a session (``limits``) is not slow: the deadline stands still, and another may use the slot."""

    def __init__(self, slots: asyncio.Semaphore | None = None) -> None:
        self._slots = slots
        self._has_slot = slots is not None
        self._waiting = 0
        self._since = 0.0
        self._due: float | None = None
        self.deadline: asyncio.Timeout | None = None

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """The time in here does not count."""
        self._waiting += 1
        if self._waiting == 1:
            self._since = asyncio.get_running_loop().time()
            self._stop()
        try:
            yield
            await self._take_back()
        finally:
            self._waiting -= 1
            if self._waiting == 0:
                self._go_on()

    def lend(self) -> None:
        """Leave the slot to another until the wait is over."""
        if self._has_slot and self._slots is not None:
            self._has_slot = False
            self._slots.release()

    def _stop(self) -> None:
        if self.deadline is not None and not self.deadline.expired():
            self._due = self.deadline.when()
            self.deadline.reschedule(None)

    def _go_on(self) -> None:
        if self.deadline is not None and self._due is not None and not self.deadline.expired():
            waited = asyncio.get_running_loop().time() - self._since
            self.deadline.reschedule(self._due + waited)

    async def _take_back(self) -> None:
        if self._slots is not None and not self._has_slot:
            await self._slots.acquire()
            self._has_slot = True


_TURN: ContextVar[Turn | None] = ContextVar("turn", default=None)


def current_turn() -> Turn:
    """Of the device that is worked on here; one without deadline and slot where nobody gave one."""
    return _TURN.get() or Turn()


class Slots:
    """So many devices at once; the others wait, outside of their deadlines."""

    def __init__(self, number: int) -> None:
        self._free = asyncio.Semaphore(max(1, number))

    async def attempt(
        self, target: Target, work: Callable[[Target], Awaitable[T]], *, deadline_s: float
    ) -> Outcome[T]:
        """The work on one device as an Outcome, as soon as there is a slot."""
        await self.take()
        return await self.use(target, work, deadline_s=deadline_s)

    async def take(self) -> None:
        """Wait for a slot. Whoever took one uses it."""
        await self._free.acquire()

    async def use(
        self, target: Target, work: Callable[[Target], Awaitable[T]], *, deadline_s: float
    ) -> Outcome[T]:
        """The same with a slot that was taken."""
        turn = Turn(self._free)
        try:
            return await attempt(target, work, deadline_s=deadline_s, turn=turn)
        finally:
            turn.lend()


async def for_each(
    targets: Iterable[Target],
    work: Callable[[Target], Awaitable[T]],
    *,
    concurrency: int,
    deadline_s: float,
) -> AsyncIterator[Outcome[T]]:
    """Outcomes as they come, one a target. A hung device costs one slot until its deadline, never the
    others' results. Leaving the loop early cancels what still runs."""
    done: asyncio.Queue[Outcome[T] | None] = asyncio.Queue()
    tasks: set[asyncio.Task[None]] = set()
    feeder = asyncio.create_task(_feed(targets, work, done, tasks, Slots(concurrency), deadline_s))
    try:
        while (outcome := await done.get()) is not None:
            yield outcome
        await feeder  # what the iterator of targets raised
    finally:
        running = [feeder, *tasks]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _feed(
    targets: Iterable[Target],
    work: Callable[[Target], Awaitable[T]],
    done: asyncio.Queue[Outcome[T] | None],
    tasks: set[asyncio.Task[None]],
    slots: Slots,
    deadline_s: float,
) -> None:
    async def one(target: Target) -> None:
        done.put_nowait(await slots.use(target, work, deadline_s=deadline_s))

    try:
        for target in targets:
            await slots.take()
            task = asyncio.create_task(one(target))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        if tasks:
            await asyncio.wait(tasks)
    finally:
        done.put_nowait(None)


async def attempt(
    target: Target,
    work: Callable[[Target], Awaitable[T]],
    *,
    deadline_s: float,
    turn: Turn | None = None,
) -> Outcome[T]:
    """The work on one device as an Outcome. The one broad except of this floor stands here."""
    start = monotonic()
    turn = turn or Turn()
    before = _TURN.set(turn)
    try:
        async with asyncio.timeout(deadline_s) as limit:
            turn.deadline = limit
            value = await work(target)
    except TimeoutError as error:
        return Outcome(
            target.device, None, _late(target.device, error, deadline_s, limit), monotonic() - start
        )
    except Exception as error:  # noqa: BLE001 (the device worker)
        return Outcome(target.device, None, error, monotonic() - start)
    finally:
        _TURN.reset(before)
    return Outcome(target.device, value, None, monotonic() - start)


def _late(device: str, error: TimeoutError, deadline_s: float, limit: asyncio.Timeout) -> Exception:
    """The work's own time-out, or ours, which has no words yet."""
    if not limit.expired():
        return error
    return DeviceTimeoutError(
        f"not finished within the device's {deadline_s:g} s",
        subject=device,
        remedy="Look at the device's load; the other devices were not held up.",
    )
