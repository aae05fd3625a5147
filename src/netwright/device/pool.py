"""The one door to devices: every session is opened here, within the limits, through the jump hosts.

Who will come back holds its sessions: given back, one stays open for ``idle_s``, and the next conversation
with that device goes on over it without a login. A session is never used by two at once; one that was left in
the middle of something, or that broke, is closed instead. A held session gives way where its place is wanted.

A pool belongs to one event loop. Close it at the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from netwright.base.errors import SessionClosedError
from netwright.device.cli.dialogue import Dialogue
from netwright.device.connect import DeviceSession
from netwright.device.endpoint import Endpoint
from netwright.device.hostkeys import HostKeys
from netwright.device.jump import JumpHost, JumpHosts
from netwright.device.limits import Bound, Limiter, Limits
from netwright.device.session import Reply, Session

if TYPE_CHECKING:
    from netwright.device.netconf.session import NetconfSession


class Holdable(Session, Protocol):
    """A session that can rest between two conversations."""

    @property
    def is_connected(self) -> bool: ...

    @property
    def is_reusable(self) -> bool: ...

    def rest(self) -> None: ...


Opener: TypeAlias = Callable[[Endpoint, Dialogue | None], Holdable]
_Key: TypeAlias = tuple[Endpoint, Dialogue | None]


@dataclass(frozen=True, slots=True, eq=False)
class _Resting:
    key: _Key
    session: Holdable
    until: float


class SessionPool:
    """``opener`` makes sessions in place of the pool's own, which are over SSH and SNMP."""

    def __init__(
        self,
        hostkeys: HostKeys,
        limits: Limits | None = None,
        *,
        idle_s: float = 120.0,
        opener: Opener | None = None,
    ) -> None:
        self.limiter = Limiter(limits, self._make_room)
        self._hostkeys = hostkeys
        self._jumps = JumpHosts(hostkeys)
        self._idle_s = idle_s
        self._opener = opener or self._device_session
        self._resting: dict[_Resting, None] = {}
        """The one that rests longest first."""
        self._by_key: dict[_Key, list[_Resting]] = {}
        self._lent: set[Lease] = set()
        self._closing: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def open(
        self, endpoint: Endpoint, dialogue: Dialogue | None = None, *, hold: bool = False, fresh: bool = False
    ) -> Lease:
        """A session for one conversation; it connects at its first command. ``hold``: its user comes back, so
        it stays open for a while when it is closed. ``fresh``: not over one that is held already."""
        held = None if fresh else self._wake(endpoint, dialogue)
        lease = Lease(
            self,
            held or self._opener(endpoint, dialogue),
            dialogue,
            hold=hold or held is not None,
            held=held is not None,
        )
        self._lent.add(lease)
        return lease

    @property
    def resting(self) -> int:
        """Sessions that are held and that nobody uses."""
        return len(self._resting)

    async def close(self) -> None:
        """Close every session, those still in use too, and the connections to the jump hosts."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for entry in list(self._resting):
            self._remove(entry)
            self._close_later(entry.session.close())
        for lease in list(self._lent):
            lease.drop()
        while self._closing:
            await asyncio.gather(*self._closing, return_exceptions=True)
        await self._jumps.close()

    async def give_back(self, lease: Lease, session: Holdable, *, hold: bool) -> None:
        """``Lease.close`` calls it."""
        self._lent.discard(lease)
        if not (hold and session.is_reusable) or self._is_wanted(session):
            await session.close()
            return
        session.rest()
        now = asyncio.get_running_loop().time()
        entry = _Resting((session.endpoint, lease.dialogue), session, now + self._idle_s)
        self._resting[entry] = None
        self._by_key.setdefault(entry.key, []).append(entry)
        self._look_later()

    def throw_away(self, lease: Lease, session: Holdable) -> None:
        """``Lease.drop`` calls it."""
        self._lent.discard(lease)
        self._close_later(session.close())

    def _jump(self, endpoint: Endpoint) -> JumpHost | None:
        return None if endpoint.jump is None else self._jumps.host(endpoint.jump)

    def _device_session(self, endpoint: Endpoint, dialogue: Dialogue | None) -> DeviceSession:
        return DeviceSession(
            endpoint, self._hostkeys, dialogue, jump=self._jump(endpoint), limiter=self.limiter
        )

    def _is_wanted(self, session: Holdable) -> bool:
        return session.is_connected and self.limiter.is_waited_for(session.endpoint)

    def _wake(self, endpoint: Endpoint, dialogue: Dialogue | None) -> Holdable | None:
        """One that rests and is still there; the last one used, for it is the least likely to be gone."""
        while entries := self._by_key.get((endpoint, dialogue)):
            entry = entries[-1]
            self._remove(entry)
            if entry.session.is_reusable:
                return entry.session
            self._close_later(entry.session.close())
        return None

    def _remove(self, entry: _Resting) -> None:
        del self._resting[entry]
        entries = self._by_key[entry.key]
        entries.remove(entry)
        if not entries:
            del self._by_key[entry.key]

    def _make_room(self, endpoint: Endpoint, bound: Bound) -> None:
        for entry in self._resting:
            where = entry.session.endpoint
            same = {
                Bound.DEVICE: where.device == endpoint.device,
                Bound.GROUP: where.share.group == endpoint.share.group,
                Bound.ALL: True,
            }
            if same[bound] and entry.session.is_connected:
                self._remove(entry)
                self._close_later(entry.session.close())
                return

    def _look_later(self) -> None:
        if self._timer is None and self._resting:
            first = next(iter(self._resting))
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(first.until, self._close_idle)

    def _close_idle(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        while self._resting and (entry := next(iter(self._resting))).until <= now:
            self._remove(entry)
            self._close_later(entry.session.close())
        self._look_later()

    def _close_later(self, close: Coroutine[Any, Any, None]) -> None:
        """A broken session may take its time to say good-bye, and how that ends is of no interest."""
        task = asyncio.create_task(close)
        self._closing.add(task)
        task.add_done_callback(self._closed)

    def _closed(self, task: asyncio.Task[None]) -> None:
        self._closing.discard(task)
        if not task.cancelled():
            task.exception()


class Lease:
    """``Conversation`` of a pool."""

    def __init__(
        self, pool: SessionPool, session: Holdable, dialogue: Dialogue | None, *, hold: bool, held: bool
    ) -> None:
        self.dialogue = dialogue
        self.held = held
        self._pool = pool
        self._endpoint = session.endpoint
        self._session: Holdable | None = session
        self._hold = hold

    @property
    def endpoint(self) -> Endpoint:
        return self._endpoint

    async def run(
        self, command: str, *, check: bool = True, timeout_s: float | None = None, stdin: bytes | None = None
    ) -> Reply:
        return await self._own().run(command, check=check, timeout_s=timeout_s, stdin=stdin)

    async def put(self, path: str, content: bytes, *, mode: int = 0o600) -> None:
        await self._own().put(path, content, mode=mode)

    async def snmp_get(self, oids: Sequence[str]) -> Mapping[str, object]:
        return await self._own().snmp_get(oids)

    async def snmp_walk(self, oid: str) -> Mapping[str, object]:
        return await self._own().snmp_walk(oid)

    async def snmp_table(self, columns: Sequence[str]) -> Mapping[str, Mapping[str, object]]:
        return await self._own().snmp_table(columns)

    async def netconf(self) -> NetconfSession:
        return await self._own().netconf()

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await self._pool.give_back(self, session, hold=self._hold)

    def drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            self._pool.throw_away(self, session)

    def _own(self) -> Holdable:
        if self._session is None:
            raise SessionClosedError(
                "the session was closed here", subject=self._endpoint.device, remedy="Open another."
            )
        return self._session
