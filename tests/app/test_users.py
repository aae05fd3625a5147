"""Accounts, sessions, limits of logins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from netwright.app import users
from netwright.app.access import Access, Means, Role
from netwright.app.users import LoginOutcome
from netwright.base.errors import InputError, NotFoundError
from netwright.store.database import Database
from netwright.store.record import Base

HERE = "192.0.2.1"


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
    tables = [users.User.__table__, users.WebSession.__table__, users.LoginEvent.__table__]
    Base.metadata.create_all(database.engine, tables=tables)  # type: ignore[arg-type]
    yield database
    database.close()


def test_a_random_password_logs_in(database: Database, clock: HeldClock) -> None:
    password = users.create_user(database, "ada", None, "operator")
    assert len(password) >= 20
    login = users.login(database, clock, "ada", password, HERE)
    assert login.outcome is LoginOutcome.SUCCESS
    found = users.identify(database, clock, login.token)
    assert found is not None
    assert (found.name, found.role) == ("ada", Role.OPERATOR)
    assert found.access == Access("ada", Means.SESSION, Role.OPERATOR.grants)


def test_neither_password_nor_token_is_kept(database: Database, clock: HeldClock, tmp_path: Path) -> None:
    password = users.create_user(database, "ada", "correct horse battery")
    token = users.login(database, clock, "ada", password, HERE).token
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
        users.create_user(database, name, password, role)
    assert users.list_users(database) == []


def test_a_name_is_given_once(database: Database) -> None:
    users.create_user(database, "ada")
    with pytest.raises(InputError, match="already"):
        users.create_user(database, "ada")


def test_wrong_name_and_wrong_password_look_alike(database: Database, clock: HeldClock) -> None:
    users.create_user(database, "ada", "correct horse battery")
    wrong = users.login(database, clock, "ada", "wrong", HERE)
    unknown = users.login(database, clock, "bob", "wrong", HERE)
    assert wrong == unknown == users.Login(LoginOutcome.REFUSED)


def test_unknown_users_cost_a_password_check(
    database: Database, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    real = users._verify

    def counting(password: str, hashed: str) -> bool:
        checked.append(hashed)
        return real(password, hashed)

    monkeypatch.setattr(users, "_verify", counting)
    users.login(database, clock, "nobody", "whatever", HERE)
    assert len(checked) == 1
    assert checked[0].startswith("$argon2id$")


def test_a_disabled_user_is_out_at_once(database: Database, clock: HeldClock) -> None:
    users.create_user(database, "root1", None, "admin")
    password = users.create_user(database, "ada", None, "admin")
    token = users.login(database, clock, "ada", password, HERE).token
    users.set_disabled(database, "ada", True)
    assert users.identify(database, clock, token) is None
    assert users.login(database, clock, "ada", password, HERE).outcome is LoginOutcome.REFUSED
    users.set_disabled(database, "ada", False)
    assert users.login(database, clock, "ada", password, HERE).outcome is LoginOutcome.SUCCESS


def test_the_last_admin_stays(database: Database) -> None:
    users.create_user(database, "ada", None, "admin")
    with pytest.raises(InputError, match="last admin"):
        users.set_disabled(database, "ada", True)


def test_a_new_password_ends_sessions(database: Database, clock: HeldClock) -> None:
    old = users.create_user(database, "ada")
    token = users.login(database, clock, "ada", old, HERE).token
    new = users.set_password(database, "ada")
    assert users.identify(database, clock, token) is None
    assert not users.check_password(database, "ada", old)
    assert users.check_password(database, "ada", new)
    with pytest.raises(NotFoundError):
        users.set_password(database, "bob")


def test_a_session_ends_by_itself_and_by_logout(database: Database, clock: HeldClock) -> None:
    password = users.create_user(database, "ada")
    first = users.login(database, clock, "ada", password, HERE).token
    users.logout(database, clock, first, HERE)
    assert users.identify(database, clock, first) is None
    users.logout(database, clock, first, HERE)
    second = users.login(database, clock, "ada", password, HERE).token
    clock.time += users.SESSION_S
    assert users.identify(database, clock, second) is None
    outcomes = [event.outcome for event in users.login_events(database)]
    assert outcomes == [LoginOutcome.SUCCESS, LoginOutcome.LOGOUT, LoginOutcome.SUCCESS]


def test_failures_of_a_user_are_limited_and_forgiven(database: Database, clock: HeldClock) -> None:
    password = users.create_user(database, "ada")
    for _ in range(users.FAILURES_PER_USER):
        users.login(database, clock, "ada", "wrong", HERE)
        clock.time += 1
    blocked = users.login(database, clock, "ada", password, HERE)
    assert blocked.outcome is LoginOutcome.LIMITED
    assert blocked.wait_s == users.WINDOW_S - users.FAILURES_PER_USER
    elsewhere = users.login(database, clock, "ada", password, "192.0.2.2")
    assert elsewhere.outcome is LoginOutcome.SUCCESS, "another address must not be locked out"
    clock.time += blocked.wait_s
    assert users.login(database, clock, "ada", password, HERE).outcome is LoginOutcome.SUCCESS


def test_a_success_clears_the_count(database: Database, clock: HeldClock) -> None:
    password = users.create_user(database, "ada")
    for _ in range(3):
        for _ in range(users.FAILURES_PER_USER - 1):
            users.login(database, clock, "ada", "wrong", HERE)
        assert users.login(database, clock, "ada", password, HERE).outcome is LoginOutcome.SUCCESS


def test_an_address_is_limited_over_all_names(
    database: Database, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(users, "_verify", lambda password, hashed: False)
    for number in range(users.FAILURES_PER_ADDRESS):
        assert users.login(database, clock, f"u{number}", "x", HERE).outcome is LoginOutcome.REFUSED
    assert users.login(database, clock, "another", "x", HERE).outcome is LoginOutcome.LIMITED


def test_what_is_no_name_is_not_recorded(database: Database, clock: HeldClock) -> None:
    users.login(database, clock, "My Secret Passphrase!", "", HERE)
    with database.read() as session:
        assert session.scalar(select(users.LoginEvent.user)) == ""


def test_roles_include_the_lower_ones() -> None:
    assert Role.ADMIN.includes(Role.VIEWER)
    assert Role.OPERATOR.includes(Role.OPERATOR)
    assert not Role.VIEWER.includes(Role.OPERATOR)
