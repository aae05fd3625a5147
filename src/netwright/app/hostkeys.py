"""Host keys in the database, shared by every process of the installation."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import Text, select
from sqlalchemy.orm import Mapped, mapped_column

from netwright.base.errors import NotFoundError
from netwright.device.hostkeys import fingerprint
from netwright.store.database import Database
from netwright.store.record import Base


class HostKey(Base):
    """The SSH host key a device is known by, and another one that it showed since. Unix seconds."""

    __tablename__ = "host_key"

    device: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[float]
    offered: Mapped[str | None] = mapped_column(Text)
    """A changed key that was refused and waits for a person."""
    offered_at: Mapped[float | None]


@dataclass(frozen=True, slots=True)
class KnownKey:
    """One device's host key for people: fingerprints, and a refused one if there is any."""

    device: str
    fingerprint: str
    recorded_at: float
    offered: str | None
    offered_at: float | None


class DatabaseHostKeys:
    """``HostKeys`` over the database. Nothing is held in memory, so that what another process accepted or
    forgot counts at the next login."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, device: str) -> str | None:
        with self._database.read() as session:
            return session.scalar(select(HostKey.key).where(HostKey.device == device))

    def record(self, device: str, key: str) -> None:
        with self._database.write() as session:
            if session.get(HostKey, device) is None:
                session.add(HostKey(device=device, key=key, recorded_at=time.time()))

    def refuse(self, device: str, key: str) -> None:
        with self._database.write() as session:
            row = session.get(HostKey, device)
            if row is not None:
                row.offered, row.offered_at = key, time.time()

    def list(self) -> list[KnownKey]:
        """Every recorded key, by device."""
        with self._database.read() as session:
            rows = session.scalars(select(HostKey).order_by(HostKey.device)).all()
        return [
            KnownKey(
                row.device,
                fingerprint(row.key),
                row.recorded_at,
                fingerprint(row.offered) if row.offered else None,
                row.offered_at,
            )
            for row in rows
        ]

    def accept(self, device: str) -> str:
        """Take the key that was refused last; gives its fingerprint.

        Raises NotFoundError when none waits."""
        with self._database.write() as session:
            row = session.get(HostKey, device)
            if row is None or row.offered is None:
                raise NotFoundError(
                    "no changed host key waits to be accepted",
                    subject=device,
                    remedy="See `netwright hostkey list`; the next login offers the key again.",
                )
            row.key, row.recorded_at = row.offered, time.time()
            row.offered = row.offered_at = None
            return fingerprint(row.key)

    def forget(self, device: str) -> None:
        """Drop what is known, so that the next login records the key anew."""
        with self._database.write() as session:
            row = session.get(HostKey, device)
            if row is None:
                raise NotFoundError(
                    "no host key is recorded", subject=device, remedy="See `netwright hostkey list`."
                )
            session.delete(row)
