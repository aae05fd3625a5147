"""What is kept of rollouts: the rollout, and the result of each device. Times are Unix seconds."""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from netwright.store.record import Base


class RolloutState(enum.StrEnum):
    """Life of a rollout. ``stopped``: the failure budget or a person ended it."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class DeviceState(enum.StrEnum):
    """Life of one device in a rollout. The last four are final."""

    WAITING = "waiting"
    PRECHECK = "precheck"
    ARMING = "arming"
    POSTCHECK = "postcheck"
    CONFIRMING = "confirming"
    CONFIRMED = "confirmed"
    REVERTED = "reverted"
    FAILED = "failed"
    SKIPPED = "skipped"


class Rollout(Base):
    """One rollout of a plan."""

    __tablename__ = "rollout"

    id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[RolloutState]
    reason: Mapped[str] = mapped_column(Text, default="")
    author: Mapped[str] = mapped_column(default="")
    timer_s: Mapped[int]
    failure_budget: Mapped[int]
    """Failed or reverted devices that are borne before it stops; 0: the first failure stops it."""
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
    wave: Mapped[int]
    """0 is the canary."""
    state: Mapped[DeviceState]
    token: Mapped[str]
    """Names the armed change on the device; the same after a restart of ours."""
    wanted_hash: Mapped[str]
    """SHA-256 of the configuration that was planned; a device step refuses another one."""
    diff: Mapped[str] = mapped_column(Text, default="")
    message: Mapped[str] = mapped_column(Text, default="")
    started_at: Mapped[float | None]
    finished_at: Mapped[float | None]
