"""A jump host is logged in to once for all devices behind it, and asked once when it can't be used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from netwright.base.errors import DeviceUnreachableError
from netwright.device import jump as jump_module
from netwright.device.endpoint import Endpoint
from netwright.device.hostkeys import HostKeys, MemoryHostKeys
from netwright.device.pool import SessionPool

from .conftest import Router, endpoint


@pytest.fixture
async def pool(hostkeys: HostKeys) -> AsyncIterator[SessionPool]:
    pool = SessionPool(hostkeys)
    yield pool
    await pool.close()


def behind(router: Router, port: int, device: str = "ams-edge1") -> Endpoint:
    """The router under another name, through a jump host at ``port``."""
    bastion = replace(endpoint(port), device="bastion")
    return replace(endpoint(router.port), device=device, jump=bastion)


async def ask(pool: SessionPool, where: Endpoint) -> str:
    session = pool.open(where)
    try:
        return (await session.run("echo out")).output
    finally:
        await session.close()


async def test_one_login_at_the_jump_host_serves_all(router: Router, jump: Router, pool: SessionPool) -> None:
    ends = [behind(router, jump.port, f"ams-edge{number}") for number in range(6)]
    assert await asyncio.gather(*(ask(pool, end) for end in ends)) == ["out\n"] * 6
    assert await ask(pool, ends[0]) == "out\n"  # with no other session open meanwhile
    assert (jump.logins, router.logins) == (1, 7)


async def test_a_lost_jump_host_is_opened_anew(router: Router, jump: Router, pool: SessionPool) -> None:
    where = behind(router, jump.port)
    assert await ask(pool, where) == "out\n"
    await jump.stop()
    await jump.start()
    async with asyncio.timeout(5):
        assert await ask(pool, where) == "out\n"
    assert jump.logins == 2


async def test_one_that_cannot_be_used_is_tried_once_for_all(
    router: Router, pool: SessionPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal tries
        tries += 1
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        ends = [behind(router, port, f"ams-edge{number}") for number in range(20)]
        together = await asyncio.gather(*(ask(pool, end) for end in ends), return_exceptions=True)
        later = await asyncio.gather(ask(pool, ends[0]), return_exceptions=True)
        assert tries == 1
        monkeypatch.setattr(jump_module, "FAILED_S", 0.0)
        pool_again = SessionPool(MemoryHostKeys())
        for _ in range(2):
            await asyncio.gather(ask(pool_again, ends[0]), return_exceptions=True)
        await pool_again.close()
        assert tries == 3
    words = [str(one) for one in (*together, *later)]
    assert all("its jump host bastion can't be used" in one for one in words)
    assert {one.split(":")[0] for one in words} == {end.device for end in ends}
    assert router.logins == 0


async def test_a_jump_host_that_is_not_there_names_both(
    router: Router, pool: SessionPool, closed_port: int
) -> None:
    with pytest.raises(DeviceUnreachableError) as caught:
        await ask(pool, behind(router, closed_port))
    assert caught.value.subject == "ams-edge1"
    assert "jump host bastion" in str(caught.value)
    assert str(closed_port) in str(caught.value)


async def test_who_stops_waiting_stops_nobody_else(router: Router, jump: Router, pool: SessionPool) -> None:
    first = asyncio.create_task(ask(pool, behind(router, jump.port, "ams-edge1")))
    second = asyncio.create_task(ask(pool, behind(router, jump.port, "ams-edge2")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first.cancel()
    assert await second == "out\n"
