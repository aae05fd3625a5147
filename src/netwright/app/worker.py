"""The worker of a home folder: the one process that runs its rollouts.

Whoever holds the lock is the worker: ``netwright worker`` and ``serve`` for as long as they live, ``deploy``
and ``rollout resume`` until their rollout is over. Every other process only queues rollouts and watches.
The lock goes with the process, so a killed worker leaves none behind.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from netwright.base.errors import BusyError
from netwright.deploy.journal import Journal
from netwright.deploy.rollout import device_step
from netwright.deploy.step import Hands

_LOG = logging.getLogger(__name__)
_LOOK_S = 0.3
_ENDED = "the workflow of this rollout ended before the rollout did ({})"


class WorkerLock:
    """Says who is the worker. Held until ``release`` or the end of the process."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Become the worker; False when another process is."""
        if self._descriptor is not None:
            return True
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor
        return True

    def require(self) -> None:
        """Become the worker. Raises BusyError when another process is."""
        if not self.acquire():
            raise BusyError(
                f"another process ({self.holder()}) is the worker of this home folder",
                subject=str(self._file),
                remedy="It runs what is queued; watch with `netwright rollout follow`.",
            )

    def holder(self) -> str:
        """Who wrote himself into the file last, for messages."""
        try:
            return f"pid {self._file.read_text().strip()}"
        except FileNotFoundError:
            return "nobody"

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class Worker:
    """Runs rollouts, the oldest first, one at a time; begins with those a dead worker left. Hold the lock
    while it runs, and be in the devices' network namespace."""

    def __init__(self, workflows_url: str, hands: Hands) -> None:
        from netwright.app.jobs import Jobs  # noqa: PLC0415 (DBOS is a fifth of a start; watchers need none)

        self._journal: Journal = hands.journal
        self._jobs = Jobs(workflows_url, hands.journal, device_step(hands))

    async def run(self, until: Callable[[], bool]) -> None:
        """Work until ``until`` says so. Cancelling leaves what is under way to the next worker."""
        self._jobs.launch()
        try:
            while not until():
                try:
                    await self._look()
                except SQLAlchemyError:  # a full disk passes; a dead worker would hold up every rollout
                    _LOG.exception("the worker could not look at its rollouts; it tries again")
                await asyncio.sleep(_LOOK_S)
        finally:
            self._jobs.close()

    async def _look(self) -> None:
        for rollout, _ in self._journal.unfinished()[:1]:
            status = await self._jobs.status(rollout)
            if status == "unknown":  # just queued, or the workflow file was lost: all parts can be run again
                await self._jobs.start(rollout)
            elif status != "active":
                why = "" if status == "SUCCESS" else await self._jobs.why(rollout)
                self._journal.give_up(rollout, _ENDED.format(why or status))


async def see_through(worker: Callable[[], Worker], lock: WorkerLock, over: Callable[[], bool]) -> None:
    """Return when ``over``: as the worker if nobody is, else by waiting; a worker that dies is replaced."""
    while not over():
        if lock.acquire():
            try:
                await worker().run(over)
            finally:
                lock.release()
        else:
            await asyncio.sleep(_LOOK_S)
