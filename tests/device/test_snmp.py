"""Our SNMP layer against Debian's snmpd, and against agents with the faults that the field knows."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from netwright.base.errors import (
    AuthenticationError,
    DeviceError,
    DeviceTimeoutError,
    DeviceUnreachableError,
    UnparsedAnswerError,
)
from netwright.base.secret import Secret
from netwright.device.endpoint import Credentials, Endpoint
from netwright.device.snmp import REPETITIONS, RETRIES, SnmpClient

from .agents import AUTH, GET, PRIV, Agent, Rows, agent_endpoint, snmpd_config

SYS_NAME = "1.3.6.1.2.1.1.5.0"
IF_TABLE = "1.3.6.1.2.1.2.2"
IF_DESCR, IF_TYPE, IF_MTU, IF_NONE = (f"{IF_TABLE}.1.{n}" for n in (2, 3, 4, 99))
ROOT = "1.3.6.1.4.1.99999.1"


@pytest.fixture
async def snmpd(tmp_path: Path) -> AsyncIterator[int]:
    """Debian's agent as it is, on a port of its own."""
    program = shutil.which("snmpd", path="/usr/sbin:/usr/bin")
    if program is None:
        pytest.skip("no snmpd on this machine")
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        program, "-f", "-C", "-Lf", str(tmp_path / "log"), "-c", str(snmpd_config(tmp_path)),
        "-I", "-smux", "-p", str(tmp_path / "pid"), f"udp:127.0.0.1:{port}",
        env={"SNMP_PERSISTENT_DIR": str(tmp_path / "state")}, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await _until_answers(port)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def _until_answers(port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            client = SnmpClient(agent_endpoint(port))
            try:
                await client.get([SYS_NAME])
            except (DeviceTimeoutError, DeviceUnreachableError):
                await asyncio.sleep(0.05)
            else:
                return
            finally:
                client.close()


@asynccontextmanager
async def agent(answer: Callable[[str, int], Rows | bytes | None]) -> AsyncIterator[tuple[Agent, int]]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        lambda: Agent(answer), local_addr=("127.0.0.1", 0)
    )
    try:
        yield protocol, transport.get_extra_info("sockname")[1]
    finally:
        transport.close()


async def failure(kind: type[DeviceError], where: Endpoint, oid: str = ROOT, max_rows: int = 10_000) -> str:
    client = SnmpClient(where, max_rows=max_rows)
    with pytest.raises(kind) as caught:
        await client.walk(oid)
    client.close()
    assert caught.value.subject == "ams-edge1"
    assert caught.value.remedy
    return str(caught.value)


@pytest.mark.parametrize("v3", [False, True], ids=["v2c", "v3"])
async def test_get_and_walk(snmpd: int, v3: bool) -> None:
    client = SnmpClient(agent_endpoint(snmpd, v3=v3))
    values = await client.get([SYS_NAME, f".{SYS_NAME}", "1.3.6.1.2.1.1.99.0"])
    assert values == {SYS_NAME: b"ams-edge1"}
    system = await client.walk("1.3.6.1.2.1.1")
    assert system[SYS_NAME] == b"ams-edge1"
    assert isinstance(system["1.3.6.1.2.1.1.3.0"], int)
    assert await client.walk("1.3.6.1.4.1.99999") == {}
    client.close()


async def test_growing_walks_and_v3_hold_what_v2c_holds(snmpd: int) -> None:
    """snmpd refuses what is too much for one SNMPv3 message, and the library takes that for the end."""
    root = "1.3.6.1.2.1.25.6.3.1"
    plain, secured = SnmpClient(agent_endpoint(snmpd)), SnmpClient(agent_endpoint(snmpd, v3=True))
    walks = [await client.walk(root) for client in (plain, plain, secured, secured)]
    assert all(walk == walks[0] for walk in walks)
    assert len(walks[0]) > 1000
    plain.close()
    secured.close()


async def test_table_holds_what_walks_of_its_columns_hold(snmpd: int) -> None:
    client = SnmpClient(agent_endpoint(snmpd))
    table = await client.table([IF_DESCR, IF_TYPE, IF_MTU, IF_NONE])
    whole = await client.walk(IF_TABLE)
    assert b"lo" in [row[IF_DESCR] for row in table.values()]
    for column in (IF_DESCR, IF_TYPE, IF_MTU):
        cells = {oid: value for oid, value in whole.items() if oid.startswith(f"{column}.")}
        assert cells == {f"{column}.{index}": row[column] for index, row in table.items()}
    assert all(IF_NONE not in row for row in table.values())
    client.close()


async def test_more_objects_than_fit_one_packet(snmpd: int) -> None:
    client = SnmpClient(agent_endpoint(snmpd))
    whole = await client.walk("1.3.6.1.2.1.1")
    values = await client.get(list(whole) + list(await client.walk("1.3.6.1.2.1.25.1")))
    assert len(values) > len(whole)
    assert values["1.3.6.1.2.1.1.6.0"] == b"Rack 4"
    client.close()


async def test_wrong_community_is_silence(snmpd: int) -> None:
    text = await failure(DeviceTimeoutError, agent_endpoint(snmpd, community="wrong"))
    assert "community" in text
    assert "wrong" not in text


async def test_wrong_v3_password(snmpd: int) -> None:
    await failure(AuthenticationError, agent_endpoint(snmpd, v3=True, auth="not the one"))


def v3_endpoint(port: int, name: str, **known: object) -> Endpoint:
    who = Credentials("x", snmp_user=name, **known)  # type: ignore[arg-type]
    return replace(agent_endpoint(port), credentials=who)


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("plain", {}),
        ("hashed", {"snmp_auth": Secret(AUTH), "snmp_auth_protocol": "md5"}),
        ("modern", {"snmp_auth": Secret(AUTH), "snmp_auth_protocol": "sha256", "snmp_priv": Secret(PRIV)}),
        (
            "old",
            {
                "snmp_auth": Secret(AUTH), "snmp_auth_protocol": "md5", "snmp_priv": Secret(PRIV),
                "snmp_priv_protocol": "des",
            },
        ),
    ],
)  # fmt: skip
async def test_v3_levels_and_protocols(snmpd: int, name: str, known: dict[str, object]) -> None:
    client = SnmpClient(v3_endpoint(snmpd, name, **known))
    assert (await client.walk("1.3.6.1.2.1.1"))[SYS_NAME] == b"ams-edge1"
    client.close()


@pytest.mark.parametrize(
    ("name", "auth", "priv", "words"),
    [
        ("nobody", AUTH, PRIV, "does not know this user"),
        ("netops", "not the one", PRIV, "a password or a protocol is wrong"),
        ("netops", AUTH, "not the one", "privacy password"),
    ],
)
async def test_v3_refusals_are_named(snmpd: int, name: str, auth: str, priv: str, words: str) -> None:
    known = {"snmp_auth": Secret(auth), "snmp_priv": Secret(priv)}
    text = await failure(AuthenticationError, v3_endpoint(snmpd, name, **known))
    assert words in text
    assert auth not in text
    assert priv not in text


async def test_no_credentials() -> None:
    await failure(AuthenticationError, Endpoint("ams-edge1", "127.0.0.1", Credentials("x")))


async def test_nobody_listens() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    await failure(DeviceTimeoutError, agent_endpoint(port))  # the library doesn't see ICMP errors


async def test_lost_requests_are_sent_again() -> None:
    lost = iter([True, True, False])

    def answer(start: str, repetitions: int) -> Rows | None:
        if next(lost, False):
            return None
        return [(f"{ROOT}.1", 7)] if start == ROOT else []

    async with agent(answer) as (_, port):
        client = SnmpClient(agent_endpoint(port))
        assert await client.walk(ROOT) == {f"{ROOT}.1": 7}
        client.close()


async def test_smaller_requests_where_large_answers_get_lost() -> None:
    def answer(start: str, repetitions: int) -> Rows | None:
        if repetitions == GET:
            return [(start, 1)]
        if repetitions > 10:
            return None
        first = int(start.removeprefix(ROOT).lstrip(".") or 0) + 1
        return [(f"{ROOT}.{n}", n) for n in range(first, min(first + repetitions, 31))]

    async with agent(answer) as (served, port):
        client = SnmpClient(agent_endpoint(port))
        assert await client.walk(ROOT) == {f"{ROOT}.{n}": n for n in range(1, 31)}
        asked = len(served.requests)
        await client.walk(ROOT)  # the size that worked is kept
        assert set(served.requests[asked:]) == {REPETITIONS[1]}
        client.close()


async def test_a_dead_agent_is_not_asked_for_less_and_less() -> None:
    async with agent(lambda *_: None) as (served, port):
        assert "no SNMP answer" in (await failure(DeviceTimeoutError, agent_endpoint(port)))
        assert len(served.requests) == (RETRIES + 1) * 2  # the walk, then one plain question


async def test_a_walk_that_goes_in_circles_ends() -> None:
    def circle(start: str, repetitions: int) -> Rows:
        return [(f"{ROOT}.{n}", n) for n in (1, 2, 3)]

    async with agent(circle) as (_, port):
        assert "circles" in (await failure(UnparsedAnswerError, agent_endpoint(port)))


async def test_a_walk_without_end_ends() -> None:
    def endless(start: str, repetitions: int) -> Rows:
        first = int(start.removeprefix(ROOT).lstrip(".") or 0) + 1
        return [(f"{ROOT}.{n}", n) for n in range(first, first + repetitions)]

    async with agent(endless) as (_, port):
        assert "no end" in (await failure(UnparsedAnswerError, agent_endpoint(port), max_rows=500))


async def test_rubbish_is_no_answer() -> None:
    async with agent(lambda *_: b"\x30\x03garbage") as (_, port):
        await failure(UnparsedAnswerError, agent_endpoint(port))
