"""Accounts, sessions, limits of logins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.tables import create_tables

from netwright.app.access import Access, Actor, Means, Role
from netwright.app.access import login as logins
from netwright.app.access import password as passwords
from netwright.app.access import user as users
from netwright.app.access.audit import entries
from netwright.app.access.login import LoginOutcome
from netwright.base.errors import InputError, NotFoundError
from netwright.store.database import Database

HERE = "192.0.2.1"
BY = Actor("root", Means.MACHINE)


class HeldClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = 1_000_000.0

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'netwright.db'}")
    create_tables(database)
    yield database
    database.close()


def test_a_random_password_logs_in(database: Database, clock: HeldClock) -> None:
    password = users.create_user(database, "ada", None, "operator", by=BY)
    assert len(password) >= 20
    login = logins.login(database, clock, "ada", password, HERE)
    assert login.outcome is LoginOutcome.SUCCESS
    found = logins.identify(database, clock, login.token)
    assert found is not None
    assert found == Access(Actor("ada", Means.SESSION), Role.OPERATOR.grants, ("operator",))


def test_neither_password_nor_token_is_kept(database: Database, clock: HeldClock, tmp_path: Path) -> None:
    password = users.create_user(database, "ada", "correct horse battery", by=BY)
    token = logins.login(database, clock, "ada", password, HERE).token
    database.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert password.encode() not in kept
    assert token.encode() not in kept
    assert b"$argon2id$" in kept


@pytest.mark.parametrize(
    ("name", "password", "role"),
    [
        ("Ada", "long enough pass", "viewer"),
        ("", "long enough pass", "viewer"),
        ("a b", "long enough pass", "viewer"),
        ("ada", "short", "viewer"),
        ("ada", "long enough pass", "root"),
    ],
)
def test_bad_input_is_refused(database: Database, name: str, password: str, role: str) -> None:
    with pytest.raises(InputError):
        users.create_user(database, name, password, role, by=BY)
    assert users.list_users(database) == []


def test_a_name_is_given_once(database: Database) -> None:
    users.create_user(database, "ada", by=BY)
    with pytest.raises(InputError, match="already"):
        users.create_user(database, "ada", by=BY)


def test_wrong_name_and_wrong_password_look_alike(database: Database, clock: HeldClock) -> None:
    users.create_user(database, "ada", "correct horse battery", by=BY)
    wrong = logins.login(database, clock, "ada", "wrong", HERE)
    unknown = logins.login(database, clock, "bob", "wrong", HERE)
    assert wrong == unknown == logins.Login(LoginOutcome.REFUSED)


def test_unknown_users_cost_a_password_check(
    database: Database, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    real = passwords.verify

    def counting(password: str, hashed: str) -> bool:
        checked.append(hashed)
        return real(password, hashed)

    monkeypatch.setattr(logins, "verify", counting)
    logins.login(database, clock, "nobody", "whatever", HERE)
    assert len(checked) == 1
    assert checked[0].startswith("$argon2id$")


def test_a_disabled_user_is_out_at_once(database: Database, clock: HeldClock) -> None:
    users.create_user(database, "root1", None, "admin", by=BY)
    password = users.create_user(database, "ada", None, "admin", by=BY)
    token = logins.login(database, clock, "ada", password, HERE).token
    users.set_disabled(database, "ada", True, by=BY)
    assert logins.identify(database, clock, token) is None
    assert logins.login(database, clock, "ada", password, HERE).outcome is LoginOutcome.REFUSED
    users.set_disabled(database, "ada", False, by=BY)
    assert logins.login(database, clock, "ada", password, HERE).outcome is LoginOutcome.SUCCESS


def test_the_last_admin_stays(database: Database) -> None:
    users.create_user(database, "ada", None, "admin", by=BY)
    with pytest.raises(InputError, match="last admin"):
        users.set_disabled(database, "ada", True, by=BY)


def test_a_new_password_ends_sessions(database: Database, clock: HeldClock) -> None:
    old = users.create_user(database, "ada", by=BY)
    token = logins.login(database, clock, "ada", old, HERE).token
    new = users.set_password(database, "ada", by=BY)
    assert logins.identify(database, clock, token) is None
    assert not users.check_password(database, "ada", old)
    assert users.check_password(database, "ada", new)
    with pytest.raises(NotFoundError):
        users.set_password(database, "bob", by=BY)


def test_a_session_ends_by_itself_and_by_logout(database: Database, clock: HeldClock) -> None:
    password = users.create_user(database, "ada", by=BY)
    first = logins.login(database, clock, "ada", password, HERE).token
    logins.logout(database, clock, first, HERE)
    assert logins.identify(database, clock, first) is None
    logins.logout(database, clock, first, HERE)
    second = logins.login(database, clock, "ada", password, HERE).token
    clock.time += logins.SESSION_S
    assert logins.identify(database, clock, second) is None
    assert [line.event for line in entries(database)] == ["login", "logout", "login", "user"]


@pytest.mark.slow
def test_failures_of_a_user_are_limited_and_forgiven(database: Database, clock: HeldClock) -> None:
    password = users.create_user(database, "ada", by=BY)
    for _ in range(logins.FAILURES_PER_USER):
        logins.login(database, clock, "ada", "wrong", HERE)
        clock.time += 1
    blocked = logins.login(database, clock, "ada", password, HERE)
    assert blocked.outcome is LoginOutcome.LIMITED
    assert blocked.wait_s == logins.WINDOW_S - logins.FAILURES_PER_USER
    elsewhere = logins.login(database, clock, "ada", password, "192.0.2.2")
    assert elsewhere.outcome is LoginOutcome.SUCCESS, "another address must not be locked out"
    clock.time += blocked.wait_s
    assert logins.login(database, clock, "ada", password, HERE).outcome is LoginOutcome.SUCCESS


@pytest.mark.slow
def test_a_success_clears_the_count(database: Database, clock: HeldClock) -> None:
    password = users.create_user(database, "ada", by=BY)
    for _ in range(3):
        for _ in range(logins.FAILURES_PER_USER - 1):
            logins.login(database, clock, "ada", "wrong", HERE)
        assert logins.login(database, clock, "ada", password, HERE).outcome is LoginOutcome.SUCCESS


def test_an_address_is_limited_over_all_names(
    database: Database, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logins, "verify", lambda password, hashed: False)
    for number in range(logins.FAILURES_PER_ADDRESS):
        assert logins.login(database, clock, f"u{number}", "x", HERE).outcome is LoginOutcome.REFUSED
    assert logins.login(database, clock, "another", "x", HERE).outcome is LoginOutcome.LIMITED


def test_what_is_no_name_is_not_recorded(database: Database, clock: HeldClock) -> None:
    logins.login(database, clock, "My Secret Passphrase!", "", HERE)
    with database.read() as session:
        assert session.scalar(select(logins.LoginEvent.user)) == ""


def test_roles_include_the_lower_ones() -> None:
    assert Role.ADMIN.includes(Role.VIEWER)
    assert Role.OPERATOR.includes(Role.OPERATOR)
    assert not Role.VIEWER.includes(Role.OPERATOR)
