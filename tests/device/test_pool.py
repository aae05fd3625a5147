"""Sessions that are held: no second login, no half-dead session handed on, nothing left open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from netwright.base.errors import DeviceError, DeviceTimeoutError, SessionClosedError, SessionLimitError
from netwright.device.cli.dialogue import Dialogue
from netwright.device.endpoint import Credentials, Endpoint, Share, Timeouts
from netwright.device.hostkeys import HostKeys, MemoryHostKeys
from netwright.device.limits import Limits
from netwright.device.pool import SessionPool
from netwright.lab.terminal.recording import Recording
from netwright.lab.terminal.server import SimulatedDevice

from .conftest import SHORT, Router, endpoint

MakePool = Callable[..., SessionPool]
TERMINAL = Dialogue(opening=("terminal length 0",))


@pytest.fixture
async def make(hostkeys: HostKeys) -> AsyncIterator[MakePool]:
    made: list[SessionPool] = []

    def pool(limits: Limits | None = None, idle_s: float = 60.0) -> SessionPool:
        made.append(SessionPool(hostkeys, limits, idle_s=idle_s))
        return made[-1]

    yield pool
    for one in made:
        await one.close()


@pytest.fixture
async def switch() -> AsyncIterator[SimulatedDevice]:
    """A device with a command line and no exec channels."""
    recording = Recording(
        "sw1#",
        [
            ("terminal length 0\n", "terminal length 0\r\nsw1#"),
            ("\n", "\r\nsw1#"),
            ("show clock\n", "show clock\r\n12:00\r\nsw1#"),
            ("configure\n", "configure\r\nsw1(config)#"),
        ],
    )
    device = SimulatedDevice(recording.line)
    await device.start()
    yield device
    await device.stop()


def switch_endpoint(device: SimulatedDevice) -> Endpoint:
    where = endpoint(device.port, password=device.password)
    return replace(where, device="sw1", timeouts=Timeouts(connect_s=1, login_s=3, command_s=3))


async def ask(
    pool: SessionPool,
    where: Endpoint,
    command: str = "echo out",
    *,
    hold: bool = True,
    fresh: bool = False,
    dialogue: Dialogue | None = None,
) -> str:
    session = pool.open(where, dialogue, hold=hold, fresh=fresh)
    try:
        return (await session.run(command)).output
    finally:
        await session.close()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 (the other end is not asked to tell)
            await asyncio.sleep(0.005)


async def test_the_next_conversation_needs_no_login(router: Router, make: MakePool) -> None:
    pool = make()
    for _ in range(3):
        assert await ask(pool, endpoint(router.port)) == "out\n"
    assert (router.logins, pool.resting) == (1, 1)


async def test_what_nobody_holds_is_closed_but_a_held_one_is_used_and_kept(
    router: Router, make: MakePool
) -> None:
    pool = make()
    await ask(pool, endpoint(router.port), hold=False)
    assert (pool.resting, pool.limiter.open) == (0, 0)
    await ask(pool, endpoint(router.port))
    await ask(pool, endpoint(router.port), hold=False)
    assert (router.logins, pool.resting) == (2, 1)


async def test_a_session_is_never_used_by_two(router: Router, make: MakePool) -> None:
    pool = make()
    await ask(pool, endpoint(router.port))
    one, two = pool.open(endpoint(router.port), hold=True), pool.open(endpoint(router.port), hold=True)
    assert (one.held, two.held) == (True, False)
    await asyncio.gather(one.run("true"), two.run("true"))
    await one.close()
    await two.close()
    assert (router.logins, pool.resting) == (2, 2)


async def test_fresh_is_a_login_of_its_own(router: Router, make: MakePool) -> None:
    pool = make()
    await ask(pool, endpoint(router.port))
    await ask(pool, endpoint(router.port), fresh=True, hold=False)
    assert (router.logins, pool.resting) == (2, 1)


async def test_other_credentials_are_another_session(router: Router, make: MakePool) -> None:
    pool = make()
    where = endpoint(router.port)
    await ask(pool, where)
    with pytest.raises(DeviceError):
        await ask(pool, replace(where, credentials=Credentials("somebody", password=None)))
    assert router.logins == 1


async def test_idle_ones_are_closed(router: Router, make: MakePool) -> None:
    pool = make(idle_s=0.02)
    await ask(pool, endpoint(router.port))
    await until(lambda: pool.resting == 0 and pool.limiter.open == 0)
    assert await ask(pool, endpoint(router.port)) == "out\n"
    assert router.logins == 2


async def test_one_that_the_device_closed_is_opened_anew(router: Router, make: MakePool) -> None:
    pool = make()
    await ask(pool, endpoint(router.port))
    await router.stop()
    await router.start()
    assert await ask(pool, endpoint(router.port)) == "out\n"
    assert router.logins == 2


async def test_one_that_is_gone_without_a_word_is_opened_anew(make: MakePool, router: Router) -> None:
    """The way to the device swallows everything of the old connection; a new one goes through."""
    pool = make()
    async with Way(router.port) as way:
        where = replace(endpoint(way.port), timeouts=Timeouts(connect_s=0.2, login_s=5, command_s=5))
        await ask(pool, where)
        way.swallow()
        assert await ask(pool, where) == "out\n"
    assert (router.logins, router.commands) == (2, ["echo out"] * 2)


async def test_a_command_that_was_begun_is_not_given_twice(make: MakePool, router: Router) -> None:
    pool = make()
    await ask(pool, endpoint(router.port))

    async def drop(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.channel.get_connection().abort()

    router.handler = drop
    with pytest.raises(SessionClosedError):
        await ask(pool, endpoint(router.port), "reload")
    assert router.commands == ["echo out", "reload"]
    assert (pool.resting, pool.limiter.open) == (0, 0)


async def test_a_session_that_hung_is_not_held(router: Router, make: MakePool) -> None:
    pool = make()

    async def hang(process: asyncssh.SSHServerProcess[bytes]) -> None:
        await process.wait_closed()

    router.handler = hang
    with pytest.raises(DeviceTimeoutError):
        await ask(pool, endpoint(router.port))
    await until(lambda: pool.limiter.open == 0)
    assert pool.resting == 0


async def test_a_terminal_goes_on_at_its_prompt(switch: SimulatedDevice, make: MakePool) -> None:
    pool = make()
    for _ in range(3):
        assert await ask(pool, switch_endpoint(switch), "show clock", dialogue=TERMINAL) == "12:00\n"
    assert switch.logins == 1


async def test_a_terminal_that_closed_while_it_rested_is_opened_anew(
    switch: SimulatedDevice, make: MakePool
) -> None:
    pool = make()
    await ask(pool, switch_endpoint(switch), "show clock", dialogue=TERMINAL)
    await switch.stop()
    await switch.start(port=switch.port)
    assert await ask(pool, switch_endpoint(switch), "show clock", dialogue=TERMINAL) == "12:00\n"
    assert switch.logins == 2


async def test_a_terminal_left_in_another_mode_is_not_handed_on(
    switch: SimulatedDevice, make: MakePool
) -> None:
    pool = make()
    await ask(pool, switch_endpoint(switch), "configure", dialogue=TERMINAL)
    assert pool.resting == 0
    assert await ask(pool, switch_endpoint(switch), "show clock", dialogue=TERMINAL) == "12:00\n"
    assert switch.logins == 2


async def test_a_held_session_gives_way_where_its_place_is_wanted(router: Router, make: MakePool) -> None:
    pool = make(Limits(wait_s=5))
    where = replace(endpoint(router.port), share=Share(per_device=1))
    await ask(pool, where)
    assert await ask(pool, where, fresh=True, hold=False) == "out\n"
    assert (router.logins, pool.resting) == (2, 0)


async def test_a_session_given_back_goes_to_who_waits_for_its_place(router: Router, make: MakePool) -> None:
    pool = make(Limits(at_once=1, wait_s=5))
    first = pool.open(endpoint(router.port), hold=True)
    await first.run("true")
    other = asyncio.create_task(ask(pool, replace(endpoint(router.port), device="ams-edge2")))
    await asyncio.sleep(0)
    await first.close()
    assert await other == "out\n"
    assert pool.limiter.open == 1


async def test_no_place_says_which_limit(router: Router, make: MakePool) -> None:
    pool = make(Limits(wait_s=0.05))
    where = replace(endpoint(router.port), share=Share(per_device=1))
    session = pool.open(where)
    await session.run("true")
    with pytest.raises(SessionLimitError, match="1 of 1 sessions with the device"):
        await ask(pool, where)
    await session.close()
    assert await ask(pool, where) == "out\n"


async def test_a_failed_login_keeps_no_place(router: Router, closed_port: int, make: MakePool) -> None:
    pool = make(Limits(at_once=1, wait_s=1))
    for bad in (endpoint(closed_port), endpoint(router.port, password="wrong")):
        with pytest.raises(DeviceError):
            await ask(pool, bad)
    assert await ask(pool, endpoint(router.port)) == "out\n"


async def test_a_closed_session_is_not_used_again(router: Router, make: MakePool) -> None:
    session = make().open(endpoint(router.port), hold=True)
    await session.run("true")
    await session.close()
    await session.close()
    with pytest.raises(SessionClosedError):
        await session.run("true")


@pytest.mark.slow
async def test_nothing_is_left_after_ten_rounds_with_sick_devices(
    router: Router, closed_port: int, hostkeys: MemoryHostKeys
) -> None:
    """Good, wrong password, refused, silent: descriptors and tasks are as before."""
    ends = [replace(endpoint(router.port), device=f"good{number}") for number in range(8)]
    ends.append(replace(endpoint(router.port, password="wrong"), device="wrong"))
    ends.append(replace(endpoint(closed_port), device="refused"))
    silent = await asyncio.start_server(silence, "127.0.0.1", 0)
    hasty = replace(SHORT, login_s=0.1)
    ends.append(replace(endpoint(silent.sockets[0].getsockname()[1], timeouts=hasty), device="silent"))
    counts = []
    for _ in range(10):
        pool = SessionPool(hostkeys, Limits(at_once=6, wait_s=30), idle_s=60)
        replies = await asyncio.gather(*(ask(pool, end) for end in ends), return_exceptions=True)
        assert [reply for reply in replies if isinstance(reply, str)] == ["out\n"] * 8
        await ask(pool, ends[0])
        left_open = pool.open(ends[1], hold=True)
        await left_open.run("true")
        await pool.close()
        await until(lambda: not router.open)
        counts.append((descriptors(), len(asyncio.all_tasks())))
    silent.close()
    assert counts[1:] == counts[1:2] * 9


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


class Way:
    """A relay to ``target``, of which a fault can swallow what goes over its present connections."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._open = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._lines: list[asyncio.Event] = []
        self.port = 0

    async def __aenter__(self) -> Way:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def swallow(self) -> None:
        for dead in self._lines:
            dead.set()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        dead = asyncio.Event()
        self._lines.append(dead)
        there, back = await asyncio.open_connection("127.0.0.1", self._target)
        for source, sink in ((reader, back), (there, writer)):
            self._keep(_copy(source, sink, dead))

    def _keep(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter, dead: asyncio.Event) -> None:
    try:
        while data := await source.read(65536):
            if not dead.is_set():
                sink.write(data)
    except ConnectionError:
        pass
    finally:
        sink.close()
