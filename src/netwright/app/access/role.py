"""Roles of one's own and groups: tables, and the verbs on them. The three built-in roles are not kept here.

A user has the roles given to it and to its groups; what they grant adds up.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, ForeignKey, Text, delete, select, union
from sqlalchemy.orm import Mapped, Session, mapped_column

from netwright.app.access.account import User
from netwright.app.access.actor import Actor
from netwright.app.access.audit import Event, note
from netwright.app.access.builtin import Role
from netwright.app.access.grant import Anchor, Grant, Scope
from netwright.app.access.verb import Verb
from netwright.app.access.wording import said
from netwright.base.clock import Clock
from netwright.base.errors import InputError, NotFoundError
from netwright.store.database import Database
from netwright.store.record import Base

NAME = re.compile(r"[a-z][a-z0-9._-]{0,63}\Z")
NAME_RULE = "Use lower-case letters, digits, dot, hyphen and underscore; begin with a letter."


class Source(enum.StrEnum):
    """Who gave a user a role or a membership: someone here, or the identity provider at the last login."""

    LOCAL = "local"
    SSO = "sso"


class StoredRole(Base):
    """A role of one's own."""

    __tablename__ = "role"

    name: Mapped[str] = mapped_column(primary_key=True)
    description: Mapped[str] = mapped_column(Text, default="")


class RoleGrant(Base):
    """One grant of a role; ``anchors`` maps an anchor's name to its values, see ``grant``."""

    __tablename__ = "role_grant"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    role: Mapped[str] = mapped_column(ForeignKey("role.name", ondelete="CASCADE"), index=True)
    verbs: Mapped[list[str]]
    kinds: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    anchors: Mapped[dict[str, Any]]
    unplaced: Mapped[bool] = mapped_column(default=False)
    fields: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    without: Mapped[list[str]]


class Group(Base):
    """Users who share roles."""

    __tablename__ = "user_group"

    name: Mapped[str] = mapped_column(primary_key=True)
    description: Mapped[str] = mapped_column(Text, default="")


class UserRole(Base):
    """A role of a user; built-in ones too."""

    __tablename__ = "user_role"

    user: Mapped[str] = mapped_column(ForeignKey("user.name", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[Source] = mapped_column(primary_key=True, default=Source.LOCAL)


class GroupRole(Base):
    """A role of a group."""

    __tablename__ = "group_role"

    group: Mapped[str] = mapped_column(ForeignKey("user_group.name", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class GroupMember(Base):
    """A user in a group."""

    __tablename__ = "group_member"

    group: Mapped[str] = mapped_column(ForeignKey("user_group.name", ondelete="CASCADE"), primary_key=True)
    user: Mapped[str] = mapped_column(
        ForeignKey("user.name", ondelete="CASCADE"), primary_key=True, index=True
    )


@dataclass(frozen=True, slots=True)
class RoleInfo:
    """A role as lists show it. ``grants``: id (0 for a built-in one's) and grant."""

    name: str
    description: str
    builtin: bool
    grants: tuple[tuple[int, Grant], ...]


@dataclass(frozen=True, slots=True)
class GroupInfo:
    """A group with its roles and members."""

    name: str
    description: str
    roles: tuple[str, ...]
    members: tuple[str, ...]


def role_names(session: Session, user: str) -> list[str]:
    """The roles of a user, its groups' included, in order."""
    own = select(UserRole.role).where(UserRole.user == user)
    shared = (
        select(GroupRole.role)
        .join(GroupMember, GroupMember.group == GroupRole.group)
        .where(GroupMember.user == user)
    )
    return sorted(session.scalars(union(own, shared)))


def grants_of(session: Session, roles: Collection[str]) -> tuple[Grant, ...]:
    """What the roles grant together; a name that is no role grants nothing."""
    found = [grant for role in roles if role in list(Role) for grant in Role(role).grants]
    own = [role for role in roles if role not in list(Role)]
    if own:
        rows = session.scalars(select(RoleGrant).where(RoleGrant.role.in_(own)).order_by(RoleGrant.id))
        found += [grant_of(row) for row in rows]
    return tuple(found)


def grant_of(row: RoleGrant) -> Grant:
    """A stored grant. Verbs that this version doesn't know are left out: they give nothing."""
    known = list(Verb)
    anchors = tuple(
        Anchor(name.partition(".")[0], frozenset(values), name.partition(".")[2])
        for name, values in row.anchors.items()
    )
    return Grant(
        frozenset(Verb(verb) for verb in row.verbs if verb in known),
        None if row.kinds is None else frozenset(row.kinds),
        Scope(anchors, row.unplaced),
        None if row.fields is None else frozenset(row.fields),
        frozenset(row.without),
    )


def list_roles(database: Database) -> list[RoleInfo]:
    """The built-in ones first."""
    builtin = [
        RoleInfo(role.value, role.description, True, tuple((0, grant) for grant in role.grants))
        for role in Role
    ]
    with database.read() as session:
        grants: dict[str, list[tuple[int, Grant]]] = {}
        for row in session.scalars(select(RoleGrant).order_by(RoleGrant.id)):
            grants.setdefault(row.role, []).append((row.id, grant_of(row)))
        own = [
            RoleInfo(role.name, role.description, False, tuple(grants.get(role.name, ())))
            for role in session.scalars(select(StoredRole).order_by(StoredRole.name))
        ]
    return builtin + own


def create_role(database: Database, clock: Clock, name: str, description: str, *, by: Actor) -> None:
    """Add a role that grants nothing yet. Raises InputError for a bad or taken name."""
    with database.write() as session:
        _new_name(name, name in list(Role) or session.get(StoredRole, name) is not None, "role")
        session.add(StoredRole(name=name, description=description))
        note(session, clock.now(), Event.ROLE, by, verb="create", subject=name)


def remove_role(database: Database, clock: Clock, name: str, *, by: Actor) -> None:
    """Remove a role of one's own, from those who have it too."""
    with database.write() as session:
        _own_role(session, name)
        session.execute(delete(RoleGrant).where(RoleGrant.role == name))
        session.execute(delete(UserRole).where(UserRole.role == name))
        session.execute(delete(GroupRole).where(GroupRole.role == name))
        session.execute(delete(StoredRole).where(StoredRole.name == name))
        require_manager(session, name)
        note(session, clock.now(), Event.ROLE, by, verb="remove", subject=name)


def add_grant(database: Database, clock: Clock, role: str, grant: Grant, *, by: Actor) -> int:
    """Add a grant, checked by ``wording.take_grant``; returns its id."""
    with database.write() as session:
        _own_role(session, role)
        row = RoleGrant(
            role=role,
            verbs=sorted(grant.verbs),
            kinds=None if grant.kinds is None else sorted(grant.kinds),
            anchors={anchor.name: sorted(anchor.values, key=str) for anchor in grant.scope.anchors},
            unplaced=grant.scope.unplaced,
            fields=None if grant.fields is None else sorted(grant.fields),
            without=sorted(grant.without),
        )
        session.add(row)
        session.flush()
        note(session, clock.now(), Event.ROLE, by, verb="grant", subject=role, detail=said(session, grant))
        return row.id


def remove_grant(database: Database, clock: Clock, role: str, grant_id: int, *, by: Actor) -> None:
    """Take a grant back."""
    with database.write() as session:
        row = session.get(RoleGrant, grant_id)
        if row is None or row.role != role:
            raise NotFoundError(
                f"has no grant {grant_id}", subject=f"role {role}", remedy="See `netwright role list`."
            )
        detail = said(session, grant_of(row))
        session.delete(row)
        session.flush()
        require_manager(session, role)
        note(session, clock.now(), Event.ROLE, by, verb="take back", subject=role, detail=detail)


def list_groups(database: Database) -> list[GroupInfo]:
    with database.read() as session:
        roles: dict[str, list[str]] = {}
        members: dict[str, list[str]] = {}
        for row in session.execute(select(GroupRole.group, GroupRole.role).order_by(GroupRole.role)):
            roles.setdefault(row[0], []).append(row[1])
        for row in session.execute(select(GroupMember.group, GroupMember.user).order_by(GroupMember.user)):
            members.setdefault(row[0], []).append(row[1])
        return [
            GroupInfo(
                one.name, one.description, tuple(roles.get(one.name, ())), tuple(members.get(one.name, ()))
            )
            for one in session.scalars(select(Group).order_by(Group.name))
        ]


def create_group(database: Database, clock: Clock, name: str, description: str, *, by: Actor) -> None:
    with database.write() as session:
        _new_name(name, session.get(Group, name) is not None, "group")
        session.add(Group(name=name, description=description))
        note(session, clock.now(), Event.GROUP, by, verb="create", subject=name)


def remove_group(database: Database, clock: Clock, name: str, *, by: Actor) -> None:
    with database.write() as session:
        _group(session, name)
        for table in (GroupRole, GroupMember):
            session.execute(delete(table).where(table.group == name))
        session.execute(delete(Group).where(Group.name == name))
        require_manager(session, name)
        note(session, clock.now(), Event.GROUP, by, verb="remove", subject=name)


def set_group(
    database: Database,
    clock: Clock,
    name: str,
    *,
    roles: Sequence[str] | None = None,
    members: Sequence[str] | None = None,
    by: Actor,
) -> None:
    """Give a group exactly these roles, or exactly these members; None leaves them."""
    with database.write() as session:
        _group(session, name)
        if roles is not None:
            check_roles(session, roles)
            session.execute(delete(GroupRole).where(GroupRole.group == name))
            session.add_all(GroupRole(group=name, role=role) for role in dict.fromkeys(roles))
            note(session, clock.now(), Event.GROUP, by, verb="roles", subject=name, detail=" ".join(roles))
        if members is not None:
            _check_users(session, members)
            session.execute(delete(GroupMember).where(GroupMember.group == name))
            session.add_all(GroupMember(group=name, user=user) for user in dict.fromkeys(members))
            detail = " ".join(members)
            note(session, clock.now(), Event.GROUP, by, verb="members", subject=name, detail=detail)
        session.flush()
        require_manager(session, name)


def check_roles(session: Session, roles: Iterable[str]) -> None:
    """Raises InputError for a name that is no role."""
    known = [*Role, *session.scalars(select(StoredRole.name).order_by(StoredRole.name))]
    for role in roles:
        if role not in known:
            raise InputError(
                f"there is no role {role!r}", remedy=f"Roles are: {', '.join(str(one) for one in known)}."
            )


def require_manager(session: Session, subject: str) -> None:
    """Raises InputError when no enabled user would be left who may keep users."""
    rows = session.execute(select(RoleGrant.role, RoleGrant.verbs))
    manages = {Role.ADMIN.value} | {role for role, verbs in rows if Verb.USERS in verbs}
    own = (
        select(UserRole.user)
        .join(User, User.name == UserRole.user)
        .where(UserRole.role.in_(manages), User.disabled.is_(False))
    )
    shared = (
        select(GroupMember.user)
        .join(GroupRole, GroupRole.group == GroupMember.group)
        .join(User, User.name == GroupMember.user)
        .where(GroupRole.role.in_(manages), User.disabled.is_(False))
    )
    if session.scalar(own.limit(1)) is None and session.scalar(shared.limit(1)) is None:
        raise InputError(
            "nobody would be left who may keep users: the last admin stays",
            subject=subject,
            remedy="Make another admin first.",
        )


def _new_name(name: str, taken: bool, noun: str) -> None:
    if not NAME.match(name):
        raise InputError(f"not a {noun}'s name", subject=name, remedy=NAME_RULE)
    if taken:
        raise InputError(f"there is a {noun} of this name already", subject=name)


def _own_role(session: Session, name: str) -> None:
    if name in list(Role):
        raise InputError("a built-in role can't be changed", subject=name, remedy="Make a role of your own.")
    if session.get(StoredRole, name) is None:
        raise NotFoundError("there is no such role", subject=name, remedy="See `netwright role list`.")


def _group(session: Session, name: str) -> None:
    if session.get(Group, name) is None:
        raise NotFoundError("there is no such group", subject=name, remedy="See `netwright group list`.")


def _check_users(session: Session, names: Iterable[str]) -> None:
    known = set(session.scalars(select(User.name).where(User.name.in_(list(names)))))
    for name in names:
        if name not in known:
            raise NotFoundError("there is no such user", subject=name, remedy="See `netwright user list`.")
