"""Values from where they are kept; errors that name the place and never the value."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from netwright.app.credentials import source
from netwright.app.credentials.hashicorp import HashiCorpVault
from netwright.app.credentials.sets import CredentialSet, Place, VaultSettings
from netwright.app.credentials.source import Sources
from netwright.base.clock import Clock, SystemClock
from netwright.base.errors import NetwrightError, NotFoundError
from netwright.base.secret import Secret

from .vaultserver import ROLE, ROLE_SECRET, TOKEN, State, vault

HUSH = "hush-value"


class Hands(SystemClock):
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.time = 1_000_000.0

    def now(self) -> float:
        return self.time


class Store:
    def get(self, name: str) -> Secret:
        if name != "kept":
            raise NotFoundError(f"there is no secret {name!r}")
        return Secret(HUSH)


@pytest.fixture
def served() -> Iterator[tuple[str, State]]:
    with vault() as (address, state):
        state.secrets["secret/data/network/core"] = {"password": HUSH, "port": 22, "empty": ""}
        state.secrets["old/network/core"] = {"password": HUSH}
        yield address, state


def place(given: dict[str, object]) -> Place:
    return TypeAdapter[Place](Place).validate_python(given)


def hashicorp(address: str, clock: Clock, token: str = TOKEN, **more: object) -> HashiCorpVault:
    settings = VaultSettings.model_validate({"address": address, "token_file": "/nowhere/token", **more})
    return HashiCorpVault(
        settings, clock, {"VAULT_TOKEN": token} if token else {}, lambda: Secret(ROLE_SECRET)
    )


GIVE = [
    {"env": "KEPT"},
    {"secret": "kept"},
    {"command": [sys.executable, "-c", f"print('{HUSH}')"]},
    {"vault": "secret/network/core", "field": "password"},
]


@pytest.mark.parametrize("given", GIVE, ids=lambda given: next(iter(given)))
def test_every_place_gives_its_value(given: dict[str, object], served: tuple[str, State]) -> None:
    sources = Sources(Store(), hashicorp(served[0], Hands()), {"KEPT": HUSH})
    assert sources.value(place(given)).reveal() == HUSH


REFUSE = [
    ({"env": "NOBODY"}, "variable NOBODY: is empty or not set"),
    ({"env": "LONG"}, "more than 65536 characters"),
    ({"secret": "nobody"}, "there is no secret 'nobody'"),
    ({"command": ["/nowhere/program"]}, "command /nowhere/program: can't be run"),
    ({"command": [sys.executable, "-c", f"print('{HUSH}'); raise SystemExit(3)"]}, "ended with status 3"),
    ({"command": [sys.executable, "-c", "import sys; sys.stdout.buffer.write(b'\\xff')"]}, "printed no text"),
    ({"command": [sys.executable, "-c", ""]}, "is empty or not set"),
    ({"command": ["yes", HUSH]}, "command yes: printed more than 65536 bytes"),
    ({"vault": "secret/network/core", "field": "passwort"}, "has no field passwort.*empty, password, port"),
    ({"vault": "secret/network/core", "field": "port"}, "field port is no text"),
    ({"vault": "secret/network/core", "field": "empty"}, "is empty or not set"),
    ({"vault": "secret/network/edge", "field": "password"}, "has nothing there"),
]


@pytest.mark.parametrize(("given", "words"), REFUSE, ids=lambda one: str(one)[:60])
def test_a_place_that_gives_nothing_is_named(
    given: dict[str, object], words: str, served: tuple[str, State]
) -> None:
    sources = Sources(Store(), hashicorp(served[0], Hands()), {"LONG": "x" * 70_000})
    with pytest.raises(NetwrightError, match=words) as caught:
        sources.value(place(given))
    told = f"{caught.value} {caught.value!r} {caught.value.__cause__!r}"
    assert HUSH not in told
    assert TOKEN not in told


def test_a_command_that_hangs_is_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "COMMAND_DEADLINE_S", 1.0)
    started = tmp_path / "child"
    script = f"sleep 600 & echo $! > {started}; wait"
    with pytest.raises(NetwrightError, match="did not end within 1 s"):
        Sources(Store()).value(place({"command": ["sh", "-c", script]}))
    try:
        child = os.pidfd_open(int(started.read_text()))
    except ProcessLookupError:
        return  # gone already
    ended, _, _ = select.select([child], [], [], 10)
    os.close(child)
    assert ended


def test_without_a_vault_it_says_how_to_give_one() -> None:
    with pytest.raises(NotFoundError, match="VAULT_ADDR"):
        Sources(Store()).value(place({"vault": "secret/x", "field": "y"}))


class TestVault:
    def test_the_older_engine(self, served: tuple[str, State]) -> None:
        assert hashicorp(served[0], Hands(), kv=1).field("old/network/core", "password") == HUSH

    def test_a_wrong_token(self, served: tuple[str, State]) -> None:
        with pytest.raises(NetwrightError, match="refuses the token") as caught:
            hashicorp(served[0], Hands(), "hvs.wrong").field("secret/network/core", "password")
        assert "hvs.wrong" not in str(caught.value)

    def test_a_sealed_one(self, served: tuple[str, State]) -> None:
        served[1].sealed = True
        with pytest.raises(NetwrightError, match="is sealed"):
            hashicorp(served[0], Hands()).field("secret/network/core", "password")

    def test_nobody_there(self) -> None:
        with pytest.raises(NetwrightError, match="does not answer"):
            hashicorp("http://127.0.0.1:1", Hands(), deadline_s=1).field("secret/a", "b")

    def test_a_token_from_a_file_that_an_agent_renews(
        self, served: tuple[str, State], tmp_path: Path
    ) -> None:
        file = tmp_path / "token"
        asked = hashicorp(served[0], Hands(), "", token_file=str(file))
        with pytest.raises(NetwrightError, match="there is no token"):
            asked.field("secret/network/core", "password")
        for token in ("first", "second"):
            served[1].tokens = {token}
            file.write_text(f"{token}\n")
            assert asked.field("secret/network/core", "password") == HUSH

    def test_an_approle_logs_in_again_before_its_token_ends(self, served: tuple[str, State]) -> None:
        clock = Hands()
        asked = hashicorp(served[0], clock, role_id=ROLE)
        for _ in range(3):
            assert asked.field("secret/network/core", "password") == HUSH
        assert served[1].logins == 1
        clock.time += 3580
        assert asked.field("secret/network/core", "password") == HUSH
        assert served[1].logins == 2

    def test_a_wrong_approle(self, served: tuple[str, State]) -> None:
        with pytest.raises(NetwrightError, match="Check the role id"):
            hashicorp(served[0], Hands(), role_id="nobody").field("secret/network/core", "password")


@pytest.mark.parametrize(
    "given",
    [
        {"password": "plain text"},
        {"password": {"vault": "nopath", "field": "x"}},
        {"password": {"vault": "secret/../sys", "field": "x"}},
        {"password": {"command": []}},
        {"password": {"env": "A", "secret": "B"}},
        {"pasword": {"env": "A"}},
        {"snmp_auth_protocol": "rot13"},
    ],
)
def test_what_is_no_set(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CredentialSet.model_validate(given)


def test_a_vault_across_the_network_needs_tls() -> None:
    with pytest.raises(ValidationError, match="https"):
        VaultSettings(address="http://vault.example")
