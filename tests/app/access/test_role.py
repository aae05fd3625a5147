"""Roles of one's own, groups, and what they add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from tests.tables import create_tables

from netwright.app.access import Actor, Means, Role, Verb, role
from netwright.app.access.audit import entries, prune
from netwright.app.access.login import access_of
from netwright.app.access.user import create_user, list_users, set_disabled, set_roles
from netwright.app.access.wording import said, take_grant
from netwright.base.clock import SystemClock
from netwright.base.errors import InputError, NotFoundError
from netwright.inventory import KINDS
from netwright.store.database import Database

BY = Actor("root", Means.MACHINE)
CLOCK = SystemClock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'netwright.db'}")
    create_tables(database)
    create_user(database, "root1", "correct horse battery", "admin", by=BY)
    create_user(database, "ada", "correct horse battery", "viewer", by=BY)
    yield database
    database.close()


def grant(database: Database, name: str, *verbs: str, **where: list[str]) -> int:
    with database.read() as session:
        made = take_grant(session, verbs, **where)  # type: ignore[arg-type]
    return role.add_grant(database, CLOCK, name, made, by=BY)


def may(database: Database, user: str, verb: Verb, kind: str | None = None) -> bool:
    with database.read() as session:
        return access_of(session, Actor(user, Means.SESSION)).may(verb, kind)


def test_roles_of_a_user_and_of_its_groups_add_up(database: Database) -> None:
    role.create_role(database, CLOCK, "cabler", "lays cables", by=BY)
    first = grant(database, "cabler", "create", "update", kinds=["cable"])
    assert not may(database, "ada", Verb.UPDATE, "cable")
    set_roles(database, "ada", ["viewer", "cabler"], by=BY)
    assert may(database, "ada", Verb.UPDATE, "cable")
    assert not may(database, "ada", Verb.UPDATE, "device")
    assert may(database, "ada", Verb.OBSERVE)
    role.create_group(database, CLOCK, "noc", "", by=BY)
    role.set_group(database, CLOCK, "noc", roles=["operator"], members=["ada"], by=BY)
    assert may(database, "ada", Verb.DEPLOY)
    role.set_group(database, CLOCK, "noc", members=[], by=BY)
    assert not may(database, "ada", Verb.DEPLOY)
    role.remove_grant(database, CLOCK, "cabler", first, by=BY)
    assert not may(database, "ada", Verb.UPDATE, "cable")
    role.remove_role(database, CLOCK, "cabler", by=BY)
    assert {user.name: user.roles for user in list_users(database)} == {
        "ada": ("viewer",),
        "root1": ("admin",),
    }


def test_what_is_no_grant_is_refused(database: Database) -> None:
    wrong: list[tuple[tuple[str, ...], dict[str, list[str]]]] = [
        ((), {}),
        (("fly",), {}),
        (("view",), {"kinds": ["ship"]}),
        (("view",), {"places": ["region"]}),
        (("view",), {"places": ["region=nowhere"]}),
        (("view",), {"places": ["device.role=fridge"]}),
        (("view",), {"places": ["device.colour=red"]}),
        (("view",), {"fields": ["colour"]}),
        (("view",), {"without": ["device.colour"]}),
        (("delete",), {"fields": ["serial"]}),
        (("merge",), {"kinds": ["device"]}),
    ]
    with database.read() as session:
        for verbs, where in wrong:
            with pytest.raises((InputError, NotFoundError)):
                take_grant(session, verbs, **where)  # type: ignore[arg-type]


def test_a_grant_is_kept_as_it_is_said(database: Database) -> None:
    with database.write() as session:
        session.execute(KINDS["region"].table.insert().values(id=7, name="eu", title=""))
    role.create_role(database, CLOCK, "eu", "", by=BY)
    places = ["region=eu", "device.role=cache,edge"]
    grant(database, "eu", "view", "update", places=places, without=["serial"])
    (info,) = [one for one in role.list_roles(database) if one.name == "eu"]
    with database.read() as session:
        assert said(session, info.grants[0][1]) == (
            "update, view of everything in device.role=cache,edge in region=eu without serial"
        )


def test_somebody_who_keeps_users_is_left(database: Database) -> None:
    with pytest.raises(InputError, match="last admin"):
        set_roles(database, "root1", ["viewer"], by=BY)
    with pytest.raises(InputError, match="last admin"):
        set_disabled(database, "root1", True, by=BY)
    role.create_role(database, CLOCK, "keeper", "", by=BY)
    number = grant(database, "keeper", "users")
    role.create_group(database, CLOCK, "keepers", "", by=BY)
    role.set_group(database, CLOCK, "keepers", roles=["keeper"], members=["ada"], by=BY)
    set_disabled(database, "root1", True, by=BY)
    undoings: list[Callable[[], None]] = [
        lambda: role.remove_grant(database, CLOCK, "keeper", number, by=BY),
        lambda: role.remove_role(database, CLOCK, "keeper", by=BY),
        lambda: role.remove_group(database, CLOCK, "keepers", by=BY),
        lambda: role.set_group(database, CLOCK, "keepers", members=[], by=BY),
        lambda: set_disabled(database, "ada", True, by=BY),
    ]
    for undo in undoings:
        with pytest.raises(InputError, match="last admin"):
            undo()
    assert may(database, "ada", Verb.USERS)


@pytest.mark.parametrize("name", list(Role))
def test_built_in_roles_stay_as_they_are(database: Database, name: str) -> None:
    for change in (
        lambda: role.create_role(database, CLOCK, name, "", by=BY),
        lambda: role.remove_role(database, CLOCK, name, by=BY),
        lambda: grant(database, name, "users"),
    ):
        with pytest.raises(InputError):
            change()


def test_every_change_of_rights_is_in_the_log(database: Database) -> None:
    role.create_role(database, CLOCK, "cabler", "", by=BY)
    grant(database, "cabler", "update", kinds=["cable"])
    set_roles(database, "ada", ["cabler"], by=BY)
    lines = [(line.event, line.verb, line.subject, line.detail, line.who) for line in entries(database)]
    assert lines[:3] == [
        ("user", "roles", "ada", "cabler", "root"),
        ("role", "grant", "cabler", "update of cable", "root"),
        ("role", "create", "cabler", "", "root"),
    ]
    assert [line.subject for line in entries(database, who="root", limit=1, before=2)] == ["root1"]


def test_the_log_is_only_added_to_and_ends_by_age(database: Database) -> None:
    with pytest.raises(DatabaseError, match="only added to"), database.write() as session:
        session.execute(text("UPDATE audit_entry SET who = 'someone else'"))
    assert prune(database, CLOCK, 1) == 0
    with database.write() as session:
        session.execute(
            text(
                """INSERT INTO audit_entry (at, event, who, means, label, address, verb, subject, detail)
                VALUES (1000, 'login', 'ada', 'session', '', '', '', '', '')"""
            )
        )
    assert prune(database, CLOCK, 0) == 0
    assert prune(database, CLOCK, 1) == 1
    assert len(entries(database)) == 2
