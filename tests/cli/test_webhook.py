"""``netwright webhook`` on a real home and a real receiver on loopback."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner
from tests.app.webhooks.receiver import receiving

from netwright.app.home import create_home
from netwright.app.upgrade import upgrade
from netwright.app.vault import load_key
from netwright.cli.main import root
from netwright.store.database import Database


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = create_home(tmp_path / "home", "")
    load_key(made.key_file, create=True)
    database = Database(made.database_url)
    upgrade(database)
    database.close()
    return made.path


def run(home: Path, *words: str, code: int = 0) -> str:
    done = CliRunner().invoke(root, ["webhook", *words, "--home", str(home)])
    assert done.exit_code == code, done.output
    return done.output


def test_the_whole_life(home: Path) -> None:
    assert "There is no webhook yet" in run(home, "list")
    with receiving() as receiver:
        told = run(home, "add", "chat", receiver.url, "--kind", "sites", "--verb", "create")
        assert "Secret: whsec_" in told
        assert "chat answered 204" in run(home, "test", "chat")
        [hook] = orjson.loads(run(home, "list", "--json"))
        assert (hook["kinds"], hook["verbs"], hook["enabled"]) == (["site"], ["create"], True)
        receiver.mood = 500
        assert "answered 500" in run(home, "test", "chat", code=1)
    run(home, "disable", "chat")
    assert "disabled" in run(home, "list")
    run(home, "enable", "chat")
    assert "Nothing dead yet" in run(home, "log", "chat", "--state", "dead")
    assert "told again of 0 events" in run(home, "retry", "chat", "--all")
    run(home, "remove", "chat")
    assert orjson.loads(run(home, "list", "--json")) == []
