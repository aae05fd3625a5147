"""Probes log in with a set of a home folder's settings, without a database, and through a jump host."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.device.conftest import PASSWORD as JUMP_PASSWORD
from tests.device.conftest import Router
from tests.device.http.server import served
from tests.device.http.switches import PASSWORD, USER, Nexus

from netwright.base.errors import AuthenticationError, NetwrightError, NotFoundError
from netwright.cli.probe import app
from netwright.lab.terminal.character import Character
from netwright.lab.terminal.line import Line
from netwright.lab.terminal.server import SimulatedDevice

pytestmark = pytest.mark.slow
SETTINGS = f"""
[credentials.lab]
username = "netops"
password = {{env = "LAB_PASSWORD"}}

[credentials.hop]
username = "netops"
password = {{command = ["echo", "{JUMP_PASSWORD}"]}}

[credentials.kept]
username = "netops"
password = {{secret = "lab-password"}}
"""
SAID = {"show version": "Arista DCS-7280SR3-48YC8\nSoftware image version: 4.31.2F\n"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "settings.toml").write_text(SETTINGS)
    monkeypatch.setenv("LAB_PASSWORD", PASSWORD)
    monkeypatch.delenv("NETWRIGHT_DEVICE_USER", raising=False)
    return tmp_path


class Loop:
    """Servers run in a thread of their own: a command runs a loop itself."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(10)


@pytest.fixture
def loop() -> Iterator[Loop]:
    made = Loop()
    yield made
    made.loop.call_soon_threadsafe(made.loop.stop)
    made.thread.join()
    made.loop.close()


@pytest.fixture
def device(loop: Loop) -> Iterator[SimulatedDevice]:
    made = SimulatedDevice(lambda: Line(Character("r1", SAID)), execs=True, password=PASSWORD)
    loop.run(made.start())
    yield made
    loop.run(made.stop())


@pytest.fixture
def hop(loop: Loop) -> Iterator[Router]:
    made = Router()
    made.forwards = True
    loop.run(made.start())
    yield made
    loop.run(made.stop())


def ssh(device: SimulatedDevice, home: Path, *arguments: str) -> Result:
    where = f"127.0.0.1:{device.port}"
    return CliRunner().invoke(app, ["ssh", where, "--home", str(home), "--json", *arguments])


def vendor(result: Result) -> str:
    assert result.exit_code == 0, result.exception
    return str(json.loads(result.stdout)["system"]["vendor"])


def test_a_set_needs_no_database(device: SimulatedDevice, home: Path) -> None:
    assert vendor(ssh(device, home, "--credentials", "lab")) == "Arista"
    assert not list(home.glob("*.db"))


def test_the_user_may_be_another(device: SimulatedDevice, home: Path) -> None:
    result = ssh(device, home, "--credentials", "lab", "--user", "somebody")
    assert isinstance(result.exception, AuthenticationError)
    assert "user somebody" in str(result.exception)


def test_a_set_of_the_http_probe(home: Path) -> None:
    assert USER == "netops"
    with served(Nexus()) as port:
        words = ["http", f"127.0.0.1:{port}", "--plaintext", "--credentials", "lab", "--home", str(home)]
        assert vendor(CliRunner().invoke(app, [*words, "--json"])) == "Cisco"


@pytest.mark.parametrize(
    ("name", "words"),
    [("moon", "no such set of credentials"), ("kept", "database is empty"), ("lab", "LAB_PASSWORD")],
)
def test_a_set_that_can_not_be_had(
    device: SimulatedDevice, home: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    monkeypatch.delenv("LAB_PASSWORD")
    result = ssh(device, home, "--credentials", name)
    assert isinstance(result.exception, NetwrightError)
    assert words in str(result.exception)
    assert device.logins == 0


def test_without_a_home(device: SimulatedDevice, home: Path) -> None:
    result = ssh(device, home / "elsewhere", "--credentials", "lab")
    assert isinstance(result.exception, NotFoundError)


def test_through_a_jump_host(device: SimulatedDevice, hop: Router, home: Path) -> None:
    by = ("--jump", f"127.0.0.1:{hop.port}", "--jump-credentials", "hop")
    assert vendor(ssh(device, home, "--credentials", "lab", *by)) == "Arista"
    assert hop.logins > 0


def test_a_jump_host_that_refuses_us_is_named(device: SimulatedDevice, hop: Router, home: Path) -> None:
    by = ("--jump", f"somebody@127.0.0.1:{hop.port}", "--jump-credentials", "hop")
    result = ssh(device, home, "--credentials", "lab", *by)
    assert isinstance(result.exception, AuthenticationError)
    assert "jump host" in str(result.exception)
    assert "user somebody" in str(result.exception)
