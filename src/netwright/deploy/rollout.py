"""A rollout from plan to end: its rows are written once, then wave by wave each device is brought through
its step, with a gate after each wave.

``conduct`` is the course of a rollout as plain code. What makes it survive a crash is handed in as
``Durable`` (app.jobs fills it with DBOS); every part of it can be run again.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from netwright.base.errors import ConflictError, InputError
from netwright.base.secret import Secret
from netwright.deploy.expectation import expectations
from netwright.deploy.journal import Journal
from netwright.deploy.plan import DevicePlan, Plan, PlanState
from netwright.deploy.records import (
    DeviceState,
    Rollout,
    RolloutDevice,
    RolloutKind,
    RolloutState,
)
from netwright.deploy.step import Hands, run_device
from netwright.deploy.waves import Candidate, Limits, Waves, make_waves
from netwright.inventory import Device, Site
from netwright.store.database import Database
from netwright.store.sealed import SealedTexts

T = TypeVar("T")

MIN_TIMER_S = 15


@dataclass(frozen=True, slots=True)
class Terms:
    """How a rollout is to be run. ``timer_s``: the device's own revert timer."""

    timer_s: int = 60
    failure_budget: int = 0
    limits: Limits = field(default_factory=Limits)
    kind: RolloutKind = RolloutKind.DEPLOY
    author: str = ""
    reason: str = ""


def waves_of(database: Database, plan: Plan, limits: Limits) -> Waves:
    """The waves a rollout of this plan would have."""
    names = [device.device for device in plan.having(PlanState.DIFFERS)]
    with database.read() as session:
        return make_waves(_candidates(session, names), limits)


def create_rollout(database: Database, texts: SealedTexts, plan: Plan, terms: Terms, now: float) -> str:
    """Queue a rollout of the devices that differ; its id. All of it is written in one transaction.

    Raises InputError for a plan without differences or a timer too short to check in, ConflictError when a
    device is in another rollout that is not over."""
    todo = {device.device: device for device in plan.having(PlanState.DIFFERS)}
    if not todo:
        raise InputError("there is nothing to roll out", remedy="Run `netwright plan`.")
    if terms.timer_s < MIN_TIMER_S:
        raise InputError(
            f"a revert timer of {terms.timer_s} s leaves no time to check",
            subject="--timer",
            remedy=f"Give at least {MIN_TIMER_S} s.",
        )
    texts.put({device.wanted_hash: device.wanted or Secret("") for device in todo.values()})
    rollout = _new_id(now)
    with database.write() as session:
        _refuse_overlap(session, todo)
        candidates = _candidates(session, list(todo))
        waves = make_waves(candidates, terms.limits)
        by_name = {candidate.device: candidate for candidate in candidates}
        wanted = expectations(session, todo.keys()) if terms.kind is RolloutKind.DEPLOY else {}
        session.add(
            Rollout(
                id=rollout,
                kind=terms.kind,
                state=RolloutState.QUEUED,
                reason=terms.reason,
                author=terms.author,
                timer_s=terms.timer_s,
                failure_budget=terms.failure_budget,
                created_at=now,
            )
        )
        session.flush()
        for number, wave in enumerate(waves):
            for name in wave:
                expected = wanted.get(name)
                row = _row(rollout, number, todo[name], by_name[name])
                row.sessions = expected.document() if expected else None
                session.add(row)
    return rollout


class Durable(Protocol):
    """Runs the parts of a rollout so that a crash loses none: a part that ended is not run again, one that
    was cut off is."""

    async def once(self, name: str, part: Callable[[], T]) -> T:
        """The result of ``part``, remembered under ``name``."""
        ...

    async def each(self, rollout: str, devices: Sequence[str]) -> None:
        """Run the device step of all ``devices`` at once; return when all have ended."""
        ...


async def conduct(journal: Journal, durable: Durable, rollout: str) -> None:
    """The course of a rollout. Its calls of ``durable`` come in the same order in every life."""
    waves = await durable.once("begin", lambda: journal.begin(rollout))
    for number, devices in enumerate(waves):
        await durable.each(rollout, devices)
        why = await durable.once(f"gate {number}", lambda number=number: journal.gate(rollout, number))  # type: ignore[misc]
        if why:
            await durable.once("stop", lambda why=why: journal.end(rollout, why))  # type: ignore[misc]
            return
    await durable.once("end", lambda: journal.end(rollout))


DeviceStep = Callable[[str, str], Awaitable[DeviceState]]


def device_step(hands: Hands) -> DeviceStep:
    """The step of one device, by rollout and device."""

    async def step(rollout: str, device: str) -> DeviceState:
        return await run_device(hands, rollout, device)

    return step


def _new_id(now: float) -> str:
    """Sorts by time, short enough to type, never given twice."""
    return f"{datetime.fromtimestamp(now, UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def _token(rollout: str, device: str) -> str:
    return f"{rollout}-{hashlib.sha256(device.encode()).hexdigest()[:6]}"


def _row(rollout: str, wave: int, plan: DevicePlan, candidate: Candidate) -> RolloutDevice:
    return RolloutDevice(
        rollout_id=rollout,
        device=plan.device,
        site=candidate.site,
        redundancy_group=candidate.group,
        wave=wave,
        state=DeviceState.WAITING,
        token=_token(rollout, plan.device),
        wanted_hash=plan.wanted_hash,
        running_hash=plan.running_hash,
        diff=plan.diff,
    )


def _candidates(session: Session, names: Sequence[str]) -> list[Candidate]:
    sizes = select(Device.redundancy_group, func.count()).group_by(Device.redundancy_group)
    group_sizes: dict[str, int] = {row[0]: row[1] for row in session.execute(sizes)}
    rows = session.execute(
        select(Device.name, Site.name, Device.role, Device.redundancy_group)
        .join(Site, Site.id == Device.site_id)
        .where(Device.name.in_(names))
    )
    return [
        Candidate(name, site, role.value, group, bool(group) and group_sizes[group] > 1)
        for name, site, role, group in rows
    ]


def _refuse_overlap(session: Session, names: dict[str, DevicePlan]) -> None:
    query = (
        select(RolloutDevice.device, Rollout.id)
        .join(Rollout, Rollout.id == RolloutDevice.rollout_id)
        .where(Rollout.state.in_((RolloutState.QUEUED, RolloutState.RUNNING)))
        .where(RolloutDevice.device.in_(names))
        .order_by(RolloutDevice.device)
    )
    taken = session.execute(query).first()
    if taken is not None:
        device, rollout = taken
        raise ConflictError(
            f"it is in rollout {rollout}, which is not over",
            subject=device,
            remedy=f"Follow it with `netwright rollout follow {rollout}`, or resume or stop it.",
        )
