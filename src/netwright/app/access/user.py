"""People: accounts with their roles, added, changed and disabled. Times are Unix seconds.

Roles that the identity provider gave are replaced at each login over it; those given here stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from netwright.app.access import password as passwords
from netwright.app.access.account import User, WebSession
from netwright.app.access.actor import Actor
from netwright.app.access.audit import Event, note
from netwright.app.access.builtin import Role
from netwright.app.access.role import NAME, NAME_RULE, Source, UserRole, check_roles, require_manager
from netwright.base.clock import Clock, SystemClock
from netwright.base.errors import InputError, NotFoundError
from netwright.store.database import Database


@dataclass(frozen=True, slots=True)
class UserInfo:
    """A user as lists show it. ``roles`` are its own, without its groups'."""

    name: str
    roles: tuple[str, ...]
    disabled: bool
    created_at: float
    password_changed_at: float
    sso: bool


def create_user(
    database: Database,
    name: str,
    password: str | None = None,
    role: str = Role.VIEWER.value,
    *,
    by: Actor,
    clock: Clock | None = None,
) -> str:
    """Add a user and return the password (a random one when none is given).

    Raises InputError for a bad name, role or password, or a name that is taken."""
    if not NAME.match(name):
        raise InputError("not a user's name", subject=name, remedy=NAME_RULE)
    password = passwords.checked(name, password)
    with database.read() as session:
        check_roles(session, [role])
    hashed = passwords.hash_password(password)
    now = (clock or SystemClock()).now()
    with database.write() as session:
        if session.get(User, name) is not None:
            raise InputError("there is a user of this name already", subject=name)
        session.add(
            User(name=name, password_hash=hashed, disabled=False, created_at=now, password_changed_at=now)
        )
        session.flush()
        session.add(UserRole(user=name, role=role, source=Source.LOCAL))
        note(session, now, Event.USER, by, verb="create", subject=name, detail=role)
    return password


def list_users(database: Database) -> list[UserInfo]:
    with database.read() as session:
        roles: dict[str, list[str]] = {}
        for user, role in session.execute(select(UserRole.user, UserRole.role).order_by(UserRole.role)):
            if role not in roles.setdefault(user, []):
                roles[user].append(role)
        return [
            UserInfo(
                user.name,
                tuple(roles.get(user.name, ())),
                user.disabled,
                user.created_at,
                user.password_changed_at,
                user.sso_subject is not None,
            )
            for user in session.scalars(select(User).order_by(User.name))
        ]


def set_roles(
    database: Database, name: str, roles: Sequence[str], *, by: Actor, clock: Clock | None = None
) -> None:
    """Give a user exactly these roles, beside those of its groups and those the identity provider gave."""
    with database.write() as session:
        get_user(session, name)
        check_roles(session, roles)
        session.execute(delete(UserRole).where(UserRole.user == name, UserRole.source == Source.LOCAL))
        session.add_all(UserRole(user=name, role=role, source=Source.LOCAL) for role in dict.fromkeys(roles))
        session.flush()
        require_manager(session, name)
        now = (clock or SystemClock()).now()
        note(session, now, Event.USER, by, verb="roles", subject=name, detail=" ".join(roles))


def set_password(
    database: Database, name: str, password: str | None = None, *, by: Actor, clock: Clock | None = None
) -> str:
    """Change a user's password and end the user's sessions; returns the password."""
    password = passwords.checked(name, password)
    hashed = passwords.hash_password(password)
    now = (clock or SystemClock()).now()
    with database.write() as session:
        user = get_user(session, name)
        user.password_hash = hashed
        user.password_changed_at = now
        session.execute(delete(WebSession).where(WebSession.user == name))
        note(session, now, Event.USER, by, verb="password", subject=name)
    return password


def set_disabled(
    database: Database, name: str, disabled: bool, *, by: Actor, clock: Clock | None = None
) -> None:
    """Disable a user and end the user's sessions, or enable again. The user's tokens rest meanwhile.

    Raises InputError when nobody would be left who may keep users."""
    with database.write() as session:
        user = get_user(session, name)
        user.disabled = disabled
        session.flush()
        if disabled:
            require_manager(session, name)
            session.execute(delete(WebSession).where(WebSession.user == name))
        now = (clock or SystemClock()).now()
        note(session, now, Event.USER, by, verb="disable" if disabled else "enable", subject=name)


def check_password(database: Database, name: str, password: str) -> bool:
    """Whether the password is the user's."""
    with database.read() as session:
        hashed = session.scalar(select(User.password_hash).where(User.name == name))
    return passwords.verify(password, hashed or passwords.nobody()) and bool(hashed)


def get_user(session: Session, name: str) -> User:
    """Raises NotFoundError."""
    user = session.get(User, name)
    if user is None:
        raise NotFoundError("there is no such user", subject=name, remedy="See `netwright user list`.")
    return user
