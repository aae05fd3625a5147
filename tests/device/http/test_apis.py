"""The three APIs against switches that hold state, and what goes wrong on the way there."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Any

import pytest
from tests.device.authority import Authority

from netwright.base.errors import (
    AuthenticationError,
    DeviceError,
    DeviceTimeoutError,
    DeviceUnreachableError,
    SessionClosedError,
    UnparsedAnswerError,
)
from netwright.base.secret import Secret
from netwright.device.endpoint import Credentials, Endpoint, Timeouts
from netwright.device.http.eapi import eapi
from netwright.device.http.jsonrpc import ApiError
from netwright.device.http.nxapi import nxapi
from netwright.device.http.srlinux import srlinux
from netwright.device.http.web import HttpRefusedError, Web
from netwright.device.tls import CertificateRefusedError, Tls

from .server import Reply, Request, served
from .switches import PASSWORD, USER, Arista, Nexus, Nokia

PLAIN = Tls(plain=True)


def where(password: str = PASSWORD) -> Endpoint:
    login = Credentials(USER, password=Secret(password))
    return Endpoint("ams-edge1", "127.0.0.1", login, timeouts=Timeouts(connect_s=2, command_s=2))


@pytest.mark.parametrize("cookies", [True, False])
async def test_eapi_runs_commands_and_tells_what_was_set(cookies: bool) -> None:
    switch = Arista(cookies=cookies)
    with served(switch) as port:
        async with eapi(where(), port=port, tls=PLAIN) as client:
            assert (await client.run(["show version"]))[0]["serialNumber"] == "JPE1"
            assert await client.run(["configure", "hostname renamed"], enable=Secret("x")) == [{}, {}]
            assert await client.run(["show hostname"], text=True) == [
                "{'hostname': 'renamed', 'fqdn': 'renamed.example'}"
            ]
    assert switch.logins == (1 if cookies else 0)
    assert switch.sessions == set()


async def test_eapi_names_the_command_that_failed() -> None:
    with served(Arista()) as port:
        async with eapi(where(), port=port, tls=PLAIN) as client:
            with pytest.raises(ApiError, match="'shw' failed: invalid command: Invalid input") as caught:
                await client.run(["show version", "shw"])
    assert caught.value.code == 1002


async def test_nxapi_runs_batches() -> None:
    switch = Nexus()
    with served(switch) as port:
        async with nxapi(where(), port=port, tls=PLAIN) as client:
            version, name = await client.run(["show version", "show hostname"])
            assert (version["proc_board_id"], name) == ("FDO1", {"hostname": "fra-leaf1"})
            assert await client.run(["hostname renamed"], rollback="rollback-on-error") == [{}]
            assert await client.run(["show hostname"], text=True) == ["{'hostname': 'renamed'}"]
            with pytest.raises(ApiError, match="Invalid params: Input CLI command error"):
                await client.run(["show version", "shw"])


async def test_srlinux_sets_all_or_nothing_and_undoes() -> None:
    switch = Nokia()
    name = "/system/name/host-name"
    with served(switch) as port:
        async with srlinux(where(), port=port, tls=PLAIN) as client:
            with pytest.raises(ApiError, match="unknown element"):
                await client.set(update={name: "half", "/no/such": 1})
            assert await client.get([name]) == ["mad1"]
            await client.validate(update={name: "checked"})
            assert await client.get([name]) == ["mad1"]
            await client.set(update={name: "renamed"}, confirm_timeout_s=60)
            await client.reject()
            assert await client.get([name]) == ["mad1"]
            await client.set(replace={name: "renamed"}, confirm_timeout_s=60)
            await client.confirm()
            with pytest.raises(ApiError, match="No confirmed commit"):
                await client.confirm()
            assert await client.run(["info"]) == ["info: renamed"]
            await client.set(delete=[name])
            assert name not in switch.leaves


@pytest.mark.parametrize(("opened", "switch"), [(eapi, Arista()), (nxapi, Nexus()), (srlinux, Nokia())])
async def test_a_wrong_password(opened: Callable[..., Any], switch: Callable[..., Reply]) -> None:
    with served(switch) as port, pytest.raises(AuthenticationError) as caught:
        async with opened(where("no-such-word"), port=port, tls=PLAIN) as client:
            await (client.run(["show version"]) if opened is not srlinux else client.get(["/"]))
    assert "no-such-word" not in str(caught.value)


async def asked(answer: Callable[[Request], Reply], **how: Any) -> Any:
    with served(answer) as port:
        web = Web(where(), port, PLAIN, **how)
        try:
            return (await web.ask("GET", "/a")).json()
        finally:
            await web.close()


def gone(_: Request) -> Reply:
    raise ConnectionError


def elsewhere(request: Request) -> Reply:
    return Reply(302, headers={"Location": "http://192.0.2.1/a"})


def round_and_round(request: Request) -> Reply:
    return Reply(302, headers={"Location": request.path})


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (lambda _: Reply(500, {"error": "bus"}), HttpRefusedError, "HTTP 500"),
        (lambda _: Reply(raw=b"<html>"), UnparsedAnswerError, "is no JSON"),
        (gone, SessionClosedError, "broke off GET /a"),
        (elsewhere, HttpRefusedError, "HTTP 302"),
        (round_and_round, UnparsedAnswerError, "redirected more than 3 times"),
    ],
)
async def test_what_goes_wrong(
    answer: Callable[[Request], Reply], kind: type[DeviceError], words: str
) -> None:
    with pytest.raises(kind, match=words) as caught:
        await asked(answer)
    assert caught.value.subject == "ams-edge1"


async def test_a_flood_is_cut_off() -> None:
    with pytest.raises(UnparsedAnswerError, match="longer than 1000 bytes"):
        await asked(lambda _: Reply(raw=b"x" * 100_000), max_answer=1000)


async def test_silence_ends_at_the_deadline(closed_port: int) -> None:
    async def say_nothing(*_: object) -> None:
        await asyncio.Event().wait()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    web = Web(where(), server.sockets[0].getsockname()[1], PLAIN)
    with pytest.raises(DeviceTimeoutError, match="no answer to GET /a"):
        await web.ask("GET", "/a", timeout_s=0.2)
    await web.close()
    web = Web(where(), closed_port, PLAIN)
    with pytest.raises(DeviceUnreachableError):
        await web.ask("GET", "/a")
    await web.close()
    server.close()


async def test_certificates_are_verified_unless_said(tmp_path: Any) -> None:
    authority = Authority()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.files(tmp_path))

    async def hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()

    server = await asyncio.start_server(hello, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    for tls in (Tls(ca=authority.pem), Tls(verify=False)):
        web = Web(where(), port, tls)
        assert (await web.ask("GET", "/a")).json() == {}
        await web.close()
    for tls in (Tls(), Tls(ca=authority.pem, name="another.example")):
        web = Web(where(), port, tls)
        with pytest.raises(CertificateRefusedError, match="--insecure"):
            await web.ask("GET", "/a")
        await web.close()
    server.close()
