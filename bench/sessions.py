"""Running configurations of a simulated fleet over SSH, with a round trip of 30 ms: what the client costs.

Every device is a real SSH server on a port of its own, all in one process; it shows 1,490 lines. Each
client runs in a process of its own and is counted with all that it starts; libraries are loaded before the
clock starts, and only configurations that came whole count. Netwright reads as everywhere: out of its pool,
host keys checked, the answer searched for what the platform calls a refusal.

Bare asyncssh always runs beside it. Nornir + Netmiko, scrapli, paramiko and ssh2-python do where
``NETWRIGHT_PEERS`` names a Python interpreter that has them; those with threads get 20. The ratio of CPU is
theirs to ours, that of the rate ours to theirs: more than 1 is good for us.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figure import figure
from bench.sessionpeers import COMMAND, Run

from netwright.base.secret import Secret
from netwright.device.cli.dialogue import Dialogue
from netwright.device.endpoint import Credentials, Endpoint, Timeouts
from netwright.device.fleet import for_each
from netwright.device.hostkeys import MemoryHostKeys
from netwright.device.login import KEEPALIVE_S
from netwright.device.pool import SessionPool
from netwright.lab.terminal.character import Character
from netwright.lab.terminal.line import Line
from netwright.lab.terminal.server import SimulatedDevice
from netwright.platforms.catalog import catalog

DEVICES, HELD, LINES = 200, 1000, 1490
ROUND_TRIP_S = 0.03
ASYNC, THREADS = 100, 20
PLATFORM = "arista_eos"
_HERE = Path(__file__).parent
_START_S, _RUN_S = 120, 600
_IDLE_S = 2 * KEEPALIVE_S
_PEERS = ("Nornir + Netmiko", "scrapli", "paramiko", "ssh2-python")


def config(name: str) -> str:
    lines = [f"hostname {name}", "!"]
    for port in range((LINES - 3) // 4):
        lines += [f"interface Ethernet{port}/1", f"   description to peer{port:03d} CKT-{port:05d}"]
        lines += [f"   ip address 10.1.{port % 250}.1/31", "!"]
    lines += [f"ntp server 10.0.0.{number}" for number in range(LINES - 1 - len(lines))]
    return "\n".join([*lines, "end"]) + "\n"


# the fleet


async def serve(devices: int, file: Path) -> None:
    """Until standard input ends."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    made: list[SimulatedDevice] = []
    for _ in range(devices):
        device = SimulatedDevice(
            lambda: Line(Character("r0")), execs=True, delay_s=ROUND_TRIP_S, key=made[0].key if made else None
        )
        await device.start()
        name = f"r{device.port}"
        answers = {
            COMMAND: config(name),
            "terminal length 0": "Pagination disabled.\n",
            "terminal width 511": "Width set to 511 columns.\n",
            "terminal width 32767": "Width set to 32767 columns.\n",
        }
        character = Character(name, answers, page=0, pager_off="")
        device.terminal = lambda character=character: Line(character)  # type: ignore[misc]
        made.append(device)
    told = {
        "ports": [device.port for device in made],
        "user": made[0].username,
        "password": made[0].password,
        "lines": LINES,
    }
    file.with_suffix(".new").write_text(json.dumps(told))
    file.with_suffix(".new").rename(file)
    print("up", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for device in made:
        await device.stop()


@contextlib.contextmanager
def fleet(devices: int, folder: Path) -> Iterator[Path]:
    """The fleet in a process of its own; gives the file that tells of it."""
    file = folder / f"fleet{devices}.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.sessions", "serve", str(devices), str(file)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        if process.stdout.readline() != b"up\n":
            raise RuntimeError("the simulated fleet did not start")
        yield file
    finally:
        process.stdin.close()
        try:
            process.wait(_START_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


# ourselves


@dataclass(frozen=True, slots=True)
class _Target:
    device: str
    endpoint: Endpoint


class Ours:
    """Reads the fleet out of one pool."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._dialogue: Dialogue = catalog().platform(PLATFORM).dialogue  # type: ignore[assignment]
        self._pool = SessionPool(MemoryHostKeys(), idle_s=600)
        login = Credentials(run.user, Secret(run.password))
        waits = Timeouts(connect_s=60, login_s=60, command_s=60)
        self._targets = [
            _Target(str(port), Endpoint(str(port), "127.0.0.1", login, ssh_port=port, timeouts=waits))
            for port in run.ports
        ]

    async def read(self, *, hold: bool) -> None:
        async def work(target: _Target) -> str:
            session = self._pool.open(target.endpoint, self._dialogue, hold=hold)
            try:
                return (await session.run(COMMAND)).output
            finally:
                await session.close()

        async for outcome in for_each(
            self._targets, work, concurrency=self._run.concurrency, deadline_s=_RUN_S
        ):
            if outcome.value is None:
                self._run.faults[int(outcome.device)] = str(outcome.error)
            else:
                self._run.answers[int(outcome.device)] = outcome.value

    async def close(self) -> None:
        await self._pool.close()


async def client(way: str, run: Run) -> None:
    """``exec``: a login each; ``held``: again over what is open; ``memory``: what is held open takes, in
    memory and, left alone, in CPU."""
    ours = Ours(run)
    if way != "exec":
        await ours.read(hold=True)
    before = resident()
    run.answers.clear()
    run.start()
    if way == "memory":
        await asyncio.sleep(_IDLE_S)
    else:
        await ours.read(hold=way == "held")
    run.stop()
    await ours.close()
    if way == "memory":
        whole = len(run.ports) - len(run.faults)
        print(json.dumps({"resident": before, "whole": whole, "cpu_s": run.cpu_s}))
    else:
        print(run.told())


def resident() -> int:
    """Bytes of this process in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


# figures


def ask(file: Path, way: str, concurrency: int = ASYNC) -> dict[str, Any]:
    return _told([sys.executable, "-m", "bench.sessions", way, str(file), str(concurrency)])


def peer(file: Path, name: str, python: str, concurrency: int) -> dict[str, Any] | None:
    script = str(_HERE / "sessionpeers.py")
    try:
        return _told([python, script, name, str(file), str(concurrency)])
    except RuntimeError as error:
        print(f"{name} did not run: {error}", file=sys.stderr)
        return None


def _told(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_RUN_S)
    if done.returncode:
        raise RuntimeError(done.stderr[-500:])
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _cost(
    name: str, told: dict[str, Any], n: int, against: dict[str, dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """CPU and rate of one client, once for each other that ran."""
    if told["whole"] != n:
        raise RuntimeError(f"{name}: {told['whole']} of {n} configurations are whole ({told['fault']})")

    def cpu_ms(one: dict[str, Any]) -> float:
        return float(one["cpu_s"] / n * 1000)

    def rate(one: dict[str, Any]) -> float:
        return float(n / one["wall_s"])

    cost = figure(f"{name}, CPU a device", cpu_ms(told), "ms", n, told["cpu_s"])
    speed = figure(f"{name}, devices a second", rate(told), "devices/s", n, told["cpu_s"])
    if not against:
        yield from (cost, speed)
    for peer_name, other in against.items():
        note = {} if other["whole"] == n else {"peer_whole": other["whole"]}
        for line, theirs, ratio in (
            (cost, cpu_ms(other), cpu_ms(other) / cpu_ms(told)),
            (speed, rate(other), rate(told) / rate(other)),
        ):
            rounded = {"peer_value": float(f"{theirs:.3g}"), "ratio": float(f"{ratio:.3g}")}
            yield {**line, "peer": peer_name, **rounded, **note}


def figures(scale: float = 1.0) -> Iterator[dict[str, Any]]:
    devices, held = max(4, int(DEVICES * scale)), max(4, int(HELD * scale))
    python = os.environ.get("NETWRIGHT_PEERS")
    with tempfile.TemporaryDirectory() as made:
        with fleet(devices, Path(made)) as file:
            others = {"asyncssh": peer(file, "asyncssh", sys.executable, ASYNC)}
            ours = ask(file, "exec")
            if python:
                others |= {name: peer(file, name, python, THREADS) for name in _PEERS}
            ran = {name: told for name, told in others.items() if told is not None}
            yield from _cost("running configuration over SSH", ours, devices, ran)
            bare = peer(file, "asyncssh, held", sys.executable, ASYNC)
            again = ask(file, "held")
            yield from _cost(
                "the same, over held sessions", again, devices, {"asyncssh, held": bare} if bare else {}
            )
        with fleet(held, Path(made)) as file:
            told = ask(file, "memory")
            if told["whole"] != held:
                raise RuntimeError(f"{told['whole']} of {held} sessions are open")
            yield figure(f"{held} sessions held open, resident", told["resident"] / 1e6, "MB", held, 0.0)
            minute = told["cpu_s"] / held * 60 / _IDLE_S * 1000
            yield figure(
                "a session held open and left alone, CPU a minute", minute, "ms", held, told["cpu_s"]
            )


if __name__ == "__main__":
    way, *rest = sys.argv[1:]
    if way == "serve":
        asyncio.run(serve(int(rest[0]), Path(rest[1])))
    else:
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        asyncio.run(client(way, Run(Path(rest[0]), int(rest[1]))))
