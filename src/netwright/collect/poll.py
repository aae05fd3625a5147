"""One device's poll: sample, and on demand facts and the running configuration, over a session that is kept.

A session that broke between two polls is opened anew once within the same poll, so that only a device that
does not answer a fresh session counts as silent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass

from netwright.base.errors import (
    DeviceError,
    DeviceTimeoutError,
    DeviceUnreachableError,
    SessionClosedError,
)
from netwright.base.outcome import Outcome
from netwright.collect.drift import DriftCheck, DriftReport
from netwright.collect.intake import error_text
from netwright.device.fleet import attempt
from netwright.device.session import Session
from netwright.platforms.facts import DeviceFacts, DeviceSample
from netwright.platforms.target import Target


@dataclass(frozen=True, slots=True)
class Order:
    """What a poll asks for besides the sample. ``known_hash``: of the configuration last read; when it has
    changed, the facts are read anew too."""

    facts: bool = False
    config: bool = False
    known_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a poll brought."""

    sample: DeviceSample
    facts: DeviceFacts | None = None
    drift: DriftReport | None = None
    config_error: str = ""


class Poller:
    """Polls devices and keeps their sessions. ``warm_s`` bounds a plain sample over a kept session,
    ``deadline_s`` the whole poll."""

    def __init__(
        self,
        open_session: Callable[[Target], Session],
        drift_check: DriftCheck | None,
        *,
        deadline_s: float,
        warm_s: float,
    ) -> None:
        self._open_session = open_session
        self._drift_check = drift_check
        self._deadline_s = deadline_s
        self._warm_s = warm_s
        self._sessions: dict[str, Session] = {}
        self._closing: set[asyncio.Task[None]] = set()

    async def poll(self, target: Target, order: Order) -> Outcome[Answer]:
        """Never raises for the device's sake; its session is kept only after success."""

        async def work(target: Target) -> Answer:
            return await self._poll(target, order)

        outcome = await attempt(target, work, deadline_s=self._deadline_s)
        if not outcome.ok:
            self._drop(target.device)
        return outcome

    def keep_only(self, devices: Collection[str]) -> None:
        """Close the sessions of devices that left the fleet."""
        for device in self._sessions.keys() - set(devices):
            self._drop(device)

    async def close(self) -> None:
        """Close every session."""
        self.keep_only(())
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def _poll(self, target: Target, order: Order) -> Answer:
        session = self._sessions.get(target.device)
        if session is not None and session.endpoint != target.endpoint:
            self._drop(target.device)
            session = None
        if session is not None:
            try:
                async with asyncio.timeout(self._warm_s):
                    sample = await target.platform.facts.sample(session)
                return await self._more(target, session, order, sample)
            except (SessionClosedError, DeviceUnreachableError, DeviceTimeoutError, TimeoutError):
                self._drop(target.device)
        session = self._sessions[target.device] = self._open_session(target)
        return await self._more(target, session, order, await target.platform.facts.sample(session))

    async def _more(self, target: Target, session: Session, order: Order, sample: DeviceSample) -> Answer:
        drift, error = await self._config(target, session) if order.config else (None, "")
        changed = (
            drift is not None and order.known_hash is not None and drift.running_hash != order.known_hash
        )
        facts = await target.platform.facts.facts(session) if order.facts or changed else None
        return Answer(sample, facts, drift, error)

    async def _config(self, target: Target, session: Session) -> tuple[DriftReport | None, str]:
        """A configuration that can't be read is told apart from a device that does not answer."""
        driver = target.platform.config
        if driver is None or self._drift_check is None:
            return None, ""
        try:
            running = await driver.read_running(session)
            return await self._drift_check(target, session, running), ""
        except (SessionClosedError, DeviceUnreachableError, DeviceTimeoutError):
            raise
        except DeviceError as error:
            return None, error_text(error)

    def _drop(self, device: str) -> None:
        """Close in the background: a broken session may take its time to say good-bye."""
        session = self._sessions.pop(device, None)
        if session is not None:
            task = asyncio.create_task(session.close())
            self._closing.add(task)
            task.add_done_callback(self._closed)

    def _closed(self, task: asyncio.Task[None]) -> None:
        self._closing.discard(task)
        if not task.cancelled():
            task.exception()  # a failed good-bye is of no interest
