"""What is kept of the content network. Times are Unix seconds."""

from __future__ import annotations

import enum

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from netwright.store.record import Base


class Title(Base):
    """A file of the catalogue."""

    __tablename__ = "title"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    path: Mapped[str] = mapped_column(unique=True)
    """Path below a server's content root and in its URL."""
    size_bytes: Mapped[int]
    sha256: Mapped[str]


class Demand(Base):
    """Expected requests for a title from a region; any unit, only proportions count."""

    __tablename__ = "demand"

    region: Mapped[str] = mapped_column(primary_key=True)
    title_id: Mapped[str] = mapped_column(primary_key=True)
    weight: Mapped[float]


class HoldingState(enum.StrEnum):
    """A copy on a server: wanted there, being copied, verified there, or to be removed."""

    PLANNED = "planned"
    FILLING = "filling"
    HELD = "held"
    FAILED = "failed"
    EVICTING = "evicting"


class Holding(Base):
    """A copy of a title on a cache server, planned or real."""

    __tablename__ = "holding"

    device: Mapped[str] = mapped_column(primary_key=True)
    title_id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[HoldingState]
    source: Mapped[str] = mapped_column(default="")
    """Device the bytes came from."""
    planned_at: Mapped[float]
    verified_at: Mapped[float | None]
    """When the bytes on the server last had the title's hash."""
    error: Mapped[str] = mapped_column(Text, default="")
