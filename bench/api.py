"""The API: CPU of the server's process for what programs ask most. Requests go through the whole application
(authentication, middleware, threads) without a socket. The peer is NetBox 4.6.8 on this class of machine, CPU
of its web workers, as measured in the research before this project."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
from bench.figure import Watch, figure

from netwright.app.access import machine_actor
from netwright.app.access.token import create_token
from netwright.app.access.user import create_user
from netwright.app.context import Context, open_context
from netwright.app.home import create_home
from netwright.app.upgrade import upgrade
from netwright.app.vault import load_key
from netwright.base.clock import SystemClock
from netwright.server.composition import create_server
from netwright.store.database import Database

PEER = "NetBox 4.6.8"
_DEVICES = 1_000
_PORTS = 48


class Caller:
    """Sends requests to the application and counts its CPU. ``cpu_s`` is of the last one."""

    def __init__(self, context: Context, user: str = "bench") -> None:
        self._context, self._user = context, user
        self._app = create_server(context)
        name = f"{user}-{time.monotonic_ns()}"
        secret = create_token(context.database, SystemClock(), user, name, by=machine_actor())
        self._token = secret.reveal().encode()
        self._loop = asyncio.new_event_loop()
        self.watch = Watch()

    def __call__(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        data = b"" if body is None else orjson.dumps(body)
        with Watch() as self.watch:
            status, answer = self._loop.run_until_complete(self._send(method, path, data, params))
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {answer[:2000].decode()}")
        return orjson.loads(answer) if answer else None

    def again(self) -> Caller:
        """Another of the same user, for a thread of its own."""
        return Caller(self._context, self._user)

    def close(self) -> None:
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _send(self, method: str, path: str, data: bytes, params: dict[str, Any]) -> tuple[int, bytes]:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": f"/api{path}",
            "raw_path": f"/api{path}".encode(),
            "query_string": urlencode(params).encode(),
            "root_path": "",
            "headers": [
                (b"host", b"127.0.0.1"),
                (b"authorization", b"Bearer " + self._token),
                (b"content-type", b"application/json"),
            ],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        status, parts, sent = 0, [], False

        async def receive() -> dict[str, Any]:
            nonlocal sent
            if sent:
                await asyncio.sleep(3600)
            sent = True
            return {"type": "http.request", "body": data, "more_body": False}

        async def send(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                parts.append(message.get("body", b""))

        await self._app(scope, receive, send)
        return status, b"".join(parts)


def figures() -> Iterator[dict[str, Any]]:
    """Each figure as a line of JSON."""
    with tempfile.TemporaryDirectory() as folder:
        home = create_home(Path(folder) / "home", "")
        load_key(home.key_file, create=True)
        database = Database(home.database_url)
        upgrade(database)
        create_user(database, "bench", "correct horse battery", "admin", by=machine_actor())
        database.close()
        context = open_context(home.path)
        call = Caller(context)
        try:
            yield from _all(call)
        finally:
            call.close()
            context.close()


def _all(call: Caller) -> Iterator[dict[str, Any]]:
    _ground(call)
    devices = [_device(number) for number in range(_DEVICES)]
    call("POST", "/v1/device", devices[:1])  # code and statements are warm, as in a server that runs
    made = call("POST", "/v1/device", devices[1:])
    count = _DEVICES - 1
    yield _peer("create a device of 51 parts over REST, in bulk", call, "ms", 1e3, count, 650.0)
    ids = [one["id"] for one in made["items"]]
    ports = call("GET", "/v1/interface", limit=1000, sort="id", fields="id")["items"]
    cables = [
        {
            "name": f"cable {one}",
            "a_interface": {"id": ports[one]["id"]},
            "b_interface": {"id": ports[one + 500]["id"]},
        }
        for one in range(500)
    ]
    more = call("GET", "/v1/interface", limit=1000, sort="-id", fields="id")["items"]
    cables += [
        {
            "name": f"more {one}",
            "a_interface": {"id": more[one]["id"]},
            "b_interface": {"id": more[one + 500]["id"]},
        }
        for one in range(500)
    ]
    call("POST", "/v1/cable", cables)
    yield _peer("1,000 cables in one call", call, "s", 1.0, 1, 125.0)
    page = call("GET", "/v1/device", limit=1000)
    assert len(page["items"]) == 1000
    call("GET", "/v1/device", limit=1000)
    yield _peer("list 1,000 devices", call, "ms", 1e3, 1, 1150.0)
    expand = "cables_by_a_interface.b_interface,cables_by_b_interface.a_interface"
    for _ in range(2):
        page = call("GET", "/v1/interface", limit=1000, expand=expand, sort="id")
    assert (
        sum(bool(one["cables_by_a_interface"] or one["cables_by_b_interface"]) for one in page["items"])
        == 1000
    )
    yield _peer("list 1,000 cabled interfaces with their peers", call, "ms", 1e3, 1, 22_800.0)
    call("GET", "/v1/device", limit=50, site="ams", role="tor")
    yield _peer("filtered list of 50 devices", call, "ms", 1e3, 1, 170.0)
    _addresses(call)
    query = (
        "{ devices(limit: 500) { items { name site { name } interfaces { name addresses { address } } } } }"
    )
    for _ in range(2):
        answer = call("POST", "/graphql", {"query": query})
    found = sum(len(one["interfaces"]) for one in answer["data"]["devices"]["items"])
    assert found == 500 * _PORTS
    yield _peer("GraphQL: 500 devices with 24,000 interfaces and addresses", call, "ms", 1e3, 1, 8_000.0)
    pool = call("POST", "/v1/prefix", {"prefix": "10.64.0.0/12", "role": "container"})["id"]
    wish = {"length": 31, "fields": {"role": "link"}}
    call("POST", f"/v1/prefix/{pool}/next-free", wish)
    spent = 0.0
    for _ in range(20):
        call("POST", f"/v1/prefix/{pool}/next-free", wish)
        spent += call.watch.cpu_s
    yield _line("next free prefix, one a call", spent / 20 * 1e3, "ms", 20, spent, 44.0)
    yield _deletions(call, ids[499:510])


def _deletions(call: Caller, devices: Sequence[int]) -> dict[str, Any]:
    spent = 0.0
    for number, device in enumerate(devices):
        call("DELETE", f"/v1/device/{device}")
        spent += call.watch.cpu_s if number else 0.0  # the first one warms
    count = len(devices) - 1
    return _line("delete a device of 51 parts", spent / count * 1e3, "ms", count, spent, 2_770.0)


def _peer(name: str, call: Caller, unit: str, scale: float, count: int, peer: float) -> dict[str, Any]:
    return _line(name, call.watch.cpu_s / count * scale, unit, count, call.watch.cpu_s, peer)


def _line(name: str, value: float, unit: str, count: int, cpu_s: float, peer: float) -> dict[str, Any]:
    line = figure(name, value, unit, count, cpu_s)
    return {**line, "peer": PEER, "peer_value": peer, "ratio": float(f"{peer / value:.3g}")}


def _ground(call: Caller) -> None:
    changes: list[tuple[str, dict[str, Any]]] = [
        ("region", {"name": "eu"}),
        ("site", {"name": "ams", "region": "eu", "kind": "exchange", "latitude": 52, "longitude": 4}),
        ("manufacturer", {"name": "maker"}),
        ("model", {"name": "m48", "manufacturer": "maker"}),
        *(
            ("model_interface", {"model": "m48", "name": f"swp{port}", "speed_bps": 10**10})
            for port in range(1, _PORTS + 1)
        ),
        *(
            ("model_component", {"model": "m48", "name": f"PSU {psu}", "component_class": "power-supply"})
            for psu in (1, 2)
        ),
        ("model_port", {"model": "m48", "name": "console", "port_class": "console"}),
    ]
    call(
        "POST",
        "/v1/batch",
        {"changes": [{"op": "create", "kind": kind, "fields": one} for kind, one in changes]},
    )


def _device(number: int) -> dict[str, Any]:
    return {
        "name": f"tor{number}",
        "site": "ams",
        "model": "m48",
        "role": "tor",
        "platform": "frr",
        "management_address": f"10.{number >> 8}.{number & 255}.1",
    }


def _addresses(call: Caller) -> None:
    """2,500 of them, on ports without cables."""
    ports = []
    for first in (50, 70, 90):
        names = ",".join(f"tor{number}" for number in range(first, first + 20))
        ports += call("GET", "/v1/interface", limit=1000, device__in=names, fields="id")["items"]
    rows = [
        {"address": f"10.200.{number >> 7}.{2 * (number & 127)}/31", "interface": {"id": port["id"]}}
        for number, port in enumerate(ports[:2_500])
    ]
    call("POST", "/v1/address", rows)
