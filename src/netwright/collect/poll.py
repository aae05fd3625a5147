"""One device's poll: sample, and on demand facts and the running configuration, over a session that is held
between polls.

A session that broke between two polls is opened anew once within the same poll, so that only a device that
does not answer a fresh session counts as silent.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

from netwright.base.errors import (
    DeviceError,
    DeviceTimeoutError,
    DeviceUnreachableError,
    SessionClosedError,
)
from netwright.base.outcome import Outcome
from netwright.collect.drift import DriftCheck, DriftReport
from netwright.collect.intake import error_text
from netwright.device.fleet import Slots
from netwright.device.session import Conversation, Session
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
    """What a poll brought. ``trouble``: why facts or configuration, asked for after it, are missing."""

    sample: DeviceSample
    facts: DeviceFacts | None = None
    drift: DriftReport | None = None
    trouble: str = ""


_SHARE_OF_MORE = 0.7  # of the deadline; the sample comes first and must not be lost


class OpenConversation(Protocol):
    """Opens a session for one poll. ``hold``: we come back; ``fresh``: not over a held connection."""

    def __call__(self, target: Target, *, hold: bool = False, fresh: bool = False) -> Conversation: ...


class Poller:
    """Polls devices, ``concurrency`` at once. ``warm_s`` bounds a plain sample over a held session,
    ``deadline_s`` the whole poll."""

    def __init__(
        self,
        open_session: OpenConversation,
        drift_check: DriftCheck | None,
        *,
        deadline_s: float,
        warm_s: float,
        concurrency: int,
    ) -> None:
        self._open_session = open_session
        self._drift_check = drift_check
        self._deadline_s = deadline_s
        self._warm_s = warm_s
        self._slots = Slots(concurrency)

    async def poll(self, target: Target, order: Order) -> Outcome[Answer]:
        """Never raises for the device's sake; its session is held only after success."""

        async def work(target: Target) -> Answer:
            return await self._poll(target, order)

        return await self._slots.attempt(target, work, deadline_s=self._deadline_s)

    async def _poll(self, target: Target, order: Order) -> Answer:
        session, sample = await self._sample(target)
        try:
            answer = await self._answer(target, session, sample, order)
            if not answer.trouble:
                await session.close()
            return answer
        finally:
            session.drop()  # unless it was given back

    async def _answer(self, target: Target, session: Session, sample: DeviceSample, order: Order) -> Answer:
        if not (order.facts or order.config):
            return Answer(sample)
        more = _More(target, session, order, self._drift_check)
        try:
            async with asyncio.timeout(self._deadline_s * _SHARE_OF_MORE):
                await more.ask()
        except (DeviceError, TimeoutError) as error:
            # the device did answer the sample: what failed afterwards is said, and does not make it silent
            more.trouble = f"{more.what} could not be read ({_words(error)})"
        return Answer(sample, more.facts, more.drift, more.trouble)

    async def _sample(self, target: Target) -> tuple[Conversation, DeviceSample]:
        """Over the held session, or over a new one when there is none or it turns out broken."""
        session = self._open_session(target, hold=True)
        if session.held:
            try:
                async with asyncio.timeout(self._warm_s):
                    return session, await self._asked(target, session)
            except (SessionClosedError, DeviceUnreachableError, DeviceTimeoutError, TimeoutError):
                session = self._open_session(target, hold=True, fresh=True)
        return session, await self._asked(target, session)

    async def _asked(self, target: Target, session: Conversation) -> DeviceSample:
        with ExitStack() as undo:
            undo.callback(session.drop)
            sample = await target.platform.facts.sample(session)
            undo.pop_all()
        return sample


class _More:
    """What is asked for besides the sample. Keeps what came before a failure."""

    def __init__(
        self, target: Target, session: Session, order: Order, drift_check: DriftCheck | None
    ) -> None:
        self._target = target
        self._session = session
        self._order = order
        self._drift_check = drift_check
        self.what = ""
        self.facts: DeviceFacts | None = None
        self.drift: DriftReport | None = None
        self.trouble = ""

    async def ask(self) -> None:
        order, driver, known = self._order, self._target.platform.config, self._order.known_hash
        if order.facts:
            await self._ask_facts()
        if order.config and driver is not None and self._drift_check is not None:
            self.what = "its configuration"
            running = await driver.read_running(self._session)
            self.drift = await self._drift_check(self._target, self._session, running)
            if self.facts is None and known is not None and self.drift.running_hash != known:
                await self._ask_facts()

    async def _ask_facts(self) -> None:
        self.what = "what it is"
        self.facts = await self._target.platform.facts.facts(self._session)


def _words(error: Exception) -> str:
    return "it took too long" if type(error) is TimeoutError else error_text(error).rstrip(".")
