"""``netwright demo``: the whole way, typed as a person would, then measured."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from netwright.app.context import open_context
from netwright.app.demo import (
    Delivery,
    Fetch,
    Figure,
    lab_clients,
    lab_fetch,
    measure,
    read_doors,
    simulated_fetch,
)
from netwright.base.errors import InputError
from netwright.cli.main import COMMANDS, main
from netwright.lab.lab import Lab
from netwright.lab.topologyfile import read_topology

_COMMAND_S = 600
_END_S = 30
_LAB = "demo"
_SECONDS = 180
_NEEDED = ("init", "import", "discover", "plan", "deploy", "backup", "collect", "audit", "cdn")


_THINGS_TO_TRY = """
Three things to try, in another terminal, after
    export {variables} PATH=.venv/bin:$PATH

1. Cut a POP off; health, findings and steering move, and come back:
    netwright {lab} cut ams
    netwright health; netwright audit; netwright cdn steer --client 198.51.100.10 --title t01
    netwright {lab} heal ams
2. Change a router by hand; the drift is found, shown and undone:
    netwright {lab} exec par-edge1 -- vtysh -c 'configure terminal' -c 'router bgp 65002' \\
        -c 'address-family ipv4 unicast' -c 'no network 10.255.2.1/32'
    netwright plan; netwright deploy --yes
3. Kill the controller during a rollout, when `deploy` says `arming` or at any other moment; it goes on:
    netwright {lab} exec par-edge1 -- vtysh -c 'configure terminal' \\
        -c 'interface swp1' -c 'description by hand'
    netwright deploy --yes &
    kill -9 $(cat $NETWRIGHT_HOME/worker.lock)
    netwright rollout list

Ctrl-C ends the demo and takes the lab down.
"""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the demo keeps things and reads from."""

    examples: Path
    build: Path

    @property
    def home(self) -> Path:
        return self.build / "home"


@click.command()
@click.option("--sim", is_flag=True, help="Simulated devices in one process instead of real routers.")
@click.option("--keep/--no-keep", default=True, help="Stay up with the web interface until Ctrl-C.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the summary."
)
@click.option(
    "--build",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/demo"),
    show_default=True,
    help="Folder for the demo's home and files; emptied first.",
)
@click.option(
    "--examples",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path("examples/demo"),
    show_default=True,
    help="Folder with the lab and the design.",
)
@click.option("--port", default=8080, show_default=True, help="Port of the web interface.")
def demo(sim: bool, keep: bool, json_file: Path | None, build: Path, examples: Path, port: int) -> None:
    """Build a network on bare routers, run it, serve content from it, and measure what came of it.

    Every step is a command of its own, shown as it is run. Exit code 0 only if every line of the summary is
    as wanted.
    """
    places = Places(examples.absolute(), build.absolute())
    run = _Demo(places, sim=sim, port=port)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # an end by SIGTERM cleans up as Ctrl-C does
    try:
        figures = run.all()
        _show(figures, run.console)
        if json_file:
            json_file.parent.mkdir(parents=True, exist_ok=True)
            json_file.write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n")
        if keep:
            run.stay()
    finally:
        run.clean()
    sys.exit(0 if all(figure.good for figure in figures) else 1)


class _Demo:
    """One run of the demo."""

    def __init__(self, places: Places, *, sim: bool, port: int) -> None:
        self.console = Console(highlight=False)
        self._places = places
        self._sim = sim
        self._port = port
        self._started = time.monotonic()
        self._environment = os.environ | {"NETWRIGHT_HOME": str(places.home)}
        self._lab_up = False

    def all(self) -> list[Figure]:
        """Every step, in order; returns the measured summary."""
        shutil.rmtree(self._places.build, ignore_errors=True)
        self._places.build.mkdir(parents=True)
        examples = self._places.examples
        access, catalogue = self._lab_starts(examples / "lab.yaml")
        self._step("A home folder", "init", "--access", access, "--port", str(self._port))
        self._step("What is wanted", "import", examples / "design")
        self._step("Ask the devices what they are", "discover")
        self._step("What would change", "plan", "--no-diff", good=(0, 1))
        self._step("Roll it out", "deploy", "--yes", "--reason", "first configuration")
        self._step("A second plan is empty", "plan")
        self._step("Back up what they run", "backup")
        self._step("Collect", "collect", "--rounds", "3", "--interval", "2")
        self._step("Wanted against observed", "audit", good=(0, 1))
        self._step("The catalogue", "cdn", "import", catalogue, "--demand", examples / "demand.csv")
        self._step("Place titles and fill caches", "cdn", "place", "--fill")
        return self._measure(examples / "lab.yaml")

    def _lab_starts(self, topology: Path) -> tuple[Path, Path]:
        """Start the lab; returns its access file and its catalogue."""
        self._lab_up = True
        if self._sim:
            self.console.print("[bold]The devices are SIMULATED[/], in one process on loopback.")
            self._step("Simulated devices, bare", "sim", "up", topology, "--state", self._sim_state)
            return self._sim_state / "access.yaml", self._sim_state / "catalogue.json"
        self._step("Real routers, bare", "lab", "up", topology, "--name", _LAB)
        lab = Lab(_LAB)
        return lab.access_file, lab.catalogue_file

    def _measure(self, topology: Path) -> list[Figure]:
        fetch: Fetch
        if self._sim:
            fetch = simulated_fetch(read_doors(self._sim_state / "doors.json"))
        else:
            fetch = lab_fetch(Lab(_LAB))
        context = open_context(self._places.home)
        try:
            figures, deliveries = measure(context, lab_clients(read_topology(topology)), fetch)
        finally:
            context.close()
        seconds = time.monotonic() - self._started
        self.console.print(f"\n[bold cyan]{seconds:5.0f} s  Clients fetch, bytes checked by hash[/]")
        _show_deliveries(deliveries, self.console)
        took = Figure("seconds from bare routers", f"under {_SECONDS}", f"{seconds:.0f}", seconds < _SECONDS)
        return [*figures, took]

    @property
    def _sim_state(self) -> Path:
        return self._places.build / "sim"

    def stay(self) -> None:
        """Serve until Ctrl-C."""
        lab = "sim" if self._sim else "lab"
        variables = f"NETWRIGHT_HOME={self._relative(self._places.home)}"
        if self._sim:
            variables += f" NETWRIGHT_SIM={self._relative(self._sim_state)}"
        words = _THINGS_TO_TRY.format(variables=variables, lab=lab)
        self.console.print(words, markup=False)
        serve = subprocess.Popen(self._argv("serve"), env=self._environment)
        try:
            serve.wait()
        except KeyboardInterrupt:
            self.console.print("")
        finally:
            serve.terminate()  # no harm if Ctrl-C reached it too
            serve.wait(_END_S)

    def clean(self) -> None:
        """Take the lab down; the home folder stays for a look."""
        if not self._lab_up:
            return
        down = ("sim", "down", "--state", self._sim_state) if self._sim else ("lab", "down", "--name", _LAB)
        previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            subprocess.run(
                self._argv(*map(str, down)), env=self._environment, check=False, timeout=_COMMAND_S
            )
        finally:
            signal.signal(signal.SIGINT, previous)

    def _step(self, title: str, *words: str | Path, good: tuple[int, ...] = (0,)) -> None:
        seconds = time.monotonic() - self._started
        shown = " ".join(self._relative(word) if isinstance(word, Path) else word for word in words)
        self.console.print(f"\n[bold cyan]{seconds:5.0f} s  {title}[/]")
        self.console.print(f"$ netwright {shown}", markup=False, style="bold")
        status = self._run(*map(str, words))
        if status not in good:
            raise InputError(
                f"`netwright {shown}` ended with exit code {status}",
                subject="demo",
                remedy="What went wrong stands above.",
            )

    def _run(self, *words: str) -> int | None:
        """Run a command in a process of its own and return its exit code.

        On Linux that is a fork of this one, which has all imports already: the same command, without the
        second or more that a fresh Python needs for them."""
        if sys.platform != "linux":
            return subprocess.run(
                self._argv(*words), env=self._environment, check=False, timeout=_COMMAND_S
            ).returncode
        for module, _, _ in (COMMANDS[name] for name in _NEEDED):
            import_module(module)
        process = get_context("fork").Process(target=_as_typed, args=(words, self._environment))
        process.start()
        process.join(_COMMAND_S)
        if process.is_alive():
            process.kill()
            process.join()
        return process.exitcode

    def _argv(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "netwright", *words]

    def _relative(self, path: Path) -> str:
        try:
            return str(path.relative_to(Path.cwd()))
        except ValueError:
            return str(path)


def _as_typed(words: Sequence[str], environment: dict[str, str]) -> None:
    """What ``netwright WORDS`` does, in this process."""
    os.environ.update(environment)
    sys.argv = ["netwright", *words]
    main()


def _show_deliveries(deliveries: list[Delivery], console: Console) -> None:
    table = Table("client", "title", "MB", "served by", "nearest site", "bytes", box=None)
    for delivery in deliveries:
        table.add_row(
            f"{delivery.client.name} {delivery.client.address}",
            delivery.title_id,
            f"{delivery.size_bytes / 1e6:.1f}",
            delivery.server or "nobody",
            "yes" if delivery.nearest else "no",
            "[green]right[/]" if delivery.good else "[red]WRONG[/]",
        )
    console.print(table)


def _show(figures: list[Figure], console: Console) -> None:
    table = Table("", "wanted", "measured", "", box=None, title="Summary", title_justify="left")
    for figure in figures:
        mark = "[green]as wanted[/]" if figure.good else "[red]NOT as wanted[/]"
        table.add_row(figure.name, figure.wanted, figure.measured, mark)
    console.print("")
    console.print(table)
