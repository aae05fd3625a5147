"""``netwright serve``: the web interface, with a worker beside it.

It stands above the faces, for it puts web and API together.
"""

from __future__ import annotations

import contextlib
import ipaddress
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
import uvicorn

from netwright.app.context import Context, open_context
from netwright.base.errors import InputError
from netwright.server.composition import create_server
from netwright.web.workerkeeper import WorkerKeeper, bound_to_us


@click.command()
@click.option("--host", default=None, help="Address to listen on; default the setting web_host (127.0.0.1).")
@click.option("--port", type=int, default=None, help="TCP port; default the setting web_port (8080).")
@click.option("--no-worker", is_flag=True, help="Don't run a worker beside it.")
@click.option("--expose", is_flag=True, help="Allow an address that other machines can reach.")
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Home folder; default NETWRIGHT_HOME or ~/.netwright.",
)
def serve(host: str | None, port: int | None, no_worker: bool, expose: bool, home: Path | None) -> None:
    """Serve the web interface until Ctrl-C or SIGTERM.

    A worker runs beside it unless another process is the worker of this home folder: it runs rollouts and the
    collection, from the network namespace of the devices, where this process never goes.
    """
    with contextlib.closing(open_context(home)) as context:
        _serve(context, host or context.settings.web_host, port, no_worker=no_worker, expose=expose)


def _serve(context: Context, host: str, port: int | None, *, no_worker: bool, expose: bool) -> None:
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
        create_server(context, hosts=hosts),
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


@contextmanager
def _worker(context: Context) -> Iterator[None]:
    worker = [sys.executable, "-m", "netwright", "worker", "--home", str(context.home.path)]
    command = bound_to_us(worker)
    keeper = WorkerKeeper(
        context.home.worker_lock,
        command,
        lambda text: click.secho(f"netwright: {text}", fg="yellow", err=True),
    )
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()
