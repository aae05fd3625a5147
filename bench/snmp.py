"""CPU of an SNMP poll up to stored samples: 48 interfaces, 40 columns of ifTable and ifXTable, 1,920 values.
A round of collection stores what many devices said at once; here rounds are of 16 polls.

Two agents in processes of their own, so that only the client is counted: our simulated one (v2c), and for
SNMPv3 Debian's snmpd with both tables from a script. Beside it run, storing nothing, the bare library,
net-snmp's ``snmpbulkwalk`` where it is installed, and pysnmp where ``NETWRIGHT_PEERS`` names a Python
interpreter that has it. On a loaded machine only the ratios mean something.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import multiprocessing
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, TypeAlias

from bench.figure import Skip, figure
from gufo.snmp._fast import GetIter

from netwright.base.errors import DeviceError
from netwright.base.secret import Secret
from netwright.collect.samples import points
from netwright.device.endpoint import Credentials, Endpoint, Timeouts
from netwright.device.snmp import SnmpClient
from netwright.device.snmp.association import Association, bulk
from netwright.device.snmp.ber import Oid, Tag, Value
from netwright.device.snmp.channel import Channel
from netwright.device.snmp.walk import MORE_REPETITIONS, REPETITIONS
from netwright.lab.sim.agent import Agent, Table
from netwright.platforms.facts import DeviceSample, InterfaceFact
from netwright.platforms.snmp.ifmib import interfaces_in, read_interfaces
from netwright.store.series import SeriesStore

PORTS, POLLS, ROUND = 48, 96, 16
COLUMNS = 40
Poll: TypeAlias = Callable[[SnmpClient], Awaitable[tuple[InterfaceFact, ...]]]
AUTH, PRIV, USER = "authpass12", "privpass12", "netops"
_COMMUNITY = "bench"
IF, IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
_IF_TYPES = {2: 4, 6: 4, 5: 66, **dict.fromkeys(range(10, 22), 65)}
_IFX_TYPES = {1: 4, 18: 4, 15: 66, **dict.fromkeys((2, 3, 4, 5), 65), **dict.fromkeys(range(6, 14), 70)}
_LAST_IF = 21

_PYSNMP = """
import asyncio, sys, time
import pysnmp.hlapi.v3arch.asyncio as h
from pyasn1.type.univ import Null
async def main(port, polls, v3):
    engine = h.SnmpEngine()
    if v3:
        who = h.UsmUserData("netops", "authpass12", "privpass12", authProtocol=h.usmHMACSHAAuthProtocol,
                            privProtocol=h.usmAesCfb128Protocol)
    else:
        who = h.CommunityData("bench", mpModel=1)
    target = await h.UdpTransportTarget.create(("127.0.0.1", port), timeout=20, retries=1)
    start, seen = time.process_time(), 0
    for _ in range(polls):
        for root in ("1.3.6.1.2.1.2.2", "1.3.6.1.2.1.31.1.1"):
            top, at, going = tuple(map(int, root.split("."))), root, True
            while going:
                error, status, _, got = await h.bulk_cmd(engine, who, target, h.ContextData(), 0, 40,
                    h.ObjectType(h.ObjectIdentity(at)), lookupMib=False)
                if error or status: raise SystemExit(f"{error} {status}")
                for name, value in got:
                    if tuple(name)[:len(top)] != top:
                        going = False
                        break
                    seen += 1
                at = str(got[-1][0])
    print((time.process_time() - start) / polls * 1000, seen // polls)
asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "v3"))
"""


def cells() -> dict[Oid, Value]:
    """Both tables: counters as large as a router's of a year."""
    values: dict[Oid, Value] = {(1, 3, 6, 1, 2, 1, 1, 3, 0): Value(Tag.TIMETICKS, 12345)}
    for port in range(1, PORTS + 1):
        for entry, kinds, last in ((IF, _IF_TYPES, _LAST_IF), (IFX, _IFX_TYPES, 19)):
            for column in range(1, last + 1):
                name = (*map(int, entry.split(".")), column, port)
                values[name] = _cell(kinds.get(column, 2), column, port)
    values[1, 3, 6, 1, 2, 1, 99] = Value(Tag.INTEGER, 0)
    return values


def _cell(kind: int, column: int, port: int) -> Value:
    if kind == Tag.OCTETS:
        return Value(Tag.OCTETS, b"\2\0\0\0\0" + bytes([port]) if column == 6 else f"Ethernet{port}".encode())
    large = {Tag.COUNTER64: 10**15, Tag.COUNTER32: 10**9, Tag.GAUGE32: 10**5}
    return Value(kind, large.get(Tag(kind), 0) + column * 1000 + port if kind != Tag.INTEGER else 1)


def _serve(port: int, ready: Event) -> None:
    table = Table.of(cells())

    async def main() -> None:
        await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Agent(_COMMUNITY.encode, lambda: table), local_addr=("127.0.0.1", port)
        )
        ready.set()
        await asyncio.Event().wait()

    asyncio.run(main())


@contextlib.contextmanager
def simulated() -> Iterator[int]:
    port = _free_port()
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=_serve, args=(port, ready), daemon=True)
    process.start()
    try:
        if not ready.wait(60):
            raise Skip("the simulated agent did not start")
        yield port
    finally:
        process.terminate()
        process.join()


@contextlib.contextmanager
def snmpd() -> Iterator[int | None]:
    """Debian's agent with SNMPv3, whose interface tables are ours; None where it is not installed."""
    program = shutil.which("snmpd", path="/usr/sbin:/usr/bin")
    if program is None:
        yield None
        return
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        (base / "snmpd.conf").write_text(
            f"createUser {USER} SHA {AUTH} AES {PRIV}\nrouser {USER} priv\n"
            f"pass_persist .1.3.6.1.2.1.2.2 {sys.executable} -m bench.snmp\n"
            f"pass_persist .1.3.6.1.2.1.31.1.1.1 {sys.executable} -m bench.snmp\n"
        )
        process = subprocess.Popen(
            [program, "-f", "-C", "-Lf", str(base / "log"), "-c", str(base / "snmpd.conf"),
             "-I", "-smux,ifTable,ifXTable", "-p", str(base / "pid"), f"udp:127.0.0.1:{port}"],
            env={**os.environ, "SNMP_PERSISTENT_DIR": str(base / "state"), "PYTHONPATH": _path()},
        )  # fmt: skip
        try:
            asyncio.run(_until_answers(port))
            yield port
        finally:
            process.terminate()
            process.wait()


async def _until_answers(port: int) -> None:
    for _ in range(100):
        client = SnmpClient(replace(_endpoint(port, v3=True), timeouts=Timeouts(snmp_s=0.2)))
        try:
            await client.get(["1.3.6.1.2.1.1.3.0"])
        except DeviceError:
            await asyncio.sleep(0.1)
        else:
            return
        finally:
            client.close()
    raise Skip("snmpd does not answer")


def _path() -> str:
    return os.pathsep.join(str(path) for path in (Path.cwd(), Path.cwd() / "src"))


def answer_snmpd() -> None:
    """The other end of pass_persist: PING, get and getnext over standard input."""
    table = Table.of(cells())
    words: dict[int, str] = {
        Tag.INTEGER: "integer", Tag.OCTETS: "octet", Tag.COUNTER32: "counter", Tag.GAUGE32: "gauge",
        Tag.COUNTER64: "counter64",
    }  # fmt: skip
    for line in sys.stdin:
        command = line.strip().lower()
        if command == "ping":
            print("PONG", flush=True)
            continue
        asked = tuple(map(int, sys.stdin.readline().strip().strip(".").split(".")))
        oid, value = table.get(asked) if command == "get" else table.after(asked)
        word = words.get(value.tag)
        if word is None:
            print("NONE", flush=True)
            continue
        content = value.content
        text = content.hex(" ") if isinstance(content, bytes) else str(content)
        print("." + ".".join(map(str, oid)), word, text, sep="\n", flush=True)


def _free_port() -> int:
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def _endpoint(port: int, *, v3: bool) -> Endpoint:
    if v3:
        who = Credentials("", snmp_user=USER, snmp_auth=Secret(AUTH), snmp_priv=Secret(PRIV))
    else:
        who = Credentials("", snmp_community=Secret(_COMMUNITY))
    return Endpoint(
        "edge1", "127.0.0.1", who, snmp_port=port, timeouts=Timeouts(snmp_s=20.0, command_s=120.0)
    )


class _Fast:
    """What ``read_interfaces`` asks of a session, straight at a client."""

    def __init__(self, client: SnmpClient) -> None:
        self.snmp_table = client.table


async def _whole(client: SnmpClient) -> tuple[InterfaceFact, ...]:
    """All 40 columns: what a poll without tiers costs."""
    values = {**await client.walk("1.3.6.1.2.1.2.2"), **await client.walk("1.3.6.1.2.1.31.1.1")}
    assert len(values) == PORTS * COLUMNS
    return interfaces_in(values)


async def _fast(client: SnmpClient) -> tuple[InterfaceFact, ...]:
    """The columns that change, as every round of collection asks them."""
    return await read_interfaces(_Fast(client), counters_only=True)  # type: ignore[arg-type]


async def _round(clients: list[SnmpClient], poll: Poll, store: SeriesStore) -> None:
    samples = [
        DeviceSample(f"edge{number}", 0.0, interfaces=await poll(client))
        for number, client in enumerate(clients)
    ]
    store.write_round(time.time(), [point for sample in samples for point in points(sample)])


def _measure(port: int, poll: Poll, *, v3: bool, polls: int) -> tuple[float, float]:
    """Milliseconds of CPU a poll, CPU seconds of all."""

    async def main() -> float:
        clients = [SnmpClient(_endpoint(port, v3=v3)) for _ in range(ROUND)]
        with tempfile.TemporaryDirectory() as folder:
            store = SeriesStore(Path(folder) / "series.db")
            await _round(clients, poll, store)
            start = time.process_time()
            for _ in range(polls // ROUND):
                await _round(clients, poll, store)
            spent = time.process_time() - start
        for client in clients:
            client.close()
        return spent

    spent = asyncio.run(main())
    return spent / polls * 1000, spent


def _library(port: int, *, v3: bool, polls: int) -> float:
    """The library's sockets with one reader and nothing around them: the floor."""

    async def main() -> float:
        association = Association(_endpoint(port, v3=v3))
        here = await association.open()
        channel = Channel(here, 20.0)
        start = time.process_time()
        for _ in range(polls):
            for root in ("1.3.6.1.2.1.2.2", "1.3.6.1.2.1.31.1.1"):
                step, going = GetIter(root, REPETITIONS[0] if v3 else MORE_REPETITIONS), True
                send, receive = (
                    functools.partial(here.send_get_bulk, step),
                    functools.partial(bulk, here, step),
                )
                while going:
                    answer = await channel.ask(send, receive)
                    going = bool(answer) and answer[-1] is not None
        spent = time.process_time() - start
        channel.close()
        association.close()
        return spent

    return asyncio.run(main()) / polls * 1000


def _netsnmp(port: int, *, v3: bool, polls: int) -> float | None:
    """Both tables by net-snmp's walker; the two starts of a process count too."""
    program = shutil.which("snmpbulkwalk")
    if program is None:
        return None
    keys = ["-l", "authPriv", "-u", USER, "-a", "SHA", "-A", AUTH, "-x", "AES", "-X", PRIV]
    who = ["-v3", *keys] if v3 else ["-v2c", "-c", _COMMUNITY]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(polls):
        for root in ("1.3.6.1.2.1.2.2", "1.3.6.1.2.1.31.1.1"):
            subprocess.run(
                [program, *who, "-On", "-t", "20", "-Cr40", f"127.0.0.1:{port}", root],
                check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / polls * 1000


def _pysnmp(port: int, *, v3: bool, polls: int) -> float | None:
    python = os.environ.get("NETWRIGHT_PEERS")
    if not python:
        return None
    done = subprocess.run(
        [python, "-c", _PYSNMP, str(port), str(polls), "v3" if v3 else "v2c"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode != 0:
        print(f"pysnmp of {python}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    return float(done.stdout.split()[0])


def _lines(name: str, port: int, *, v3: bool, polls: int) -> Iterator[dict[str, Any]]:
    value, spent = _measure(port, _whole, v3=v3, polls=polls)
    line = figure(name, value, "ms", polls, spent)
    peers = {
        "gufo-snmp alone": _library(port, v3=v3, polls=min(polls, 20)),
        "snmpbulkwalk": _netsnmp(port, v3=v3, polls=8),
        "pysnmp 7": _pysnmp(port, v3=v3, polls=2),
    }
    for peer, measured in peers.items():
        if measured is not None:
            peer_value, ratio = float(f"{measured:.3g}"), float(f"{measured / value:.3g}")
            yield {**line, "peer": peer, "peer_value": peer_value, "ratio": ratio}


def figures() -> Iterator[dict[str, Any]]:
    with simulated() as port:
        name = "SNMP v2c poll of 48 interfaces x 40 columns to stored samples"
        yield from _lines(name, port, v3=False, polls=POLLS)
        value, spent = _measure(port, _fast, v3=False, polls=POLLS)
        yield figure("the same, columns that change only (14)", value, "ms", POLLS, spent)
    with snmpd() as port_v3:
        if port_v3 is not None:
            name = "SNMPv3 poll (SHA, AES) of 48 interfaces x 40 columns to stored samples"
            yield from _lines(name, port_v3, v3=True, polls=ROUND)


if __name__ == "__main__":
    answer_snmpd()
