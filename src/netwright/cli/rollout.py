"""``netwright rollout``: list, show, follow, stop and resume rollouts."""

from __future__ import annotations

import sys

import click
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from netwright.app.context import Context
from netwright.base.clock import iso
from netwright.cli.context import pass_context_object
from netwright.cli.document import author, print_json
from netwright.cli.rolloutview import exit_code, rollout_table, see_rollout_through, show_summary
from netwright.deploy.journal import Journal
from netwright.deploy.report import find_rollout, list_rollouts, read_rollout, steps_of

_json = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")


@click.group()
def app() -> None:
    """Rollouts: what runs, what ran, and why it ended as it did.

    ID is a rollout's id or its beginning; without one the newest is meant."""


@app.command("list")
@click.option("--limit", default=20, show_default=True, help="How many.")
@_json
@pass_context_object
def list_(context: Context, limit: int, as_json: bool) -> None:
    """List rollouts, the newest first."""
    with context.database.read() as session:
        reports = list_rollouts(session, limit)
    if as_json:
        print_json(reports)
        return
    table = Table(
        "rollout", "state", "by", "begun", "devices", "reason", box=None, pad_edge=False, header_style="bold"
    )
    for report in reports:
        counts = ", ".join(f"{count} {state.value}" for state, count in report.counts.items())
        begun = iso(report.started_at) if report.started_at else ""
        reason = Text(report.message or report.reason)
        table.add_row(report.id, report.state.value, report.author, begun, counts, reason)
    Console(highlight=False).print(table if reports else "No rollout yet.")


@app.command()
@click.argument("rollout", required=False, metavar="[ID]")
@click.option("--diff", is_flag=True, help="Also the difference of each device.")
@_json
@pass_context_object
def show(context: Context, rollout: str | None, diff: bool, as_json: bool) -> None:
    """Show a rollout: its devices, and its journal step by step."""
    with context.database.read() as session:
        report = read_rollout(session, find_rollout(session, rollout))
        steps = steps_of(session, report.id)
    if as_json:
        print_json({"rollout": report, "steps": steps})
        return
    console = Console(highlight=False)
    console.print(rollout_table(report, context.clock.now()))
    for step in steps:
        line = Text(f"{iso(step.at)} ", style="dim").append(
            f"{step.device or 'rollout'} {step.state}", style="none"
        )
        console.print(line.append(f"  {step.message}", style="none"))
    for device in report.devices if diff else ():
        console.print(Text(device.device, style="bold"))
        console.print(Syntax(device.diff, "diff", background_color="default"))


@app.command()
@click.argument("rollout", required=False, metavar="[ID]")
@pass_context_object
def stop(context: Context, rollout: str | None) -> None:
    """Stop a rollout: devices under way are confirmed or revert, the others are left alone."""
    with context.database.read() as session:
        report = read_rollout(session, find_rollout(session, rollout))
    console = Console(highlight=False)
    if report.state.final:
        console.print(f"Rollout {report.id} is over already ({report.state.value}).")
        return
    Journal(context.database, context.clock).request_stop(report.id, author())
    console.print(f"Rollout {report.id} stops after the devices under way.")


@app.command()
@click.argument("rollout", required=False, metavar="[ID]")
@_json
@pass_context_object
def resume(context: Context, rollout: str | None, as_json: bool) -> None:
    """Take up rollouts whose worker died: this process becomes the worker if there is none.

    Without an ID all rollouts that are not over."""
    sys.exit(resume_all(context, rollout, as_json=as_json))


@app.command()
@click.argument("rollout", required=False, metavar="[ID]")
@pass_context_object
def follow(context: Context, rollout: str | None) -> None:
    """Watch a rollout to its end without taking part in it."""
    with context.database.read() as session:
        found = find_rollout(session, rollout)
    report = see_rollout_through(context, found, quiet=False, work=False)
    show_summary(Console(highlight=False), report)
    sys.exit(exit_code(report))


def resume_all(context: Context, rollout: str | None, *, as_json: bool) -> int:
    """See one rollout, or all that are not over, through to the end; the worst exit code."""
    console = Console(highlight=False, quiet=as_json)
    if rollout is None:
        wanted = [name for name, _ in Journal(context.database, context.clock).unfinished()]
    else:
        with context.database.read() as session:
            wanted = [find_rollout(session, rollout)]
    reports = []
    for name in wanted:
        report = see_rollout_through(context, name, quiet=as_json)
        show_summary(console, report)
        reports.append(report)
    if not wanted:
        console.print("No rollout is under way.")
    if as_json:
        print_json(reports)
    return max((exit_code(report) for report in reports), default=0)
