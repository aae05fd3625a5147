"""Rounds of collection: every device polled at once, samples to the series, states to the observed tables,
findings judged anew around whatever changed."""

from __future__ import annotations

import asyncio
import logging
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from netwright.base.clock import Clock
from netwright.base.errors import NetwrightError, SessionLimitError
from netwright.base.outcome import Outcome
from netwright.collect.drift import DriftCheck
from netwright.collect.judge import Judge
from netwright.collect.keep import keep_answers
from netwright.collect.observed import ObservedConfig, ObservedDevice
from netwright.collect.poll import Answer, OpenConversation, Order, Poller
from netwright.platforms.target import Target
from netwright.store.database import Database
from netwright.store.series import SeriesStore

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and how long, in seconds and rounds. A cold poll (new session, facts, configuration) may take
    ``deadline_s``; a plain sample over a kept session ``warm_s``. The first round, and the first
    one after a silence or a boot, reads facts and configuration; from then on each device's configuration
    every ``config_every`` rounds, its facts every ``facts_every`` or when its configuration has changed.
    ``wait`` is the part of the interval that a round waits for slow devices."""

    interval_s: float = 5.0
    deadline_s: float = 20.0
    warm_s: float = 5.0
    concurrency: int = 100
    config_every: int = 6
    facts_every: int = 120
    wait: float = 0.75


@dataclass(frozen=True, slots=True)
class RoundSummary:
    """What a round did. ``skipped``: devices still busy with an earlier poll, or
    that got no place for a session; ``failed``: device and why;
    ``open``: findings open now, those held back by a cause left out."""

    number: int
    started_at: float
    seconds: float
    devices: int
    answered: int
    failed: tuple[tuple[str, str], ...]
    skipped: int
    samples: int
    configs: int
    opened: int
    cleared: int
    open: int


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database knows of a device before a round."""

    reachable: bool | None
    uptime_s: float | None
    config_hash: str | None


class Collector:
    """Runs rounds. One collector a home: it is the writer of the series."""

    def __init__(
        self,
        database: Database,
        series: SeriesStore,
        targets: Callable[[], Sequence[Target]],
        open_session: OpenConversation,
        clock: Clock,
        *,
        pace: Pace | None = None,
        drift_check: DriftCheck | None = None,
    ) -> None:
        self._database = database
        self._series = series
        self._targets = targets
        self._clock = clock
        self._pace = pace or Pace()
        self._poller = Poller(
            open_session,
            drift_check,
            deadline_s=self._pace.deadline_s,
            warm_s=self._pace.warm_s,
            concurrency=self._pace.concurrency,
        )
        self._judge = Judge(database, stale_after_s=max(60.0, 12 * self._pace.interval_s))
        self._polls: dict[str, asyncio.Task[Outcome[Answer]]] = {}
        self._suspects: set[str] = set()
        self._booted: set[str] = set()
        self._facts_of: dict[str, str | None] = {}
        self._number = 0

    def suspect(self, device: str) -> None:
        """Read the device's configuration in the next round: somebody seems to have changed it."""
        self._suspects.add(device)

    async def run(
        self,
        stop: asyncio.Event,
        *,
        rounds: int | None = None,
        on_round: Callable[[RoundSummary], None] | None = None,
    ) -> None:
        """Rounds at fixed times until ``stop`` (or so many ``rounds``). A round that overruns makes the
        next ones fall out, never pile up; the first one waits for every device. A round that fails (disk
        full) is logged, and the next one is tried."""
        patience = self._pace.interval_s * self._pace.wait
        begin, slot, last = self._clock.monotonic(), 0, self._number + (rounds or 0)
        try:
            while not stop.is_set():
                whole = self._number == 0 or (rounds is not None and self._number + 1 >= last)
                try:
                    summary = await self.round(wait_s=None if whole else patience)
                    if on_round is not None:
                        on_round(summary)
                except NetwrightError as error:
                    if rounds is not None:
                        raise
                    _LOG.warning("no round of collection: %s", error)
                except Exception:
                    if rounds is not None:
                        raise
                    _LOG.exception("a round of collection failed; the next one is tried")
                if rounds is not None and self._number >= last:
                    return
                passed = (self._clock.monotonic() - begin) / self._pace.interval_s
                slot = max(slot + 1, int(passed) + 1)
                await self._pause(stop, begin + slot * self._pace.interval_s)
        finally:
            await self.close()

    async def round(self, *, wait_s: float | None = None) -> RoundSummary:
        """One round. Devices that have not answered after ``wait_s`` are left to answer into a later
        round; None waits for each one's own deadline."""
        started, begin = self._clock.now(), self._clock.monotonic()
        targets = await asyncio.to_thread(self._targets)
        known = await asyncio.to_thread(self._read_known)
        busy = {device for device, task in self._polls.items() if not task.done()}
        for target in targets:
            if target.device not in self._polls:
                order = self._order(target, known.get(target.device))
                self._polls[target.device] = asyncio.create_task(self._poller.poll(target, order))
        if self._polls:
            await asyncio.wait(self._polls.values(), timeout=wait_s)
        harvest = self._harvest({target.device for target in targets})
        outcomes = self._asked(harvest)
        self._notice(outcomes, known)
        platforms = {target.device: target.platform.name for target in targets}
        samples = await asyncio.to_thread(
            keep_answers, self._database, self._series, outcomes, platforms, self._clock.now()
        )
        changes = await asyncio.to_thread(self._judge.judge, outcomes, self._clock.now())
        self._number += 1
        return RoundSummary(
            number=self._number,
            started_at=started,
            seconds=self._clock.monotonic() - begin,
            devices=len(targets),
            answered=sum(outcome.ok for outcome in outcomes),
            failed=tuple((o.device, str(o.error)) for o in outcomes if not o.ok),
            skipped=len(busy) + len(harvest) - len(outcomes),
            samples=samples,
            configs=sum(o.value is not None and o.value.drift is not None for o in outcomes),
            opened=changes.opened,
            cleared=changes.cleared,
            open=changes.open,
        )

    async def close(self) -> None:
        """Cancel what still runs."""
        for task in self._polls.values():
            task.cancel()
        await asyncio.gather(*self._polls.values(), return_exceptions=True)
        self._polls.clear()

    def _order(self, target: Target, known: _Known | None) -> Order:
        device, hash_before = target.device, known.config_hash if known else None
        turn = self._number + zlib.crc32(device.encode())  # spreads the dear reads over the rounds
        back = known is None or not known.reachable or device in self._booted or device not in self._facts_of
        due = back or turn % self._pace.config_every == 0 or device in self._suspects
        # a rollout of ours changes addresses too, and stores the configuration that it left behind
        facts = back or hash_before != self._facts_of[device] or turn % self._pace.facts_every == 0
        self._suspects.discard(device)
        self._booted.discard(device)
        return Order(facts=facts, config=due and target.platform.config is not None, known_hash=hash_before)

    def _harvest(self, devices: Iterable[str]) -> list[Outcome[Answer]]:
        """Take what is finished; answers of devices that left the fleet meanwhile are dropped."""
        finished = {device: task for device, task in self._polls.items() if task.done()}
        for device in finished:
            del self._polls[device]
        wanted = set(devices)
        return [task.result() for device, task in finished.items() if device in wanted]

    def _asked(self, outcomes: Iterable[Outcome[Answer]]) -> list[Outcome[Answer]]:
        """Without those whose session got no place: they were not asked, so nothing is known of them. The
        next round asks them for everything."""
        asked = []
        for outcome in outcomes:
            if isinstance(outcome.error, SessionLimitError):
                _LOG.warning("not asked in this round: %s", outcome.error)
                self._booted.add(outcome.device)
            else:
                asked.append(outcome)
        return asked

    def _notice(self, outcomes: Iterable[Outcome[Answer]], known: dict[str, _Known]) -> None:
        """Remember with which configuration facts were read; and that a device started anew, for it may be
        another one then, or have another part in it."""
        for outcome in outcomes:
            answer, before = outcome.value, known.get(outcome.device)
            if answer is None:
                continue
            if answer.facts is not None:
                stored = before.config_hash if before else None
                self._facts_of[outcome.device] = answer.drift.running_hash if answer.drift else stored
                continue
            uptime = answer.sample.uptime_s
            if uptime is not None and before and before.uptime_s and uptime < before.uptime_s:
                self._booted.add(outcome.device)

    def _read_known(self) -> dict[str, _Known]:
        query = select(
            ObservedDevice.device,
            ObservedDevice.reachable,
            ObservedDevice.uptime_s,
            ObservedConfig.running_hash,
        ).outerjoin(ObservedConfig, ObservedConfig.device == ObservedDevice.device)
        with self._database.read() as session:
            return {
                device: _Known(reachable, uptime, digest)
                for device, reachable, uptime, digest in session.execute(query)
            }

    async def _pause(self, stop: asyncio.Event, until: float) -> None:
        left = until - self._clock.monotonic()
        if left <= 0:
            return
        try:
            async with asyncio.timeout(left):
                await stop.wait()
        except TimeoutError:
            return
