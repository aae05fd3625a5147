"""Logging in and out, and the sessions of browsers.

A session's token is known to the browser alone: the database keeps its SHA-256. An attempt to log in is
written down *before* the password is checked, so that many attempts at once can't pass the limit.
"""

from __future__ import annotations

import enum
import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import Index, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from netwright.app.access.access import Access
from netwright.app.access.account import User, WebSession
from netwright.app.access.actor import Actor, Means
from netwright.app.access.audit import DAY_S, Event, note
from netwright.app.access.password import nobody, verify
from netwright.app.access.role import NAME, grants_of, role_names
from netwright.base.clock import Clock
from netwright.store.database import Database
from netwright.store.record import Base

SESSION_S = 12 * 3600
"""A session ends this long after the login, used or not."""
WINDOW_S = 15 * 60
"""Failed attempts older than this are forgiven."""
FAILURES_PER_USER = 5
"""Failures of one user from one address within the window, since the last success."""
FAILURES_PER_ADDRESS = 30
"""Failures from one address within the window, whoever they were for."""


class LoginOutcome(enum.StrEnum):
    """What became of an attempt. ``refused``: wrong name or password, or a disabled account."""

    REFUSED = "refused"
    LIMITED = "limited"
    SUCCESS = "success"
    LOGOUT = "logout"


class LoginEvent(Base):
    """One attempt to log in: the memory of the limits. What people read is the audit log."""

    __tablename__ = "login_event"
    __table_args__ = (Index("ix_login_event_address", "address", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[float]
    user: Mapped[str]
    """Empty when what was typed can't be a user's name: it may be a password in the wrong box."""
    address: Mapped[str]
    outcome: Mapped[LoginOutcome]


@dataclass(frozen=True, slots=True)
class Login:
    """Answer to an attempt: a session's ``token`` on success, else why not. ``wait_s``: when to try again."""

    outcome: LoginOutcome
    token: str = ""
    wait_s: float = 0.0


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def login(database: Database, clock: Clock, name: str, password: str, address: str) -> Login:
    """Check a name and password given from ``address``, and begin a session."""
    now = clock.now()
    shown = name if NAME.match(name) else ""
    by = Actor(shown, Means.SESSION, address)
    with database.write() as session:
        session.execute(delete(LoginEvent).where(LoginEvent.address == address, LoginEvent.at < now - DAY_S))
        wait = _wait(session, shown, address, now)
        outcome = LoginOutcome.LIMITED if wait else LoginOutcome.REFUSED
        event = LoginEvent(at=now, user=shown, address=address, outcome=outcome)
        session.add(event)
        session.flush()
        event_id = event.id
        user = session.get(User, name)
        hashed = (user.password_hash if user and not user.disabled else "") or nobody()
        if wait:
            note(session, now, Event.LOGIN_LIMITED, by)
    if wait:
        return Login(LoginOutcome.LIMITED, wait_s=wait)
    if not verify(password, hashed):
        with database.write() as session:
            note(session, now, Event.LOGIN_REFUSED, by)
        return Login(LoginOutcome.REFUSED)
    with database.write() as session:
        session.execute(
            update(LoginEvent).where(LoginEvent.id == event_id).values(outcome=LoginOutcome.SUCCESS)
        )
        return Login(LoginOutcome.SUCCESS, begin_session(session, by, now))


def begin_session(session: Session, by: Actor, now: float) -> str:
    """A new browser session of a user who has proved to be it; returns its token."""
    token = secrets.token_urlsafe(32)
    session.execute(delete(WebSession).where(WebSession.expires_at < now))
    session.add(
        WebSession(
            token_hash=token_hash(token),
            user=by.name,
            address=by.address,
            created_at=now,
            expires_at=now + SESSION_S,
        )
    )
    note(session, now, Event.LOGIN, by)
    return token


def identify(database: Database, clock: Clock, token: str, address: str = "") -> Access | None:
    """Who holds this session's token; None when it is unknown, over, or the user is disabled."""
    query = (
        select(User.name)
        .join(WebSession, WebSession.user == User.name)
        .where(
            WebSession.token_hash == token_hash(token),
            WebSession.expires_at > clock.now(),
            User.disabled.is_(False),
        )
    )
    with database.read() as session:
        name = session.scalar(query)
        if name is None:
            return None
        return access_of(session, Actor(name, Means.SESSION, address))


def access_of(session: Session, actor: Actor) -> Access:
    """What a user may do by all its roles."""
    roles = role_names(session, actor.name)
    return Access(actor, grants_of(session, roles), tuple(roles))


def logout(database: Database, clock: Clock, token: str, address: str) -> None:
    """End the session; nothing happens when there is none."""
    with database.write() as session:
        found = session.get(WebSession, token_hash(token))
        if found is None:
            return
        note(session, clock.now(), Event.LOGOUT, Actor(found.user, Means.SESSION, address))
        session.delete(found)


def _wait(session: Session, name: str, address: str, now: float) -> float:
    """Seconds until another attempt is let through; 0: now."""
    recent = (
        select(LoginEvent.at)
        .where(
            LoginEvent.address == address,
            LoginEvent.at > now - WINDOW_S,
            LoginEvent.outcome == LoginOutcome.REFUSED,
        )
        .order_by(LoginEvent.at.desc())
    )
    success = select(func.max(LoginEvent.id)).where(
        LoginEvent.address == address, LoginEvent.user == name, LoginEvent.outcome == LoginOutcome.SUCCESS
    )
    last_success = session.scalar(success) or 0
    mine = list(
        session.scalars(
            recent.where(LoginEvent.user == name, LoginEvent.id > last_success).limit(FAILURES_PER_USER)
        )
    )
    if len(mine) >= FAILURES_PER_USER:
        return mine[-1] + WINDOW_S - now
    everyone = list(session.scalars(recent.limit(FAILURES_PER_ADDRESS)))
    if len(everyone) >= FAILURES_PER_ADDRESS:
        return everyone[-1] + WINDOW_S - now
    return 0.0
