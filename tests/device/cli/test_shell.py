"""A terminal on a simulated device: modes, pager, enable, prompts that change, and what goes wrong."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from netwright.base.errors import (
    AuthenticationError,
    CommandFailedError,
    DeviceError,
    DeviceTimeoutError,
    HostKeyChangedError,
    SessionClosedError,
    UnparsedAnswerError,
)
from netwright.base.secret import Secret
from netwright.device.cli.dialogue import UNKNOWN, Dialogue
from netwright.device.connect import DeviceSession
from netwright.device.endpoint import Credentials, Endpoint, Timeouts
from netwright.device.hostkeys import MemoryHostKeys
from netwright.lab.terminal.character import Character
from netwright.lab.terminal.line import Line
from netwright.lab.terminal.server import SimulatedDevice, Trouble

CONFIG = "".join(f"interface Ethernet{n}\n   description to r{n}# and on\n" for n in range(30))
VERSION = "Simulated OS 1.0\n"
DIALOGUE = Dialogue(
    prompt=re.compile(r"^[\w.()-]+[>#] ?$"),
    modes=(("configure", re.compile(r"\(config\)#")), ("exec", re.compile(">")), ("enable", re.compile("#"))),
    enable="enable",
    enable_asks=re.compile("^Password: ?$"),
    errors=(re.compile("^% Invalid"),),
    opening=("terminal length 0",),
    settle_s=0.02,
)
PAGED = Dialogue(prompt=DIALOGUE.prompt, more=re.compile("--More--"), settle_s=0.02)
ANSWERS = {"show version": VERSION, "show running-config": CONFIG}


def character(**more: object) -> Character:
    return Character("r1", ANSWERS, **more)  # type: ignore[arg-type]


@asynccontextmanager
async def session_to(
    character: Character,
    dialogue: Dialogue | None = DIALOGUE,
    *,
    enable: str | None = None,
    trouble: Trouble | None = None,
    execs: bool = False,
    max_output: int = 1 << 20,
    command_s: float = 60.0,
    cut: Callable[[], int] = lambda: 4096,
) -> AsyncIterator[tuple[DeviceSession, SimulatedDevice]]:
    device = SimulatedDevice(lambda: Line(character), execs=execs, trickle_s=0.05, cut=cut)
    await device.start()
    await device.fall_ill(trouble)
    secret = Secret(enable) if enable else None
    endpoint = Endpoint(
        "r1",
        "127.0.0.1",
        Credentials("netops", password=Secret("simulated"), enable=secret),
        ssh_port=device.port,
        timeouts=Timeouts(connect_s=5, login_s=1.5, command_s=command_s),
    )
    session = DeviceSession(endpoint, MemoryHostKeys(), dialogue, max_output=max_output)
    try:
        yield session, device
    finally:
        await session.close()
        await device.stop()


@pytest.mark.slow
@pytest.mark.parametrize("dialogue", [DIALOGUE, PAGED, UNKNOWN], ids=["pager off", "pager", "unknown"])
@pytest.mark.parametrize("size", [1, 17, 4096])
async def test_text_comes_clean_however_it_is_cut(dialogue: Dialogue, size: int) -> None:
    made = character(banner="Welcome to r1#\nKeep out>\n")
    async with session_to(made, dialogue, cut=lambda: size) as (session, _):
        for _ in range(2):
            assert (await session.run("show running-config")).output == CONFIG
            assert (await session.run("show version")).output == VERSION


async def test_a_device_without_echo() -> None:
    async with session_to(character(echoes=False)) as (session, _):
        assert (await session.run("show running-config")).output == CONFIG


async def test_one_terminal_serves_many_commands() -> None:
    async with session_to(character()) as (session, device):
        for _ in range(5):
            await session.run("show version")
    assert device.logins == 1
    assert device.commands.count("terminal length 0") == 1


async def test_the_prompt_may_change() -> None:
    async with session_to(character()) as (session, _):
        await session.run("configure terminal")
        assert session.shell
        assert session.shell.mode == "configure"
        await session.run("hostname other")
        await session.run("end")
        assert (session.shell.prompt, session.shell.mode) == ("other#", "enable")
        assert (await session.run("show version")).output == VERSION


async def test_enable_with_a_password_of_its_own() -> None:
    made = character(enable="more power", privileged=frozenset({"show running-config"}))
    async with session_to(made, enable="more power") as (session, _):
        assert (await session.run("show running-config")).output == CONFIG
        assert session.shell
        assert session.shell.mode == "enable"


async def test_a_wrong_enable_password_is_told_and_not_shown() -> None:
    async with session_to(character(enable="more power"), enable="guess") as (session, _):
        with pytest.raises(AuthenticationError) as caught:
            await session.run("show version")
    assert "enable" in str(caught.value)
    assert "guess" not in str(caught.value)


async def test_a_refused_command() -> None:
    async with session_to(character()) as (session, _):
        with pytest.raises(CommandFailedError, match="Invalid input"):
            await session.run("show nonsense")
        assert (await session.run("show nonsense", check=False)).status == 1
        assert (await session.run("show version")).output == VERSION


async def test_exec_channels_are_preferred_and_the_terminal_stands_in() -> None:
    over_exec = Dialogue(prompt=DIALOGUE.prompt, exec=True, errors=DIALOGUE.errors)
    async with session_to(character(), over_exec, execs=True) as (session, _):
        assert (await session.run("show running-config")).output == CONFIG
        assert session.shell is None


@pytest.mark.parametrize(
    ("trouble", "error", "words"),
    [
        (Trouble.WRONG_PASSWORD, AuthenticationError, "refused the login"),
        (Trouble.HANGS_IN_OUTPUT, DeviceTimeoutError, "no end of the answer"),
        (Trouble.DROPS, SessionClosedError, "closed in the middle"),
        (Trouble.REBOOTS, SessionClosedError, "closed in the middle"),
        (Trouble.FLOODS, UnparsedAnswerError, "more than"),
        (Trouble.TRICKLES, DeviceTimeoutError, "no end of the answer"),
        (Trouble.WRONG_PROMPT, DeviceTimeoutError, "first prompt"),
    ],
)
async def test_each_trouble_has_its_own_error(trouble: Trouble, error: type[DeviceError], words: str) -> None:
    async with session_to(character(), trouble=trouble, command_s=0.4, max_output=100_000) as (session, _):
        with pytest.raises(error, match=words) as caught:
            await session.run("show running-config")
    assert caught.value.subject == "r1"
    assert caught.value.remedy


async def test_a_changed_key_is_refused_on_the_terminal_too() -> None:
    async with session_to(character()) as (session, device):
        await session.run("show version")
        await session.close()
        await device.fall_ill(Trouble.KEY_CHANGED)
        with pytest.raises(HostKeyChangedError):
            await session.run("show version")


async def test_after_a_missed_deadline_the_next_command_has_its_own_answer() -> None:
    async with session_to(character(), command_s=0.4) as (session, device):
        await session.run("show version")
        await device.fall_ill(Trouble.HANGS_IN_OUTPUT)
        with pytest.raises(DeviceTimeoutError):
            await session.run("show running-config")
        await device.fall_ill(None)
        assert (await session.run("show version")).output == VERSION
