"""Letting in whom the identity provider vouches for: the account behind the claims, and its roles.

A person is known by issuer and subject, never by name: a name in a claim opens no account that was made here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from netwright.app.access.account import User
from netwright.app.access.actor import Actor, Means
from netwright.app.access.audit import Event, note
from netwright.app.access.login import begin_session
from netwright.app.access.oidc import Claims, SsoError
from netwright.app.access.role import NAME, Source, UserRole, role_names
from netwright.app.access.user import get_user
from netwright.app.home import SsoSettings
from netwright.base.clock import Clock
from netwright.base.errors import InputError
from netwright.store.database import Database

SECRET_NAME = "oidc-client-secret"  # noqa: S105 (a name)
_LONGEST_SUBJECT = 255


def sign_in(database: Database, clock: Clock, settings: SsoSettings, claims: Claims, address: str) -> str:
    """Begin a session for the person of checked ``claims``; its token. A new person gets an account.

    Raises SsoError for a disabled account, one without any role, or a name that is taken."""
    now = clock.now()
    subject = str(claims["sub"])
    wanted = _roles(settings, claims)
    with database.write() as session:
        user = session.scalar(
            select(User).where(User.sso_issuer == settings.issuer, User.sso_subject == subject)
        )
        name = user.name if user else _name(settings, claims)
        by = Actor(name, Means.SSO, address)
        problem = _problem(session, user, name, subject, wanted)
        if problem:
            note(session, now, Event.LOGIN_REFUSED, by, detail=problem)
        else:
            if user is None:
                _create(session, name, settings.issuer, subject, by, now)
            _give(session, name, wanted, by, now)
            token = begin_session(session, by, now)
    if problem:
        raise SsoError(problem, subject=name)
    return token


def note_failure(database: Database, clock: Clock, error: SsoError, address: str) -> None:
    """A login over the provider that failed before it was known who it was."""
    with database.write() as session:
        note(session, clock.now(), Event.LOGIN_REFUSED, Actor("", Means.SSO, address), detail=error.what)


def link_user(database: Database, clock: Clock, name: str, issuer: str, subject: str, *, by: Actor) -> None:
    """Say that an account made here is the provider's ``subject``; its password is dropped."""
    with database.write() as session:
        user = get_user(session, name)
        taken = select(User.name).where(User.sso_issuer == issuer, User.sso_subject == subject)
        other = session.scalar(taken)
        if other is not None and other != name:
            raise InputError(f"the provider's {subject} is the user {other} already", subject=name)
        user.sso_issuer, user.sso_subject, user.password_hash = issuer, subject, ""
        note(session, clock.now(), Event.USER, by, verb="link", subject=name, detail=subject)


def _problem(session: Session, user: User | None, name: str, subject: str, wanted: set[str]) -> str:
    """Why the person is not let in; empty when it is."""
    if not NAME.match(name) or len(subject) > _LONGEST_SUBJECT:
        return "the provider gives no name that could be a user's"
    if user is None and session.get(User, name) is not None:
        return "there is a user of this name who is someone else; one who keeps users can link them"
    if user is not None and user.disabled:
        return "the account is disabled"
    lasting = select(UserRole.role).where(UserRole.user == name, UserRole.source == Source.LOCAL)
    if not wanted and not (user and (list(session.scalars(lasting)) or _by_groups(session, name))):
        return "none of the person's groups has a role here"
    return ""


def _by_groups(session: Session, name: str) -> set[str]:
    own = set(session.scalars(select(UserRole.role).where(UserRole.user == name)))
    return set(role_names(session, name)) - own


def _create(session: Session, name: str, issuer: str, subject: str, by: Actor, now: float) -> None:
    user = User(name=name, password_hash="", disabled=False, created_at=now, password_changed_at=now)
    user.sso_issuer, user.sso_subject = issuer, subject
    session.add(user)
    session.flush()
    note(session, now, Event.USER, by, verb="create", subject=name, detail="single sign-on")


def _give(session: Session, name: str, wanted: set[str], by: Actor, now: float) -> None:
    """The roles that the provider's groups stand for, in place of those of the last login."""
    mine = (UserRole.user == name, UserRole.source == Source.SSO)
    if set(session.scalars(select(UserRole.role).where(*mine))) == wanted:
        return
    session.execute(delete(UserRole).where(*mine))
    session.add_all(UserRole(user=name, role=role, source=Source.SSO) for role in sorted(wanted))
    session.flush()
    note(session, now, Event.USER, by, verb="roles", subject=name, detail=" ".join(sorted(wanted)))


def _roles(settings: SsoSettings, claims: Claims) -> set[str]:
    groups = claims.get(settings.groups_claim)
    names: Iterable[object] = groups if isinstance(groups, list) else [groups]
    found = set(settings.everyone)
    for name in names:
        if isinstance(name, str):
            found.update(settings.roles.get(name, ()))
    return found


def _name(settings: SsoSettings, claims: Claims) -> str:
    """A user's name from a claim: the part before the @, in lower case, other characters as hyphens."""
    given = str(claims.get(settings.name_claim) or claims.get("email") or "")
    return re.sub(r"[^a-z0-9._-]+", "-", given.partition("@")[0].lower()).strip("-")[:64]
