"""What is kept of rollouts: the rollout, the result of each device, its steps. Times are Unix seconds."""

from __future__ import annotations

import enum
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from netwright.store import sealed
from netwright.store.record import Base

SEALED_TEXT = sealed.SealedText
"""The whole configurations that rollouts refer to by hash live there; named so that the table is known
wherever rollouts are."""


class RolloutState(enum.StrEnum):
    """Life of a rollout. ``stopped``: the failure budget or a person ended it."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"

    @property
    def final(self) -> bool:
        return self in (RolloutState.DONE, RolloutState.STOPPED)


class RolloutKind(enum.StrEnum):
    """Where the wanted configurations come from."""

    DEPLOY = "deploy"
    """Rendered from the inventory."""
    RESTORE = "restore"
    """An earlier running configuration, from a backup."""


class DeviceState(enum.StrEnum):
    """Life of one device in a rollout. The last four are final."""

    WAITING = "waiting"
    PRECHECK = "precheck"
    ARMING = "arming"
    POSTCHECK = "postcheck"
    CONFIRMING = "confirming"
    REVERTING = "reverting"
    CONFIRMED = "confirmed"
    REVERTED = "reverted"
    FAILED = "failed"
    SKIPPED = "skipped"

    @property
    def final(self) -> bool:
        return self in _FINAL

    @property
    def bad(self) -> bool:
        """Counts against the failure budget."""
        return self in (DeviceState.FAILED, DeviceState.REVERTED)


_FINAL = frozenset((DeviceState.CONFIRMED, DeviceState.REVERTED, DeviceState.FAILED, DeviceState.SKIPPED))


class Rollout(Base):
    """One rollout of a plan."""

    __tablename__ = "rollout"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[RolloutKind] = mapped_column(default=RolloutKind.DEPLOY)
    state: Mapped[RolloutState]
    reason: Mapped[str] = mapped_column(Text, default="")
    author: Mapped[str] = mapped_column(default="")
    timer_s: Mapped[int]
    failure_budget: Mapped[int]
    """Failed or reverted devices that are borne before it stops; 0: the first failure stops it. A failed
    canary always does."""
    stop_requested: Mapped[str] = mapped_column(default="")
    """Who asked it to stop; devices not yet begun are skipped then."""
    created_at: Mapped[float]
    started_at: Mapped[float | None]
    finished_at: Mapped[float | None]
    message: Mapped[str] = mapped_column(Text, default="")
    """Why it stopped, for people."""


class RolloutDevice(Base):
    """One device of a rollout and what became of it."""

    __tablename__ = "rollout_device"

    rollout_id: Mapped[str] = mapped_column(ForeignKey("rollout.id"), primary_key=True)
    device: Mapped[str] = mapped_column(primary_key=True)
    site: Mapped[str] = mapped_column(default="")
    redundancy_group: Mapped[str] = mapped_column(default="")
    wave: Mapped[int]
    """0 is the canary."""
    state: Mapped[DeviceState]
    token: Mapped[str]
    """Names the armed change on the device; the same after a restart of ours."""
    wanted_hash: Mapped[str]
    """SHA-256 of the scrubbed configuration that was planned: exactly this one is put on the device."""
    running_hash: Mapped[str] = mapped_column(default="")
    """SHA-256 of the scrubbed configuration the plan was made against; another one refuses the change."""
    sessions: Mapped[dict[str, Any] | None]
    """BGP sessions wanted of it, see ``expectation``; None: those that the configuration names."""
    baseline: Mapped[dict[str, Any] | None]
    """BGP sessions it had before the change, see ``checks``."""
    diff: Mapped[str] = mapped_column(Text, default="")
    message: Mapped[str] = mapped_column(Text, default="")
    started_at: Mapped[float | None]
    armed_at: Mapped[float | None]
    finished_at: Mapped[float | None]


class RolloutStep(Base):
    """A line of a rollout's journal."""

    __tablename__ = "rollout_step"
    __table_args__ = (Index("ix_rollout_step_rollout", "rollout_id", "device"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    rollout_id: Mapped[str] = mapped_column(ForeignKey("rollout.id"))
    device: Mapped[str] = mapped_column(default="")
    """Empty: about the rollout as a whole."""
    at: Mapped[float]
    state: Mapped[str]
    message: Mapped[str] = mapped_column(Text, default="")
