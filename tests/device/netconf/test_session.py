"""A session keeps its promises whatever the server does: replies in any order, faults, silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncssh
import pytest
from lxml import etree
from lxml.etree import _Element
from tests.device.conftest import Router, endpoint

from netwright.base.errors import (
    AuthenticationError,
    BusyError,
    DeviceError,
    DeviceTimeoutError,
    SessionClosedError,
    SessionLimitError,
    UnparsedAnswerError,
)
from netwright.device.endpoint import Share
from netwright.device.hostkeys import HostKeys
from netwright.device.limits import Limits
from netwright.device.netconf.fault import AccessDeniedError, LockDeniedError, RpcError
from netwright.device.netconf.operation import Url, XPath
from netwright.device.netconf.session import (
    ConfirmedCommit,
    NetconfSession,
    UnsupportedOperationError,
    netconf_session,
)
from netwright.device.netconf.xml import BASE, xml_text
from netwright.device.pool import SessionPool

from .server import Server, reply

LOCKED = """<rpc-error><error-type>protocol</error-type><error-tag>lock-denied</error-tag>
<error-severity>error</error-severity><error-message> Lock
 failed </error-message><error-info><session-id>454</session-id></error-info></rpc-error>"""
WARNING = """<rpc-error><error-type>application</error-type><error-tag>partial</error-tag>
<error-severity>warning</error-severity><error-message>statement has no effect</error-message></rpc-error>"""
WRONG = """<rpc-error><error-type>application</error-type><error-tag>invalid-value</error-tag>
<error-severity>error</error-severity><error-app-tag>out-of-range</error-app-tag>
<error-path xmlns:t="urn:t">/t:top/t:mtu</error-path></rpc-error>"""


@asynccontextmanager
async def session(router: Router, hostkeys: HostKeys, server: Server) -> AsyncIterator[NetconfSession]:
    router.handler = server
    async with netconf_session(endpoint(router.port), hostkeys) as open_session:
        yield open_session


def sent(server: Server, at: int = -1) -> str:
    node = server.requests[at]
    etree.cleanup_namespaces(node)
    return xml_text(node).replace(f' xmlns="{BASE}"', "")


@pytest.mark.parametrize("uris", [("base:1.1",), ("capability:candidate:1.0",)])
async def test_both_framings_are_spoken(router: Router, hostkeys: HostKeys, uris: tuple[str, ...]) -> None:
    server = Server(*uris)
    server.answer = lambda number, _: reply(number, "<data><a xmlns='urn:a'>1</a></data>")
    async with session(router, hostkeys, server) as netconf:
        assert netconf.session_id == 7
        assert netconf.capabilities.chunked == ("base:1.1" in uris)
        data = await netconf.get_config()
    assert data.findtext("{urn:a}a") == "1"
    assert server.ended


async def test_replies_find_their_requests_in_any_order(router: Router, hostkeys: HostKeys) -> None:
    server = Server()
    server.hold = 8
    server.answer = lambda number, node: reply(number, f"<data>{xml_text(node[1][0])}</data>")
    async with session(router, hostkeys, server) as netconf:
        answers = await asyncio.gather(
            *(netconf.get_config("running", f"<n xmlns='urn:n'>{n}</n>") for n in range(8))
        )
        server.hold = 1
    assert [answer.findtext("{urn:n}n") for answer in answers] == [str(n) for n in range(8)]


async def test_what_the_operations_send(router: Router, hostkeys: HostKeys) -> None:
    server = Server(
        *("base:1.1", "capability:candidate:1.0", "capability:confirmed-commit:1.1", "capability:url:1.0"),
        *("capability:validate:1.1", "capability:rollback-on-error:1.0", "capability:xpath:1.0"),
    )
    server.answer = lambda number, _: reply(number, "<data/>")
    async with session(router, hostkeys, server) as netconf:
        await netconf.edit_config(
            "<?xml version='1.0'?><config><top xmlns='urn:t'/></config>",
            default_operation="replace",
            test_option="test-only",
            error_option="rollback-on-error",
        )
        assert sent(server) == (
            "<edit-config><target><candidate/></target><default-operation>replace</default-operation>"
            "<test-option>test-only</test-option><error-option>rollback-on-error</error-option>"
            '<config><top xmlns="urn:t"/></config></edit-config>'
        )
        await netconf.get(XPath("/t:top", {"t": "urn:t"}))
        assert 'type="xpath" select="/t:top"' in sent(server)
        await netconf.commit(confirmed=ConfirmedCommit(120, "w1"))
        assert sent(server) == (
            "<commit><confirmed/><confirm-timeout>120</confirm-timeout><persist>w1</persist></commit>"
        )
        await netconf.commit(persist_id="w1")
        assert sent(server) == "<commit><persist-id>w1</persist-id></commit>"
        await netconf.cancel_commit("w1")
        assert sent(server) == "<cancel-commit><persist-id>w1</persist-id></cancel-commit>"
        await netconf.copy_config("running", Url("file:///a"))
        assert sent(server) == (
            "<copy-config><target><url>file:///a</url></target><source><running/></source></copy-config>"
        )
        await netconf.delete_config("startup")
        assert sent(server) == "<delete-config><target><startup/></target></delete-config>"
        await netconf.rpc("<get-chassis-inventory><detail/></get-chassis-inventory>")
        assert sent(server) == "<get-chassis-inventory><detail/></get-chassis-inventory>"


async def test_a_refusal_names_tag_path_and_message(router: Router, hostkeys: HostKeys) -> None:
    server = Server()
    server.answer = lambda number, _: reply(number, WARNING + WRONG)
    async with session(router, hostkeys, server) as netconf:
        with pytest.raises(RpcError) as caught:
            await netconf.rpc("<x/>")
        server.answer = lambda number, _: reply(number)
        await netconf.lock()  # the session goes on
    assert (caught.value.fault.tag, caught.value.fault.path) == ("invalid-value", "/t:top/t:mtu")
    assert caught.value.fault.app_tag == "out-of-range"
    assert [fault.severity for fault in caught.value.faults] == ["warning", "error"]
    assert "<x> was refused: invalid-value at /t:top/t:mtu" in str(caught.value)


async def test_a_lock_that_another_holds(router: Router, hostkeys: HostKeys) -> None:
    server = Server()
    server.answer = lambda number, _: reply(number, LOCKED)
    async with session(router, hostkeys, server) as netconf:
        with pytest.raises(BusyError, match="Lock failed \\(lock-denied\\)") as caught:
            await netconf.lock()
    assert isinstance(caught.value, LockDeniedError)
    assert caught.value.holder == 454


async def test_access_denied_is_a_permission_error(router: Router, hostkeys: HostKeys) -> None:
    server = Server()
    denied = LOCKED.replace("lock-denied", "access-denied")
    server.answer = lambda number, _: reply(number, denied)
    async with session(router, hostkeys, server) as netconf:
        with pytest.raises(AccessDeniedError):
            await netconf.lock()


async def test_warnings_come_with_the_reply(router: Router, hostkeys: HostKeys) -> None:
    server = Server()
    server.answer = lambda number, _: reply(number, WARNING + "<ok/>")
    async with session(router, hostkeys, server) as netconf:
        answer = await netconf.commit()
    assert [fault.message for fault in answer.warnings] == ["statement has no effect"]


async def test_a_held_candidate_is_discarded_when_something_fails(router: Router, hostkeys: HostKeys) -> None:
    server = Server()
    async with session(router, hostkeys, server) as netconf:
        with pytest.raises(RuntimeError):
            async with netconf.locked():
                raise RuntimeError
    names = [etree.QName(node).localname for node in server.requests]
    assert names == ["lock", "discard-changes", "unlock", "close-session"]


async def test_what_the_server_did_not_announce_is_not_sent(router: Router, hostkeys: HostKeys) -> None:
    server = Server("base:1.1", "capability:candidate:1.0", "capability:confirmed-commit:1.0")
    async with session(router, hostkeys, server) as netconf:
        for attempt in (
            netconf.get(XPath("/a")),
            netconf.commit(confirmed=ConfirmedCommit(10, "word")),
            netconf.cancel_commit(),
            netconf.validate(),
            netconf.edit_config("<a/>", "running"),
            netconf.edit_config("<a/>", test_option="set"),
            netconf.get_config("startup"),
            netconf.get_schema("a"),
        ):
            with pytest.raises(UnsupportedOperationError):
                await attempt
        assert server.requests == []


async def test_a_reply_without_a_number_is_the_oldest_requests(router: Router, hostkeys: HostKeys) -> None:
    server = Server()
    server.answer = lambda number, _: reply(number, LOCKED).replace(f' message-id="{number}"'.encode(), b"")
    async with session(router, hostkeys, server) as netconf:
        with pytest.raises(LockDeniedError):
            await netconf.lock()


async def broken_by(
    router: Router, hostkeys: HostKeys, server: Server, kind: type[DeviceError], words: str
) -> None:
    async with session(router, hostkeys, server) as netconf:
        with pytest.raises(kind, match=words) as caught:
            await netconf.get()
        assert netconf.broken is caught.value
        with pytest.raises(kind, match=words):
            await netconf.get()
    assert caught.value.subject == "ams-edge1"
    assert caught.value.remedy


ENTITIES = b"""<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rpc-reply xmlns="urn:ietf:params:xml:ns:netconf:base:1.0" message-id="1"><data>&b;</data></rpc-reply>"""


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"<rpc-reply", "no chunk starts with"),
        (b"\n#11\n<rpc-reply>\n##\n", "can't be read"),
        (b"\n#%d\n%b\n##\n" % (len(ENTITIES), ENTITIES), "document type"),
        (b"\n#4\n<a/>\n##\n", "<a> is no message for a client"),
        (b"\n##\n", "empty"),
    ],
)
async def test_garbage_breaks_the_session(router: Router, hostkeys: HostKeys, raw: bytes, words: str) -> None:
    server = Server()
    server.raw = True
    server.answer = lambda number, _: raw
    await broken_by(router, hostkeys, server, UnparsedAnswerError, words)


async def test_silence_ends_at_the_deadline(router: Router, hostkeys: HostKeys) -> None:
    server = Server()
    server.answer = lambda number, _: None
    await broken_by(router, hostkeys, server, DeviceTimeoutError, "no reply to <get> within 0.6 s")


async def test_a_flood_is_cut_off(router: Router, hostkeys: HostKeys) -> None:
    server = Server()
    server.answer = lambda number, _: reply(number, f"<data>{'x' * 100_000}</data>")
    router.handler = server
    async with netconf_session(endpoint(router.port), hostkeys, max_message=50_000) as netconf:
        with pytest.raises(UnparsedAnswerError, match="longer than 50000 bytes"):
            await netconf.get()


async def test_a_server_that_hangs_up(router: Router, hostkeys: HostKeys) -> None:
    server = Server()

    def gone(number: str, node: _Element) -> bytes | None:
        raise ConnectionError

    server.answer = gone
    await broken_by(router, hostkeys, server, SessionClosedError, "while request 1 was waited for")


@pytest.mark.parametrize(
    ("hello", "kind", "words"),
    [
        (b"", DeviceTimeoutError, "no NETCONF hello"),
        (b"Welcome to ams-edge1\r\n]]>]]>", UnparsedAnswerError, "can't be read"),
        (b"<hello xmlns='urn:x'/>]]>]]>", UnparsedAnswerError, "neither NETCONF 1.0 nor 1.1"),
        (b"<rpc-reply/>]]>]]>", UnparsedAnswerError, "the first message is <rpc-reply>"),
    ],
)
async def test_a_hello_that_is_none(
    router: Router, hostkeys: HostKeys, hello: bytes, kind: type[DeviceError], words: str
) -> None:
    server = Server()
    server.hello = hello
    with pytest.raises(kind, match=words):
        async with session(router, hostkeys, server):
            pass


async def test_a_device_without_the_subsystem(router: Router, hostkeys: HostKeys) -> None:
    async def refuse(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.exit(1)

    router.handler = refuse
    with pytest.raises(SessionClosedError):
        async with netconf_session(endpoint(router.port), hostkeys):
            pass


async def test_a_wrong_password_is_the_same_error_as_everywhere(router: Router, hostkeys: HostKeys) -> None:
    with pytest.raises(AuthenticationError):
        async with netconf_session(endpoint(router.port, password="no"), hostkeys):
            pass


async def test_a_session_without_a_place_names_the_limit(router: Router, hostkeys: HostKeys) -> None:
    """Not the device's silence: its NETCONF is a login beside the command line's."""
    pool = SessionPool(hostkeys, Limits(wait_s=0.05))
    where = replace(endpoint(router.port), netconf_port=router.port, share=Share(per_device=1))
    device = pool.open(where)
    await device.run("true")
    with pytest.raises(SessionLimitError, match="1 of 1 sessions with the device"):
        await device.netconf()
    await pool.close()
    assert pool.limiter.open == 0
