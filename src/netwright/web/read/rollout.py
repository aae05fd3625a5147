"""Rollouts: the list, and one by waves and devices."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from netwright.base.errors import NotFoundError
from netwright.collect.observed import ObservedConfig
from netwright.deploy.records import Rollout, RolloutDevice, RolloutStep
from netwright.store.sealed import text_digest
from netwright.web.diff import applied
from netwright.web.read.overview import RolloutBrief, briefs

_STEPS = 300


@dataclass(frozen=True, slots=True)
class RolloutView:
    """A rollout at one moment. ``devices`` come without their differences, those are fetched one by one."""

    head: Rollout
    devices: list[RolloutDevice]
    steps: list[RolloutStep]

    @property
    def waves(self) -> list[tuple[int, list[RolloutDevice]]]:
        found: dict[int, list[RolloutDevice]] = {}
        for device in self.devices:
            found.setdefault(device.wave, []).append(device)
        return sorted(found.items())

    @property
    def states(self) -> Counter[str]:
        return Counter(device.state.value for device in self.devices)

    @property
    def done(self) -> int:
        return sum(device.state.final for device in self.devices)

    @property
    def bad(self) -> int:
        return sum(device.state.bad for device in self.devices)


def list_rollouts(session: Session, limit: int = 100) -> list[tuple[Rollout, RolloutBrief]]:
    """The newest first."""
    heads = list(session.scalars(select(Rollout).order_by(Rollout.created_at.desc()).limit(limit)))
    return list(zip(heads, briefs(session, heads), strict=True))


def rollout_view(session: Session, rollout_id: str) -> RolloutView:
    """Raises NotFoundError."""
    head = session.get(Rollout, rollout_id)
    if head is None:
        raise NotFoundError(
            "there is no such rollout", subject=rollout_id, remedy="Look for it in the list of rollouts."
        )
    devices = session.scalars(
        select(RolloutDevice)
        .options(defer(RolloutDevice.diff))
        .where(RolloutDevice.rollout_id == rollout_id)
        .order_by(RolloutDevice.wave, RolloutDevice.device)
    )
    steps = session.scalars(
        select(RolloutStep)
        .where(RolloutStep.rollout_id == rollout_id)
        .order_by(RolloutStep.id.desc())
        .limit(_STEPS)
    )
    return RolloutView(head, list(devices), list(steps))


def planned_texts(session: Session, row: RolloutDevice) -> tuple[str, str] | None:
    """What the device ran when the change was planned, and what was wanted, both scrubbed. Made of the last
    configuration read, which is one of the two, and of the difference that was kept; None when the device
    runs something else by now."""
    seen = session.get(ObservedConfig, row.device)
    if seen is None:
        return None
    for hash_, other in ((row.running_hash, row.wanted_hash), (row.wanted_hash, row.running_hash)):
        if seen.running_hash != hash_:
            continue
        forward = hash_ == row.running_hash
        made = applied(seen.running, row.diff, reverse=not forward)
        if made is not None and text_digest(made) == other:
            return (seen.running, made) if forward else (made, seen.running)
    return None
