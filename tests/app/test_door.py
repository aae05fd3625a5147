"""From settings.toml to a session: through the jump host, within the limits, nothing left open."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.device.conftest import PASSWORD, Router, started

from netwright.app.context import Context, open_context
from netwright.base.errors import AuthenticationError, SessionLimitError
from netwright.base.secret import Secret
from netwright.cli.context import run_devices
from netwright.cli.main import root
from netwright.device.endpoint import Credentials
from netwright.platforms.target import Target

pytestmark = pytest.mark.slow
DESIGN = Path(__file__).parents[2] / "examples" / "five" / "design"
SETTINGS = """
[endpoints]
hel-edge1 = {{host = "127.0.0.1", ssh_port = {device}}}
osl-core1 = {{host = "127.0.0.1", ssh_port = {device}}}

[credentials.bastion]
username = "netops"
password = {{env = "BASTION_PASSWORD"}}

[jump.helsinki]
sites = ["hel"]
host = "127.0.0.1"
ssh_port = {jump}
credentials = "bastion"

[sessions]
wait_s = 0.1
per_site = 3

[sessions.limits.edges]
roles = ["edge"]
per_device = 1
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "home"
    monkeypatch.setenv("NETWRIGHT_HOME", str(path))
    monkeypatch.setenv("BASTION_PASSWORD", PASSWORD)
    monkeypatch.setenv("COLUMNS", "160")
    for words in (["init"], ["import", str(DESIGN)]):
        done = CliRunner().invoke(root, words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
    context = open_context(path)
    context.credentials.put(Credentials("netops", password=Secret(PASSWORD)))
    context.close()
    return path


@pytest.fixture
async def jump() -> AsyncIterator[Router]:
    async with started(forwards=True) as router:
        yield router


@pytest.fixture
async def router() -> AsyncIterator[Router]:
    async with started() as router:
        yield router


@pytest.fixture
def context(home: Path, router: Router, jump: Router) -> Iterator[Context]:
    write(home, router.port, jump.port)
    context = open_context(home)
    yield context
    context.close()


def write(home: Path, device: int, jump: int) -> None:
    with (home / "settings.toml").open("a") as file:
        file.write(SETTINGS.format(device=device, jump=jump))


async def ask(context: Context, target: Target) -> str:
    session = context.open_session(target)
    try:
        return (await session.run("echo out")).output
    finally:
        await session.close()


async def test_each_device_by_its_own_way(context: Context, router: Router, jump: Router) -> None:
    edge, core = context.targets(["hel-edge1", "osl-core1"])
    assert (await ask(context, core), jump.logins) == ("out\n", 0)
    assert (await ask(context, edge), jump.logins) == ("out\n", 1)
    assert {key.device for key in context.hostkeys.list()} == {"hel-edge1", "osl-core1", "helsinki"}
    await context.close_sessions()


async def test_limits_hold_for_all_that_open_sessions(context: Context, router: Router) -> None:
    edge, core = context.targets(["hel-edge1", "osl-core1"])
    first = context.open_session(edge)
    await first.run("true")
    with pytest.raises(SessionLimitError, match="1 of 1 sessions with the device"):
        await ask(context, edge)
    others = [context.open_session(core) for _ in range(3)]
    await asyncio.gather(*(session.run("true") for session in others))
    with pytest.raises(SessionLimitError, match="3 of 3 sessions of site osl"):
        await ask(context, core)
    await first.close()
    assert await ask(context, edge) == "out\n"
    await context.close_sessions()
    assert not router.open


async def test_a_jump_host_without_credentials(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BASTION_PASSWORD")
    (edge,) = context.targets(["hel-edge1"])
    with pytest.raises(AuthenticationError, match="no credentials for its jump host helsinki"):
        context.open_session(edge)


def test_which_tells_the_way_and_the_limits(home: Path) -> None:
    write(home, 1, 2222)
    said = CliRunner().invoke(root, ["secret", "which", "hel-edge1"]).output
    assert "SSH goes through jump host helsinki (127.0.0.1 port 2222, logged in to with bastion)." in said
    assert "1 with the device, 3 with site hel (sessions.limits.edges)." in said
    said = CliRunner().invoke(root, ["secret", "which", "osl-core1"]).output
    assert "SSH goes to it directly." in said
    assert "SSH sessions at once: 3 with site osl." in said


def test_a_command_leaves_no_session_open(home: Path, closed_port: int) -> None:
    """What it did not close itself is closed at its end. The device lives in the command's own event loop."""
    write(home, closed_port, 1)
    context, device = open_context(home), Router()
    device.port = closed_port

    async def work() -> str:
        await device.start()
        (core,) = context.targets(["osl-core1"])
        return (await context.open_session(core, hold=True).run("echo out")).output

    try:
        assert run_devices(context, work) == "out\n"
    finally:
        context.close()
    assert not device.open


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
