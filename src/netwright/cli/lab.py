"""``netwright lab``: real routers in network namespaces, or simulated ones."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from netwright.base.errors import NotFoundError
from netwright.lab.generate import generate
from netwright.lab.lab import Lab
from netwright.lab.state import lab_names
from netwright.lab.system import LabError
from netwright.lab.topology import Cable, Topology
from netwright.lab.topologyfile import read_topology

_DEMO = Path("examples/demo/lab.yaml")
_console = Console(highlight=False, soft_wrap=True)

name_option = click.option(
    "--name", default="demo", show_default=True, help="Name of the lab; several stand side by side."
)


@click.group()
def app() -> None:
    """A lab of real routers in network namespaces, or simulated.

    Cables are named by two nodes (ams-edge1 fra-core1), by one node, or by a site: its uplinks.
    """


@app.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@name_option
@click.option(
    "--pops", type=click.IntRange(1, 60), help="Make a lab of so many POPs instead of reading a file."
)
@click.option("--jobs", type=click.IntRange(0), default=0, help="Nodes booted at once; default two a core.")
def up(file: Path | None, name: str, pops: int | None, jobs: int) -> None:
    """Build the lab from FILE (default: the demo's lab.yaml) and boot every node."""
    topology = generate(pops) if pops else read_topology(file or _demo_file())
    lab = Lab(name)
    columns = (
        TextColumn("[bold]lab"),
        BarColumn(),
        TextColumn("{task.fields[what]:<16}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=_console) as shown:
        bar = shown.add_task("up", total=len(topology.nodes) + 2, what="cables")
        lab.up(
            topology,
            lambda what, done, total: shown.update(bar, completed=done, total=total, what=what),
            jobs=jobs,
        )
    _console.print(f"Lab {name} is up: {_summary(topology)}.")
    _console.print(f"Its access file, for `netwright init --access`: {lab.access_file}")


@app.command()
@name_option
@click.option("--all", "all_labs", is_flag=True, help="Every lab of this machine.")
def down(name: str, all_labs: bool) -> None:
    """Take the lab away: processes, namespaces, folder; also what a killed `up` left."""
    for one in lab_names() if all_labs else [name]:
        gone = Lab(one).down()
        _console.print(f"Lab {one} is down." if gone else f"There was no lab {one}.")


@app.command("list")
def list_() -> None:
    """Labs on this machine."""
    for name in lab_names():
        state = Lab(name).state
        _console.print(f"{name}  {state.phase() or 'left over; run `netwright lab down`'}  {state.folder}")


@app.command()
@name_option
@click.option("--cables", "show_cables", is_flag=True, help="List the cables too.")
@click.option("--json", "as_json", is_flag=True, help="Everything as JSON.")
def status(name: str, show_cables: bool, as_json: bool) -> None:
    """Nodes that run, cables that are cut or impaired. Exit code 1 when a node is off."""
    lab = Lab(name)
    nodes, cables = lab.nodes(), lab.cables()
    if as_json:
        click.echo(json.dumps(_document(lab), indent=1))
    else:
        table = Table(
            "node", "type", "site", "management", "state", box=None, pad_edge=False, header_style="bold"
        )
        for item in nodes:
            words = "up" if item.running else "[red]off"
            words += ", [yellow]management cut" if item.management_cut else ""
            address = str(item.node.management or "")
            table.add_row(item.node.name, item.node.type, item.node.site, address, words)
        _console.print(table)
        for link in cables:
            if show_cables or link.cut or not link.light or link.impairment:
                _console.print(f"{link.cable}  {_words(link.cut, link.light)}{link.impairment or ''}")
    sys.exit(0 if all(item.running for item in nodes) else 1)


@app.command("exec", context_settings={"ignore_unknown_options": True})
@click.argument("node")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@name_option
def exec_(node: str, command: tuple[str, ...], name: str) -> None:
    """Run COMMAND inside NODE as root (`mgr`: in the manager's namespace)."""
    prefix = Lab(name).enter(node)
    os.execvp(prefix[0], [*prefix, *command])  # noqa: S606 - a command needs no shell


@app.command()
@click.argument("node")
@name_option
def shell(node: str, name: str) -> None:
    """A root shell inside NODE."""
    prefix = Lab(name).enter(node)
    os.execvp(prefix[0], [*prefix, "/bin/bash", "-l"])  # noqa: S606 - it is the shell


@app.command()
@click.argument("node")
@name_option
def crash(node: str, name: str) -> None:
    """Power loss: the ports go dark, then everything on NODE ends at once."""
    Lab(name).crash(node)
    _console.print(f"{node} is off.")


@app.command()
@click.argument("node")
@name_option
def boot(node: str, name: str) -> None:
    """Power on, with the configuration NODE saved last."""
    Lab(name).boot(node)
    _console.print(f"{node} is up.")


@app.command()
@click.argument("node")
@click.option("--serial", default="", help="Serial number of the new chassis; default the next one.")
@click.option("--keep-config", is_flag=True, help="Move the old disk into the new chassis.")
@name_option
def swap(node: str, serial: str, keep_config: bool, name: str) -> None:
    """Replace the whole chassis of NODE by another one, bare unless --keep-config."""
    new = Lab(name).swap(node, serial=serial, keep_configuration=keep_config)
    _console.print(
        f"{node} is up with serial {new}{'' if keep_config else ', bare, with a new SSH host key'}."
    )


@app.command()
@click.argument("node")
@click.argument("component")
@name_option
def pull(node: str, component: str, name: str) -> None:
    """Pull COMPONENT (psu1, fan2, optic-swp3) out of NODE."""
    Lab(name).pull(node, component)
    _console.print(f"{component} is out of {node}.")


@app.command()
@click.argument("node")
@click.argument("component")
@name_option
def plug(node: str, component: str, name: str) -> None:
    """Put COMPONENT back into NODE."""
    Lab(name).plug(node, component)
    _console.print(f"{component} is in {node}.")


@app.command()
@click.argument("what", nargs=-1, required=True, metavar="A B | NODE | SITE | NODE eth0")
@name_option
def cut(what: tuple[str, ...], name: str) -> None:
    """Cut cables; both ends lose their carrier."""
    _say("cut", what, Lab(name).cut(*what))


@app.command()
@click.argument("what", nargs=-1, required=True, metavar="A B | NODE | SITE | NODE eth0")
@name_option
def heal(what: tuple[str, ...], name: str) -> None:
    """Undo `cut`."""
    _say("healed", what, Lab(name).heal(*what))


@app.command()
@click.argument("a")
@click.argument("b")
@click.argument("percent", type=click.FloatRange(0, 100))
@name_option
def loss(a: str, b: str, percent: float, name: str) -> None:
    """Lose PERCENT of the frames between A and B, each way."""
    _say(f"loses {percent:g} %", (a, b), Lab(name).impair(a, b, loss_percent=percent))


@app.command()
@click.argument("a")
@click.argument("b")
@click.argument("bits", metavar="RATE")
@name_option
def rate(a: str, b: str, bits: str, name: str) -> None:
    """Limit the cable between A and B to RATE (20mbit, 500kbit, 1gbit), each way."""
    _say(f"carries {bits}", (a, b), Lab(name).impair(a, b, rate_bps=parse_rate(bits)))


@app.command()
@click.argument("a")
@click.argument("b")
@click.argument("time", metavar="DELAY")
@click.option("--jitter", default="0ms", show_default=True, help="Each frame's delay moves by up to this.")
@name_option
def delay(a: str, b: str, time: str, jitter: str, name: str) -> None:
    """Delay frames between A and B by DELAY (20ms), each way."""
    cables = Lab(name).impair(a, b, delay_ms=parse_delay(time), jitter_ms=parse_delay(jitter))
    _say(f"delays by {time}", (a, b), cables)


@app.command()
@click.argument("a")
@click.argument("b")
@name_option
def clear(a: str, b: str, name: str) -> None:
    """No more loss, limit or delay between A and B."""
    _say("clear", (a, b), Lab(name).clear(a, b))


@app.command()
@name_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def access(name: str, as_json: bool) -> None:
    """How to reach the lab; names files with secrets, shows none."""
    lab = Lab(name)
    found = lab.access()
    facts = {
        "access_file": str(lab.access_file),
        "namespace": found.namespace,
        "username": found.username,
        "private_key": str(lab.state.folder / "id_ed25519"),
        "catalogue": str(lab.catalogue_file) if lab.catalogue_file.exists() else "",
    }
    if as_json:
        click.echo(json.dumps(facts, indent=1))
        return
    for key, value in facts.items():
        _console.print(f"{key.replace('_', ' '):<12} {value}")
    address = next((node.management for node in lab.topology.nodes.values() if node.management), None)
    _console.print(
        f"try          netwright lab exec mgr --name {name} -- "
        f"ssh -i {facts['private_key']} {found.username}@{address}",
        soft_wrap=True,
    )


def _demo_file() -> Path:
    here = Path(__file__).resolve().parents[3] / _DEMO
    for file in (_DEMO, here):
        if file.is_file():
            return file
    raise NotFoundError(
        "the demo's lab file is not here", subject=str(_DEMO), remedy="Give a FILE, or --pops N."
    )


def _summary(topology: Topology) -> str:
    kinds: dict[str, int] = {}
    for node in topology.nodes.values():
        kinds[node.type] = kinds.get(node.type, 0) + 1
    return ", ".join(f"{count} {kind}" for kind, count in kinds.items()) + f", {len(topology.cables)} cables"


def _document(lab: Lab) -> dict[str, object]:
    return {
        "name": lab.name,
        "phase": lab.state.phase(),
        "folder": str(lab.state.folder),
        "manager_namespace": lab.manager_namespace,
        "nodes": [
            {
                "name": item.node.name,
                "type": item.node.type,
                "site": item.node.site,
                "namespace": lab.namespace(item.node.name),
                "management": str(item.node.management) if item.node.management else None,
                "running": item.running,
                "management_cut": item.management_cut,
            }
            for item in lab.nodes()
        ],
        "cables": [
            {
                "a": str(item.cable.a),
                "b": str(item.cable.b),
                "cut": item.cut,
                "light": item.light,
                "impairment": str(item.impairment) if item.impairment else None,
            }
            for item in lab.cables()
        ],
    }


def _words(cut: bool, light: bool) -> str:
    if cut:
        return "cut "
    return "" if light else "dark "


def _say(done: str, what: tuple[str, ...], cables: list[Cable]) -> None:
    if not cables:
        _console.print(f"{' '.join(what)}: {done}")
    for cable in cables:
        _console.print(f"{cable}: {done}")


def parse_rate(text: str) -> int:
    """Bits per second from `20mbit`."""
    for unit, factor in (("gbit", 10**9), ("mbit", 10**6), ("kbit", 10**3), ("bit", 1)):
        if text.lower().endswith(unit):
            return int(_number(text, unit) * factor)
    raise LabError(f"{text!r} is not a rate", remedy="Write it as 20mbit.")


def parse_delay(text: str) -> float:
    """Milliseconds from `20ms` or `0.02s`."""
    for unit, factor in (("ms", 1.0), ("s", 1000.0)):
        if text.lower().endswith(unit):
            return _number(text, unit) * factor
    raise LabError(f"{text!r} is not a time", remedy="Write it as 20ms.")


def _number(text: str, unit: str) -> float:
    digits = text[: -len(unit)].strip()
    try:
        number = float(digits)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e12:
        raise LabError(f"{text!r} is not a number of {unit}", remedy=f"Write it as 20{unit}.")
    return number
