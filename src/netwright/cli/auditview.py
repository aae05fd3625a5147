"""Findings and tasks, for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from netwright.base.clock import iso
from netwright.cli.document import age
from netwright.cli.objectdiff import counted
from netwright.collect.attention import FindingTask
from netwright.collect.findinglist import FindingLine
from netwright.collect.findings import Severity

_COLOURS = {
    Severity.CRITICAL: "bold red",
    Severity.MAJOR: "red",
    Severity.MINOR: "yellow",
    Severity.INFO: "cyan",
}


def show_findings(
    found: Sequence[FindingLine],
    now: float,
    console: Console,
    *,
    show_all: bool,
) -> None:
    """By severity; number, age, kind and message of each."""
    held = [finding for finding in found if finding.cause]
    known = [finding for finding in found if not finding.cause and finding.ack]
    listed = [finding for finding in found if show_all or not (finding.cause or finding.ack is not None)]
    for severity, group in groupby(listed, key=lambda finding: Severity(finding.severity)):
        members = list(group)
        console.print(Text(f"{severity.upper()} ({len(members)})", style=_COLOURS[severity]))
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
        table.add_column(justify="right", no_wrap=True)
        table.add_column(justify="right", style="dim", no_wrap=True)
        table.add_column(style="cyan", no_wrap=True)
        table.add_column(overflow="fold")
        for finding in members:
            told = Text(finding.message)
            if finding.cause:
                told.append(f" (follows from: {finding.cause})", style="dim")
            told.append(_attention(finding), style="dim")
            table.add_row(str(finding.id), age(now - finding.first_seen), finding.kind, told)
        console.print(table)
    if not found:
        console.print(Text("Everything observed is as wanted.", style="green"))
    elif not show_all and (held or known):
        parts = [f"{counted(len(held), 'consequence')} of these"] if held else []
        parts += [f"{len(known)} acknowledged"] if known else []
        console.print(Text(f"{' and '.join(parts)} not listed; see --all.", style="dim"))


def _attention(words: FindingLine) -> str:
    text = ""
    if words.ack is not None:
        until = f" until {iso(words.ack.until)}" if words.ack.until is not None else ""
        text += f" (known to {words.ack.by}{until}: {words.ack.why})"
    if words.task is not None:
        text += f" (task {words.task.id}{f' of {words.task.assignee}' if words.task.assignee else ''})"
    return text


def show_tasks(found: Sequence[FindingTask], now: float, console: Console) -> None:
    """Number, age, who, what."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("task", "open for", "whose", "what"):
        table.add_column(title, overflow="fold")
    for one in found:
        words = one.title + (f" ({one.note})" if one.note else "")
        table.add_row(str(one.id), age(now - one.opened_at), one.assignee or "-", Text(words))
    if found:
        console.print(table)
    else:
        console.print("There are no open tasks.")
