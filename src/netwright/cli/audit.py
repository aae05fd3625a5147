"""``netwright audit``: what is wanted against what was observed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import groupby

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import func, select

from netwright.app.context import Context
from netwright.base.clock import iso
from netwright.base.errors import NotFoundError
from netwright.cli.context import pass_context_object
from netwright.cli.document import age, output
from netwright.cli.objectdiff import counted, print_json
from netwright.collect.audit import audit as judge
from netwright.collect.findings import Severity, open_findings, store_findings
from netwright.collect.observed import Finding, ObservedDevice
from netwright.inventory import Device, Site

_COLOURS = {
    Severity.CRITICAL: "bold red",
    Severity.MAJOR: "red",
    Severity.MINOR: "yellow",
    Severity.INFO: "cyan",
}


@click.command()
@click.argument("device", required=False)
@click.option("--site", help="Only findings of this site.")
@click.option("--all", "show_all", is_flag=True, help="Show the consequences of other findings too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; consequences have a cause.")
@pass_context_object
def audit(context: Context, device: str | None, site: str | None, show_all: bool, as_json: bool) -> None:
    """Compare what is wanted with what devices said last, and list the differences, the worst first.

    Nothing is asked anew; `netwright discover` and `netwright collect` do that. What follows from another
    finding (the sessions of a crashed router) is counted, not listed. Exit code 1 when a finding is major or
    worse.
    """
    _require_known(context, device, site)
    now = context.clock.now()
    with context.database.read() as session:
        drafts = judge(session, context.clock)
    with context.database.write() as session:
        store_findings(session, drafts, now)
        found = open_findings(session, device=device, site=site)
        asked_at = session.scalar(select(func.max(ObservedDevice.polled_at)))
    if as_json:
        print_json([_document(finding) for finding in found])
    else:
        _show(found, now, output(), show_all=show_all)
        if found and asked_at is not None:
            words = f"Devices were asked {age(now - asked_at)} ago; `netwright collect --once` asks anew."
            output().print(Text(words, style="dim"))
    worst = min((Severity(finding.severity).rank for finding in found), default=Severity.INFO.rank)
    sys.exit(1 if worst <= Severity.MAJOR.rank else 0)


def _require_known(context: Context, device: str | None, site: str | None) -> None:
    with context.database.read() as session:
        if device and session.scalar(select(Device.id).where(Device.name == device)) is None:
            raise NotFoundError(
                "there is no such device", subject=device, remedy="See `netwright show device`."
            )
        if site and session.scalar(select(Site.id).where(Site.name == site)) is None:
            raise NotFoundError("there is no such site", subject=site, remedy="See `netwright show site`.")


def _show(found: Sequence[Finding], now: float, console: Console, *, show_all: bool) -> None:
    listed = [finding for finding in found if show_all or not finding.cause]
    for severity, group in groupby(listed, key=lambda finding: Severity(finding.severity)):
        members = list(group)
        console.print(Text(f"{severity.upper()} ({len(members)})", style=_COLOURS[severity]))
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
        table.add_column(justify="right", style="dim", no_wrap=True)
        table.add_column(style="cyan", no_wrap=True)
        table.add_column(overflow="fold")
        for finding in members:
            words = Text(finding.message)
            if finding.cause:
                words.append(f" (follows from: {finding.cause})", style="dim")
            table.add_row(age(now - finding.first_seen), finding.kind, words)
        console.print(table)
    hidden = len(found) - len(listed)
    if not found:
        console.print(Text("Everything observed is as wanted.", style="green"))
    elif hidden:
        console.print(Text(f"{counted(hidden, 'consequence')} of these not listed; see --all.", style="dim"))


def _document(finding: Finding) -> dict[str, object]:
    return {
        "kind": finding.kind,
        "severity": finding.severity,
        "site": finding.site,
        "device": finding.device,
        "object": finding.object,
        "message": finding.message,
        "wanted": finding.wanted,
        "observed": finding.observed,
        "cause": finding.cause or None,
        "first_seen": iso(finding.first_seen),
        "last_seen": iso(finding.last_seen),
    }
