"""API tokens: a secret that acts for its owner, with no more than the owner's rights and often less.

The secret, ``nwt_`` and 43 characters, is shown once; the database keeps its SHA-256, by which it is looked
up, so that no comparison tells how much of a guess was right.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import JSON, ForeignKey, select, update
from sqlalchemy.orm import Mapped, mapped_column

from netwright.app.access.access import Access
from netwright.app.access.account import User
from netwright.app.access.actor import Actor, Means
from netwright.app.access.audit import Event, note
from netwright.app.access.login import access_of, token_hash
from netwright.app.access.user import get_user
from netwright.app.access.verb import READING, Verb
from netwright.base.clock import Clock
from netwright.base.errors import InputError, NotFoundError, StorageError
from netwright.base.secret import Secret
from netwright.inventory import KINDS
from netwright.store.database import Database
from netwright.store.record import Base

PREFIX = "nwt_"
_FORM = re.compile(r"nwt_[A-Za-z0-9_-]{43}\Z")
USED_EVERY_S = 60.0
"""That a token was used, or refused, is written at most this often."""
_NAME_LENGTH = 64


class ApiToken(Base):
    """A token. ``hint`` is the secret's beginning, to tell tokens apart by; lists None: no limit."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    user: Mapped[str] = mapped_column(ForeignKey("user.name", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    hint: Mapped[str]
    read_only: Mapped[bool]
    verbs: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    kinds: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    networks: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[float]
    expires_at: Mapped[float | None]
    revoked_at: Mapped[float | None]
    last_used_at: Mapped[float | None]
    refused_at: Mapped[float | None]


class TokenAddress(Base):
    """An address that a token was used from."""

    __tablename__ = "api_token_address"

    token: Mapped[int] = mapped_column(ForeignKey("api_token.id", ondelete="CASCADE"), primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    first_at: Mapped[float]


@dataclass(frozen=True, slots=True)
class TokenLimits:
    """What is left of the owner's rights; None: all. ``networks``: the sources it is taken from."""

    read_only: bool = False
    verbs: Collection[Verb] | None = None
    kinds: Collection[str] | None = None
    networks: Sequence[str] | None = None


def create_token(
    database: Database,
    clock: Clock,
    user: str,
    name: str,
    limits: TokenLimits = TokenLimits(),
    *,
    expires_at: float | None = None,
    by: Actor,
) -> Secret:
    """A new token of ``user``; its secret, which can't be read again.

    Raises InputError for a bad name, network, kind or a time gone by."""
    now = clock.now()
    networks = _networks(limits.networks)
    if not name.strip() or len(name) > _NAME_LENGTH or not name.isprintable():
        raise InputError(
            f"a token needs a name of 1 to {_NAME_LENGTH} characters", remedy="Say what it is for."
        )
    for kind in limits.kinds or ():
        KINDS[kind]  # raises NotFoundError
    if expires_at is not None and expires_at <= now:
        raise InputError("the token would be expired already", subject=name, remedy="Give a time to come.")
    secret = PREFIX + secrets.token_urlsafe(32)
    with database.write() as session:
        get_user(session, user)
        taken = select(ApiToken.id).where(
            ApiToken.user == user, ApiToken.name == name, ApiToken.revoked_at.is_(None)
        )
        if session.scalar(taken) is not None:
            raise InputError(f"{user} has a token of this name already", subject=name)
        session.add(
            ApiToken(
                user=user,
                name=name,
                secret_hash=token_hash(secret),
                hint=secret[: len(PREFIX) + 4],
                read_only=limits.read_only,
                verbs=None if limits.verbs is None else sorted(limits.verbs),
                kinds=None if limits.kinds is None else sorted(limits.kinds),
                networks=networks,
                created_at=now,
                expires_at=expires_at,
            )
        )
        note(session, now, Event.TOKEN, by, verb="create", subject=f"{user}/{name}")
    return Secret(secret)


def list_tokens(database: Database, user: str | None = None, *, revoked: bool = False) -> list[ApiToken]:
    """Tokens of a user, or of all; the revoked ones too when asked."""
    query = select(ApiToken).order_by(ApiToken.user, ApiToken.id)
    if user is not None:
        query = query.where(ApiToken.user == user)
    if not revoked:
        query = query.where(ApiToken.revoked_at.is_(None))
    with database.read() as session:
        return list(session.scalars(query))


def revoke_token(
    database: Database, clock: Clock, token_id: int, *, by: Actor, user: str | None = None
) -> None:
    """End a token for ever; ``user``: only if it is that user's."""
    with database.write() as session:
        token = session.get(ApiToken, token_id)
        if token is None or (user is not None and token.user != user):
            raise NotFoundError(
                f"there is no token {token_id}", remedy="List them with `netwright token list`."
            )
        if token.revoked_at is None:
            token.revoked_at = clock.now()
            subject = f"{token.user}/{token.name}"
            note(session, clock.now(), Event.TOKEN, by, verb="revoke", subject=subject)


def identify_token(database: Database, clock: Clock, secret: str, address: str) -> Access | None:
    """Who acts by this token, with what is left of the owner's rights; None when it can't be used."""
    if not _FORM.match(secret):
        return None
    now = clock.now()
    query = select(ApiToken, User.disabled).join(User).where(ApiToken.secret_hash == token_hash(secret))
    with database.read() as session:
        row = session.execute(query).one_or_none()
        if row is None:
            return None
        token, disabled = row
        actor = Actor(token.user, Means.TOKEN, address, token.name)
        reason = _reason(token, disabled, now, address)
        access = None if reason else _limited(access_of(session, actor), token)
        known = session.get(TokenAddress, (token.id, address)) is not None
    if reason:
        if token.refused_at is None or now - token.refused_at >= USED_EVERY_S:
            _refuse(database, token.id, actor, now, reason)
    elif not known or token.last_used_at is None or now - token.last_used_at >= USED_EVERY_S:
        _used(database, token.id, actor, now, known=known)
    return access


def _limited(access: Access, token: ApiToken) -> Access:
    verbs = frozenset(Verb) if token.verbs is None else frozenset(Verb) & frozenset(token.verbs)
    return access.limited(verbs & READING if token.read_only else verbs, token.kinds)


def _reason(token: ApiToken, disabled: bool, now: float, address: str) -> str:
    """Why a token is not taken; empty when it is."""
    if token.revoked_at is not None:
        return "revoked"
    if token.expires_at is not None and token.expires_at <= now:
        return "expired"
    if disabled:
        return "its user is disabled"
    if token.networks is not None and not _inside(address, token.networks):
        return "not from this address"
    return ""


def _inside(address: str, networks: Sequence[str]) -> bool:
    try:
        peer = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(peer, ipaddress.IPv6Address) and peer.ipv4_mapped is not None:
        peer = peer.ipv4_mapped
    return any(peer in ipaddress.ip_network(network) for network in networks)


def _networks(texts: Sequence[str] | None) -> list[str] | None:
    if texts is None:
        return None
    try:
        return [str(ipaddress.ip_network(text)) for text in texts]
    except ValueError as error:
        raise InputError(f"not a network ({error})", remedy="Write it as 192.0.2.0/24.") from None


def _used(database: Database, token_id: int, actor: Actor, now: float, *, known: bool) -> None:
    """Write down that it was used. The request does not fail for it: another may be merging for long."""
    try:
        with database.write_soon() as session:
            session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))
            if not known and session.get(TokenAddress, (token_id, actor.address)) is None:
                session.add(TokenAddress(token=token_id, address=actor.address, first_at=now))
                note(session, now, Event.NEW_ADDRESS, actor)
    except StorageError:
        return


def _refuse(database: Database, token_id: int, actor: Actor, now: float, reason: str) -> None:
    try:
        with database.write_soon() as session:
            session.execute(update(ApiToken).where(ApiToken.id == token_id).values(refused_at=now))
            note(session, now, Event.TOKEN_REFUSED, actor, detail=reason)
    except StorageError:
        return
