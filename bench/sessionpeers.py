"""Other people's clients against the fleet of ``bench.sessions``; imports nothing of ours.

``PYTHON bench/sessionpeers.py METHOD FLEET CONCURRENCY``: reads the running configuration of each device of
the file ``FLEET`` and prints what it cost as one line of JSON. The clock starts when the libraries are
loaded; each is imported only where it is asked for, for not every interpreter has them all.
"""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

COMMAND = "show running-config"
_WAIT_S = 60


class Run:
    """What came of the devices, and what it cost; answers are looked at after the clock has stopped."""

    def __init__(self, fleet: Path, concurrency: int) -> None:
        told = json.loads(fleet.read_text())
        self.ports: list[int] = told["ports"]
        self.user: str = told["user"]
        self.password: str = told["password"]
        self.lines: int = told["lines"]
        self.concurrency = concurrency
        self.answers: dict[int, str] = {}
        self.faults: dict[int, str] = {}

    def start(self) -> None:
        self._cpu, self._wall = cpu(), time.perf_counter()

    def stop(self) -> None:
        self.cpu_s, self.wall_s = cpu() - self._cpu, time.perf_counter() - self._wall

    def whole(self) -> int:
        """Devices whose configuration came whole, from its first line to its last."""
        return sum(is_whole(text, port, self.lines) for port, text in self.answers.items())

    def told(self) -> str:
        return json.dumps(
            {
                "cpu_s": self.cpu_s,
                "wall_s": self.wall_s,
                "whole": self.whole(),
                "fault": next(iter(self.faults.values()), ""),
            }
        )


def cpu() -> float:
    """Of this process and of those that it started and that have ended."""
    mine, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.ru_utime + mine.ru_stime + others.ru_utime + others.ru_stime


def is_whole(text: str, port: int, lines: int) -> bool:
    found = [line.rstrip() for line in text.replace("\r", "").splitlines()]
    if f"hostname r{port}" not in found or "end" not in found:
        return False
    return found.index("end") - found.index(f"hostname r{port}") + 1 == lines


def bare_asyncssh(run: Run, *, held: bool = False) -> None:
    asyncssh = import_module("asyncssh")
    options = asyncssh.SSHClientConnectionOptions(
        username=run.user, password=run.password, known_hosts=None, client_keys=None, agent_path=None,
        config=None, preferred_auth="password", login_timeout=_WAIT_S, compression_algs=["none"],
    )  # fmt: skip

    async def main() -> None:
        places = asyncio.Semaphore(run.concurrency)
        connections: dict[int, Any] = {}

        async def dial(port: int) -> Any:
            return await asyncssh.connect("127.0.0.1", port, options=options, config=None)

        async def read(port: int) -> None:
            async with places:
                try:
                    connection = connections.get(port) or await dial(port)
                    run.answers[port] = str((await connection.run(COMMAND)).stdout)
                    if not held:
                        connection.close()
                        await connection.wait_closed()
                except (OSError, asyncssh.Error) as error:
                    run.faults[port] = str(error)

        async def keep(port: int) -> None:
            async with places:
                connections[port] = await dial(port)

        if held:
            await asyncio.gather(*map(keep, run.ports))
        run.start()
        await asyncio.gather(*map(read, run.ports))
        run.stop()
        for connection in connections.values():
            connection.abort()

    asyncio.run(main())


def held_asyncssh(run: Run) -> None:
    bare_asyncssh(run, held=True)


def nornir_netmiko(run: Run) -> None:
    nornir, tasks = import_module("nornir"), import_module("nornir_netmiko.tasks")
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        hosts = {f"r{port}": {"hostname": "127.0.0.1", "port": port} for port in run.ports}
        extras = {"conn_timeout": _WAIT_S, "banner_timeout": _WAIT_S, "auth_timeout": _WAIT_S}
        defaults = {
            "username": run.user,
            "password": run.password,
            "platform": "arista_eos",
            "connection_options": {"netmiko": {"extras": extras}},
        }
        for name, content in (("hosts", hosts), ("groups", {}), ("defaults", defaults)):
            (folder / f"{name}.yaml").write_text(json.dumps(content))
        files = {
            f"{one}_file": str(folder / f"{many}.yaml")
            for one, many in (("host", "hosts"), ("group", "groups"), ("defaults", "defaults"))
        }
        runner = nornir.InitNornir(
            runner={"plugin": "threaded", "options": {"num_workers": run.concurrency}},
            logging={"enabled": False},
            inventory={"plugin": "SimpleInventory", "options": files},
        )
        run.start()
        results = runner.run(tasks.netmiko_send_command, command_string=COMMAND, read_timeout=120)
        runner.close_connections()
        run.stop()
    for name, result in results.items():
        into = run.faults if result[0].failed else run.answers
        into[int(name[1:])] = str(result[0].result)


def scrapli(run: Run) -> None:
    library = import_module("scrapli")

    def read(port: int) -> str:
        login = library.AuthOptions(username=run.user, password=run.password)
        with library.Cli(
            "127.0.0.1", definition_file_or_name="arista_eos", port=port, auth_options=login
        ) as cli:
            return str(cli.send_input(COMMAND).result)

    threads(run, read)


def paramiko(run: Run) -> None:
    library = import_module("paramiko")

    def read(port: int) -> str:
        client = library.SSHClient()
        client.set_missing_host_key_policy(library.AutoAddPolicy())
        client.connect(
            "127.0.0.1", port, run.user, run.password, look_for_keys=False, allow_agent=False,
            timeout=_WAIT_S, banner_timeout=_WAIT_S, auth_timeout=_WAIT_S,
        )  # fmt: skip
        try:
            return str(client.exec_command(COMMAND)[1].read().decode())
        finally:
            client.close()

    threads(run, read)


def ssh2_python(run: Run) -> None:
    library = import_module("ssh2.session")

    def read(port: int) -> str:
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        session = library.Session()
        session.set_timeout(_WAIT_S * 1000)
        session.handshake(sock)
        session.userauth_password(run.user, run.password)
        channel = session.open_session()
        channel.execute(COMMAND)
        pieces = []
        while (got := channel.read(65536))[0] > 0:
            pieces.append(got[1])
        session.disconnect()
        del channel, session  # it touches the socket when it goes
        sock.close()
        return b"".join(pieces).decode()

    threads(run, read)


def threads(run: Run, read: Callable[[int], str]) -> None:
    def one(port: int) -> None:
        try:
            run.answers[port] = read(port)
        except Exception as error:  # noqa: BLE001 - any library's
            run.faults[port] = f"{type(error).__name__}: {error}"

    run.start()
    with ThreadPoolExecutor(run.concurrency) as pool:
        list(pool.map(one, run.ports))
    run.stop()


METHODS: dict[str, Callable[[Run], None]] = {
    "asyncssh": bare_asyncssh,
    "asyncssh, held": held_asyncssh,
    "Nornir + Netmiko": nornir_netmiko,
    "scrapli": scrapli,
    "paramiko": paramiko,
    "ssh2-python": ssh2_python,
}


if __name__ == "__main__":
    method, fleet_file, at_once = sys.argv[1:4]
    this = Run(Path(fleet_file), int(at_once))
    METHODS[method](this)
    print(this.told())
