"""The same work on many devices: so many at once, a deadline each, failures as values."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
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


async def for_each(
    targets: Iterable[Target],
    work: Callable[[Target], Awaitable[T]],
    *,
    concurrency: int,
    deadline_s: float,
) -> AsyncIterator[Outcome[T]]:
    """Outcomes as they come, one a target. A hung device costs one place until its deadline, never the
    others' results. Leaving the loop early cancels what still runs."""
    waiting = iter(targets)
    done: asyncio.Queue[Outcome[T] | None] = asyncio.Queue()
    workers = [
        asyncio.create_task(_worker(waiting, work, done, deadline_s)) for _ in range(max(1, concurrency))
    ]
    left = len(workers)
    try:
        while left:
            outcome = await done.get()
            if outcome is None:
                left -= 1
            else:
                yield outcome
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


async def _worker(
    waiting: Iterator[Target],
    work: Callable[[Target], Awaitable[T]],
    done: asyncio.Queue[Outcome[T] | None],
    deadline_s: float,
) -> None:
    for target in waiting:
        done.put_nowait(await attempt(target, work, deadline_s=deadline_s))
    done.put_nowait(None)


async def attempt(target: Target, work: Callable[[Target], Awaitable[T]], *, deadline_s: float) -> Outcome[T]:
    """The work on one device as an Outcome. The one broad except of this floor stands here."""
    start = monotonic()
    try:
        async with asyncio.timeout(deadline_s) as limit:
            value = await work(target)
    except TimeoutError as error:
        return Outcome(
            target.device, None, _late(target.device, error, deadline_s, limit), monotonic() - start
        )
    except Exception as error:  # noqa: BLE001 (the device worker)
        return Outcome(target.device, None, error, monotonic() - start)
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
