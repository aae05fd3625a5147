"""A client against a target that holds state, over real gRPC: reading, setting, undoing, streaming, TLS."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import grpc
import pytest
from tests.device.authority import Authority

from netwright.base.errors import (
    AuthenticationError,
    BusyError,
    DeviceError,
    DeviceTimeoutError,
    DeviceUnreachableError,
)
from netwright.base.secret import Secret
from netwright.device.endpoint import Credentials, Endpoint, Timeouts
from netwright.device.gnmi.client import CommitConfirmed, gnmi_client
from netwright.device.gnmi.notification import Notification
from netwright.device.gnmi.refusal import GnmiError
from netwright.device.gnmi.subscription import SYNC, Subscription
from netwright.device.tls import CertificateRefusedError, Tls

from .target import PASSWORD, USER, Target, serve

PLAIN = Tls(plain=True)
MTU = "/interfaces/interface[name=Ethernet1/1]/state/mtu"
OCTETS = "/interfaces/interface[name=Ethernet1/1]/state/counters/in-octets"
WHERE = Endpoint(
    "ams-edge1",
    "127.0.0.1",
    Credentials(USER, password=Secret(PASSWORD)),
    timeouts=Timeouts(connect_s=2, command_s=2),
)


@pytest.fixture
def target() -> Target:
    return Target({MTU: 9000, OCTETS: 2**64 - 1, "/system/state/hostname": "ams-edge1"})


@pytest.fixture
async def port(target: Target) -> AsyncIterator[int]:
    server, number = await serve(target)
    yield number
    await server.stop(None)


async def test_what_the_target_can_do(port: int) -> None:
    async with gnmi_client(WHERE, port=port, tls=PLAIN) as client:
        told = await client.capabilities()
    assert (told.models[0].name, told.encodings, told.best()) == (
        "openconfig-interfaces",
        ("json_ietf", "proto"),
        "json_ietf",
    )


@pytest.mark.parametrize("encoding", ["json_ietf", "proto"])
async def test_get_gives_leaves_with_their_paths(port: int, encoding: str) -> None:
    async with gnmi_client(WHERE, port=port, tls=PLAIN) as client:
        (one, two) = await client.get(
            ["/interfaces/interface[name=Ethernet1/1]/state", "/system"],
            encoding=encoding,  # type: ignore[arg-type]
        )
    assert one.updates == ((MTU, 9000), (OCTETS, 2**64 - 1))
    assert two.updates == (("/system/state/hostname", "ams-edge1"),)


async def test_what_is_set_is_what_get_tells(port: int, target: Target) -> None:
    async with gnmi_client(WHERE, port=port, tls=PLAIN) as client:
        await client.set(
            delete=["/system"],
            replace={"/interfaces/interface[name=Ethernet1/1]": {"config": {"mtu": 1500}}},
            update={"/a/b": [1, 2]},
        )
        (found,) = await client.get(["/interfaces"])
        with pytest.raises(GnmiError, match="NOT_FOUND") as caught:
            await client.get(["/system"])
    assert found.updates == (("/interfaces/interface[name=Ethernet1/1]/config/mtu", 1500),)
    assert target.leaves["/a/b"] == [1, 2]
    assert caught.value.code == "NOT_FOUND"


async def test_a_commit_that_nobody_confirms_undoes_itself(port: int, target: Target) -> None:
    async with gnmi_client(WHERE, port=port, tls=PLAIN) as client:
        subscription = [Subscription("/interfaces", "on_change")]
        async with client.subscribe(subscription, updates_only=True, silence_s=5) as stream:
            events = aiter(stream)
            assert await anext(events) is SYNC
            await client.set(update={MTU: 1500}, commit=CommitConfirmed("w1", 0.2))
            with pytest.raises(BusyError, match="commit w1 is pending"):
                await client.set(update={MTU: 1400})
            seen = [await anext(events) for _ in range(2)]
    assert [item.updates for item in seen if isinstance(item, Notification)] == [
        ((MTU, 1500),),
        ((MTU, 9000),),
    ]
    assert target.pending is None


async def test_confirm_keeps_and_cancel_undoes(port: int, target: Target) -> None:
    async with gnmi_client(WHERE, port=port, tls=PLAIN) as client:
        await client.set(update={MTU: 1500}, commit=CommitConfirmed("w1", 60))
        with pytest.raises(GnmiError):
            await client.confirm("another")
        await client.confirm("w1")
        assert target.leaves[MTU] == 1500
        await client.set(update={MTU: 1400}, commit=CommitConfirmed("w2", 60))
        await client.cancel("w2")
    assert target.leaves[MTU] == 1500


async def test_once_tells_all_and_ends(port: int) -> None:
    async with (
        gnmi_client(WHERE, port=port, tls=PLAIN) as client,
        client.subscribe([Subscription("/interfaces")], kind="once") as stream,
    ):
        items = [item async for item in stream]
    assert items[-1] is SYNC
    assert isinstance(items[0], Notification)
    assert dict(items[0].updates) == {MTU: 9000, OCTETS: 2**64 - 1}


async def test_poll_asks_again(port: int, target: Target) -> None:
    async with (
        gnmi_client(WHERE, port=port, tls=PLAIN) as client,
        client.subscribe([Subscription("/system")], kind="poll") as stream,
    ):
        events = aiter(stream)
        assert (await anext(events), await anext(events))[1] is SYNC
        target.leaves["/system/state/hostname"] = "renamed"
        (found,) = await stream.poll()
    assert found.updates == (("/system/state/hostname", "renamed"),)
    assert target.polls == 1


async def test_a_deleted_leaf_is_told(port: int) -> None:
    async with (
        gnmi_client(WHERE, port=port, tls=PLAIN) as client,
        client.subscribe([Subscription("/system")], updates_only=True, silence_s=5) as stream,
    ):
        events = aiter(stream)
        assert await anext(events) is SYNC
        await client.set(delete=["/system"])
        item = await anext(events)
    assert isinstance(item, Notification)
    assert item.deletes == ("/system/state/hostname",)


async def test_a_stream_that_falls_silent(port: int) -> None:
    async with (
        gnmi_client(WHERE, port=port, tls=PLAIN) as client,
        client.subscribe([Subscription("/system")], silence_s=0.2) as stream,
    ):
        with pytest.raises(DeviceTimeoutError, match="nothing came on the gNMI stream"):
            [item async for item in stream]


async def test_a_stream_whose_target_stops(target: Target) -> None:
    server, number = await serve(target)
    async with (
        gnmi_client(WHERE, port=number, tls=PLAIN) as client,
        client.subscribe([Subscription("/system")], silence_s=5) as stream,
    ):
        events = aiter(stream)
        await anext(events)
        stopping = asyncio.create_task(server.stop(0))
        with pytest.raises(DeviceError):
            [item async for item in events]
        await stopping


async def test_a_wrong_password(port: int) -> None:
    where = replace(WHERE, credentials=Credentials(USER, password=Secret("no")))
    async with gnmi_client(where, port=port, tls=PLAIN) as client:
        with pytest.raises(AuthenticationError, match="refused gNMI Capabilities to user netops"):
            await client.capabilities()
        with pytest.raises(AuthenticationError):  # with the request, or with what should follow it
            async with client.subscribe([Subscription("/")], silence_s=2) as stream:
                [item async for item in stream]


async def test_silence_ends_at_the_deadline(port: int, target: Target) -> None:
    target.silent = True
    async with gnmi_client(WHERE, port=port, tls=PLAIN) as client:
        with pytest.raises(DeviceTimeoutError, match="no answer to gNMI Get"):
            await client.get(["/"], timeout_s=0.2)


async def test_nobody_there(closed_port: int) -> None:
    async with gnmi_client(WHERE, port=closed_port, tls=PLAIN) as client:
        with pytest.raises(DeviceUnreachableError, match=r"no connection to 127\.0\.0\.1 port") as caught:
            await client.capabilities()
    assert PASSWORD not in str(caught.value)


@pytest.fixture
async def tls_port(target: Target) -> AsyncIterator[tuple[int, Authority]]:
    authority = Authority()
    server, number = await serve(
        target, grpc.ssl_server_credentials([(authority.key_pem, authority.certificate)])
    )
    yield number, authority
    await server.stop(None)


async def test_a_certificate_is_verified_by_its_authority(tls_port: tuple[int, Authority]) -> None:
    number, authority = tls_port
    async with gnmi_client(WHERE, port=number, tls=Tls(ca=authority.pem)) as client:
        assert (await client.capabilities()).version == "0.10.0"


async def test_an_unknown_authority_is_refused_by_default(tls_port: tuple[int, Authority]) -> None:
    async with gnmi_client(WHERE, port=tls_port[0]) as client:
        with pytest.raises(CertificateRefusedError, match="is not trusted") as caught:
            await client.capabilities()
    assert "--insecure" in str(caught.value)


async def test_another_name_is_refused(tls_port: tuple[int, Authority]) -> None:
    number, authority = tls_port
    async with gnmi_client(WHERE, port=number, tls=Tls(ca=authority.pem, name="fra-edge1")) as client:
        with pytest.raises(CertificateRefusedError):
            await client.capabilities()


async def test_any_certificate_is_taken_when_said(tls_port: tuple[int, Authority]) -> None:
    async with gnmi_client(WHERE, port=tls_port[0], tls=Tls(verify=False)) as client:
        assert (await client.get(["/system"]))[0].updates[0][1] == "ams-edge1"


async def test_a_port_without_tls(port: int) -> None:
    async with gnmi_client(WHERE, port=port) as client:
        with pytest.raises(DeviceUnreachableError):
            await client.capabilities()
