"""The audit log: logins, refusals, tokens at new addresses, and every change of rights. Only ever added to:
the database itself refuses to change a line. Lines older than the setting ``audit_days`` are dropped.

What is written says who, from where, what and of whom; never a password, a token or a secret's value.
"""

from __future__ import annotations

import asyncio
import enum
import logging
from typing import Any

from sqlalchemy import Connection, Index, Text, delete, event, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from netwright.app.access.actor import Actor, Means
from netwright.base.clock import Clock
from netwright.base.errors import StorageError
from netwright.store.database import Database
from netwright.store.record import Base

DAY_S = 86_400
_PRUNE_S = 6 * 3600.0
_LOG = logging.getLogger(__name__)


class Event(enum.StrEnum):
    """What happened."""

    LOGIN = "login"
    LOGIN_REFUSED = "login-refused"
    LOGIN_LIMITED = "login-limited"
    LOGOUT = "logout"
    REFUSED = "refused"
    """Something that the caller has no right to: ``verb`` and ``subject`` say what."""
    NEW_ADDRESS = "new-address"
    """A token was used from an address for the first time."""
    TOKEN_REFUSED = "token-refused"  # noqa: S105 (a word)
    """A token that exists was refused: expired, revoked, of a disabled user, from a network it is not for."""
    USER = "user"
    GROUP = "group"
    ROLE = "role"
    TOKEN = "token"  # noqa: S105 (a word)


class AuditEntry(Base):
    """One line. ``at`` is in Unix seconds."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_who", "who", "id"), Index("ix_audit_entry_at", "at"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[float]
    event: Mapped[Event]
    who: Mapped[str]
    """Empty when what was typed can't be a user's name: it may be a password in the wrong box."""
    means: Mapped[Means]
    label: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    verb: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[str] = mapped_column(Text, default="")


_WORDS = "the audit log is only added to"
_FIXED = {
    "sqlite": [
        f"""CREATE TRIGGER audit_entry_fixed BEFORE UPDATE ON audit_entry
        BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"""
    ],
    "postgresql": [
        f"""CREATE FUNCTION audit_entry_fixed() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{_WORDS}'; END $$""",
        """CREATE TRIGGER audit_entry_fixed BEFORE UPDATE ON audit_entry
        FOR EACH ROW EXECUTE FUNCTION audit_entry_fixed()""",
    ],
}


def _fix(_table: object, connection: Connection, **_more: object) -> None:
    """No line can be changed, not even by ourselves."""
    for statement in _FIXED.get(connection.dialect.name, ()):
        connection.exec_driver_sql(statement)


event.listen(AuditEntry.__table__, "after_create", _fix)


def note(
    session: Session,
    at: float,
    what: Event,
    by: Actor,
    *,
    verb: str = "",
    subject: str = "",
    detail: str = "",
) -> None:
    """Add a line, in the transaction of what it tells of."""
    session.add(
        AuditEntry(
            at=at,
            event=what,
            who=by.name,
            means=by.means,
            label=by.label,
            address=by.address,
            verb=verb,
            subject=subject,
            detail=detail,
        )
    )


def note_refusal(
    database: Database, clock: Clock, by: Actor, verb: str, subject: str, detail: str = ""
) -> None:
    """A face refused something: a line of its own."""
    with database.write() as session:
        note(session, clock.now(), Event.REFUSED, by, verb=verb, subject=subject, detail=detail)


def entries(
    database: Database,
    *,
    who: str = "",
    what: Event | None = None,
    since: float | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[AuditEntry]:
    """The newest lines first; ``before`` a line's id for the next page."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    conditions: list[Any] = []
    if who:
        conditions.append(AuditEntry.who == who)
    if what is not None:
        conditions.append(AuditEntry.event == what)
    if since is not None:
        conditions.append(AuditEntry.at >= since)
    if before is not None:
        conditions.append(AuditEntry.id < before)
    with database.read() as session:
        return list(session.scalars(query.where(*conditions)))


def prune(database: Database, clock: Clock, days: int) -> int:
    """Drop lines older than ``days`` days; 0 keeps all. Returns how many went."""
    if days <= 0:
        return 0
    limit = clock.now() - days * DAY_S
    with database.read() as session:
        if session.scalar(select(AuditEntry.id).where(AuditEntry.at < limit).limit(1)) is None:
            return 0
    with database.write() as session:
        gone = session.execute(delete(AuditEntry).where(AuditEntry.at < limit))
        return int(getattr(gone, "rowcount", 0))


async def keep_audit(database: Database, clock: Clock, days: int, stop: asyncio.Event) -> None:
    """The worker's part: prune every few hours until ``stop``."""
    while not stop.is_set():
        try:
            await asyncio.to_thread(prune, database, clock, days)
        except StorageError:  # a full disk or a long merge passes
            _LOG.exception("the audit log could not be pruned; the worker tries again")
        try:
            async with asyncio.timeout(_PRUNE_S):
                await stop.wait()
        except TimeoutError:
            continue
