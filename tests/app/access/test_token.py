"""API tokens: what they open, what they don't, and that only their hash is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.tables import create_tables

from netwright.app.access import Access, Actor, Means, Verb
from netwright.app.access.audit import entries
from netwright.app.access.token import (
    USED_EVERY_S,
    TokenLimits,
    create_token,
    identify_token,
    list_tokens,
    revoke_token,
)
from netwright.app.access.user import create_user, set_disabled, set_roles
from netwright.base.errors import InputError, NotFoundError
from netwright.store.database import Database

BY = Actor("root", Means.MACHINE)
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
    create_tables(database)
    create_user(database, "root1", "correct horse battery", "admin", by=BY)
    create_user(database, "ada", "correct horse battery", "operator", by=BY)
    yield database
    database.close()


def make(database: Database, clock: HeldClock, **limits: object) -> str:
    given = TokenLimits(**limits)  # type: ignore[arg-type]
    return create_token(database, clock, "ada", "robot", given, by=BY).reveal()


def use(database: Database, clock: HeldClock, secret: str, address: str = HERE) -> Access | None:
    return identify_token(database, clock, secret, address)


def test_a_token_acts_for_its_owner_and_is_kept_as_a_hash(
    database: Database, clock: HeldClock, tmp_path: Path
) -> None:
    secret = make(database, clock)
    access = use(database, clock, secret)
    assert access is not None
    assert access.actor == Actor("ada", Means.TOKEN, HERE, "robot")
    assert access.may(Verb.DEPLOY)
    assert not access.may(Verb.USERS)
    database.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert secret.encode() not in kept
    assert secret[8:].encode() not in kept


@pytest.mark.parametrize(
    "secret", ["", "nwt_", "nwt_" + "a" * 43, "x" * 47, "nwt_" + "é" * 43, "nwt_" + "a" * 99]
)
def test_a_guess_opens_nothing(database: Database, clock: HeldClock, secret: str) -> None:
    make(database, clock)
    assert use(database, clock, secret) is None


def test_limits_take_away_and_never_give(database: Database, clock: HeldClock) -> None:
    verbs = {Verb.VIEW, Verb.UPDATE, Verb.USERS}
    secret = make(database, clock, verbs=verbs, kinds=["device"], networks=["192.0.2.0/24"])
    access = use(database, clock, secret)
    assert access is not None
    assert access.may(Verb.UPDATE, "device")
    assert not access.may(Verb.UPDATE, "site")
    assert not access.may(Verb.DELETE, "device")
    assert not access.may(Verb.USERS)
    assert use(database, clock, secret, "::ffff:192.0.2.9") is not None
    assert use(database, clock, secret, "198.51.100.1") is None
    assert use(database, clock, secret, "unknown") is None
    set_roles(database, "ada", ["viewer"], by=BY)
    access = use(database, clock, secret)
    assert access is not None
    assert not access.may(Verb.UPDATE, "device")
    assert access.may(Verb.VIEW, "device")


def test_a_read_only_token_writes_nothing(database: Database, clock: HeldClock) -> None:
    access = use(database, clock, make(database, clock, read_only=True))
    assert access is not None
    assert {verb for verb in Verb if access.may(verb)} == {Verb.VIEW, Verb.OBSERVE, Verb.SECRET_NAMES}


def test_expired_revoked_and_disabled_ones_are_dead(database: Database, clock: HeldClock) -> None:
    secret = create_token(database, clock, "ada", "short", expires_at=clock.time + 10, by=BY).reveal()
    other = make(database, clock)
    assert use(database, clock, secret) is not None
    clock.time += 10
    assert use(database, clock, secret) is None
    set_disabled(database, "ada", True, by=BY)
    assert use(database, clock, other) is None
    set_disabled(database, "ada", False, by=BY)
    assert use(database, clock, other) is not None
    token = list_tokens(database, "ada")[1]
    with pytest.raises(NotFoundError):
        revoke_token(database, clock, token.id, by=BY, user="root1")
    revoke_token(database, clock, token.id, by=BY, user="ada")
    clock.time += USED_EVERY_S
    assert use(database, clock, other) is None
    assert [token.name for token in list_tokens(database)] == ["short"]
    refused = [line.detail for line in entries(database) if line.event == "token-refused"]
    assert refused == ["revoked", "its user is disabled", "expired"]


def test_a_new_address_is_logged_once_and_use_is_written_rarely(database: Database, clock: HeldClock) -> None:
    secret = make(database, clock)
    for address in (HERE, HERE, "192.0.2.2", HERE):
        use(database, clock, secret, address)
    lines = [line.address for line in entries(database) if line.event == "new-address"]
    assert lines == ["192.0.2.2", HERE]
    clock.time += USED_EVERY_S - 1
    use(database, clock, secret)
    assert list_tokens(database)[0].last_used_at == 1_000_000.0
    clock.time += 1
    use(database, clock, secret)
    assert list_tokens(database)[0].last_used_at == clock.time


def test_a_long_merge_holds_no_reader_up(database: Database, clock: HeldClock) -> None:
    secret = make(database, clock)
    with database.write() as other:
        other.execute(text("SELECT 1"))  # holds the write lock
        assert use(database, clock, secret) is not None
    assert list_tokens(database)[0].last_used_at is None


def test_what_is_no_token_is_refused(database: Database, clock: HeldClock) -> None:
    make(database, clock)
    for name, limits, expires_at in (
        ("robot", TokenLimits(), None),
        ("", TokenLimits(), None),
        ("a\nb", TokenLimits(), None),
        ("net", TokenLimits(networks=["192.0.2.1/24"]), None),
        ("kind", TokenLimits(kinds=["ship"]), None),
        ("late", TokenLimits(), clock.time),
    ):
        with pytest.raises((InputError, NotFoundError)):
            create_token(database, clock, "ada", name, limits, expires_at=expires_at, by=BY)
    with pytest.raises(NotFoundError):
        create_token(database, clock, "nobody", "x", by=BY)
