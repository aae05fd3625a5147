"""Every fault of a device's SSH side becomes an error that names the device and says what to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from netwright.base.errors import (
    AuthenticationError,
    CommandFailedError,
    DeviceError,
    DeviceTimeoutError,
    DeviceUnreachableError,
    HostKeyChangedError,
    SessionClosedError,
    UnparsedAnswerError,
)
from netwright.device.connect import open_session
from netwright.device.endpoint import Endpoint, Timeouts
from netwright.device.hostkeys import HostKeys, MemoryHostKeys
from netwright.device.session import Session
from netwright.device.ssh import SshConnection

from .conftest import PASSWORD, Router, endpoint


@asynccontextmanager
async def session_to(where: Endpoint, hostkeys: HostKeys) -> AsyncIterator[Session]:
    session = open_session(where, hostkeys)
    try:
        yield session
    finally:
        await session.close()


async def failure(kind: type[DeviceError], where: Endpoint, hostkeys: HostKeys, command: str = "x") -> str:
    async with session_to(where, hostkeys) as session:
        with pytest.raises(kind) as caught:
            await session.run(command)
    assert caught.value.subject == "ams-edge1"
    assert caught.value.remedy
    assert PASSWORD not in str(caught.value)
    return str(caught.value)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_runs_a_command_and_gives_output_error_and_status(router: Router, hostkeys: HostKeys) -> None:
    async with session_to(endpoint(router.port), hostkeys) as session:
        reply = await session.run("echo out; echo err >&2; exit 3", check=False)
    assert (reply.output, reply.error, reply.status) == ("out\n", "err\n", 3)


async def test_one_login_serves_many_commands_also_side_by_side(router: Router, hostkeys: HostKeys) -> None:
    async with session_to(endpoint(router.port), hostkeys) as session:
        replies = await asyncio.gather(*(session.run(f"echo {n}") for n in range(5)))
    assert [reply.output for reply in replies] == [f"{n}\n" for n in range(5)]
    assert router.logins == 1


async def test_input_reaches_the_command_whole(router: Router, hostkeys: HostKeys) -> None:
    data = bytes(range(256)) * 4000
    async with session_to(endpoint(router.port), hostkeys) as session:
        reply = await session.run("wc -c", stdin=data)
    assert reply.output.strip() == str(len(data))


async def test_a_command_that_ends_without_reading_its_input(router: Router, hostkeys: HostKeys) -> None:
    async def deaf(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.exit(90)

    router.handler = deaf
    async with session_to(endpoint(router.port), hostkeys) as session:
        for _ in range(20):
            reply = await session.run("guard", check=False, stdin=b"x" * 100_000)
            assert reply.status == 90


async def test_a_failed_command_carries_what_it_printed(router: Router, hostkeys: HostKeys) -> None:
    async with session_to(endpoint(router.port), hostkeys) as session:
        with pytest.raises(CommandFailedError, match="no such thing") as caught:
            await session.run("echo no such thing >&2; exit 4")
    assert caught.value.status == 4


async def test_login_by_key(router: Router, hostkeys: HostKeys) -> None:
    key = router.user_key.export_private_key("openssh").decode()
    async with session_to(endpoint(router.port, password=None, key=key), hostkeys) as session:
        assert (await session.run("echo in")).output == "in\n"


async def test_password_serves_where_the_key_is_refused(router: Router, hostkeys: HostKeys) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519").export_private_key("openssh").decode()
    async with session_to(endpoint(router.port, key=key), hostkeys) as session:
        assert (await session.run("echo in")).output == "in\n"


async def test_wrong_password(router: Router, hostkeys: MemoryHostKeys) -> None:
    text = await failure(AuthenticationError, endpoint(router.port, password="wrong"), hostkeys)
    assert "user netops" in text
    assert hostkeys.keys == {}  # whoever refuses us is not recorded as the device


async def test_unreadable_private_key(router: Router, hostkeys: HostKeys) -> None:
    text = await failure(AuthenticationError, endpoint(router.port, key="not a key"), hostkeys)
    assert "private key" in text


async def test_refused_port(closed_port: int, hostkeys: HostKeys) -> None:
    assert "refused" in (await failure(DeviceUnreachableError, endpoint(closed_port), hostkeys))


async def test_key_is_recorded_at_first_login_and_a_change_refused(
    router: Router, hostkeys: MemoryHostKeys
) -> None:
    async with session_to(endpoint(router.port), hostkeys) as session:
        await session.run("true")
    first = hostkeys.keys["ams-edge1"]
    await router.stop()
    await router.start(asyncssh.generate_private_key("ssh-ed25519"))
    text = await failure(HostKeyChangedError, endpoint(router.port), hostkeys)
    assert "netwright hostkey accept ams-edge1" in text
    assert hostkeys.keys["ams-edge1"] == first
    assert hostkeys.refused["ams-edge1"] not in {first, ""}


async def test_one_more_host_key_is_not_a_change(router: Router, hostkeys: HostKeys) -> None:
    """asyncssh would prefer the new Ed25519 key over the ECDSA one that is recorded."""
    old = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    await router.stop()
    await router.start(old)
    async with session_to(endpoint(router.port), hostkeys) as session:
        await session.run("true")
    await router.stop()
    await router.start(asyncssh.generate_private_key("ssh-ed25519"), old)
    async with session_to(endpoint(router.port), hostkeys) as session:
        assert (await session.run("echo same")).output == "same\n"


async def test_another_kind_of_host_key_is_a_change(router: Router, hostkeys: HostKeys) -> None:
    async with session_to(endpoint(router.port), hostkeys) as session:
        await session.run("true")
    await router.stop()
    await router.start(asyncssh.generate_private_key("ecdsa-sha2-nistp256"))
    await failure(HostKeyChangedError, endpoint(router.port), hostkeys)


@asynccontextmanager
async def raw_server(answer: bytes, *, close: bool) -> AsyncIterator[int]:
    """Speaks ``answer`` to whoever connects, then hangs or hangs up."""
    release = asyncio.Event()

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()
        if not close:
            await release.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        release.set()
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize("banner", [b"", b"SSH-2.0-Hung_1.0\r\n"], ids=["before", "after"])
async def test_hangs_around_its_banner(banner: bytes, hostkeys: HostKeys) -> None:
    async with raw_server(banner, close=False) as port:
        assert "login" in (await failure(DeviceTimeoutError, endpoint(port), hostkeys))


@pytest.mark.parametrize(
    "rubbish", [b"", b"\x00\xff" * 500, b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-x\r\n\0\0\0\0\0\0"]
)
async def test_something_else_answers(rubbish: bytes, hostkeys: HostKeys) -> None:
    async with raw_server(rubbish, close=True) as port:
        await failure(SessionClosedError, endpoint(port), hostkeys)


async def test_hangs_in_mid_answer(router: Router, hostkeys: HostKeys) -> None:
    async def hang(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.stdout.write(b"router bgp 65001\n")
        await process.wait_closed()

    router.handler = hang
    text = await failure(DeviceTimeoutError, endpoint(router.port), hostkeys, "show running-config")
    assert "17 bytes had arrived" in text


async def test_a_session_works_again_after_a_hung_command(router: Router, hostkeys: HostKeys) -> None:
    shell = router.handler

    async def hang(process: asyncssh.SSHServerProcess[bytes]) -> None:
        await process.wait_closed()

    async with session_to(endpoint(router.port), hostkeys) as session:
        router.handler = hang
        with pytest.raises(DeviceTimeoutError):
            await session.run("x")
        router.handler = shell
        assert (await session.run("echo back")).output == "back\n"
    assert router.logins == 2


@pytest.mark.parametrize("how", ["connection", "channel"])
async def test_closes_in_mid_answer(how: str, router: Router, hostkeys: HostKeys) -> None:
    """A channel closed without an exit status is a cut answer too: it must not pass for a whole one."""

    async def drop(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.stdout.write(b"router bgp 65001\n")
        await process.stdout.drain()
        if how == "connection":
            process.channel.get_connection().abort()
        else:
            process.close()

    router.handler = drop
    assert "17 bytes" in (await failure(SessionClosedError, endpoint(router.port), hostkeys))


async def test_floods(router: Router, hostkeys: HostKeys) -> None:
    async def flood(process: asyncssh.SSHServerProcess[bytes]) -> None:
        while not process.is_closing():
            process.stdout.write(b"x" * 30_000)
            await process.stdout.drain()

    router.handler = flood
    connection = SshConnection(
        endpoint(router.port, timeouts=Timeouts(command_s=20)), hostkeys, max_output=200_000
    )
    with pytest.raises(UnparsedAnswerError, match="longer than 200000 bytes"):
        await connection.run("show log")
    await connection.close()


async def test_prints_rubbish(router: Router, hostkeys: HostKeys) -> None:
    async with session_to(endpoint(router.port), hostkeys) as session:
        with pytest.raises(UnparsedAnswerError, match="not text") as caught:
            await session.run(r"printf '\377\000\001\200'")
    assert r"\xff" in caught.value.raw


async def test_reads_latin_1(router: Router, hostkeys: HostKeys) -> None:
    async with session_to(endpoint(router.port), hostkeys) as session:
        assert (await session.run(r"printf 'Z\374rich'")).output == "Zürich"


async def test_a_killed_command_fails(router: Router, hostkeys: HostKeys) -> None:
    async def killed(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.exit_with_signal("KILL")

    router.handler = killed
    async with session_to(endpoint(router.port), hostkeys) as session:
        with pytest.raises(CommandFailedError, match="signal KILL"):
            await session.run("x")


async def test_put_writes_whole_files(router: Router, hostkeys: HostKeys, tmp_path: Path) -> None:
    target = tmp_path / "it's here.conf"
    async with session_to(endpoint(router.port), hostkeys) as session:
        await session.put(str(target), b"a\x00b" * 50_000, mode=0o640)
    assert target.read_bytes() == b"a\x00b" * 50_000
    assert target.stat().st_mode & 0o777 == 0o640
    assert names_in(tmp_path) == [target.name]


async def test_put_leaves_the_old_file_when_the_session_breaks(
    router: Router, hostkeys: HostKeys, tmp_path: Path
) -> None:
    """The device sees a broken session as the end of the input."""
    target = tmp_path / "frr.conf"
    target.write_bytes(b"old")
    shell = router.handler

    async def cut(process: asyncssh.SSHServerProcess[bytes]) -> None:
        child = await asyncio.create_subprocess_exec(
            "/bin/sh", "-c", process.command or "", stdin=asyncio.subprocess.PIPE
        )
        await child.communicate((await process.stdin.read())[:1000])
        process.exit(child.returncode or 0)

    router.handler = cut
    async with session_to(endpoint(router.port), hostkeys) as session:
        with pytest.raises(CommandFailedError):
            await session.put(str(target), b"n" * 5000)
        assert target.read_bytes() == b"old"
        assert names_in(tmp_path) == [target.name]
        router.handler = shell
        await session.put(str(target), b"new")
    assert target.read_bytes() == b"new"


async def test_close_does_not_wait_for_a_device_that_is_gone(router: Router, hostkeys: HostKeys) -> None:
    session = open_session(endpoint(router.port), hostkeys)
    await session.run("true")
    await router.stop()
    async with asyncio.timeout(5):
        await session.close()


@pytest.mark.parametrize("words", [b"220 ready\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
async def test_what_speaks_no_ssh_is_told_by_its_first_words(words: bytes, hostkeys: HostKeys) -> None:
    def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        session = open_session(endpoint(server.sockets[0].getsockname()[1]), hostkeys)
        with pytest.raises(SessionClosedError, match="does not speak SSH: it began with") as caught:
            await session.run("true")
    assert repr(words.decode()) in str(caught.value)
    assert "was broken off" in str(caught.value)


def through(router: Router, jump: Router, password: str = PASSWORD) -> Endpoint:
    """The router, reached through the jump host alone."""
    return replace(
        endpoint(router.port), jump=replace(endpoint(jump.port, password=password), device="bastion")
    )


async def test_through_a_jump_host_with_a_host_key_and_a_login_of_its_own(
    router: Router, jump: Router, hostkeys: MemoryHostKeys
) -> None:
    async with session_to(through(router, jump), hostkeys) as session:
        assert (await session.run("echo out")).output == "out\n"
        assert (await session.run("echo more")).output == "more\n"
    assert (jump.logins, jump.commands, router.logins) == (1, [], 1)
    assert hostkeys.known("bastion") != hostkeys.known("ams-edge1")


async def test_a_jump_host_that_forwards_nothing(router: Router, jump: Router, hostkeys: HostKeys) -> None:
    jump.forwards = False
    words = await failure(DeviceUnreachableError, through(router, jump), hostkeys)
    assert "its jump host bastion gives no connection to 127.0.0.1" in words
    assert router.logins == 0


async def test_a_jump_host_that_refuses_us_is_named(router: Router, jump: Router, hostkeys: HostKeys) -> None:
    words = await failure(AuthenticationError, through(router, jump, "wrong"), hostkeys)
    assert "ams-edge1: its jump host bastion can't be used" in words
    assert "refused the login of user netops" in words


async def test_a_device_behind_a_jump_host_whose_port_is_closed(
    router: Router, jump: Router, hostkeys: HostKeys, closed_port: int
) -> None:
    where = replace(through(router, jump), ssh_port=closed_port)
    words = await failure(DeviceUnreachableError, where, hostkeys)
    assert "its jump host bastion gives no connection" in words
