"""What people and programs ask of the large network all day, through the whole API: CPU a request, and beside
it the CPU of the database's server where it has one."""

from __future__ import annotations

import random
import statistics
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.api import Caller
from bench.database import Server
from bench.figure import figure
from sqlalchemy import select

from netwright.app.access import machine_actor
from netwright.app.access.user import create_user
from netwright.app.context import open_context
from netwright.app.home import create_home
from netwright.app.vault import load_key
from netwright.intent.rules import check
from netwright.inventory import KINDS, Device, Prefix
from netwright.store.changeset import ChangeSets
from netwright.store.history import current_revision

_PARTS = "interfaces.addresses,components,ports,bgp_sessions,site.region,model"
_PEERS = "cables_by_a_interface.b_interface,cables_by_b_interface.a_interface"
_GRAPHQL = (
    "{ devices(limit: 500) { items { name site { name } interfaces { name addresses { address } } } } }"
)
_ALLOCATORS, _EACH = 8, 10


class Bench:
    """Calls of one database, each as a figure: the median of ``repeat`` after a first one that warms up."""

    def __init__(self, server: Server, call: Caller) -> None:
        self._server = server
        self.database = server.name
        self.call = call

    def line(self, name: str, ask: Callable[[int], Any], repeat: int = 10, count: int = 1) -> dict[str, Any]:
        """Milliseconds of CPU; ``count`` objects share them."""
        ask(0)
        own, theirs = [], []
        for turn in range(1, repeat + 1):
            before = self._server.cpu_s()
            ask(turn)
            own.append(self.call.watch.cpu_s)
            theirs.append(self._server.cpu_s() - before)
        value = statistics.median(own) / count * 1e3
        made = figure(f"large network: {name}", value, "ms", repeat, sum(own))
        made["database"] = self._server.name
        if self._server.name != "sqlite":
            made["server_ms"] = round(sum(theirs) / repeat / count * 1e3, 2)
        return made


def asked(server: Server) -> Iterator[dict[str, Any]]:
    """Each figure as it is measured."""
    with tempfile.TemporaryDirectory() as folder:
        home = create_home(Path(folder) / "home", f'database = "{server.url}"\n')
        load_key(home.key_file, create=True)
        context = open_context(home.path)
        name = f"bench{random.randrange(10**9)}"
        create_user(context.database, name, "correct horse battery", "admin", by=machine_actor())
        call = Caller(context, name)
        try:
            with context.database.read() as session:
                tors = list(session.scalars(select(Device.id).where(Device.role == "tor").limit(5_000)))
                revision = current_revision(session) // 2
                pool = session.scalars(select(Prefix.id).where(Prefix.prefix == "10.192.0.0/10")).one()
            random.Random(2).shuffle(tors)
            bench = Bench(server, call)
            early = sorted(tors)  # these were there at half the revisions, whatever the scale
            yield from _reads(bench, tors, early, revision)
            yield from _writes(bench, tors, pool)
            yield from _changesets(bench, context.database, tors)
            yield _allocators(bench, pool)
        finally:
            call.close()
            context.close()


def _reads(bench: Bench, tors: list[int], early: list[int], revision: int) -> Iterator[dict[str, Any]]:
    call = bench.call
    yield bench.line(
        "a device with all its parts", lambda turn: call("GET", f"/v1/device/{tors[turn]}", expand=_PARTS)
    )
    yield bench.line(
        "50 devices of a region and role",
        lambda _: call("GET", "/v1/device", limit=50, **{"site.region": "region7", "role": "tor"}),
    )
    yield bench.line(
        "50 devices by part of a name", lambda _: call("GET", "/v1/device", limit=50, name__ic="77")
    )
    yield bench.line("list 1,000 devices", lambda _: call("GET", "/v1/device", limit=1000))
    yield bench.line(
        "1,000 interfaces with their peers",
        lambda _: call("GET", "/v1/interface", limit=1000, expand=_PEERS, sort="id"),
    )
    yield bench.line(
        "GraphQL: 500 devices, interfaces, addresses",
        lambda _: call("POST", "/graphql", {"query": _GRAPHQL}),
        4,
    )
    yield bench.line("search", lambda turn: call("GET", "/v1/device", q=f"pop{turn + 3}", limit=20))
    yield bench.line(
        "a device with all its parts as of half the revisions ago",
        lambda turn: call("GET", f"/v1/device/{early[turn]}", expand=_PARTS, as_of=revision),
    )
    yield bench.line(
        "50 interfaces by name", lambda _: call("GET", "/v1/interface", sort="name", limit=50), 4
    )


def _writes(bench: Bench, tors: list[int], pool: int) -> Iterator[dict[str, Any]]:
    call = bench.call
    wish = {"length": 31, "fields": {"role": "link"}}
    yield bench.line("next free prefix", lambda _: call("POST", f"/v1/prefix/{pool}/next-free", wish))
    mark = random.randrange(10**9)
    old = call("GET", f"/v1/device/{tors[0]}")
    made: list[tuple[int, str]] = []

    def devices(turn: int) -> None:
        rows = [
            {
                "name": f"bench-{mark}-{turn}-{number}",
                "site": {"id": old["site"]["id"]},
                "model": {"id": old["model"]["id"]},
                "role": old["role"],
                "platform": old["platform"],
                "management_address": None,
            }
            for number in range(1_000)
        ]
        answer = call("POST", "/v1/device", rows)
        made.extend((one["id"], row["name"]) for one, row in zip(answer["items"], rows, strict=True))

    yield bench.line("create a device of its model's parts, 1,000 in a call", devices, 1, 1_000)
    ports = []
    for first in range(0, 400, 20):
        names = ",".join(name for _, name in made[first : first + 20])
        found = call("GET", "/v1/interface", limit=1_000, device__in=names, fields="id")
        ports += [one["id"] for one in found["items"]]

    def cables(turn: int) -> None:
        at = turn * 2_000
        rows = [
            {
                "name": f"bench-{mark}-{turn}-{number}",
                "a_interface": {"id": ports[at + 2 * number]},
                "b_interface": {"id": ports[at + 2 * number + 1]},
            }
            for number in range(1_000)
        ]
        call("POST", "/v1/cable", rows)

    yield bench.line("1,000 cables in a call", cables, 3)
    yield bench.line(
        "delete a device of 48 ports", lambda turn: call("DELETE", f"/v1/device/{made[-1 - turn][0]}"), 10
    )


def _changesets(bench: Bench, database: Any, tors: list[int]) -> Iterator[dict[str, Any]]:
    changesets = ChangeSets(database, KINDS)

    def hundred(turn: int) -> None:
        with bench.call.watch:
            opened = changesets.open(f"100 serial numbers, {turn}", "bench").id
            with changesets.edit(opened) as editor:
                for device in tors[100:200]:
                    editor.update("device", device, {"serial": f"S{random.randrange(10**9)}-{device}"})
            assert changesets.preview(opened, check).mergeable
            changesets.merge(opened, "bench", check)

    yield bench.line("open, check and merge 100 edits", hundred, 4)


def _allocators(bench: Bench, pool: int) -> dict[str, Any]:
    """Eight at once, each in a thread with connections of its own, ask for links of one pool."""
    callers = [bench.call.again() for _ in range(_ALLOCATORS)]
    wish = {"length": 31, "fields": {"role": "link"}}

    def some(call: Caller) -> list[str]:
        return [call("POST", f"/v1/prefix/{pool}/next-free", wish)["prefix"] for _ in range(_EACH)]

    with ThreadPoolExecutor(_ALLOCATORS) as threads:
        given = [one for found in threads.map(some, callers) for one in found]
    for one in callers:
        one.close()
    doubles = len(given) - len(set(given))
    line = figure(
        "large network: doubles given to 8 allocators at once", doubles, "prefixes", len(given), 0.0
    )
    return {**line, "database": bench.database}
