"""NETCONF as a real server speaks it (netconfd 2.13): the candidate, locks, filters, commits that undo
themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from lxml.etree import _Element

from netwright.base.errors import SessionClosedError
from netwright.device.endpoint import Endpoint
from netwright.device.hostkeys import MemoryHostKeys
from netwright.device.netconf.fault import LockDeniedError, RpcError
from netwright.device.netconf.operation import XPath
from netwright.device.netconf.session import ConfirmedCommit, NetconfSession, netconf_session

from .netconf_server import EDGE, netconf_server, require_netconfd

pytestmark = pytest.mark.e2e

ALL = f'<edge xmlns="{EDGE}"/>'
OPERATION = 'xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" nc:operation'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    require_netconfd()
    with netconf_server(tmp_path_factory.mktemp("nc")) as endpoint:
        yield endpoint


@pytest.fixture
async def netconf(server: Endpoint) -> AsyncIterator[NetconfSession]:
    """A session; the running configuration is bare at first and nothing is locked."""
    async with netconf_session(server, MemoryHostKeys()) as session:
        await session.discard_changes()
        if len(await session.get_config("running", ALL)):
            await session.edit_config(f'<edge xmlns="{EDGE}" {OPERATION}="delete"/>')
            await session.commit()
        yield session


def role(text: str) -> str:
    return f'<edge xmlns="{EDGE}"><role>{text}</role></edge>'


def peer(name: str, asn: int) -> str:
    return f'<edge xmlns="{EDGE}"><peer><name>{name}</name><asn>{asn}</asn></peer></edge>'


def words(data: _Element, name: str) -> list[str | None]:
    return [node.text for node in data.iter(f"{{{EDGE}}}{name}")]


async def running(session: NetconfSession, name: str = "role") -> list[str | None]:
    return words(await session.get_config("running", ALL), name)


async def test_a_candidate_is_seen_in_running_once_committed(netconf: NetconfSession) -> None:
    async with netconf.locked():
        await netconf.edit_config(role("cache"))
        assert words(await netconf.get_config("candidate", ALL), "role") == ["cache"]
        assert await running(netconf) == []
        await netconf.commit()
    assert await running(netconf) == ["cache"]


async def test_discarded_changes_are_gone(netconf: NetconfSession) -> None:
    await netconf.edit_config(role("cache"))
    await netconf.discard_changes()
    assert words(await netconf.get_config("candidate", ALL), "role") == []


async def test_merge_replace_and_remove(netconf: NetconfSession) -> None:
    await netconf.edit_config(peer("a", 1))
    await netconf.edit_config(peer("b", 2), default_operation="merge")
    await netconf.commit()
    assert await running(netconf, "asn") == ["1", "2"]
    await netconf.edit_config(
        f'<edge xmlns="{EDGE}" {OPERATION}="replace"><peer><name>c</name><asn>3</asn></peer></edge>',
        default_operation="none",
    )
    await netconf.commit()
    assert await running(netconf, "asn") == ["3"]


async def test_filters_choose_by_subtree_and_by_xpath(netconf: NetconfSession) -> None:
    for name, asn in (("a", 1), ("b", 2), ("c", 3)):
        await netconf.edit_config(peer(name, asn))
    await netconf.commit()
    by_tree = await netconf.get_config(
        "running", f'<edge xmlns="{EDGE}"><peer><name>b</name><asn/></peer></edge>'
    )
    assert words(by_tree, "asn") == ["2"]
    by_path = await netconf.get_config("running", XPath("/e:edge/e:peer[e:asn>1]/e:asn", {"e": EDGE}))
    assert words(by_path, "asn") == ["2", "3"]
    assert words(await netconf.get(XPath("//e:asn", {"e": EDGE})), "asn") == ["1", "2", "3"]


async def test_a_value_that_the_model_forbids_names_its_path(netconf: NetconfSession) -> None:
    with pytest.raises(RpcError) as caught:
        await netconf.edit_config(peer("a", 0), error_option="rollback-on-error")
    assert caught.value.fault.tag == "invalid-value"
    assert (caught.value.fault.path or "").endswith("/e:edge/e:peer[e:name='a']/e:asn")
    assert words(await netconf.get_config("candidate", ALL), "peer") == []


async def test_validation_refuses_a_candidate_that_is_not_whole(netconf: NetconfSession) -> None:
    await netconf.edit_config(role("cache"), test_option="set")
    await netconf.validate()
    await netconf.edit_config(role("mid"))  # netconfd 2.13 takes a validated candidate for a committed one
    await netconf.commit()
    assert await running(netconf) == ["mid"]
    with pytest.raises(RpcError) as caught:
        await netconf.edit_config(
            f'<edge xmlns="{EDGE}"><peer><name>a</name><asn>1</asn><port>none</port></peer></edge>',
            test_option="test-then-set",
        )
    assert caught.value.fault.tag == "data-missing"


async def test_another_session_can_not_take_a_held_lock(server: Endpoint, netconf: NetconfSession) -> None:
    async with netconf_session(server, MemoryHostKeys()) as other, netconf.locked():
        with pytest.raises(LockDeniedError) as caught:
            await other.lock()
        assert caught.value.holder == netconf.session_id
        with pytest.raises(RpcError):
            await other.edit_config(role("thief"))
    assert await running(netconf) == []


async def test_a_commit_that_nobody_confirms_undoes_itself(netconf: NetconfSession) -> None:
    await netconf.edit_config(role("before"))
    await netconf.commit()
    await netconf.edit_config(role("after"))
    await netconf.commit(confirmed=ConfirmedCommit(1))
    assert await running(netconf) == ["after"]
    async with asyncio.timeout(30):
        while await running(netconf) != ["before"]:  # noqa: ASYNC110 -- the server tells nobody
            await asyncio.sleep(2)  # netconfd looks at its timers only when nobody asks it anything


async def test_a_confirmed_commit_stays(netconf: NetconfSession) -> None:
    await netconf.edit_config(role("after"))
    await netconf.commit(confirmed=ConfirmedCommit(1))
    await netconf.commit()
    await asyncio.sleep(2.5)  # the server's own timer, which must not fire
    assert await running(netconf) == ["after"]


async def test_another_session_confirms_by_the_word(server: Endpoint, netconf: NetconfSession) -> None:
    """As a rollout does: commit, close, look at the network, come back over a new connection."""
    async with netconf_session(server, MemoryHostKeys()) as first:
        await first.edit_config(role("after"))
        await first.commit(confirmed=ConfirmedCommit(60, persist="rollout-17"))
    assert await running(netconf) == ["after"]
    with pytest.raises(RpcError):
        await netconf.commit(persist_id="another")
    await netconf.commit(persist_id="rollout-17")
    with pytest.raises(RpcError):
        await netconf.cancel_commit("rollout-17")
    assert await running(netconf) == ["after"]


async def test_a_cancelled_commit_is_undone_at_once(server: Endpoint, netconf: NetconfSession) -> None:
    async with netconf_session(server, MemoryHostKeys()) as first:
        await first.edit_config(role("after"))
        await first.commit(confirmed=ConfirmedCommit(60, persist="rollout-18"))
    await netconf.cancel_commit("rollout-18")
    assert await running(netconf) == []


async def test_a_commit_dies_with_its_session_unless_it_persists(
    server: Endpoint, netconf: NetconfSession
) -> None:
    async with netconf_session(server, MemoryHostKeys()) as first:
        await first.edit_config(role("after"))
        await first.commit(confirmed=ConfirmedCommit(60))
        assert await running(netconf) == ["after"]
    assert await running(netconf) == []


async def test_a_killed_session_is_a_value(server: Endpoint, netconf: NetconfSession) -> None:
    async with netconf_session(server, MemoryHostKeys()) as victim:
        await victim.lock()
        await netconf.kill_session(victim.session_id)
        with pytest.raises(SessionClosedError):
            await victim.get_config()
        assert isinstance(victim.broken, SessionClosedError)
    await netconf.lock()  # went with the session
    await netconf.unlock()


async def test_schemas_can_be_fetched(netconf: NetconfSession) -> None:
    assert (await netconf.get_schema("edge")).startswith("module edge {")
    assert "edge" in {module.name for module in netconf.capabilities.modules}
    with pytest.raises(RpcError):
        await netconf.get_schema("nothing-of-the-kind")


async def test_many_requests_at_once(netconf: NetconfSession) -> None:
    await netconf.edit_config(role("cache"))
    await netconf.commit()
    answers = await asyncio.gather(*(netconf.get_config("running", ALL) for _ in range(40)))
    assert [words(answer, "role") for answer in answers] == [["cache"]] * 40


async def test_defaults_are_told_when_asked(netconf: NetconfSession) -> None:
    await netconf.edit_config(f'<edge xmlns="{EDGE}"><port><name>p0</name></port></edge>')
    await netconf.commit()
    assert await running(netconf, "mtu") == []
    assert words(await netconf.get_config("running", ALL, with_defaults="report-all"), "mtu") == ["1500"]
