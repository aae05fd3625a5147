"""``netwright discover`` of strangers, on a real home folder and over real UDP."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.collect.discovery.agents import COMMUNITY, Port, Router, Wires, mac

from netwright.app.context import open_context
from netwright.app.home import create_home
from netwright.app.upgrade import upgrade
from netwright.app.vault import load_key
from netwright.base.secret import Secret
from netwright.cli.discover import discover
from netwright.device.endpoint import Credentials
from netwright.store.database import Database

pytestmark = pytest.mark.slow
NET = "127.31.9"


@pytest.fixture
def wires() -> Iterator[Wires]:
    """Two routers that are neighbours, answering in a thread of their own."""
    loop, found = asyncio.new_event_loop(), Wires()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    far = ("par-r1", "Hu0/0/0/0", f"{NET}.2")
    one = Router("ams-r1", "FOC0001A", ports=[Port("Hu0/0/0/0", mac(1), far=far)])
    two = Router("par-r1", "FOC0002B", ports=[Port("Hu0/0/0/0", mac(2))])
    asyncio.run_coroutine_threadsafe(found.replug({f"{NET}.1": one, f"{NET}.2": two}), loop).result(5)
    yield found
    loop.call_soon_threadsafe(found.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / "home"
    made = create_home(path, "")
    load_key(made.key_file, create=True)
    database = Database(made.database_url)
    upgrade(database)
    database.close()
    context = open_context(path)
    context.credentials.put(Credentials("nobody", snmp_community=Secret(COMMUNITY)))
    context.close()
    return path


def run(home: Path, wires: Wires, *words: str) -> Result:
    ports = ["--snmp-port", str(wires.port), "--ssh-port", "1", "--wait", "0.5"]
    result = CliRunner().invoke(discover, ["--home", str(home), *ports, *words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_range(home: Path, wires: Wires) -> None:
    result = run(home, wires, f"{NET}.1-2")
    assert result.exit_code == 0
    assert "2 addresses: 2 devices found, 2 of them new." in result.output
    again = json.loads(run(home, wires, f"{NET}.0/30", "--json").output)
    assert [(one["device"], one["new"], one["known_by"]) for one in again["addresses"]] == [
        ("ams-r1", False, "known by serial and hardware address"),
        ("par-r1", False, "known by serial and hardware address"),
    ]
    known = json.loads(run(home, wires, "--known", "--json").output)
    assert [(one["device"], one["address"], one["wanted"]) for one in known] == [
        ("ams-r1", f"{NET}.1", False),
        ("par-r1", f"{NET}.2", False),
    ]


def test_from_a_seed(home: Path, wires: Wires) -> None:
    result = run(home, wires, "--seed", f"{NET}.1", "--within", f"{NET}.0/24")
    assert "2 addresses: 2 devices found" in result.output
    alone = run(home, wires, "--seed", f"{NET}.1", "--within", f"{NET}.1")
    assert f"neighbour par-r1 was left out: {NET}.2 is outside of the ranges" in alone.output


def test_words_that_do_not_go_together(home: Path, wires: Wires) -> None:
    result = run(home, wires, "--seed", f"{NET}.1", "--within", "10.0.0.0/24")
    assert result.exit_code == 2
    assert "outside of --within" in result.output
