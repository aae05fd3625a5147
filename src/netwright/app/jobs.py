"""Rollouts as durable workflows. DBOS stands behind this small port and nowhere else.

Why so: the inputs are ids only (DBOS pickles them); the application version is a constant, because DBOS
never takes up a workflow of another version and its default is a hash of the source; the executor id is
fixed, so that a restarted worker takes up what its dead predecessor left. One process at a time may launch
it for a home folder: ``worker.WorkerLock`` sees to that.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import TypeVar

from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy.engine import make_url

from netwright.deploy.journal import Journal
from netwright.deploy.rollout import DeviceStep, conduct

T = TypeVar("T")

_VERSION = "rollout-1"
"""Raise it only when no rollout is under way: workflows of another version are never taken up."""
_EXECUTOR = "worker-1"
_POLL_S = 0.2
_THREADS = 32
_ACTIVE = frozenset(("PENDING", "ENQUEUED", "DELAYED"))


class Jobs:
    """The rollouts of one home folder, durable. Use it inside a running event loop: launch, start, close."""

    def __init__(self, url: str, journal: Journal, step: DeviceStep) -> None:
        self._url = url
        self._journal = journal
        self._step = step

    def launch(self) -> None:
        """Open the workflow database and take up whatever was under way."""
        _prepare_sqlite(self._url)
        DBOS.destroy(destroy_registry=True)
        config: DBOSConfig = {
            "name": "netwright",
            "system_database_url": self._url,
            "application_version": _VERSION,
            "executor_id": _EXECUTOR,
            "log_level": "ERROR",
            "console_log_level": "ERROR",
            "max_executor_threads": _THREADS,
        }
        DBOS(config=config)
        durable = _DbosDurable(self._step)

        @DBOS.workflow(name="rollout")
        async def rollout(rollout_id: str) -> None:
            await conduct(self._journal, durable, rollout_id)

        self._workflow = rollout
        durable.register()
        DBOS.launch()

    async def start(self, rollout: str) -> None:
        """Start the workflow of a rollout; nothing happens when it is known already."""
        with SetWorkflowID(rollout):
            await DBOS.start_workflow_async(self._workflow, rollout)

    async def status(self, rollout: str) -> str:
        """``active``, ``unknown``, or DBOS's word for how it ended (``SUCCESS``, ``ERROR``, …)."""
        found = await DBOS.get_workflow_status_async(rollout)
        if found is None:
            return "unknown"
        return "active" if found.status in _ACTIVE else found.status

    async def why(self, rollout: str) -> str:
        """The error that ended a rollout's workflow."""
        found = await DBOS.get_workflow_status_async(rollout)
        error = found.error if found else None
        return f"{type(error).__name__}: {error}" if error else "no reason given"

    def close(self) -> None:
        """Stop. What is under way stays pending and is taken up at the next launch."""
        DBOS.destroy(destroy_registry=True)


class _DbosDurable:
    """``deploy.rollout.Durable``: a step a part, a child workflow a device."""

    def __init__(self, step: DeviceStep) -> None:
        self._step = step

    def register(self) -> None:
        async def step(rollout_id: str, device: str) -> str:
            return (await self._step(rollout_id, device)).value

        @DBOS.workflow(name="device")
        async def device(rollout_id: str, device_name: str) -> str:
            return await DBOS.run_step_async({"name": "device"}, step, rollout_id, device_name)

        self._device = device

    async def once(self, name: str, part: Callable[[], T]) -> T:
        async def run() -> T:
            return part()

        return await DBOS.run_step_async({"name": name}, run)

    async def each(self, rollout: str, devices: Sequence[str]) -> None:
        handles = []
        for device in devices:  # in this order in every life: DBOS numbers the calls
            with SetWorkflowID(f"{rollout}/{device}"):
                handles.append(await DBOS.start_workflow_async(self._device, rollout, device))
        for handle in handles:
            await handle.get_result(polling_interval_sec=_POLL_S)


def _prepare_sqlite(url: str) -> None:
    """DBOS leaves SQLite in its slow mode; the mode set here stays with the file."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        with closing(sqlite3.connect(parsed.database)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
