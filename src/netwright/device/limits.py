"""How many sessions may be open at once, and who has to wait.

A session's *place* is taken before its connection is dialled and left when that is gone. Places are given in
the order in which they were asked for, but who waits for a busy device or a full group lets the others pass.
Time spent waiting is not the device's: it does not count against the deadline of ``fleet.attempt``.
"""

from __future__ import annotations

import asyncio
import enum
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from netwright.base.errors import SessionLimitError
from netwright.device.endpoint import Endpoint
from netwright.device.fleet import current_turn


@dataclass(frozen=True, slots=True)
class Limits:
    """0: no limit. ``wait_s``: how long a session waits for its place."""

    at_once: int = 0
    opens_per_s: float = 0.0
    wait_s: float = 30.0


class Bound(enum.Enum):
    """What there is no place in."""

    DEVICE = enum.auto()
    GROUP = enum.auto()
    ALL = enum.auto()


class Place:
    """One session's. Leaving it twice does nothing."""

    __slots__ = ("_endpoint", "_limiter")

    def __init__(self, limiter: Limiter, endpoint: Endpoint) -> None:
        self._limiter: Limiter | None = limiter
        self._endpoint = endpoint

    def leave(self) -> None:
        limiter, self._limiter = self._limiter, None
        if limiter is not None:
            limiter.left(self._endpoint)


@dataclass(slots=True, order=True)
class _Waiter:
    number: int
    endpoint: Endpoint = field(compare=False)
    admitted: asyncio.Future[None] = field(compare=False)
    parked: Callable[[], None] = field(compare=False)
    """Told when it waits for its own device or group."""
    bound: Bound = field(default=Bound.ALL, compare=False)
    asked: bool = field(default=False, compare=False)
    """Room was asked for."""


class Limiter:
    """Gives places. ``make_room``: closes a session that nobody uses, counted in the same limit as this
    endpoint, if there is one."""

    def __init__(
        self, limits: Limits | None = None, make_room: Callable[[Endpoint, Bound], object] = lambda *_: None
    ) -> None:
        self.limits = limits or Limits()
        self._make_room = make_room
        self._numbers = count()
        self._candidates: list[_Waiter] = []
        self._at_device: defaultdict[str, list[_Waiter]] = defaultdict(list)
        self._at_group: defaultdict[str, list[_Waiter]] = defaultdict(list)
        self._devices: Counter[str] = Counter()
        self._groups: Counter[str] = Counter()
        self._all = 0
        self._next_opening = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def open(self) -> int:
        """Places that are taken."""
        return self._all

    def is_waited_for(self, endpoint: Endpoint) -> bool:
        """Whether somebody waits for a place that a session with this endpoint has."""
        return bool(
            self._candidates
            or self._at_device.get(endpoint.device)
            or self._at_group.get(endpoint.share.group)
        )

    async def enter(self, endpoint: Endpoint) -> Place:
        """Raises SessionLimitError when no place comes free within ``wait_s``."""
        turn = current_turn()
        loop = asyncio.get_running_loop()
        waiter = _Waiter(next(self._numbers), endpoint, loop.create_future(), turn.lend)
        heappush(self._candidates, waiter)
        self._admit()
        if not waiter.admitted.done():
            async with turn.waiting():
                await self._wait(waiter)
        return Place(self, endpoint)

    def left(self, endpoint: Endpoint) -> None:
        """A place is free again; ``Place.leave`` calls it."""
        self._all -= 1
        for counter, name in ((self._devices, endpoint.device), (self._groups, endpoint.share.group)):
            counter[name] -= 1
            if not counter[name]:
                del counter[name]
        self._wake(endpoint)
        self._admit()

    async def _wait(self, waiter: _Waiter) -> None:
        try:
            async with asyncio.timeout(self.limits.wait_s):
                await waiter.admitted
        except TimeoutError:
            if not _granted(waiter):
                self._gone(waiter)
                raise self._full(waiter) from None
        except asyncio.CancelledError:
            if _granted(waiter):
                self.left(waiter.endpoint)
            else:
                self._gone(waiter)
            raise

    def _gone(self, waiter: _Waiter) -> None:
        """Somebody else may have to be looked at in its stead."""
        waiter.admitted.cancel()
        self._wake(waiter.endpoint)
        self._admit()

    def _admit(self) -> None:
        """Give places to candidates, the oldest first."""
        while self._candidates:
            waiter = self._candidates[0]
            if waiter.admitted.done():
                heappop(self._candidates)
                continue
            bound = self._bound(waiter.endpoint)
            if bound is not None:
                waiter.bound = bound
                if not waiter.asked:
                    waiter.asked = True
                    self._make_room(waiter.endpoint, bound)
            if bound is Bound.ALL or (bound is None and self._too_soon()):
                return
            heappop(self._candidates)
            if bound is None:
                self._take(waiter)
            else:
                self._park(waiter, bound)

    def _bound(self, endpoint: Endpoint) -> Bound | None:
        share = endpoint.share
        if share.per_device and self._devices[endpoint.device] >= share.per_device:
            return Bound.DEVICE
        if share.per_group and self._groups[share.group] >= share.per_group:
            return Bound.GROUP
        return Bound.ALL if self.limits.at_once and self._all >= self.limits.at_once else None

    def _take(self, waiter: _Waiter) -> None:
        self._all += 1
        self._devices[waiter.endpoint.device] += 1
        self._groups[waiter.endpoint.share.group] += 1
        waiter.admitted.set_result(None)

    def _park(self, waiter: _Waiter, bound: Bound) -> None:
        """Until its device or its group has a place. Who was to take a place in the group and can't for the
        sake of its device leaves it to the next."""
        group = waiter.endpoint.share.group
        if bound is Bound.GROUP:
            heappush(self._at_group[group], waiter)
        else:
            heappush(self._at_device[waiter.endpoint.device], waiter)
            if not self._full_group(waiter.endpoint):
                self._wake_one(self._at_group, group)
        waiter.parked()

    def _full_group(self, endpoint: Endpoint) -> bool:
        share = endpoint.share
        return bool(share.per_group) and self._groups[share.group] >= share.per_group

    def _wake(self, endpoint: Endpoint) -> None:
        self._wake_one(self._at_device, endpoint.device)
        self._wake_one(self._at_group, endpoint.share.group)

    def _wake_one(self, lines: defaultdict[str, list[_Waiter]], name: str) -> None:
        line = lines.get(name)
        while line:
            waiter = heappop(line)
            if not waiter.admitted.done():
                heappush(self._candidates, waiter)
                break
        if line is not None and not line:
            del lines[name]

    def _too_soon(self) -> bool:
        """Whether the next session has to wait for its second; if not, its time is taken."""
        if not self.limits.opens_per_s:
            return False
        loop = asyncio.get_running_loop()
        now = loop.time()
        if now < self._next_opening:
            if self._timer is None:
                self._timer = loop.call_at(self._next_opening, self._again)
            return True
        self._next_opening = max(now, self._next_opening) + 1 / self.limits.opens_per_s
        return False

    def _again(self) -> None:
        self._timer = None
        self._admit()

    def _full(self, waiter: _Waiter) -> SessionLimitError:
        share, device = waiter.endpoint.share, waiter.endpoint.device
        match waiter.bound:
            case Bound.DEVICE:
                words = f"{self._devices[device]} of {share.per_device} sessions with the device are open"
            case Bound.GROUP:
                words = f"{self._groups[share.group]} of {share.per_group} sessions of {share.group} are open"
            case _ if self.limits.at_once and self._all >= self.limits.at_once:
                words = f"{self._all} of {self.limits.at_once} sessions are open"
            case _:
                words = f"{self.limits.opens_per_s:g} sessions a second are opened"
        return SessionLimitError(
            f"no place for a session within {self.limits.wait_s:g} s: {words}",
            subject=device,
            remedy="Raise the limit under [sessions] in settings.toml, or let less run at once.",
        )


def _granted(waiter: _Waiter) -> bool:
    return waiter.admitted.done() and not waiter.admitted.cancelled()
