"""People who use the web interface: accounts, sessions, and the record of logins. Times are Unix seconds.

A session's token is known to the browser alone: the database keeps its SHA-256. An attempt to log in is
written down *before* the password is checked, so that many attempts at once can't pass the limit.
"""

from __future__ import annotations

import enum
import hashlib
import re
import secrets
import threading
from dataclasses import dataclass
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import ForeignKey, Index, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from netwright.app.access import Access, Means, Role
from netwright.base.clock import Clock, SystemClock
from netwright.base.errors import InputError, NotFoundError
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
MINIMUM_PASSWORD = 10

_NAME = re.compile(r"[a-z][a-z0-9._-]{0,63}\Z")
_HASHING = threading.BoundedSemaphore(2)  # argon2 takes 64 MiB a run; a flood of logins must not take all


class LoginOutcome(enum.StrEnum):
    """What became of an attempt. ``refused``: wrong name or password, or a disabled account."""

    REFUSED = "refused"
    LIMITED = "limited"
    SUCCESS = "success"
    LOGOUT = "logout"


class User(Base):
    """A person with a password."""

    __tablename__ = "user"

    name: Mapped[str] = mapped_column(primary_key=True)
    password_hash: Mapped[str]
    role: Mapped[Role]
    disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[float]
    password_changed_at: Mapped[float]


class WebSession(Base):
    """A browser that logged in."""

    __tablename__ = "web_session"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user: Mapped[str] = mapped_column(ForeignKey("user.name"), index=True)
    address: Mapped[str]
    created_at: Mapped[float]
    expires_at: Mapped[float]


class LoginEvent(Base):
    """One attempt to log in, or a logout."""

    __tablename__ = "login_event"
    __table_args__ = (Index("ix_login_event_address", "address", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[float]
    user: Mapped[str]
    """Empty when what was typed can't be a user's name: it may be a password in the wrong box."""
    address: Mapped[str]
    outcome: Mapped[LoginOutcome]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking, and what it may do."""

    name: str
    role: Role
    access: Access


@dataclass(frozen=True, slots=True)
class Login:
    """Answer to an attempt: a session's ``token`` on success, else why not. ``wait_s``: when to try again."""

    outcome: LoginOutcome
    token: str = ""
    wait_s: float = 0.0


@cache
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


@cache
def _nobody() -> str:
    """A hash that no password has: unknown users cost the time that known ones cost."""
    return _hash(secrets.token_urlsafe(32))


def _hash(password: str) -> str:
    with _HASHING:
        return _hasher().hash(password)


def _verify(password: str, hashed: str) -> bool:
    with _HASHING:
        return _hasher().verify(password, hashed)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _checked(name: str, password: str | None) -> str:
    """The password, or a random one. Raises InputError for one that is too short."""
    if password is None:
        return secrets.token_urlsafe(15)
    if len(password) < MINIMUM_PASSWORD:
        raise InputError(
            f"the password has fewer than {MINIMUM_PASSWORD} characters",
            subject=name,
            remedy="Choose a longer one.",
        )
    return password


def create_user(
    database: Database,
    name: str,
    password: str | None = None,
    role: str = "viewer",
    *,
    clock: Clock | None = None,
) -> str:
    """Add a user and return the password (a random one when none is given).

    Raises InputError for a bad name, role or password, or a name that is taken."""
    if not _NAME.match(name):
        raise InputError(
            "not a user's name",
            subject=name,
            remedy="Use lower-case letters, digits, dot, hyphen and underscore; begin with a letter.",
        )
    if role not in list(Role):
        raise InputError(f"there is no role {role!r}", subject=name, remedy=f"Roles are: {', '.join(Role)}.")
    password = _checked(name, password)
    hashed = _hash(password)
    now = (clock or SystemClock()).now()
    with database.write() as session:
        if session.get(User, name) is not None:
            raise InputError("there is a user of this name already", subject=name)
        session.add(
            User(
                name=name,
                password_hash=hashed,
                role=Role(role),
                disabled=False,
                created_at=now,
                password_changed_at=now,
            )
        )
    return password


def list_users(database: Database) -> list[User]:
    with database.read() as session:
        users = list(session.scalars(select(User).order_by(User.name)))
        session.expunge_all()  # values stay readable after the session
    return users


def set_password(
    database: Database, name: str, password: str | None = None, *, clock: Clock | None = None
) -> str:
    """Change a user's password and end the user's sessions; returns the password."""
    password = _checked(name, password)
    hashed = _hash(password)
    with database.write() as session:
        user = _get(session, name)
        user.password_hash = hashed
        user.password_changed_at = (clock or SystemClock()).now()
        session.execute(delete(WebSession).where(WebSession.user == name))
    return password


def set_disabled(database: Database, name: str, disabled: bool) -> None:
    """Disable a user and end the user's sessions, or enable again.

    Raises InputError when no enabled admin would be left."""
    with database.write() as session:
        user = _get(session, name)
        others = session.scalar(
            select(func.count())
            .select_from(User)
            .where(User.role == Role.ADMIN, User.disabled.is_(False), User.name != name)
        )
        if disabled and user.role is Role.ADMIN and not others:
            raise InputError(
                "the last admin can't be disabled", subject=name, remedy="Make another admin first."
            )
        user.disabled = disabled
        if disabled:
            session.execute(delete(WebSession).where(WebSession.user == name))


def check_password(database: Database, name: str, password: str) -> bool:
    """Whether the password is the user's; for changing it."""
    with database.read() as session:
        hashed = session.scalar(select(User.password_hash).where(User.name == name))
    return _verify(password, hashed or _nobody()) and hashed is not None


def login(database: Database, clock: Clock, name: str, password: str, address: str) -> Login:
    """Check a name and password given from ``address``, and begin a session."""
    now = clock.now()
    shown = name if _NAME.match(name) else ""
    with database.write() as session:
        wait = _wait(session, shown, address, now)
        outcome = LoginOutcome.LIMITED if wait else LoginOutcome.REFUSED
        event = LoginEvent(at=now, user=shown, address=address, outcome=outcome)
        session.add(event)
        session.flush()
        event_id = event.id
        user = session.get(User, name)
        hashed = user.password_hash if user and not user.disabled else _nobody()
    if wait:
        return Login(LoginOutcome.LIMITED, wait_s=wait)
    if not _verify(password, hashed):
        return Login(LoginOutcome.REFUSED)
    token = secrets.token_urlsafe(32)
    with database.write() as session:
        session.execute(
            update(LoginEvent).where(LoginEvent.id == event_id).values(outcome=LoginOutcome.SUCCESS)
        )
        session.execute(delete(WebSession).where(WebSession.expires_at < now))
        session.add(
            WebSession(
                token_hash=token_hash(token),
                user=name,
                address=address,
                created_at=now,
                expires_at=now + SESSION_S,
            )
        )
    return Login(LoginOutcome.SUCCESS, token)


def identify(database: Database, clock: Clock, token: str) -> Identity | None:
    """Who holds this session's token; None when it is unknown, over, or the user is disabled."""
    query = (
        select(User.name, User.role)
        .join(WebSession, WebSession.user == User.name)
        .where(
            WebSession.token_hash == token_hash(token),
            WebSession.expires_at > clock.now(),
            User.disabled.is_(False),
        )
    )
    with database.read() as session:
        row = session.execute(query).one_or_none()
    return Identity(row.name, row.role, Access(row.name, Means.SESSION, row.role.grants)) if row else None


def logout(database: Database, clock: Clock, token: str, address: str) -> None:
    """End the session; nothing happens when there is none."""
    with database.write() as session:
        found = session.get(WebSession, token_hash(token))
        if found is None:
            return
        session.add(LoginEvent(at=clock.now(), user=found.user, address=address, outcome=LoginOutcome.LOGOUT))
        session.delete(found)


def login_events(database: Database, *, before: int | None = None, limit: int = 100) -> list[LoginEvent]:
    """The newest events; ``before`` an event's id for the next page."""
    query = select(LoginEvent).order_by(LoginEvent.id.desc()).limit(limit)
    if before is not None:
        query = query.where(LoginEvent.id < before)
    with database.read() as session:
        events = list(session.scalars(query))
        session.expunge_all()
    return events


def _get(session: Session, name: str) -> User:
    user = session.get(User, name)
    if user is None:
        raise NotFoundError("there is no such user", subject=name, remedy="See `netwright user list`.")
    return user


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
