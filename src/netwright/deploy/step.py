"""One device's change: check, arm with the device's own timer, check again, confirm or go back.

The step can be killed at any moment and run again: it asks the device first what it knows of the token,
and goes on from there. What the device says wins over what we wrote down.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol

from netwright.base.clock import Clock
from netwright.base.errors import (
    AuthenticationError,
    BusyError,
    CommandFailedError,
    ConfigRejectedError,
    DeviceError,
    HostKeyChangedError,
    NetwrightError,
)
from netwright.base.secret import Secret
from netwright.config.compare import same
from netwright.config.dialect import dialect
from netwright.deploy.checks import Baseline, baseline_of, faults, sessions_named
from netwright.deploy.journal import DeviceJob, Journal
from netwright.deploy.moment import Moment, Observer
from netwright.deploy.plan import DevicePlan, PlanState, store_configs
from netwright.deploy.records import DeviceState
from netwright.device.session import Session
from netwright.platforms.facts import DeviceSample
from netwright.platforms.platform import ArmState, ConfigDriver
from netwright.platforms.target import Target
from netwright.store.database import Database
from netwright.store.sealed import SealedTexts, text_digest


class Fleet(Protocol):
    """Finds devices and opens sessions with them; ``app.context.Context`` is one."""

    def targets(self, names: Sequence[str] | None = None) -> list[Target]: ...

    def open_session(self, target: Target, *, hold: bool = False, fresh: bool = False) -> Session:
        """``hold``: who asks comes back to the device soon; ``fresh``: over a login of its own."""
        ...


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a step waits, in seconds."""

    poll_s: float = 1.0
    reserve_s: float = 8.0
    """Of the device's timer, kept back for confirming or reverting."""
    restore_s: float = 30.0
    """After the device's timer ran out: until it must be back."""
    call_s: float = 45.0
    """One conversation with the device; arming may take as long as its timer."""
    look_s: float = 15.0
    """One look at the device after the change: one that takes longer has lost it."""
    steady_s: float = 1.0
    """So long all must be well without a break: a session may still be up just after a bad change."""
    canary_steady_s: float = 9.0
    """The same for the canary: the hold time of our sessions."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What a step works with."""

    fleet: Fleet
    journal: Journal
    database: Database
    texts: SealedTexts
    scrub_key: Secret
    clock: Clock
    observer: Observer
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    patience: Patience = field(default_factory=Patience)


async def run_device(hands: Hands, rollout: str, device: str) -> DeviceState:
    """Bring one device of a rollout to a final state. Never raises for the device's own faults."""
    job = hands.journal.job(rollout, device)
    if job.state.final:
        return job.state
    try:
        target = hands.fleet.targets([device])[0]
        await _Change(hands, job, target).run()
    except NetwrightError as error:
        hands.journal.advance(rollout, device, DeviceState.FAILED, str(error))
    except Exception as error:  # noqa: BLE001 (the device worker: one device's fault never stops the others)
        hands.journal.advance(rollout, device, DeviceState.FAILED, f"{type(error).__name__}: {error}")
    hands.observer.moment(Moment.ENDED, device)
    return hands.journal.job(rollout, device).state


class _Change:
    """The change of one device, alive for one run of the step."""

    def __init__(self, hands: Hands, job: DeviceJob, target: Target) -> None:
        if target.platform.config is None:
            raise DeviceError("its platform has no configuration driver", subject=target.device)
        self._hands = hands
        self._job = job
        self._target = target
        self._driver: ConfigDriver = target.platform.config
        self._patience = hands.patience
        self._timer_end = hands.clock.monotonic() + job.timer_s
        """When the device goes back by itself, as far as we know; corrected by each answer of it."""
        self._arming_answered = True

    async def run(self) -> None:
        job = self._job
        self._hands.observer.moment(Moment.BEGUN, job.device)
        armed_once = job.state in (DeviceState.POSTCHECK, DeviceState.CONFIRMING, DeviceState.REVERTING)
        try:
            known = await self._state()
        except DeviceError as error:
            if job.state is DeviceState.WAITING or job.state is DeviceState.PRECHECK:
                raise
            return await self._await_own_way_back(f"out of reach after a restart of ours: {error}")
        if known.token == job.token:
            return await self._resume(known)
        if self._concluded(known):
            return None
        if armed_once:
            return self._advance(DeviceState.REVERTED, "the device knows nothing of the change any more")
        if known.token is not None:
            raise BusyError(
                f"another change is pending on the device ({known.token})",
                subject=job.device,
                remedy="Wait until it is confirmed or reverts, then plan again.",
            )
        if job.hold:
            return self._advance(DeviceState.SKIPPED, job.hold)
        return await self._begin()

    async def _resume(self, known: ArmState) -> None:
        """Armed by an earlier life of ours, which may have died inside the arming."""
        self._note(f"taken up again, {known.remaining_s or 0:.0f} s before the device reverts")
        if self._job.state is DeviceState.REVERTING:
            return await self._revert(self._job.message)
        if self._job.state is DeviceState.ARMING:
            return await self._arm()
        return await self._prove()

    async def _begin(self) -> None:
        self._advance(DeviceState.PRECHECK)
        async with self._session(fresh=False) as session:
            running = await self._driver.read_running(session)
            sample = await self._target.platform.facts.sample(session)
        shown = text_digest(self._scrub(running))
        if self._same(running, self._wanted()):
            self._keep_equal(running)
            return self._advance(DeviceState.CONFIRMED, "runs what is wanted already")
        if shown != self._job.running_hash:
            raise DeviceError(
                "its configuration changed since the plan was made",
                subject=self._job.device,
                remedy="Plan again and look at the difference.",
            )
        baseline = baseline_of(sample.bgp_sessions)
        self._hands.observer.moment(Moment.PRECHECKED, self._job.device)
        self._advance(DeviceState.ARMING, baseline=baseline.document(), armed_at=self._hands.clock.now())
        self._job = replace(self._job, baseline=baseline)
        self._hands.observer.moment(Moment.ARMING, self._job.device)
        return await self._arm()

    async def _arm(self) -> None:
        job = self._job
        self._timer_end = self._hands.clock.monotonic() + job.timer_s
        try:
            limit = max(self._patience.call_s, job.timer_s)
            async with self._session(limit, fresh=False) as session:
                await self._driver.arm(session, self._wanted(), token=job.token, timer_s=job.timer_s)
        except (ConfigRejectedError, BusyError, AuthenticationError, HostKeyChangedError) as error:
            return self._advance(DeviceState.FAILED, f"nothing changed: {self._scrub(str(error))}")
        except CommandFailedError as error:
            return await self._arming_failed(self._scrub(f"{error} {error.output}".strip()))
        except DeviceError as error:  # lost on the way: the device may or may not have armed
            self._arming_answered = False
            self._note(f"no answer to arming: {error}")
        self._hands.observer.moment(Moment.ARMED, job.device)
        self._advance(DeviceState.POSTCHECK)
        return await self._prove()

    async def _arming_failed(self, why: str) -> None:
        """The device refused in the middle. It has taken the change back, or never began it."""
        known = await self._state()
        if known.token == self._job.token:
            return await self._revert(why)
        if not self._concluded(known, why):
            self._advance(DeviceState.FAILED, f"nothing changed: {why}")
        return None

    async def _prove(self) -> None:
        """Poll over new sessions until the device has been as wanted for a while, or the time to confirm runs
        out."""
        wrong = "management lost after the change: no check could be finished"
        well_since: float | None = None
        enough = self._patience.canary_steady_s if self._job.wave == 0 else self._patience.steady_s
        while self._time_left() > self._patience.reserve_s:
            last = well_since is not None and self._hands.clock.monotonic() - well_since >= enough
            try:
                known, found = await self._look(last=last)
            except DeviceError as error:
                found = f"management lost after the change: {error}"
            else:
                if known.token != self._job.token and (self._arming_answered or known.token is not None):
                    return self._gone(known, wrong)
                if last and not found:
                    self._hands.observer.moment(Moment.CHECKED, self._job.device)
                    return await self._confirm()
            if found:
                well_since, wrong = None, found
            elif well_since is None:
                well_since = self._hands.clock.monotonic()
            await self._hands.sleep(self._patience.poll_s)
        return await self._revert(wrong)

    async def _look(self, *, last: bool) -> tuple[ArmState, str]:
        """The device's state and what is wrong with it, over a session of its own. The ``last`` look also
        reads what it runs."""
        async with self._session(self._patience.look_s) as session:
            known = await self._driver.state(session)
            self._correct(known)
            if known.token != self._job.token:
                return known, "the device did not answer the arming and has nothing pending"
            self._arming_answered = True
            sample = await self._target.platform.facts.sample(session)
            wrong = self._faults(sample)
            if wrong or not last:
                return known, "; ".join(wrong)
            running = await self._driver.read_running(session)
            equal = await self._equal(session, running, self._wanted())
            return known, "" if equal else "it does not run what was armed"

    def _faults(self, sample: DeviceSample) -> tuple[str, ...]:
        baseline = self._job.baseline or Baseline({})
        expectation = self._job.expectation
        if expectation is None:
            expectation = sessions_named(baseline, self._wanted())
        settled = self._hands.journal.settled(self._job.rollout, self._job.wave)
        return faults(expectation, baseline, sample.bgp_sessions, settled)

    async def _equal(self, session: Session, running: str, wanted: str) -> bool:
        if self._same(running, wanted):
            return True
        checked = await self._driver.check(session, wanted)
        return checked.ok and not checked.commands

    async def _confirm(self) -> None:
        self._advance(DeviceState.CONFIRMING)
        self._hands.observer.moment(Moment.CONFIRMING, self._job.device)
        why = ""
        while self._time_left() > 0:
            try:
                async with self._session() as session:
                    await self._driver.confirm(session, token=self._job.token)
                    running = await self._driver.read_running(session)
            except DeviceError as error:
                lost = isinstance(error, ConnectionError | TimeoutError)
                why = f"{'management lost while confirming' if lost else 'confirming failed'}: {error}"
            else:
                self._hands.observer.moment(Moment.CONFIRMED, self._job.device)
                self._keep_equal(running)
                return self._advance(DeviceState.CONFIRMED)
            if await self._over(why):
                return None
            await self._hands.sleep(self._patience.poll_s)
        return await self._await_own_way_back(why)

    async def _revert(self, why: str) -> None:
        """Go back now; if the device can't be told, its own timer does it."""
        self._advance(DeviceState.REVERTING, why)
        self._hands.observer.moment(Moment.REVERTING, self._job.device)
        while self._time_left() > 0:
            try:
                async with self._session() as session:
                    known = await self._driver.state(session)
                    ours = known.token == self._job.token
                    if ours:
                        await self._driver.revert(session, token=self._job.token, why=why)
            except DeviceError as error:
                self._note(f"reverting failed: {error}")
                if await self._over(why):
                    return None
            else:
                if ours:
                    self._hands.observer.moment(Moment.REVERTED, self._job.device)
                    return self._advance(DeviceState.REVERTED, why)
                if self._concluded(known, why):
                    return None
            await self._hands.sleep(self._patience.poll_s)
        return await self._await_own_way_back(why)

    async def _await_own_way_back(self, why: str) -> None:
        """The device's timer has run out or soon does: wait until it is back, and say so."""
        end = self._timer_end + self._patience.restore_s
        while True:
            try:
                known = await self._state()
            except DeviceError:
                known = None
            if known is not None and known.token != self._job.token:
                return self._gone(known, why)
            if self._hands.clock.monotonic() >= end:
                break
            await self._hands.sleep(self._patience.poll_s)
        where = "still has the change pending" if known else "has not come back"
        return self._advance(DeviceState.FAILED, f"{why}; its timer ran out and it {where}: look at it")

    async def _over(self, why: str) -> bool:
        """Has the change ended on the device without our hearing of it? Then the result is written."""
        try:
            known = await self._state()
        except DeviceError:
            return False
        return known.token != self._job.token and self._concluded(known, why)

    def _gone(self, known: ArmState, why: str) -> None:
        """Nothing of ours is pending any more: write what the device's journal says."""
        if not self._concluded(known, why):
            self._advance(DeviceState.REVERTED, f"{why}; the device knows nothing of the change any more")

    def _concluded(self, known: ArmState, why: str = "") -> bool:
        """Write the result if the device's journal tells of our token."""
        token, _, result = known.last.partition(" ")
        if token != self._job.token or not result:
            return False
        if result.startswith("confirmed"):
            self._advance(DeviceState.CONFIRMED)
        else:
            reason = why or self._job.message or "nobody confirmed in time"
            self._advance(DeviceState.REVERTED, f"{reason}; the device went back by itself ({result})")
        return True

    async def _state(self) -> ArmState:
        async with self._session() as session:
            known = await self._driver.state(session)
        self._correct(known)
        return known

    def _correct(self, known: ArmState) -> None:
        if known.token == self._job.token and known.remaining_s is not None:
            self._timer_end = self._hands.clock.monotonic() + known.remaining_s

    def _time_left(self) -> float:
        return self._timer_end - self._hands.clock.monotonic()

    @asynccontextmanager
    async def _session(self, limit_s: float | None = None, *, fresh: bool = True) -> AsyncIterator[Session]:
        """The conversation in it has a deadline. ``fresh``: with a login, which proves that the change lets
        us in; until the device is armed one session serves."""
        session = self._hands.fleet.open_session(self._target, hold=not fresh, fresh=fresh)
        try:
            async with asyncio.timeout(limit_s or self._patience.call_s):
                yield session
        except TimeoutError as error:
            if isinstance(error, DeviceError):
                raise
            raise DeviceError("the device did not finish in time", subject=self._job.device) from None
        finally:
            await session.close()

    def _wanted(self) -> str:
        return self._hands.texts.get(self._job.wanted_hash).reveal()

    def _same(self, running: str, wanted: str) -> bool:
        return same(running, wanted, dialect(self._target.platform.dialect))

    def _scrub(self, text: str) -> str:
        return self._target.platform.scrub(text, self._hands.scrub_key)

    def _keep_equal(self, running: str) -> None:
        shown = self._scrub(running)
        plan = DevicePlan(self._job.device, PlanState.SAME, running=shown, running_hash=text_digest(shown))
        intended = self._job.expectation is not None  # a restored text is not compared with the intent
        store_configs(self._hands.database, self._hands.clock.now(), [plan], intended=intended)

    def _advance(self, state: DeviceState, message: str = "", **columns: object) -> None:
        self._hands.journal.advance(self._job.rollout, self._job.device, state, message, **columns)

    def _note(self, message: str) -> None:
        self._hands.journal.note(self._job.rollout, self._job.device, message)
