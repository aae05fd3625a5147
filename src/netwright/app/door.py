"""The pools of sessions of this process: one for each event loop that talks to devices.

There is one loop as a rule. A rollout that a dead worker left is taken up by DBOS in a loop of its own.
"""

from __future__ import annotations

import asyncio
import resource
from weakref import WeakKeyDictionary

from netwright.app.sessions import SessionSettings
from netwright.device.hostkeys import HostKeys
from netwright.device.limits import Limits
from netwright.device.pool import SessionPool


class Door:
    """Every session with a device of the inventory is opened here."""

    def __init__(self, hostkeys: HostKeys, settings: SessionSettings) -> None:
        self._hostkeys = hostkeys
        self._idle_s = settings.idle_s
        self._limits = Limits(settings.at_once, settings.opens_per_s, settings.wait_s)
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, SessionPool] = WeakKeyDictionary()
        _allow_descriptors()

    def pool(self) -> SessionPool:
        """That of the running loop."""
        loop = asyncio.get_running_loop()
        if loop not in self._pools:
            self._pools[loop] = SessionPool(self._hostkeys, self._limits, idle_s=self._idle_s)
        return self._pools[loop]

    async def close(self) -> None:
        """Close what the running loop has open."""
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool is not None:
            await pool.close()


def _allow_descriptors() -> None:
    """As many as the system lets us have: a session needs two, and the usual limit is 1,024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
