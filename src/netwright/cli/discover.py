"""``netwright discover``: ask devices what they are."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from netwright.app.context import Context
from netwright.base.outcome import Outcome
from netwright.cli.context import pass_context_object, run_devices
from netwright.cli.document import output
from netwright.cli.objectdiff import counted, print_json
from netwright.collect.discover import DEADLINE_S
from netwright.collect.discover import discover as ask_devices
from netwright.collect.intake import missing
from netwright.platforms.facts import DeviceFacts


@click.command()
@click.argument("devices", nargs=-1, metavar="[DEVICE]...")
@click.option("--site", help="Only the devices of this site.")
@click.option(
    "--deadline", "deadline_s", default=DEADLINE_S, show_default=True, help="Seconds a device may take."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_context_object
def discover(
    context: Context, devices: Sequence[str], site: str | None, deadline_s: float, as_json: bool
) -> None:
    """Ask devices (all, or those named) what they are: model, serial number, software, interfaces, hardware,
    neighbours, BGP sessions. What they say is kept; what is wanted is not touched.

    Exit code 1 when a device did not answer; the others are kept all the same.
    """
    targets = context.targets(list(devices) or None, site=site)

    async def work() -> list[Outcome[DeviceFacts]]:
        with _progress(len(targets)) as advance:
            return await ask_devices(
                context.database,
                targets,
                context.open_session,
                context.clock,
                concurrency=context.settings.concurrency,
                deadline_s=deadline_s,
                on_progress=advance,
            )

    outcomes = run_devices(context, work)
    if as_json:
        print_json([_document(outcome) for outcome in outcomes])
    else:
        _show(outcomes, output())
    sys.exit(0 if all(outcome.ok for outcome in outcomes) else 1)


class _Advance(Protocol):
    def __call__(self, outcome: Outcome[DeviceFacts], /) -> None: ...


@contextmanager
def _progress(total: int) -> Iterator[_Advance]:
    """A bar on standard error, when that is a terminal."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("asking", total=total)

        def advance(outcome: Outcome[DeviceFacts], /) -> None:
            progress.update(task, advance=1, description=outcome.device)

        yield advance


def _show(outcomes: Sequence[Outcome[DeviceFacts]], console: Console) -> None:
    answered = [outcome.value for outcome in outcomes if outcome.value is not None]
    if not outcomes:
        console.print("There are no active devices. `netwright import` makes some.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("device", "model", "serial", "version"):
        table.add_column(title)
    for title in ("interfaces", "components", "neighbours", "BGP"):
        table.add_column(title, justify="right")
    for facts in answered:
        system = facts.system
        version = " ".join(filter(None, (system.os, system.os_version)))
        table.add_row(
            *(Text(value or "-") for value in (facts.device, system.model, system.serial, version)),
            *(
                str(len(part))
                for part in (facts.interfaces, facts.components, facts.neighbors, facts.bgp_sessions)
            ),
        )
    if answered:
        console.print(table)
    for facts in answered:
        if facts.unparsed:
            console.print(Text(f"{facts.device}: {missing(facts.unparsed)}", "yellow"), soft_wrap=True)
    failed = [outcome for outcome in outcomes if not outcome.ok]
    for outcome in failed:
        console.print(Text(f"{_words(outcome)}", style="red"), soft_wrap=True)
    console.print(Text(f"{counted(len(answered), 'device')} answered, {len(failed)} did not.", style="dim"))


def _words(outcome: Outcome[DeviceFacts]) -> str:
    text = str(outcome.error)
    return text if text.startswith(outcome.device) else f"{outcome.device}: {text}"


def _document(outcome: Outcome[DeviceFacts]) -> dict[str, object]:
    facts = outcome.value
    document: dict[str, object] = {
        "device": outcome.device,
        "ok": outcome.ok,
        "seconds": round(outcome.seconds, 3),
        "error": None if outcome.ok else _words(outcome),
    }
    if facts is not None:
        system = facts.system
        document |= {
            "hostname": system.hostname,
            "model": system.model,
            "serial": system.serial,
            "os": system.os,
            "os_version": system.os_version,
            "interfaces": len(facts.interfaces),
            "components": len(facts.components),
            "neighbors": len(facts.neighbors),
            "bgp_sessions": len(facts.bgp_sessions),
            "sources": list(facts.sources),
            "not_understood": [command for command, _ in facts.unparsed],
        }
    return document
