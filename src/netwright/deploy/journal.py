"""Rollouts in the database: what a device step reads, and each state it reaches, written at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from netwright.base.clock import Clock
from netwright.base.errors import NotFoundError
from netwright.collect.observed import ObservedConfig, ObservedDevice
from netwright.deploy.checks import Baseline, read_baseline
from netwright.deploy.expectation import Expectation, read_expectation
from netwright.deploy.records import (
    DeviceState,
    Rollout,
    RolloutDevice,
    RolloutState,
    RolloutStep,
)
from netwright.store.database import Database

_BAD = [state for state in DeviceState if state.bad]


@dataclass(frozen=True, slots=True)
class DeviceJob:
    """One device's part of a rollout, as it stands in the database."""

    rollout: str
    device: str
    wave: int
    state: DeviceState
    token: str
    timer_s: int
    wanted_hash: str
    running_hash: str
    expectation: Expectation | None
    baseline: Baseline | None
    armed_at: float | None
    message: str
    hold: str
    """Why it must not begin now; empty: it may."""


class Journal:
    """Reads and writes the rollout tables. Every call is one transaction."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def job(self, rollout: str, device: str) -> DeviceJob:
        """Raises NotFoundError."""
        with self._database.read() as session:
            head, row = session.get(Rollout, rollout), session.get(RolloutDevice, (rollout, device))
            if head is None or row is None:
                raise NotFoundError("there is no such device in this rollout", subject=f"{rollout}/{device}")
            return DeviceJob(
                rollout=rollout,
                device=device,
                wave=row.wave,
                state=row.state,
                token=row.token,
                timer_s=head.timer_s,
                wanted_hash=row.wanted_hash,
                running_hash=row.running_hash,
                expectation=None if row.sessions is None else read_expectation(row.sessions),
                baseline=None if row.baseline is None else read_baseline(row.baseline),
                armed_at=row.armed_at,
                message=row.message,
                hold=_hold(session, head, row),
            )

    def advance(
        self, rollout: str, device: str, state: DeviceState, message: str = "", **columns: Any
    ) -> None:
        """Write the state a device reached, with a line in the journal. Final states are never left."""
        now = self._clock.now()
        values: dict[str, Any] = {"state": state, **columns}
        if message or state.final:
            values["message"] = message
        if state is DeviceState.PRECHECK:
            values["started_at"] = now
        if state.final:
            values["finished_at"] = now
        with self._database.write() as session:
            row = session.get(RolloutDevice, (rollout, device))
            if row is None or row.state.final:
                return
            for name, value in values.items():
                setattr(row, name, value)
            session.add(
                RolloutStep(rollout_id=rollout, device=device, at=now, state=state.value, message=message)
            )

    def note(self, rollout: str, device: str, message: str) -> None:
        """A line in the journal without a new state."""
        with self._database.write() as session:
            row = session.get(RolloutDevice, (rollout, device)) if device else session.get(Rollout, rollout)
            state = row.state.value if row else ""
            session.add(
                RolloutStep(
                    rollout_id=rollout, device=device, at=self._clock.now(), state=state, message=message
                )
            )

    def settled(self, rollout: str, wave: int) -> set[str]:
        """Devices that run their intended configuration: confirmed in an earlier wave; or no part of the
        rollout, found equal by the last plan and not known to be out of reach."""
        with self._database.read() as session:
            mine = select(RolloutDevice.device).where(RolloutDevice.rollout_id == rollout)
            confirmed = mine.where(RolloutDevice.state == DeviceState.CONFIRMED, RolloutDevice.wave < wave)
            others = (
                select(ObservedConfig.device)
                .outerjoin(ObservedDevice, ObservedDevice.device == ObservedConfig.device)
                .where(ObservedConfig.equal.is_(True), ObservedConfig.device.not_in(mine))
                .where(or_(ObservedDevice.reachable.is_(None), ObservedDevice.reachable.is_(True)))
            )
            return {*session.scalars(confirmed), *session.scalars(others)}

    def begin(self, rollout: str) -> list[list[str]]:
        """Mark the rollout running; its waves of devices, canary first."""
        with self._database.write() as session:
            head = _head(session, rollout)
            if head.state is RolloutState.QUEUED:
                head.state = RolloutState.RUNNING
                head.started_at = self._clock.now()
            rows = session.execute(
                select(RolloutDevice.wave, RolloutDevice.device)
                .where(RolloutDevice.rollout_id == rollout)
                .order_by(RolloutDevice.wave, RolloutDevice.device)
            )
            waves: dict[int, list[str]] = {}
            for wave, device in rows:
                waves.setdefault(wave, []).append(device)
            return [waves[wave] for wave in sorted(waves)]

    def gate(self, rollout: str, wave: int) -> str:
        """Why the rollout may not go on after ``wave``; empty when it may."""
        with self._database.read() as session:
            head = _head(session, rollout)
            if head.stop_requested:
                return f"stopped by {head.stop_requested} after wave {wave}"
            bad = _bad(session, rollout)
            if bad and wave == 0:
                return f"the canary did not pass, {bad[0]}"
            if len(bad) > head.failure_budget:
                allowed = f"{head.failure_budget} allowed"
                return f"{len(bad)} failed or reverted after wave {wave}, {allowed}: {'; '.join(bad)}"
            return ""

    def end(self, rollout: str, why_stopped: str = "") -> None:
        """Close the rollout; devices that never began are skipped."""
        now = self._clock.now()
        with self._database.write() as session:
            head = _head(session, rollout)
            if head.state.final:
                return
            head.state = RolloutState.STOPPED if why_stopped else RolloutState.DONE
            head.message = why_stopped
            head.finished_at = now
            skipped = {
                "state": DeviceState.SKIPPED,
                "finished_at": now,
                "message": "the rollout stopped before it",
            }
            waiting = (RolloutDevice.rollout_id == rollout) & (RolloutDevice.state == DeviceState.WAITING)
            session.execute(update(RolloutDevice).where(waiting).values(skipped))
            session.add(RolloutStep(rollout_id=rollout, at=now, state=head.state.value, message=why_stopped))

    def give_up(self, rollout: str, why: str) -> None:
        """Close a rollout whose course broke off by a fault of ours. A device in the middle of a change goes
        back by its own timer."""
        with self._database.read() as session:
            query = select(RolloutDevice.device, RolloutDevice.state).where(
                RolloutDevice.rollout_id == rollout
            )
            rows = [(device, state) for device, state in session.execute(query)]
        for device, state in rows:
            if not state.final and state is not DeviceState.WAITING:
                self.advance(rollout, device, DeviceState.FAILED, f"{why}; its own timer puts it back")
        self.end(rollout, why)

    def request_stop(self, rollout: str, who: str) -> None:
        """Ask a rollout to stop: devices being changed finish, the others are skipped."""
        with self._database.write() as session:
            head = _head(session, rollout)
            if not head.state.final and not head.stop_requested:
                head.stop_requested = who

    def unfinished(self) -> Sequence[tuple[str, RolloutState]]:
        """Rollouts that are not over, oldest first."""
        with self._database.read() as session:
            query = (
                select(Rollout.id, Rollout.state)
                .where(Rollout.state.in_((RolloutState.QUEUED, RolloutState.RUNNING)))
                .order_by(Rollout.created_at, Rollout.id)
            )
            return [(name, state) for name, state in session.execute(query)]


def _head(session: Session, rollout: str) -> Rollout:
    head = session.get(Rollout, rollout)
    if head is None:
        raise NotFoundError(
            "there is no such rollout", subject=rollout, remedy="See `netwright rollout list`."
        )
    return head


def _bad(session: Session, rollout: str) -> list[str]:
    query = (
        select(RolloutDevice.device, RolloutDevice.state, RolloutDevice.message)
        .where(RolloutDevice.rollout_id == rollout, RolloutDevice.state.in_(_BAD))
        .order_by(RolloutDevice.finished_at, RolloutDevice.device)
    )
    return [f"{device} {state.value}: {message}" for device, state, message in session.execute(query)]


def _hold(session: Session, head: Rollout, row: RolloutDevice) -> str:
    if head.stop_requested:
        return f"stopped by {head.stop_requested}"
    if head.state.final:
        return "the rollout is over"
    bad = RolloutDevice.state.in_(_BAD)
    mine = RolloutDevice.rollout_id == head.id
    failures = session.scalar(select(func.count()).select_from(RolloutDevice).where(mine, bad)) or 0
    if failures > head.failure_budget:
        return "the failure budget is used up"
    if not row.redundancy_group:
        return ""
    partner = session.scalar(
        select(RolloutDevice.device).where(
            mine,
            RolloutDevice.state == DeviceState.FAILED,
            RolloutDevice.redundancy_group == row.redundancy_group,
            RolloutDevice.device != row.device,
        )
    )
    return f"its stand-in {partner} failed" if partner else ""
