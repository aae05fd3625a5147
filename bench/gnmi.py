"""CPU of a gNMI stream, a leaf: grouped (one notification an interface, 16 counters) and one leaf a
notification, from a target in a process of its own that sends prebuilt messages. Beside it gRPC alone, which
parses nothing. `stored`: up to samples by interface and counter, as a collector would keep them.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Iterator
from multiprocessing.connection import Connection
from typing import Any

import grpc
from bench.figure import Watch, figure

from netwright.base.secret import Secret
from netwright.device.endpoint import Credentials, Endpoint
from netwright.device.gnmi.client import gnmi_client
from netwright.device.gnmi.notification import Notification, PathTexts, read_notification
from netwright.device.gnmi.path import parse_path
from netwright.device.gnmi.proto import gnmi_pb2 as pb
from netwright.device.gnmi.subscription import Subscription
from netwright.device.tls import Tls

PORTS, COUNTERS, ROUNDS = 48, 16, 100
LEAVES = PORTS * COUNTERS * ROUNDS


def messages(path: str) -> list[bytes]:
    """All of them; ``path`` says which kind."""
    made = []
    for tick in range(ROUNDS):
        for port in range(PORTS):
            name = f"/interfaces/interface[name=Ethernet{port}/1]/state/counters"
            leaves = [
                pb.Update(path=parse_path(f"/counter-{n}"), val=pb.TypedValue(uint_val=tick * 10**9 + n))
                for n in range(COUNTERS)
            ]
            prefix = parse_path(name, target="ams-edge1")
            groups = [leaves] if path == "/grouped" else [[leaf] for leaf in leaves]
            for group in groups:
                note = pb.Notification(timestamp=10**18 + tick, prefix=prefix, update=group)
                made.append(pb.SubscribeResponse(update=note).SerializeToString())
    return made


async def _serve(ready: Connection) -> None:
    async def subscribe(requests: AsyncIterator[bytes], _: Any) -> AsyncIterator[bytes]:
        first = pb.SubscribeRequest.FromString(await anext(aiter(requests)))
        for message in prepared["/" + first.subscribe.subscription[0].path.elem[0].name]:
            yield message

    prepared = {path: messages(path) for path in ("/grouped", "/single")}
    server = grpc.aio.server()
    handler: Any = grpc.stream_stream_rpc_method_handler(subscribe)
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("gnmi.gNMI", {"Subscribe": handler}),)
    )
    ready.send(server.add_insecure_port("127.0.0.1:0"))
    await server.start()
    await asyncio.to_thread(ready.recv)
    await server.stop(0)


def _target(ready: Connection) -> None:
    asyncio.run(_serve(ready))


async def _decoded(port: int, path: str) -> Watch:
    where = Endpoint("bench", "127.0.0.1", Credentials("netops", password=Secret("x")))
    samples: dict[str, list[tuple[int, Any]]] = {}
    count = 0
    async with (
        gnmi_client(where, port=port, tls=Tls(plain=True)) as client,
        client.subscribe([Subscription(path)]) as stream,
    ):
        with Watch() as watch:
            async for item in stream:
                if isinstance(item, Notification):
                    for name, value in item.updates:
                        samples.setdefault(name, []).append((item.timestamp_ns, value))
                        count += 1
    assert count == LEAVES, count
    return watch


async def _bare(port: int, path: str) -> Watch:
    request = pb.SubscribeRequest(subscribe=pb.SubscriptionList())
    request.subscribe.subscription.add(path=parse_path(path))
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        with Watch() as watch:
            call: Any = channel.stream_stream("/gnmi.gNMI/Subscribe")()
            await call.write(request.SerializeToString())
            while await call.read() is not grpc.aio.EOF:
                pass
    return watch


def _parsed(path: str) -> Watch:
    """Without gRPC: bytes to records."""
    prepared, texts = messages(path), PathTexts()
    with Watch() as watch:
        for raw in prepared:
            read_notification(pb.SubscribeResponse.FromString(raw).update, texts)
    return watch


def figures() -> Iterator[dict[str, object]]:
    for path in ("/grouped", "/single"):
        watch = _parsed(path)
        yield figure(
            f"gnmi {path[1:]} read, CPU a leaf", watch.cpu_s / LEAVES * 1e6, "us", LEAVES, watch.cpu_s
        )
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_target, args=(there,), daemon=True)
    process.start()
    try:
        port = here.recv()
        for path in ("/grouped", "/single"):
            ours, bare = asyncio.run(_decoded(port, path)), asyncio.run(_bare(port, path))
            one, other = (watch.cpu_s / LEAVES * 1e6 for watch in (ours, bare))
            line = figure(f"gnmi {path[1:]} stored, CPU a leaf", one, "us", LEAVES, ours.cpu_s)
            yield line | {"peer": "gRPC alone", "peer_value": round(other, 2), "ratio": round(one / other, 2)}
    finally:
        here.send("end")
        process.join(10)
