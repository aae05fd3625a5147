"""A simulated fleet as a process of its own: its folder, and a socket for the lab's verbs.

The folder, readable by its owner only, holds ``access.yaml`` (for ``netwright init --access``),
``doors.json`` (service address -> host and port), ``catalogue.json``, ``id_ed25519``, ``content/`` and
``control.sock``. A request is one line of JSON ``{"verb": …, "words": […]}``, its answer another:
``{"ok": …}`` or ``{"error": …}``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from netwright.base.errors import InputError, NetwrightError, NotFoundError
from netwright.lab.sim.faults import Fault
from netwright.lab.sim.fleet import HOST, SimulatedFleet
from netwright.lab.state import write_atomic

_LONGEST = 64 << 20
_ASK_S = 60.0


class SimulationError(NetwrightError):
    """The simulated fleet could not do what was asked."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of a simulated fleet."""

    path: Path

    @property
    def socket(self) -> Path:
        return self.path / "control.sock"

    @property
    def access(self) -> Path:
        return self.path / "access.yaml"

    @property
    def log(self) -> Path:
        return self.path / "sim.log"

    @property
    def content(self) -> Path:
        return self.path / "content"

    def make(self) -> None:
        """Raises InputError when a fleet runs from here."""
        if self.answers():
            raise InputError(
                "a simulated fleet runs from this folder already",
                subject=str(self.path),
                remedy="Take another --state, or first `netwright sim down`.",
            )
        self.path.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o700)
        self.socket.unlink(missing_ok=True)

    def answers(self) -> bool:
        """Whether a fleet runs from here."""
        with contextlib.suppress(NotFoundError, SimulationError):
            self.ask("status")
            return True
        return False

    def ask(self, verb: str, *words: str) -> Any:
        """Ask the fleet of this folder. Raises NotFoundError when none runs from here."""
        request = json.dumps({"verb": verb, "words": words}).encode() + b"\n"
        try:
            with _connected(self.socket) as connection:
                connection.settimeout(_ASK_S)
                connection.sendall(request)
                with connection.makefile("rb") as stream:
                    answer = stream.readline()
        except (FileNotFoundError, ConnectionRefusedError):
            raise NotFoundError(
                "no simulated fleet runs from this folder",
                subject=str(self.path),
                remedy="Start one with `netwright sim up`, or name its folder with --state.",
            ) from None
        except (OSError, TimeoutError) as error:
            raise SimulationError(f"the fleet does not answer ({error})", subject=str(self.path)) from None
        if not answer:
            raise SimulationError("the fleet ended before it answered", subject=str(self.path))
        said = json.loads(answer)
        if "error" in said:
            raise SimulationError(said["error"])
        return said["ok"]


def _connected(path: Path) -> socket.socket:
    """A socket to ``path``; from inside its folder, for a socket's path has at most 107 bytes."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        connection.connect(f"/proc/self/fd/{folder}/{path.name}" if len(os.fspath(path)) > 100 else str(path))
    except BaseException:
        connection.close()
        raise
    finally:
        os.close(folder)
    return connection


def write_folder(folder: Folder, fleet: SimulatedFleet) -> None:
    """What others need to reach the fleet."""
    access = fleet.access
    ports = {name: fleet.ports(name) for name in fleet.members}
    document = {
        "namespace": "",
        "username": access.username,
        "password": access.password.reveal(),
        "private_key": access.key.private.reveal(),
        "snmp_community": access.snmp_community.reveal(),
        "secrets": {name: secret.reveal() for name, secret in access.secrets.items()},
        "endpoints": {
            name: {"host": HOST, "ssh_port": port.ssh, "snmp_port": port.snmp} for name, port in ports.items()
        },
    }
    doors = {address: [HOST, port] for address, port in fleet.services().items()}
    write_atomic(folder.path / "doors.json", json.dumps(doors, indent=1))
    write_atomic(folder.path / "id_ed25519", access.key.private.reveal())
    catalogue = folder.content / "catalogue.json"
    if catalogue.is_file():
        shutil.copyfile(catalogue, folder.path / "catalogue.json")
    write_atomic(folder.access, yaml.safe_dump(document, sort_keys=False))


class Control:
    """Serves the verbs of one fleet on its folder's socket."""

    def __init__(self, fleet: SimulatedFleet, folder: Folder) -> None:
        self._fleet = fleet
        self._folder = folder
        self.stopped = asyncio.Event()

    async def serve(self) -> None:
        """Answer until ``stop`` is asked or the process gets SIGTERM or SIGINT."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stopped.set)
        temporary = self._folder.socket.with_name("control.new")
        temporary.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._answer, temporary, limit=_LONGEST)
        temporary.chmod(0o600)
        temporary.rename(self._folder.socket)  # whoever finds it finds it answering
        try:
            await self.stopped.wait()
        finally:
            self._folder.socket.unlink(missing_ok=True)
            server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError):
            answer = await self.do(json.loads(await reader.readuntil(b"\n")))
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        writer.close()

    async def do(self, request: dict[str, Any]) -> dict[str, Any]:
        """Carry out one request; an error a person can act on is an answer too."""
        verb, words = str(request.get("verb")), [str(word) for word in request.get("words", ())]
        handler = self._verbs().get(verb)
        if handler is None:
            return {"error": f"there is no verb {verb!r}"}
        try:
            return {"ok": await handler(words)}
        except NetwrightError as error:
            return {"error": str(error)}
        except (TypeError, ValueError, IndexError):
            return {"error": f"`{verb}` was given the wrong words: {' '.join(words) or 'none'}"}

    def _verbs(self) -> dict[str, Callable[[list[str]], Awaitable[object]]]:
        fleet = self._fleet

        async def stop(_: list[str]) -> str:
            self.stopped.set()
            return "stopping"

        async def status(_: list[str]) -> object:
            return self._status()

        async def crash(words: list[str]) -> str:
            await fleet.crash(words[0])
            return f"{words[0]} is off."

        async def boot(words: list[str]) -> str:
            await fleet.boot(words[0])
            return f"{words[0]} is up."

        async def cut(words: list[str]) -> list[str]:
            return fleet.cut(*words)

        async def heal(words: list[str]) -> list[str]:
            return fleet.heal(*words)

        async def pull(words: list[str]) -> str:
            fleet.pull(*words)
            return f"{words[1]} is out of {words[0]}."

        async def plug(words: list[str]) -> str:
            fleet.plug(*words)
            return f"{words[1]} is in {words[0]}."

        async def swap(words: list[str]) -> str:
            name, serial, keep = words
            return await fleet.swap(name, serial=serial, keep_configuration=keep == "keep")

        async def fault(words: list[str]) -> list[str]:
            name, kind, state = words
            await fleet.fault(name, kind, on=state == "on")
            return sorted(fleet.member(name).device.faults.present)

        async def execute(words: list[str]) -> object:
            result = await fleet.member(words[0]).machine.shell().call(words[1:])
            return {"output": result.output, "error": result.error, "status": result.status}

        return {
            "stop": stop,
            "status": status,
            "crash": crash,
            "boot": boot,
            "cut": cut,
            "heal": heal,
            "pull": pull,
            "plug": plug,
            "swap": swap,
            "fault": fault,
            "exec": execute,
        }

    def _status(self) -> object:
        return [
            {
                "device": name,
                "running": member.device.alive,
                "management_cut": self._fleet.is_cut(name),
                "faults": sorted(member.device.faults.present),
                "armed": member.guard.armed if member.guard else None,
                "ssh_port": self._fleet.ports(name).ssh,
                "snmp_port": self._fleet.ports(name).snmp,
                "http_port": self._fleet.ports(name).http,
            }
            for name, member in self._fleet.members.items()
        ]


FAULTS = tuple(fault.value for fault in Fault)
"""The words that switch faults on and off."""


async def run(fleet: SimulatedFleet, folder: Folder) -> None:
    """Start the fleet and serve its folder until it is told to stop."""
    await fleet.start()
    try:
        write_folder(folder, fleet)
        await Control(fleet, folder).serve()
    finally:
        await fleet.stop()
        folder.access.unlink(missing_ok=True)
