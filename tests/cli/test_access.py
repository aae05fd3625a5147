"""``netwright user``, ``role``, ``group`` and ``token`` on a real home: each verb, and what they refuse."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from netwright.app.home import create_home
from netwright.app.upgrade import upgrade
from netwright.cli.main import root
from netwright.store.database import Database

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = create_home(tmp_path / "home", "")
    database = Database(made.database_url)
    upgrade(database)
    database.close()
    run(made.path, "user", "add", "root", "--role", "admin")
    return made.path


def invoke(home: Path, *words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(root, [*words, "--home", str(home)], input=typed)


def run(home: Path, *words: str, typed: str | None = None) -> str:
    done = invoke(home, *words, typed=typed)
    assert done.exit_code == 0, done.output
    return done.stdout


def refused(home: Path, *words: str) -> str:
    done = invoke(home, *words)
    assert done.exit_code != 0, done.output
    return f"{done.output} {done.exception}"


def listed(home: Path, noun: str, *words: str) -> dict[str, Any]:
    return {one["name"]: one for one in orjson.loads(run(home, noun, "list", *words, "--json"))}


def test_a_user_from_first_to_last(home: Path) -> None:
    told = run(home, "user", "add", "ann")
    secret = re.fullmatch(r"ann / (\S{12,})   \(shown once\)\n", told)
    assert secret, told
    assert listed(home, "user")["ann"]["roles"] == ["viewer"]
    run(home, "user", "roles", "ann", "operator", "viewer")
    assert listed(home, "user")["ann"]["roles"] == ["operator", "viewer"]
    run(home, "user", "disable", "ann")
    assert listed(home, "user")["ann"]["disabled"]
    assert "disabled" in run(home, "user", "list")
    run(home, "user", "enable", "ann")
    assert not listed(home, "user")["ann"]["disabled"]
    fresh = run(home, "user", "password", "ann")
    assert secret[1] not in fresh
    typed = "a long password of one's own"
    asked = run(home, "user", "password", "ann", "--ask", typed=f"{typed}\n{typed}\n")
    assert typed not in asked
    everything = run(home, "user", "log", "--json") + run(home, "user", "list", "--json")
    for one in (secret[1], fresh.split()[2], typed):
        assert one not in everything, "a password is shown once"
    lines = orjson.loads(run(home, "user", "log", "--json"))
    assert {"ann", "root"} <= {line["subject"] for line in lines}


def test_what_user_refuses(home: Path) -> None:
    assert "already" in refused(home, "user", "add", "root")
    assert "there is no role 'king'" in refused(home, "user", "add", "bob", "--role", "king")
    for verb in (("roles",), ("password",), ("disable",), ("enable",)):
        assert "nobody" in refused(home, "user", *verb, "nobody")
    assert "last admin" in refused(home, "user", "disable", "root")
    assert "last admin" in refused(home, "user", "roles", "root", "viewer")
    assert "single sign-on is not set up" in refused(home, "user", "link", "root", "abc")
    assert list(listed(home, "user")) == ["root"]


def test_a_role_from_first_to_last(home: Path) -> None:
    run(home, "role", "add", "spares", "--description", "Who keeps the shelves")
    told = run(home, "role", "grant", "spares", "view", "update", "--kind", "component", "--field", "serial")
    number = re.match(r"spares, grant (\d+): ", told)
    assert number, told
    one = listed(home, "role")["spares"]
    assert (one["description"], one["builtin"]) == ("Who keeps the shelves", False)
    assert [grant["id"] for grant in one["grants"]] == [int(number[1])]
    assert "Who keeps the shelves" in run(home, "role", "list")
    run(home, "role", "take-back", "spares", number[1])
    assert listed(home, "role")["spares"]["grants"] == []
    run(home, "user", "roles", "root", "admin", "spares")
    run(home, "role", "remove", "spares")
    assert "spares" not in listed(home, "role")
    assert listed(home, "user")["root"]["roles"] == ["admin"], "gone from those who had it"


def test_what_role_refuses(home: Path) -> None:
    assert "built-in" in refused(home, "role", "remove", "admin")
    assert "not a role's name" in refused(home, "role", "add", "No Good")
    run(home, "role", "add", "spares")
    assert "already" in refused(home, "role", "add", "spares")
    assert "fly" in refused(home, "role", "grant", "spares", "fly")
    assert "no grant 77" in refused(home, "role", "take-back", "spares", "77")
    assert "no such role" in refused(home, "role", "remove", "spare")
    assert listed(home, "role")["spares"]["grants"] == []


def test_a_group_from_first_to_last(home: Path) -> None:
    run(home, "group", "add", "noc", "--description", "Who watches at night")
    run(home, "user", "add", "ann")
    run(home, "group", "roles", "noc", "operator")
    run(home, "group", "members", "noc", "ann", "root")
    one = listed(home, "group")["noc"]
    assert (one["roles"], one["members"]) == (["operator"], ["ann", "root"])
    assert "Who watches at night" in run(home, "group", "list")
    run(home, "group", "members", "noc")
    assert listed(home, "group")["noc"]["members"] == []
    run(home, "group", "remove", "noc")
    assert listed(home, "group") == {}


def test_what_group_refuses(home: Path) -> None:
    for verb in ("roles", "members", "remove"):
        assert "no such group" in refused(home, "group", verb, "noc")
    run(home, "group", "add", "noc")
    assert "already" in refused(home, "group", "add", "noc")
    assert "there is no role 'king'" in refused(home, "group", "roles", "noc", "king")
    assert "no such user" in refused(home, "group", "members", "noc", "ann")


def test_a_token_from_first_to_last(home: Path) -> None:
    secret = run(home, "token", "create", "root", "ci", "--read-only", "--from", "192.0.2.0/24").strip()
    assert len(secret.split()) == 1, "alone on standard output"
    [line] = orjson.loads(run(home, "token", "list", "--json"))
    assert (line["name"], line["user"]) == ("ci", "root")
    seen = (
        run(home, "token", "list") + run(home, "token", "list", "--json") + run(home, "user", "log", "--json")
    )
    assert secret not in seen
    assert "already" in refused(home, "token", "create", "root", "ci")
    run(home, "token", "revoke", str(line["id"]))
    assert orjson.loads(run(home, "token", "list", "--json")) == []
    [gone] = orjson.loads(run(home, "token", "list", "--revoked", "--json"))
    assert gone["revoked_at"]


def test_what_token_refuses(home: Path) -> None:
    assert "nobody" in refused(home, "token", "create", "nobody", "ci")
    assert "fly" in refused(home, "token", "create", "root", "ci", "--verb", "fly")
    assert "300.0.0.0" in refused(home, "token", "create", "root", "ci", "--from", "300.0.0.0/8")
    assert "77" in refused(home, "token", "revoke", "77")
    assert orjson.loads(run(home, "token", "list", "--json")) == []
