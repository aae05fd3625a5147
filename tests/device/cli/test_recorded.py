"""Whole sessions with real devices, replayed by a simulated SSH server: no echo, pager or prompt stays.

The samples stand beside the repository; the count of each platform is printed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.config.samples import folder

from netwright.base.errors import DeviceError
from netwright.base.secret import Secret
from netwright.device.cli.dialogue import UNKNOWN, Dialogue
from netwright.device.connect import open_session
from netwright.device.endpoint import Credentials, Endpoint
from netwright.device.hostkeys import MemoryHostKeys
from netwright.lab.terminal.recording import Recording, read_oxidized
from netwright.lab.terminal.server import SimulatedDevice
from netwright.platforms.catalog import platform

pytestmark = pytest.mark.slow

KNOWN = {
    "aoscx": "aruba_aoscx",
    "eos": "arista_eos",
    "ios": "cisco_xe",
    "junos": "juniper_junos",
    "nxos": "cisco_nxos",
    "routeros": "mikrotik_routeros",
}
QUIET = 0.01
"""Seconds until a likely prompt counts: everything is on this machine."""
BYE = {"exit", "quit", "logout", "n", ""}
_PAGER = re.compile("--More--[ ]?(?:\b+ +\b+|\r +\r)?")
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def files() -> list[Path]:
    return sorted((folder() / "oxidized").glob("*simulation.yaml*"))


def dialogue(name: str) -> Dialogue:
    found = platform(name).dialogue
    assert found is not None
    return found


def quick(base: Dialogue) -> Dialogue:
    return replace(base, settle_s=QUIET)


def printed(recording: Recording) -> list[tuple[str, list[str]]]:
    """By command the lines of its output, made from the recording by other means than the product's."""
    found: list[tuple[str, str]] = []
    for sent, reply in recording.exchanges:
        if sent == " ":
            found[-1] = (found[-1][0], found[-1][1] + reply)
        elif sent.strip() not in BYE:
            found.append((sent.strip(), reply))
    return [(command, lines_of(reply, recording, command)) for command, reply in found]


def lines_of(reply: str, recording: Recording, command: str) -> list[str]:
    text = _COLOUR.sub("", _PAGER.sub("", reply)).replace("\r", "")
    lines = text.split("\n")
    if not recording.execs:
        assert lines[0].strip() == command, lines[0]
        lines = lines[1:-1]
    return [line.rstrip() for line in lines]


async def replay(recording: Recording, spoken: Dialogue, cut: Callable[[], int]) -> list[str]:
    """What is wrong with the answers, in words."""
    device = SimulatedDevice(recording.line, execs=recording.execs, cut=cut)
    await device.start()
    endpoint = Endpoint(
        "recorded", "127.0.0.1", Credentials("netops", password=Secret("simulated")), ssh_port=device.port
    )
    session = open_session(endpoint, MemoryHostKeys(), spoken)
    wrong = []
    try:
        for command, expected in printed(recording):
            try:
                reply = await session.run(command, check=False, timeout_s=60)
            except DeviceError as error:
                wrong.append(f"{command}: {error}")
                continue
            got = [line.rstrip() for line in reply.output.removesuffix("\n").split("\n")]
            if expected not in (got, [*got, ""]) and got != [*expected, ""]:
                place = next((i for i, (a, b) in enumerate(zip(got, expected, strict=False)) if a != b), -1)
                wrong.append(f"{command}: {len(got)}/{len(expected)} {got[place]!r} {expected[place:][:1]!r}")
    finally:
        await session.close()
        await device.stop()
    return wrong


def speeches(name: str, recording: Recording) -> dict[str, Dialogue]:
    """A platform's own dialogue, and that of an unknown system."""
    model = name.split("#", maxsplit=1)[0]
    found = {}
    if not recording.execs:
        found["unknown"] = quick(UNKNOWN)
    if model in KNOWN:
        found[KNOWN[model]] = quick(replace(dialogue(KNOWN[model]), exec=recording.execs))
    return found


@pytest.mark.parametrize("cutting", ["whole", "anywhere", "bytes"])
async def test_every_recorded_session(cutting: str, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(20261124)
    cuts: dict[str, Callable[[], int]] = {
        "whole": lambda: 1 << 20,
        "anywhere": lambda: chance.randint(1, 700),
        "bytes": lambda: 23,
    }
    counts: dict[str, list[int]] = {}
    wrong = []
    for path in files():
        recording = read_oxidized(path)
        for spoken, words in speeches(path.name, recording).items():
            found = await replay(recording, words, cuts[cutting])
            count = counts.setdefault(f"{path.name.split('#')[0]} as {spoken}", [0, 0])
            count[0] += not found
            count[1] += 1
            wrong += [f"{path.name} as {spoken}: {one}" for one in found]
    with capsys.disabled():
        print(f"\nrecorded sessions, output cut {cutting}:")
        for name, (passed, total) in sorted(counts.items()):
            print(f"  {name}: {passed}/{total}")
    assert not wrong, "\n".join(wrong)
    assert sum(total for _, total in counts.values()) >= 20
