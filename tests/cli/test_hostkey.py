"""``netwright hostkey`` over a real home folder."""

from __future__ import annotations

import json
from pathlib import Path

import asyncssh
import pytest
from click.testing import CliRunner

from netwright.app.home import create_home
from netwright.app.hostkeys import DatabaseHostKeys
from netwright.app.upgrade import upgrade
from netwright.base.errors import NotFoundError
from netwright.cli.hostkey import app
from netwright.device.hostkeys import fingerprint
from netwright.store.database import Database


def new_key() -> str:
    key = asyncssh.generate_private_key("ssh-ed25519")
    return " ".join(key.export_public_key("openssh").decode().split()[:2])


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """A home whose device ams-edge1 has shown a second key. Gives both."""
    monkeypatch.setenv("NETWRIGHT_HOME", str(tmp_path / "home"))
    home = create_home(tmp_path / "home", "")
    database = Database(home.database_url)
    upgrade(database)
    known, offered = new_key(), new_key()
    store = DatabaseHostKeys(database)
    store.record("ams-edge1", known)
    store.refuse("ams-edge1", offered)
    database.close()
    return known, offered


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def listed() -> list[dict[str, object]]:
    return list(json.loads(run("list", "--json")))


def test_list_accept_forget(keys: tuple[str, str]) -> None:
    known, offered = (fingerprint(key) for key in keys)
    (row,) = listed()
    assert (row["device"], row["fingerprint"], row["offered"]) == ("ams-edge1", known, offered)
    assert "ams-edge1" in run("list")
    assert offered in run("accept", "ams-edge1")
    (row,) = listed()
    assert (row["fingerprint"], row["offered"]) == (offered, None)
    run("forget", "ams-edge1")
    assert listed() == []


@pytest.mark.parametrize("verb", ["accept", "forget"])
def test_an_unknown_device(keys: tuple[str, str], verb: str) -> None:
    with pytest.raises(NotFoundError, match="nowhere"):
        run(verb, "nowhere")
