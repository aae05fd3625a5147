"""A fleet of which some are sick, in every way that is known: each sick device gets its own words, and nobody
else notices. Sessions come out of the pool and run under ``for_each``, as those of plans, backups and rounds.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import asyncssh
import pytest

from netwright.base.errors import (
    AuthenticationError,
    DeviceError,
    DeviceTimeoutError,
    DeviceUnreachableError,
    HostKeyChangedError,
    SessionClosedError,
    UnparsedAnswerError,
)
from netwright.base.outcome import Outcome
from netwright.base.secret import Secret
from netwright.device.cli.dialogue import Dialogue
from netwright.device.connect import DeviceSession
from netwright.device.endpoint import Credentials, Endpoint, Timeouts
from netwright.device.fleet import for_each
from netwright.device.hostkeys import MemoryHostKeys
from netwright.device.limits import Limits
from netwright.device.pool import SessionPool
from netwright.lab.terminal.character import Character
from netwright.lab.terminal.line import Line
from netwright.lab.terminal.server import SimulatedDevice, Trouble

pytestmark = pytest.mark.slow
TERMINAL = Dialogue(prompt=re.compile(r"^[\w.-]+[>#] ?$"), opening=("terminal length 0",), settle_s=0.05)
EXEC = Dialogue(prompt=TERMINAL.prompt, exec=True)
COMMAND = "show running-config"
MAX_OUTPUT = 1 << 20
LONG_S = 3600.0
LATE = {
    Trouble.HANGS_BEFORE_BANNER: Timeouts(login_s=2.0),
    Trouble.HANGS_IN_OUTPUT: Timeouts(login_s=60.0, command_s=2.0),
    Trouble.TRICKLES: Timeouts(login_s=60.0, command_s=2.0),
    Trouble.WRONG_PROMPT: Timeouts(login_s=6.0),
    Trouble.GARBAGE: Timeouts(login_s=2.0),
}
"""Deadlines of the sick devices that only a deadline tells; all others have hours."""
WORDS: dict[Trouble, tuple[type[DeviceError], str]] = {
    Trouble.REFUSES: (DeviceUnreachableError, "no connection"),
    Trouble.WRONG_PASSWORD: (AuthenticationError, "refused the login"),
    Trouble.KEY_CHANGED: (HostKeyChangedError, "host key changed"),
    Trouble.HANGS_BEFORE_BANNER: (DeviceTimeoutError, "login .* did not end"),
    Trouble.HANGS_IN_OUTPUT: (DeviceTimeoutError, "no end of the answer"),
    Trouble.DROPS: (SessionClosedError, "closed in the middle"),
    Trouble.FLOODS: (UnparsedAnswerError, "longer than|more than"),
    Trouble.TRICKLES: (DeviceTimeoutError, "no end of the answer"),
    Trouble.GARBAGE: (DeviceTimeoutError, r"does not speak SSH: it began with '\\x00\\x01"),
    Trouble.WRONG_PROMPT: (DeviceTimeoutError, "first prompt"),
    Trouble.REBOOTS: (SessionClosedError, "closed in the middle"),
}
HANGS = {
    Trouble.GARBAGE,
    Trouble.HANGS_BEFORE_BANNER,
    Trouble.HANGS_IN_OUTPUT,
    Trouble.TRICKLES,
    Trouble.WRONG_PROMPT,
}


def config(name: str) -> str:
    return f"hostname {name}\n" + "".join(
        f"interface Ethernet{n}\n   description {name}\n" for n in range(20)
    )


@dataclass
class Box:
    """One device of the fleet. Half of them take commands on exec channels."""

    device: str
    execs: bool
    trouble: Trouble | None = None
    patient: bool = False
    server: SimulatedDevice = field(init=False)

    async def start(self, key: asyncssh.SSHKey, hostkeys: MemoryHostKeys) -> None:
        made = Character(self.device, {COMMAND: config(self.device)}, page=0)
        self.server = SimulatedDevice(lambda: Line(made), key=key, execs=self.execs)
        await self.server.start()
        hostkeys.record(self.device, " ".join(key.export_public_key("openssh").decode().split()[:2]))
        await self.server.fall_ill(self.trouble)

    @property
    def endpoint(self) -> Endpoint:
        limits = Timeouts(5.0, LONG_S, LONG_S)
        if self.trouble in LATE and not self.patient:
            limits = LATE[self.trouble]
        who = Credentials("netops", password=Secret("simulated"))
        return Endpoint(self.device, "127.0.0.1", who, self.server.port, timeouts=limits)

    @property
    def dialogue(self) -> Dialogue:
        return EXEC if self.execs else TERMINAL


def fleet(size: int, every: int) -> list[Box]:
    """Every so manieth device is sick, with all kinds of sickness in turn. A prompt is wrong on terminals."""
    troubles = list(Trouble)
    boxes = []
    for number in range(size):
        trouble = troubles[number // every % len(troubles)] if number % every == 0 else None
        execs = (number % 2 == 1 and trouble is None) or trouble is Trouble.DROPS
        boxes.append(Box(f"r{number:04d}", execs, trouble))
    return boxes


@asynccontextmanager
async def running(boxes: list[Box]) -> AsyncIterator[SessionPool]:
    hostkeys, key = MemoryHostKeys(), asyncssh.generate_private_key("ssh-ed25519")
    for box in boxes:
        await box.start(key, hostkeys)

    def opener(endpoint: Endpoint, dialogue: Dialogue | None) -> DeviceSession:
        return DeviceSession(endpoint, hostkeys, dialogue, max_output=MAX_OUTPUT)

    pool = SessionPool(hostkeys, Limits(), opener=opener)
    try:
        yield pool
    finally:
        await pool.close()
        for box in boxes:
            await box.server.stop()


def outcomes_of(pool: SessionPool, boxes: list[Box], concurrency: int = 100) -> AsyncIterator[Outcome[str]]:
    async def read(box: Box) -> str:
        session = pool.open(box.endpoint, box.dialogue)
        try:
            return (await session.run(COMMAND)).output
        finally:
            await session.close()

    return for_each(boxes, read, concurrency=concurrency, deadline_s=LONG_S)


def judge(boxes: list[Box], outcomes: dict[str, Outcome[str]]) -> None:
    """Each healthy device has its whole answer, each sick one its own error, with words and a remedy."""
    assert outcomes.keys() == {box.device for box in boxes}
    for box in boxes:
        outcome = outcomes[box.device]
        if box.trouble is None:
            assert outcome.value == config(box.device), outcome.error
            continue
        error, words = WORDS[box.trouble]
        assert type(outcome.error) is error, (box.trouble, outcome.error)
        assert re.search(words, str(outcome.error)), (box.trouble, str(outcome.error))
        assert outcome.error.subject == box.device
        assert outcome.error.remedy


async def test_each_of_a_thousand_devices_has_its_own_outcome() -> None:
    boxes = fleet(1000, every=20)
    async with running(boxes) as pool:
        judge(boxes, {one.device: one async for one in outcomes_of(pool, boxes)})
    assert {box.trouble for box in boxes} == {None, *Trouble}


async def test_nobody_waits_for_the_deadline_of_a_sick_device() -> None:
    """Those that hang have an hour: the healthy are through before any of them is."""
    boxes = [box for box in fleet(300, every=6) if box.trouble is None or box.trouble in HANGS]
    for box in boxes:
        box.patient = True
    hung = {box.device for box in boxes if box.trouble is not None}
    left = {box.device for box in boxes} - hung
    assert len(hung) > 10
    async with running(boxes) as pool:
        going = outcomes_of(pool, boxes, concurrency=len(hung) + 20)
        async for outcome in going:
            assert outcome.device not in hung
            assert outcome.value == config(outcome.device)
            left.discard(outcome.device)
            if not left:
                break
        await going.aclose()  # type: ignore[attr-defined]


@pytest.mark.timeout(600)
async def test_ten_rounds_leave_no_task_and_no_descriptor() -> None:
    boxes = fleet(55, every=5)
    kinds = Counter(box.trouble for box in boxes if box.trouble)
    assert set(kinds) == set(Trouble)
    async with running(boxes) as pool:
        counted = []
        for _ in range(10):
            judge(boxes, {one.device: one async for one in outcomes_of(pool, boxes)})
            counted.append(await settled())
            for box in boxes:
                if box.trouble is Trouble.REBOOTS:
                    await box.server.stop()
                    await box.server.start(port=box.server.port)
        tasks, descriptors = zip(*counted, strict=True)
    assert max(tasks[1:]) <= tasks[0], tasks
    assert max(descriptors[1:]) <= descriptors[0], descriptors


async def settled() -> tuple[int, int]:
    """Tasks and descriptors once closed connections are gone on both sides: as few as many looks show."""
    fewest = (1 << 30, 1 << 30)
    for _ in range(100):
        await asyncio.sleep(0.005)
        now = len(asyncio.all_tasks()), sum(1 for _ in os.scandir("/proc/self/fd"))
        fewest = min(fewest[0], now[0]), min(fewest[1], now[1])
    return fewest
