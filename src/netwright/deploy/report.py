"""Rollouts as they stand, for the faces: frozen, without the database."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.base.errors import NotFoundError
from netwright.deploy.records import (
    DeviceState,
    Rollout,
    RolloutDevice,
    RolloutKind,
    RolloutState,
    RolloutStep,
)


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """One device of a rollout. Times in Unix seconds."""

    device: str
    site: str
    wave: int
    state: DeviceState
    message: str
    diff: str
    started_at: float | None
    finished_at: float | None


@dataclass(frozen=True, slots=True)
class RolloutReport:
    """A rollout; its devices by wave and name. Times in Unix seconds."""

    id: str
    kind: RolloutKind
    state: RolloutState
    reason: str
    author: str
    timer_s: int
    failure_budget: int
    created_at: float
    started_at: float | None
    finished_at: float | None
    message: str
    stop_requested: str
    devices: tuple[DeviceReport, ...]

    @property
    def counts(self) -> Counter[DeviceState]:
        return Counter(device.state for device in self.devices)

    @property
    def successful(self) -> bool:
        """Over, and every device confirmed."""
        return self.state is RolloutState.DONE and set(self.counts) <= {DeviceState.CONFIRMED}


@dataclass(frozen=True, slots=True)
class StepReport:
    """A line of a rollout's journal; ``device`` is empty for the rollout as a whole."""

    at: float
    device: str
    state: str
    message: str


def read_rollout(session: Session, rollout: str) -> RolloutReport:
    """Raises NotFoundError."""
    head = session.get(Rollout, rollout)
    if head is None:
        raise NotFoundError(
            "there is no such rollout", subject=rollout, remedy="See `netwright rollout list`."
        )
    return _reports(session, [head])[0]


def list_rollouts(session: Session, limit: int = 20) -> list[RolloutReport]:
    """The newest first."""
    newest = select(Rollout).order_by(Rollout.created_at.desc(), Rollout.id.desc()).limit(limit)
    return _reports(session, list(session.scalars(newest)))


def find_rollout(session: Session, name: str | None) -> str:
    """The id of a rollout by its beginning; the newest when no name is given. Raises NotFoundError."""
    query = select(Rollout.id).order_by(Rollout.created_at.desc(), Rollout.id.desc())
    known = list(
        session.scalars(query if name is None else query.where(Rollout.id.startswith(name))).fetchmany(2)
    )
    if not known or (name is not None and len(known) > 1 and known[0] != name):
        what = "there is no rollout yet" if name is None else "this names no rollout, or several"
        raise NotFoundError(what, subject=name, remedy="See `netwright rollout list`.")
    return known[0]


def steps_of(session: Session, rollout: str) -> list[StepReport]:
    """The journal of a rollout, oldest first."""
    query = select(RolloutStep).where(RolloutStep.rollout_id == rollout).order_by(RolloutStep.id)
    return [StepReport(row.at, row.device, row.state, row.message) for row in session.scalars(query)]


def _reports(session: Session, heads: list[Rollout]) -> list[RolloutReport]:
    devices: dict[str, list[DeviceReport]] = {head.id: [] for head in heads}
    query = (
        select(RolloutDevice)
        .where(RolloutDevice.rollout_id.in_(devices))
        .order_by(RolloutDevice.wave, RolloutDevice.device)
    )
    for row in session.scalars(query):
        devices[row.rollout_id].append(
            DeviceReport(
                row.device,
                row.site,
                row.wave,
                row.state,
                row.message,
                row.diff,
                row.started_at,
                row.finished_at,
            )
        )
    return [
        RolloutReport(
            id=head.id,
            kind=head.kind,
            state=head.state,
            reason=head.reason,
            author=head.author,
            timer_s=head.timer_s,
            failure_budget=head.failure_budget,
            created_at=head.created_at,
            started_at=head.started_at,
            finished_at=head.finished_at,
            message=head.message,
            stop_requested=head.stop_requested,
            devices=tuple(devices[head.id]),
        )
        for head in heads
    ]
