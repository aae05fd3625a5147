"""``netwright import``: design files into a change set, checked and merged."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import click
import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from netwright.app.context import Context
from netwright.cli.context import pass_context_object
from netwright.intent.importer import ImportResult, import_documents
from netwright.store.delta import Op
from netwright.store.diff import ObjectDiff
from netwright.store.problem import Problem, Severity

_SIGNS = {Op.CREATE: ("+", "green"), Op.UPDATE: ("~", "yellow"), Op.DELETE: ("-", "red")}
_SHOWN = 12
_DONE = {Op.CREATE: "created", Op.UPDATE: "updated", Op.DELETE: "deleted"}


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--title", default="", help="Title of the change set; default: the names of the files.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--no-merge", is_flag=True, help="Leave the change set open for review.")
@click.option("--prune", is_flag=True, help="Delete objects of the imported kinds that no file names.")
@click.option("--all", "show_all", is_flag=True, help="Show every object, not the first of each kind.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@pass_context_object
def import_(
    context: Context,
    paths: tuple[Path, ...],
    title: str,
    dry_run: bool,
    no_merge: bool,
    prune: bool,
    show_all: bool,
    as_json: bool,
) -> None:
    """Read design files (YAML or JSON; folders with all below them) and merge what differs.

    Everything that is wrong is told together, with file and line, and then nothing is changed.
    """
    result = import_documents(
        context.database,
        context.changesets,
        paths,
        getpass.getuser(),
        title or f"Import {', '.join(path.name or str(path) for path in paths)}",
        merge=not no_merge,
        prune=prune,
        dry_run=dry_run,
    )
    if as_json:
        click.echo(orjson.dumps(_document(result), option=orjson.OPT_INDENT_2).decode())
    else:
        _show(result, dry_run=dry_run, limit=None if show_all else _SHOWN)
    if not result.ok:
        raise SystemExit(2)


def _show(result: ImportResult, *, dry_run: bool, limit: int | None) -> None:
    console = Console(highlight=False)
    _show_diff(console, result.diff, limit)
    errors = Console(stderr=True, highlight=False)
    for problem in result.problems:
        colour = "red" if problem.severity is Severity.ERROR else "yellow"
        errors.print(Text(str(problem), style=colour), soft_wrap=True)
    read = f"Read {result.objects:,} objects in {result.files} files."
    if not result.ok:
        errors.print(f"{read} {_count(len(result.problems), 'problem')}; nothing was changed.", style="red")
    elif not result.diff:
        console.print(f"{read} Nothing differs; no change set was made.")
    elif dry_run:
        console.print(f"{read} This was a dry run; nothing was changed.")
    elif result.revision is None:
        console.print(
            f"{read} Change set {result.changeset_id} is open; `netwright change` goes on from there."
        )
    else:
        console.print(f"{read} Change set {result.changeset_id} is merged as revision {result.revision}.")


def _show_diff(console: Console, diff: Sequence[ObjectDiff], limit: int | None) -> None:
    for kind, group in groupby(diff, key=lambda one: one.kind):
        objects = list(group)
        counts = {op: sum(1 for one in objects if one.op is op) for op in Op}
        said = ", ".join(f"{count} {_DONE[op]}" for op, count in counts.items() if count)
        table = Table(box=None, show_header=False, pad_edge=False, title=None)
        table.add_column(width=1)
        table.add_column(overflow="fold")
        table.add_column(overflow="fold")
        for one in objects[:limit]:
            sign, colour = _SIGNS[one.op]
            table.add_row(Text(sign, style=colour), Text(one.key), Text(_fields(one), style="dim"))
        console.print(Text.assemble((kind, "bold"), f"  {said}"))
        console.print(table)
        if limit is not None and len(objects) > limit:
            console.print(f"  … and {len(objects) - limit} more (--all shows them)", style="dim")


def _fields(diff: ObjectDiff) -> str:
    """What changes: of an update before and after, of a new object what it has."""
    if diff.op is Op.DELETE:
        return ""
    if diff.op is Op.CREATE:
        return ", ".join(
            f"{name} {_word(after)}" for name, (_, after) in diff.fields.items() if after not in (None, "")
        )
    return ", ".join(
        f"{name} {_word(before)} -> {_word(after)}" for name, (before, after) in diff.fields.items()
    )


def _word(value: Any) -> str:
    if value is None or value == "":
        return "(empty)"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _document(result: ImportResult) -> dict[str, Any]:
    return {
        "ok": result.ok,
        "files": result.files,
        "objects": result.objects,
        "changeset": result.changeset_id,
        "revision": result.revision,
        "counts": {kind: {str(op): n for op, n in counts.items()} for kind, counts in result.counts.items()},
        "changes": [
            {"kind": one.kind, "id": one.id, "key": one.key, "op": str(one.op), "fields": one.fields}
            for one in result.diff
        ],
        "problems": [_problem(problem) for problem in result.problems],
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "message": problem.message,
        "kind": problem.kind,
        "key": problem.key,
        "field": problem.field,
        "source": problem.source,
        "severity": str(problem.severity),
    }
