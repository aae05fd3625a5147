"""What would change on each device: rendered against running, judged by the device's own software."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from sqlalchemy import insert, update

from netwright.base.clock import Clock
from netwright.base.errors import NetwrightError
from netwright.base.outcome import Outcome
from netwright.base.secret import Secret
from netwright.collect.observed import ObservedConfig
from netwright.config.compare import difference, same
from netwright.config.dialect import dialect
from netwright.config.engine import make_patch
from netwright.device.fleet import for_each
from netwright.device.session import Session
from netwright.intent.omission import Omission
from netwright.platforms.platform import CheckResult, ConfigDriver
from netwright.platforms.target import Target
from netwright.store.database import Database
from netwright.store.sealed import text_digest

_DEADLINE_S = 120.0
_ROWS_AT_ONCE = 32
_CONTEXT_LINES = 2


class PlanState(enum.StrEnum):
    """How a device stands to its wanted configuration."""

    SAME = "same"
    DIFFERS = "differs"
    REFUSED = "refused"
    """It can't be rendered, or the device's own check says no."""
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One command of the ordered patch, scrubbed: below which blocks, why it is there, and its impact
    (``none``, ``filter``, ``session``, ``flap``)."""

    path: tuple[str, ...]
    command: str
    why: str
    impact: str


@dataclass(frozen=True, slots=True)
class DevicePlan:
    """One device's part of a plan. Texts are scrubbed but for ``wanted``, which is set when it differs."""

    device: str
    state: PlanState
    diff: str = ""
    added: int = 0
    removed: int = 0
    words: tuple[str, ...] = ()
    """What the device's own software says it would do; for ``refused`` its complaints."""
    steps: tuple[PlannedStep, ...] = ()
    """What will be sent, in its order, as far as the configuration engine makes the patch."""
    unpredicted: tuple[str, ...] = ()
    """Differences that stay when the steps are tried on a simulated device; the device's own software has to
    do those."""
    reasons: tuple[str, ...] = ()
    """Why its intended configuration is another one than before."""
    message: str = ""
    wanted_hash: str = ""
    running_hash: str = ""
    wanted: Secret | None = None
    running: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The devices in order of name; ``unmanaged`` have a platform whose configuration is not ours."""

    devices: tuple[DevicePlan, ...]
    unmanaged: tuple[str, ...] = ()
    omissions: tuple[Omission, ...] = ()
    """What devices that are not as wanted will lack even then, for their templates don't write it."""

    def having(self, state: PlanState) -> tuple[DevicePlan, ...]:
        return tuple(device for device in self.devices if device.state is state)

    @property
    def empty(self) -> bool:
        """Every device answered and runs what is wanted."""
        return all(device.state is PlanState.SAME for device in self.devices)


@dataclass(frozen=True, slots=True)
class Planner:
    """Makes plans. ``check``: also ask the device's own software about each difference (about a second of
    the device's time)."""

    database: Database
    clock: Clock
    open_session: Callable[[Target], Session]
    scrub_key: Secret
    concurrency: int = 100
    check: bool = True
    record: bool = True
    """Keep what was read and how it compares as observed; not when it is compared with another text than the
    intended one."""
    deadline_s: float = field(default=_DEADLINE_S)

    async def make(
        self,
        targets: Iterable[Target],
        wanted: Callable[[str], str],
        *,
        on_device: Callable[[DevicePlan], None] = lambda _: None,
    ) -> Plan:
        """The plan of ``targets``. ``wanted`` gives a device's whole configuration by its name; what it
        raises makes the device ``refused``."""
        everything = list(targets)
        ours = [target for target in everything if target.platform.config is not None]
        unmanaged = sorted(target.device for target in everything if target.platform.config is None)
        made: list[DevicePlan] = []
        fresh: list[DevicePlan] = []
        work = partial(self._device, wanted)
        async for outcome in for_each(ours, work, concurrency=self.concurrency, deadline_s=self.deadline_s):
            plan = outcome.value or _failed(outcome)
            on_device(plan)
            made.append(replace(plan, running=""))
            if plan.running_hash:
                fresh.append(plan)
            if len(fresh) >= _ROWS_AT_ONCE:
                self._store(fresh)
                fresh.clear()
        self._store(fresh)
        return Plan(tuple(sorted(made, key=lambda plan: plan.device)), tuple(unmanaged))

    async def _device(self, wanted: Callable[[str], str], target: Target) -> DevicePlan:
        driver = target.platform.config
        assert driver is not None
        try:
            text = wanted(target.device)
        except NetwrightError as error:
            return DevicePlan(target.device, PlanState.REFUSED, message=f"not rendered: {error}")
        session = self.open_session(target)
        try:
            return await self.compare(target, session, await driver.read_running(session), text)
        finally:
            await session.close()

    async def compare(self, target: Target, session: Session, running: str, wanted: str) -> DevicePlan:
        """How ``running`` stands to ``wanted``; the device itself is asked when they differ."""
        scrub = partial(target.platform.scrub, key=self.scrub_key)
        running_shown = scrub(running)
        plan = DevicePlan(
            target.device,
            PlanState.SAME,
            running_hash=text_digest(running_shown),
            running=running_shown,
        )
        language = dialect(target.platform.dialect)
        if same(running, wanted, language):
            return plan
        checked = await self._ask(target.platform.config, session, wanted)
        if checked.ok and not checked.commands:
            return plan  # another spelling of the same; the device's own software sees no difference
        wanted_shown = scrub(wanted)
        diff = difference(running_shown, wanted_shown, language, context=_CONTEXT_LINES)
        body = diff.splitlines()[2:]
        words = checked.commands if checked.ok else checked.errors
        steps, left = self._patch(target, running, wanted) if checked.ok else ((), ())
        return replace(
            plan,
            state=PlanState.DIFFERS if checked.ok else PlanState.REFUSED,
            diff=diff,
            added=sum(line.startswith("+") for line in body),
            removed=sum(line.startswith("-") for line in body),
            words=tuple(scrub(line) for line in words if line),
            steps=steps,
            unpredicted=left,
            message="" if checked.ok else "the device's own check refuses the configuration",
            wanted_hash=text_digest(wanted_shown),
            wanted=Secret(wanted),
        )

    def _patch(
        self, target: Target, running: str, wanted: str
    ) -> tuple[tuple[PlannedStep, ...], tuple[str, ...]]:
        """The ordered patch, tried on a simulated device, and what it would not reach; scrubbed."""
        scrub = partial(target.platform.scrub, key=self.scrub_key)
        made = make_patch(running, wanted, target.platform.rules)
        steps = (
            PlannedStep(tuple(map(scrub, step.path)), scrub(step.command), scrub(step.why), step.impact.value)
            for step in made.steps
        )
        return tuple(steps), tuple(map(scrub, made.missing))

    async def _ask(self, driver: ConfigDriver | None, session: Session, wanted: str) -> CheckResult:
        if driver is None or not self.check:
            return CheckResult(ok=True, commands=("",))
        return await driver.check(session, wanted)

    def _store(self, plans: Sequence[DevicePlan]) -> None:
        if self.record:
            store_configs(self.database, self.clock.now(), plans)


def store_configs(
    database: Database, now: float, plans: Sequence[DevicePlan], *, intended: bool = True
) -> None:
    """Keep what was read in one transaction, and how it compares if it was compared with the intent."""
    if not plans:
        return
    with database.write() as session:
        for plan in plans:
            row = {
                "running": plan.running,
                "running_hash": plan.running_hash,
                "equal": plan.state is PlanState.SAME if intended else None,
                "diff": plan.diff,
                "observed_at": now,
            }
            known = update(ObservedConfig).where(ObservedConfig.device == plan.device).values(row)
            if session.connection().execute(known).rowcount == 0:
                session.execute(insert(ObservedConfig).values(device=plan.device, **row))


def _failed(outcome: Outcome[DevicePlan]) -> DevicePlan:
    error = outcome.error
    text = str(error) if isinstance(error, NetwrightError) else f"{type(error).__name__}: {error}"
    return DevicePlan(outcome.device, PlanState.UNREACHABLE, message=text)
