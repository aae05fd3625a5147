"""``netwright audit``: what is wanted against what was observed."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Sequence
from dataclasses import replace

import click
from rich.text import Text
from sqlalchemy import func, select

from netwright.app.context import Context
from netwright.base.errors import NotFoundError
from netwright.base.spreadsheet import csv_text
from netwright.cli.auditview import show_findings, show_tasks
from netwright.cli.context import pass_context_object
from netwright.cli.document import age, output
from netwright.cli.importview import Wish, bring_in, wish_options
from netwright.cli.objectdiff import counted, print_json
from netwright.collect.adoption.accept import Acceptance
from netwright.collect.attention import (
    acknowledge,
    close_task,
    drop_lapsed,
    open_task,
    open_tasks,
    require_open,
    take_back,
    until_of,
)
from netwright.collect.audit import audit as judge
from netwright.collect.document import FINDING_COLUMNS, finding_row, task_row
from netwright.collect.findinglist import lines_of
from netwright.collect.findings import Severity, narrowed, open_findings, store_findings
from netwright.collect.observed import ObservedDevice
from netwright.inventory import Device, Site


class _ShowGroup(click.Group):
    """What is no command is a device, or an option of the list."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        is_ours = bool(args) and args[0] in {*self.commands, *ctx.help_option_names}
        return super().parse_args(ctx, args if is_ours else ["show", *args])


@click.group(cls=_ShowGroup)
def audit() -> None:
    """Compare what is wanted with what devices said last (`netwright audit [DEVICE]`), and say what becomes
    of the differences: acknowledged, accepted as the truth, given to somebody as a task.
    """


@audit.command()
@click.argument("device", required=False)
@click.option("--site", help="Only findings of this site.")
@click.option("--severity", type=click.Choice(list(map(str, Severity))), help="Only these and worse ones.")
@click.option("--kind", help="Only findings of this kind, as wrong-serial.")
@click.option("--all", "show_all", is_flag=True, help="Show consequences and acknowledged ones too.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; consequences have a cause.")
@pass_context_object
def show(
    context: Context,
    device: str | None,
    site: str | None,
    severity: str | None,
    kind: str | None,
    show_all: bool,
    as_csv: bool,
    as_json: bool,
) -> None:
    """List the differences, the worst first. The word `show` may be left out.

    Nothing is asked anew; `netwright discover` and `netwright collect` do that. What follows from another
    finding (the sessions of a crashed router) and what somebody acknowledged is counted, not listed. Exit
    code 1 when a finding that nobody acknowledged is major or worse.
    """
    _require_known(context, device, site)
    now = context.clock.now()
    with context.database.read() as session:
        drafts = judge(session, context.clock)
    with context.database.write() as session:
        store_findings(session, drafts, now)
        drop_lapsed(session, now)
        found = narrowed(
            open_findings(session, device=device, site=site),
            severity=Severity(severity) if severity else None,
            kind=kind,
        )
        lines = lines_of(session, found, now)
        asked_at = session.scalar(select(func.max(ObservedDevice.polled_at)))
    if as_json:
        print_json([finding_row(line) for line in lines])
    elif as_csv:
        click.echo(csv_text(FINDING_COLUMNS, map(finding_row, lines)), nl=False)
    else:
        show_findings(lines, now, output(), show_all=show_all)
        if found and asked_at is not None:
            line = f"Devices were asked {age(now - asked_at)} ago; `netwright collect --once` asks anew."
            output().print(Text(line, style="dim"))
    standing = [line for line in lines if line.ack is None]
    worst = min((Severity(line.severity).rank for line in standing), default=Severity.INFO.rank)
    sys.exit(1 if worst <= Severity.MAJOR.rank else 0)


@audit.command()
@click.argument("numbers", nargs=-1, type=int, required=True)
@click.option("--why", help="The reason; wanted.")
@click.option("--until", help="As 2026-12-31, 2026-12-31T08:00Z, 8h, 3d; default: until it clears.")
@click.option("--back", is_flag=True, help="Take the acknowledgement back.")
@click.option("--author", default=getpass.getuser, help="Who does it; default: your login name.")
@pass_context_object
def ack(
    context: Context, numbers: Sequence[int], why: str | None, until: str | None, back: bool, author: str
) -> None:
    """Say of findings (their NUMBERS) that you know of them, why, and until when.

    An acknowledgement ends when the finding clears, at --until, or when the finding gets worse."""
    now = context.clock.now()
    with context.database.write() as session:
        for number in numbers:
            finding = require_open(session, number)
            if back:
                take_back(session, finding)
            else:
                acknowledge(session, finding, author, why or "", now, until=until_of(until or "", now))
    click.echo(f"{counted(len(numbers), 'finding')} {'stand again' if back else 'acknowledged'}.")


@audit.command()
@click.argument("numbers", nargs=-1, type=int, required=True)
@wish_options
@pass_context_object
def accept(context: Context, numbers: Sequence[int], wish: Wish) -> None:
    """Accept what findings (their NUMBERS) observed as the truth: it becomes wanted by a change set."""
    with context.database.read() as session:
        findings = [require_open(session, number) for number in numbers]
        source = Acceptance(context.platforms, findings)
        title = f"Accept {findings[0].kind} of {findings[0].device}" if len(findings) == 1 else ""
    title = wish.title or title or f"Accept {counted(len(findings), 'finding')}"
    bring_in(context, source, title, replace(wish, title=title))


@audit.command()
@click.argument("number", type=int)
@click.option("--assignee", default="", help="Who is to do it.")
@click.option("--note", default="", help="What to know.")
@click.option("--author", default=getpass.getuser, help="Who does it; default: your login name.")
@pass_context_object
def task(context: Context, number: int, assignee: str, note: str, author: str) -> None:
    """Open a task to put the finding NUMBER right."""
    with context.database.write() as session:
        finding = require_open(session, number)
        opened = open_task(session, finding, author, context.clock.now(), assignee=assignee, note=note)
        click.echo(f"Task {opened.id} is open: {opened.title}")


@audit.command()
@click.argument("number", type=int)
@click.option("--author", default=getpass.getuser, help="Who does it; default: your login name.")
@pass_context_object
def done(context: Context, number: int, author: str) -> None:
    """Close the task NUMBER. Its finding clears when the device says so."""
    with context.database.write() as session:
        closed = close_task(session, number, author, context.clock.now())
        click.echo(f"Task {closed.id} is done.")


@audit.command()
@click.option("--site", help="Only those of this site.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_context_object
def tasks(context: Context, site: str | None, as_json: bool) -> None:
    """List the open tasks."""
    now = context.clock.now()
    with context.database.read() as session:
        found = open_tasks(session, site=site)
        if as_json:
            print_json([task_row(one) for one in found])
        else:
            show_tasks(found, now, output())


def _require_known(context: Context, device: str | None, site: str | None) -> None:
    with context.database.read() as session:
        if device and session.scalar(select(Device.id).where(Device.name == device)) is None:
            raise NotFoundError(
                "there is no such device", subject=device, remedy="See `netwright show device`."
            )
        if site and session.scalar(select(Site.id).where(Site.name == site)) is None:
            raise NotFoundError("there is no such site", subject=site, remedy="See `netwright show site`.")
