"""Findings and tasks, for people and for programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from netwright.base.clock import iso
from netwright.cli.document import age
from netwright.cli.objectdiff import counted
from netwright.collect.attention import NOTHING, Attention, FindingTask
from netwright.collect.findings import Severity
from netwright.collect.observed import Finding

_COLOURS = {
    Severity.CRITICAL: "bold red",
    Severity.MAJOR: "red",
    Severity.MINOR: "yellow",
    Severity.INFO: "cyan",
}


def show_findings(
    found: Sequence[Finding],
    words: Mapping[int, Attention],
    now: float,
    console: Console,
    *,
    show_all: bool,
) -> None:
    """By severity; number, age, kind and message of each."""
    held = [finding for finding in found if finding.cause]
    known = [finding for finding in found if not finding.cause and words[finding.id].ack]
    listed = [
        finding for finding in found if show_all or not (finding.cause or words[finding.id].ack is not None)
    ]
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
            told.append(_attention(words[finding.id]), style="dim")
            table.add_row(str(finding.id), age(now - finding.first_seen), finding.kind, told)
        console.print(table)
    if not found:
        console.print(Text("Everything observed is as wanted.", style="green"))
    elif not show_all and (held or known):
        parts = [f"{counted(len(held), 'consequence')} of these"] if held else []
        parts += [f"{len(known)} acknowledged"] if known else []
        console.print(Text(f"{' and '.join(parts)} not listed; see --all.", style="dim"))


def _attention(words: Attention) -> str:
    text = ""
    if words.ack is not None:
        until = f" until {iso(words.ack.until)}" if words.ack.until is not None else ""
        text += f" (known to {words.ack.by}{until}: {words.ack.why})"
    if words.task is not None:
        text += f" (task {words.task.id}{f' of {words.task.assignee}' if words.task.assignee else ''})"
    return text


def finding_document(finding: Finding, words: Attention) -> dict[str, object]:
    """For ``--json`` and ``--csv``."""
    ack, task = words.ack, words.task
    return {
        "id": finding.id,
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
        "acknowledged_by": ack.by if ack else None,
        "acknowledged_why": ack.why if ack else None,
        "acknowledged_until": iso(ack.until) if ack and ack.until is not None else None,
        "task": task.id if task else None,
    }


def findings_csv(rows: Sequence[dict[str, object]]) -> str:
    """A line a finding. A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    names = list(finding_document(Finding(id=0, first_seen=0, last_seen=0), NOTHING))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in names])
    return text.getvalue()


def _cell(value: object) -> object:
    words = "" if value is None else str(value)
    return f"'{words}" if words[:1] in {"=", "+", "-", "@", "\t", "\r"} else words


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


def task_document(task: FindingTask) -> dict[str, object]:
    """For ``--json``."""
    return {
        "id": task.id,
        "kind": task.kind,
        "device": task.device,
        "object": task.object,
        "site": task.site,
        "title": task.title,
        "assignee": task.assignee,
        "note": task.note,
        "opened_by": task.opened_by,
        "opened_at": iso(task.opened_at),
    }
