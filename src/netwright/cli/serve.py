"""``netwright serve``: the web interface, with a worker beside it."""

from __future__ import annotations

import contextlib
import ipaddress
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import click
import uvicorn

from netwright.app.context import Context
from netwright.app.worker import WorkerLock
from netwright.base.errors import InputError
from netwright.cli.context import pass_context_object
from netwright.web.application import create_app

_LOOK_S = 0.5
_STOP_S = 20.0
_RESTARTS = 5
_WITHIN_S = 300.0


@click.command()
@click.option("--host", default=None, help="Address to listen on; default the setting web_host (127.0.0.1).")
@click.option("--port", type=int, default=None, help="TCP port; default the setting web_port (8080).")
@click.option("--no-worker", is_flag=True, help="Don't run a worker beside it.")
@click.option("--expose", is_flag=True, help="Allow an address that other machines can reach.")
@pass_context_object
def serve(context: Context, host: str | None, port: int | None, no_worker: bool, expose: bool) -> None:
    """Serve the web interface until Ctrl-C or SIGTERM.

    A worker runs beside it unless another process is the worker of this home folder: it runs rollouts and the
    collection, from the network namespace of the devices, where this process never goes.
    """
    host = host or context.settings.web_host
    port = context.settings.web_port if port is None else port
    inside = is_loopback(host)
    if not inside and not expose:
        raise InputError(
            f"{host} can be reached by other machines, and passwords would cross the network in the clear",
            subject="--host",
            remedy="Put a proxy with HTTPS before it, then add --expose.",
        )
    if not inside:
        click.secho(f"netwright: listening on {host}: use it behind HTTPS only", fg="yellow", err=True)
    hosts = ("localhost", "127.0.0.1", "[::1]", host) if inside else None
    config = uvicorn.Config(
        create_app(context, hosts=hosts),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=30,
    )
    server = _Server(config, lambda bound: click.echo(f"Netwright is at http://{_shown(host)}:{bound}/"))
    with _worker(context) if not no_worker else contextlib.nullcontext():
        server.run()


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class _Server(uvicorn.Server):
    """Says where it listens once it does, and ends with the signal's own way."""

    def __init__(self, config: uvicorn.Config, started: Callable[[int], None]) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started and self.servers:
            self._tell(self.servers[0].sockets[0].getsockname()[1])

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Like uvicorn's, but Ctrl-C and SIGTERM are a normal end: they are not raised again after it."""

        def end(number: int, frame: FrameType | None) -> None:
            self.handle_exit(number, frame)

        before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class WorkerKeeper:
    """Keeps one worker process while none runs elsewhere; a worker that keeps dying is given up."""

    def __init__(self, lock: WorkerLock, command: Sequence[str], say: Callable[[str], None]) -> None:
        self._lock = lock
        self._command = command
        self._say = say
        self._end = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._starts: deque[float] = deque(maxlen=_RESTARTS)
        self._thread = threading.Thread(target=self._keep, name="worker-keeper", daemon=True)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the worker: SIGTERM, and SIGKILL when it does not listen; its rollouts are taken up later."""
        self._end.set()
        self._thread.join()
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._say("the worker did not end in time and is killed; its rollouts are taken up next time")
            process.kill()
            process.wait()

    def _keep(self) -> None:
        while not self._end.wait(_LOOK_S if self._starts else 0):
            if self._process is not None and self._process.poll() is None:
                continue
            if self._process is not None:
                self._say(f"the worker ended with code {self._process.returncode}")
                self._process = None
            if self._given_up():
                self._say(
                    "the worker keeps ending and is not started again; run `netwright worker` to see why"
                )
                return
            if self._is_free():
                self._starts.append(time.monotonic())
                self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL)

    def _is_free(self) -> bool:
        """No other process is the worker. The lock is let go at once, for the child to take."""
        free = self._lock.acquire()
        self._lock.release()
        return free

    def _given_up(self) -> bool:
        return len(self._starts) == _RESTARTS and time.monotonic() - self._starts[0] < _WITHIN_S


@contextmanager
def _worker(context: Context) -> Iterator[None]:
    command = [sys.executable, "-m", "netwright", "worker", "--home", str(context.home.path)]
    keeper = WorkerKeeper(
        WorkerLock(context.home.worker_lock),
        command,
        lambda text: click.secho(f"netwright: {text}", fg="yellow", err=True),
    )
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()
