"""``netwright sim``: a simulated fleet in one process on loopback, with the verbs of the lab."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from netwright.lab.generate import generate
from netwright.lab.sim.control import FAULTS, Folder, SimulationError, run
from netwright.lab.sim.fleet import SimulatedFleet
from netwright.lab.topology import Topology
from netwright.lab.topologyfile import read_topology

_START_S = 180.0
_STOP_S = 20.0
_POLL_S = 0.05
_console = Console(highlight=False, soft_wrap=True)

state_option = click.option(
    "--state",
    "state",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="NETWRIGHT_SIM",
    default=Path("build/demo/sim"),
    show_default=True,
    help="Folder of the simulated fleet.",
)


@click.group()
def app() -> None:
    """A simulated fleet on loopback: devices that answer SSH, SNMP and HTTP in one process.

    They are SIMULATED: software of ours that speaks the protocols, keeps its configuration and reverts by
    itself, but is not FRR. For real routers see `netwright lab`.
    """


@app.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@state_option
@click.option("--pops", type=click.IntRange(1, 60), help="Make a fleet of so many POPs instead of a file.")
@click.option("--foreground", is_flag=True, help="Stay until Ctrl-C instead of going to the background.")
def up(file: Path | None, state: Path, pops: int | None, foreground: bool) -> None:
    """Start simulated devices for the topology FILE (default: the demo's lab.yaml)."""
    folder = Folder(state.absolute())
    topology = _topology(file, pops)
    folder.make()
    if foreground:
        _console.print(f"[bold]Simulated[/] devices; Ctrl-C ends them. Folder: {folder.path}")
        asyncio.run(run(SimulatedFleet(topology, folder.content), folder))
        return
    words = ["sim", "up", "--foreground", "--state", str(folder.path)]
    words += ["--pops", str(pops)] if pops else [str((file or _demo_file()).absolute())]
    process = _launch(folder, words)
    _wait_ready(folder, process)
    count = len(folder.ask("status"))
    _console.print(f"{count} SIMULATED devices answer on loopback (process {process.pid}).")
    _console.print(f"Their access file, for `netwright init --access`: {folder.access}")


def _topology(file: Path | None, pops: int | None) -> Topology:
    return generate(pops) if pops else read_topology(file or _demo_file())


def _demo_file() -> Path:
    return Path("examples/demo/lab.yaml")


def _launch(folder: Folder, words: list[str]) -> subprocess.Popen[bytes]:
    with folder.log.open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "netwright", *words],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _wait_ready(folder: Folder, process: subprocess.Popen[bytes]) -> None:
    """Raises SimulationError with the end of the log when it does not come up."""
    end = time.monotonic() + _START_S
    while not folder.answers():
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            last = folder.log.read_text(errors="replace").strip().splitlines()[-3:]
            raise SimulationError(
                "the simulated fleet did not start: " + (" / ".join(last) or "no message"),
                subject=str(folder.path),
            )
        time.sleep(_POLL_S)


@app.command()
@state_option
def down(state: Path) -> None:
    """End the simulated fleet; its folder stays."""
    folder = Folder(state.absolute())
    if not folder.answers():
        _console.print("There was no simulated fleet.")
        return
    folder.ask("stop")
    end = time.monotonic() + _STOP_S
    while folder.access.exists():
        if time.monotonic() > end:
            raise SimulationError("the fleet does not end", subject=str(folder.path))
        time.sleep(_POLL_S)
    _console.print("The simulated fleet is down.")


@app.command()
@state_option
@click.option("--json", "as_json", is_flag=True, help="Everything as JSON.")
def status(state: Path, as_json: bool) -> None:
    """Devices with their ports and faults. Exit code 1 when one is off."""
    rows = Folder(state.absolute()).ask("status")
    if as_json:
        click.echo(json.dumps(rows, indent=1))
    else:
        table = Table("device", "SSH", "SNMP", "HTTP", "state", box=None, pad_edge=False, header_style="bold")
        for row in rows:
            words = ["up" if row["running"] else "[red]off[/]", *row["faults"]]
            words += ["[yellow]management cut[/]"] if row["management_cut"] else []
            words += [f"armed {row['armed']}"] if row["armed"] else []
            ports = (str(row[name] or "") for name in ("ssh_port", "snmp_port", "http_port"))
            table.add_row(row["device"], *ports, ", ".join(words))
        _console.print(table)
    sys.exit(0 if all(row["running"] for row in rows) else 1)


@app.command()
@click.argument("node")
@state_option
def crash(node: str, state: Path) -> None:
    """Power loss of NODE."""
    _console.print(Folder(state.absolute()).ask("crash", node))


@app.command()
@click.argument("node")
@state_option
def boot(node: str, state: Path) -> None:
    """Power on, with the configuration NODE saved last."""
    _console.print(Folder(state.absolute()).ask("boot", node))


@app.command()
@click.argument("what", nargs=-1, required=True, metavar="A B | NODE | SITE | NODE eth0")
@state_option
def cut(what: tuple[str, ...], state: Path) -> None:
    """Cut cables; both ends lose their carrier."""
    for cable in Folder(state.absolute()).ask("cut", *what):
        _console.print(f"cut: {cable}")


@app.command()
@click.argument("what", nargs=-1, required=True, metavar="A B | NODE | SITE | NODE eth0")
@state_option
def heal(what: tuple[str, ...], state: Path) -> None:
    """Undo `cut`."""
    for cable in Folder(state.absolute()).ask("heal", *what):
        _console.print(f"healed: {cable}")


@app.command()
@click.argument("node")
@click.option("--serial", default="", help="Serial number of the new chassis; default the next one.")
@click.option("--keep-config", is_flag=True, help="Move the old disk into the new chassis.")
@state_option
def swap(node: str, serial: str, keep_config: bool, state: Path) -> None:
    """Replace the whole chassis of NODE by another one, bare unless --keep-config."""
    new = Folder(state.absolute()).ask("swap", node, serial, "keep" if keep_config else "bare")
    _console.print(f"{node} is up with serial {new}.")


@app.command()
@click.argument("node")
@click.argument("component")
@state_option
def pull(node: str, component: str, state: Path) -> None:
    """Pull COMPONENT (psu1, fan2, optic-swp3) out of NODE."""
    _console.print(Folder(state.absolute()).ask("pull", node, component))


@app.command()
@click.argument("node")
@click.argument("component")
@state_option
def plug(node: str, component: str, state: Path) -> None:
    """Put COMPONENT back into NODE."""
    _console.print(Folder(state.absolute()).ask("plug", node, component))


@app.command()
@click.argument("node")
@click.argument("kind", type=click.Choice(FAULTS))
@click.option("--off", is_flag=True, help="Switch it off again.")
@state_option
def fault(node: str, kind: str, off: bool, state: Path) -> None:
    """Make NODE misbehave on the wire."""
    present = Folder(state.absolute()).ask("fault", node, kind, "off" if off else "on")
    _console.print(f"{node}: {', '.join(present) or 'no fault'}")


@app.command("exec", context_settings={"ignore_unknown_options": True})
@click.argument("node")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@state_option
def exec_(node: str, command: tuple[str, ...], state: Path) -> None:
    """Run COMMAND on NODE as root."""
    result = Folder(state.absolute()).ask("exec", node, *command)
    click.echo(result["output"], nl=False)
    click.echo(result["error"], nl=False, err=True)
    sys.exit(result["status"])
