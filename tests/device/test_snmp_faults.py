"""Answers that the library hides or can't read, late ones, refusals: what our layer makes of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import cast

import pytest

from netwright.base.errors import DeviceTimeoutError, InputError
from netwright.base.secret import Secret
from netwright.device.endpoint import Credentials, Endpoint, Timeouts
from netwright.device.snmp import REPETITIONS, SnmpClient, ber
from netwright.device.snmp.ber import BerError, Oid, Tag, Value
from netwright.device.snmp.plain import Broken, decode
from netwright.device.snmp.user import user
from netwright.device.snmp.walk import MORE_REPETITIONS
from netwright.lab.sim.agent import Pdu, Request, Table, answer, parse

from .agents import agent_endpoint

ROOT: Oid = (1, 3, 6, 1, 4, 1, 99999, 1)
ROOT_TEXT = ".".join(map(str, ROOT))
UPTIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)
Reply = Callable[[Request], bytes | None]


def table(count: int, **others: Value) -> Table:
    rows = {(*ROOT, n): Value(Tag.INTEGER, n) for n in range(1, count + 1)}
    rows |= {(*ROOT, int(name[1:])): value for name, value in others.items()}
    return Table.of({**rows, UPTIME: Value(Tag.TIMETICKS, 1), (1, 3, 6, 1, 4, 2): Value(Tag.INTEGER, 0)})


def error(request: Request, status: int) -> bytes:
    pdu = b"".join(ber.tlv(Tag.INTEGER, ber.integer(n)) for n in (request.number, status, 0))
    pdu += ber.tlv(Tag.SEQUENCE, b"")
    head = ber.tlv(Tag.INTEGER, ber.integer(1)) + ber.tlv(Tag.OCTETS, request.community)
    return ber.tlv(Tag.SEQUENCE, head + ber.tlv(Pdu.RESPONSE, pdu))


class Served(asyncio.DatagramProtocol):
    """Answers with what ``reply`` says, and keeps the requests."""

    def __init__(self, reply: Reply, delay_s: float = 0) -> None:
        self.requests: list[Request] = []
        self._reply, self._delay_s = reply, delay_s

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        request = parse(data)
        self.requests.append(request)
        reply = self._reply(request)
        if reply is not None:
            late = self._delay_s if len(self.requests) == 1 else 0
            asyncio.get_running_loop().call_later(late, self._transport.sendto, reply, addr)


@asynccontextmanager
async def served(reply: Reply, delay_s: float = 0) -> AsyncIterator[tuple[Served, SnmpClient]]:
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Served(reply, delay_s), local_addr=("127.0.0.1", 0)
    )
    client = SnmpClient(agent_endpoint(transport.get_extra_info("sockname")[1]))
    try:
        yield protocol, client
    finally:
        client.close()
        transport.close()


async def test_too_big_is_not_the_end_of_a_table() -> None:
    content = table(30)

    def reply(request: Request) -> bytes:
        if request.kind == Pdu.GET_BULK and request.second > 8:
            return error(request, 1)
        return answer(request, content)

    async with served(reply) as (agent, client):
        walk = await client.read(ROOT_TEXT)
        assert walk.fault is None
        assert list(walk.values.values()) == list(range(1, 31))
        assert agent.requests[-1].second <= 8


async def test_a_get_that_is_too_big_is_cut_and_stays_cut() -> None:
    content = table(30)

    def reply(request: Request) -> bytes:
        return error(request, 1) if len(request.oids) > 10 else answer(request, content)

    async with served(reply) as (agent, client):
        wanted = [f"{ROOT_TEXT}.{n}" for n in range(1, 31)]
        assert list((await client.get(wanted)).values()) == list(range(1, 31))
        asked = len(agent.requests)
        await client.get(wanted)
        assert max(len(request.oids) for request in agent.requests[asked:]) <= 10


async def test_values_that_are_not_there_are_no_reason_to_cut() -> None:
    content = table(1)
    async with served(lambda request: answer(request, content)) as (agent, client):
        assert await client.get([f"{ROOT_TEXT}.{n}" for n in range(5, 25)]) == {}
        asked = len(agent.requests)
        await client.get([f"{ROOT_TEXT}.{n}" for n in range(5, 25)])
        assert len(agent.requests[asked].oids) == 20


@pytest.mark.parametrize("status", [5, 16])
async def test_an_error_in_a_walk_is_told(status: int) -> None:
    async with served(lambda request: error(request, status)) as (_, client):
        walk = await client.read(ROOT_TEXT)
        assert walk.values == {}
        assert walk.fault is not None
        assert ("genErr" if status == 5 else "authorizationError") in walk.fault


async def test_a_value_that_breaks_the_rules_costs_itself_only() -> None:
    content = table(
        60, n7=Value(Tag.IP_ADDRESS, b"\x0a\x01"), n9=Value(0x45, b"\x01"), n12=Value(Tag.OID, b"")
    )
    async with served(lambda request: answer(request, content)) as (_, client):
        walk = await client.read(ROOT_TEXT)
        assert len(walk.values) == 60
        assert walk.values[f"{ROOT_TEXT}.7"] == Broken(Tag.IP_ADDRESS, b"\x0a\x01")
        assert walk.values[f"{ROOT_TEXT}.9"] == Broken(0x45, b"\x01")
        assert walk.values[f"{ROOT_TEXT}.8"] == 8
        assert await client.has(ROOT_TEXT)


async def test_a_broken_value_in_a_get_costs_itself_only() -> None:
    content = table(9, n7=Value(Tag.IP_ADDRESS, b"\x0a\x01"))
    async with served(lambda request: answer(request, content)) as (_, client):
        values = await client.get([f"{ROOT_TEXT}.{n}" for n in (6, 7, 8, 99)])
        assert values == {
            f"{ROOT_TEXT}.6": 6, f"{ROOT_TEXT}.7": Broken(Tag.IP_ADDRESS, b"\x0a\x01"), f"{ROOT_TEXT}.8": 8,
        }  # fmt: skip


async def test_requests_grow_where_the_answers_come() -> None:
    content = table(300)
    async with served(lambda request: answer(request, content)) as (agent, client):
        for _ in range(2):
            assert len(await client.walk(ROOT_TEXT)) == 300
        sizes = [request.second for request in agent.requests]
        assert (sizes[0], sizes[-1]) == (REPETITIONS[0], MORE_REPETITIONS)


async def test_requests_that_grew_too_far_shrink_after_one_loss() -> None:
    content = table(300)

    def reply(request: Request) -> bytes | None:
        return None if request.second > REPETITIONS[0] else answer(request, content)

    async with served(reply) as (agent, client):
        for _ in range(3):
            assert len(await client.walk(ROOT_TEXT)) == 300
        assert [request.second for request in agent.requests].count(MORE_REPETITIONS) == 1


async def test_what_a_walk_has_is_kept_when_the_agent_goes_silent_in_it() -> None:
    content = table(200)

    def reply(request: Request) -> bytes | None:
        if request.kind == Pdu.GET_BULK and request.oids[0] >= (*ROOT, 80):
            return None
        return answer(request, content)

    async with served(reply) as (_, client):
        walk = await client.read(ROOT_TEXT)
        assert 0 < len(walk.values) < 200
        assert walk.fault is not None
        assert "no SNMP answer" in walk.fault


async def test_a_late_answer_is_not_taken_for_the_next_one() -> None:
    content = table(3)
    async with served(lambda request: answer(request, content), delay_s=0.45) as (agent, client):
        first = await client.get([f"{ROOT_TEXT}.1"])
        await asyncio.sleep(0.3)  # the first request's answer is in the socket now
        second = await client.get([f"{ROOT_TEXT}.2"])
        assert (first, second) == ({f"{ROOT_TEXT}.1": 1}, {f"{ROOT_TEXT}.2": 2})
        assert len(agent.requests) == 3


async def test_is_there_anything() -> None:
    content = table(2)
    async with served(lambda request: answer(request, content)) as (agent, client):
        assert await client.has(ROOT_TEXT)
        assert not await client.has("1.3.6.1.4.1.99998")
        assert not await client.has("1.3.6.1.5")
        assert len(agent.requests) == 3


async def test_one_walk_at_a_time() -> None:
    content = table(100)
    async with served(lambda request: answer(request, content)) as (agent, client):
        await asyncio.gather(client.read(ROOT_TEXT), client.read(ROOT_TEXT))
        starts = [request.oids[0] for request in agent.requests if request.kind == Pdu.GET_BULK]
        assert starts.count(ROOT) == 2
        assert sum(one > other for one, other in pairwise(starts)) == 1  # the second begins after the first


def test_answers_that_are_no_answers() -> None:
    for rubbish in (b"", b"\x30", b"\x30\x03abc", error(Request(b"x", 0, 1, 0, 0, ()), 0)[:-3]):
        with pytest.raises(BerError):
            decode(rubbish)


def v3(auth: str | None, priv: str | None, **protocols: str) -> Credentials:
    return Credentials(
        "x",
        snmp_user="netops",
        snmp_auth=Secret(auth) if auth else None,
        snmp_priv=Secret(priv) if priv else None,
        **protocols,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (v3(None, "privpass12"), "without authentication"),
        (v3("short", None), "fewer than 8"),
        (v3("authpass12", None, snmp_auth_protocol="sha3"), "no SNMPv3 protocol 'sha3'"),
    ],
)
def test_users_that_no_agent_takes(known: Credentials, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        user(known, "ams-edge1")
    assert "short" not in str(caught.value)


async def test_v3_without_an_agent_is_silence() -> None:
    where = Endpoint(
        "x", "127.0.0.1", v3("authpass12", "privpass12"), snmp_port=9, timeouts=Timeouts(snmp_s=0.1)
    )
    client = SnmpClient(where)
    with pytest.raises(DeviceTimeoutError, match="no SNMP answer"):
        await client.get(["1.3.6.1.2.1.1.5.0"])
    client.close()
