"""What an import did, for people and for programs; and the options that every import has."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import wraps
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from netwright.app.context import Context
from netwright.cli.objectdiff import (
    counted,
    diff_document,
    objections_document,
    print_counts,
    print_diff,
    print_json,
    print_objections,
)
from netwright.intent.importer import ImportResult, import_source
from netwright.intent.source import Source
from netwright.store.problem import broken

_SHOWN = 40
"""Changes of so many objects are shown one by one without being asked."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to become of an import."""

    title: str
    author: str
    dry_run: bool
    no_merge: bool
    every: bool
    as_json: bool


def wish_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what is to become of what was read; the command gets them as ``wish``."""

    @click.option("--title", default="", help="Title of the change set; default: the source's name.")
    @click.option("--author", default=getpass.getuser, help="Who does it; default: your login name.")
    @click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
    @click.option("--no-merge", is_flag=True, help="Leave the change set open for review.")
    @click.option("--diff", "every", is_flag=True, help="Show every object and field, however many.")
    @click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
    @wraps(function)
    def command(
        *args: Any,
        title: str,
        author: str,
        dry_run: bool,
        no_merge: bool,
        every: bool,
        as_json: bool,
        **kwargs: Any,
    ) -> Any:
        return function(*args, wish=Wish(title, author, dry_run, no_merge, every, as_json), **kwargs)

    return command


def bring_in(context: Context, source: Source, named: str, wish: Wish, *, prune: bool = False) -> None:
    """Import a source and show what came of it. Exit code 2 when it could not be read; 1 when it could, but
    its change set can't be merged and stays open."""
    result = import_source(
        context.database,
        context.changesets,
        source,
        wish.author,
        wish.title or f"Import {named}",
        merge=not wish.no_merge,
        prune=prune,
        dry_run=wish.dry_run,
    )
    if wish.as_json:
        print_json(_document(result))
    else:
        _show(result, wish)
    if not result.ok:
        raise SystemExit(2 if not result.diff else 1)


def _show(result: ImportResult, wish: Wish) -> None:
    console = Console(highlight=False)
    _lists(console, result)
    if wish.every or len(result.diff) <= _SHOWN:
        print_diff(console, result.diff)
    print_counts(console, result.diff)
    print_objections(Console(stderr=True, highlight=False), [], result.problems)
    read = f"Read {counted(result.objects, 'object')} in {counted(result.files, 'file')}."
    if result.problems and not broken(result.problems):
        read += f" {counted(len(result.problems), 'warning')}."
    if not result.ok:
        click.secho(f"{read} {_stopped(result)}", fg="red", err=True)
    elif not result.diff:
        console.print(f"{read} Nothing differs; no change set was made.")
    elif wish.dry_run:
        console.print(f"{read} This was a dry run; nothing was changed.")
    elif result.revision is None:
        console.print(f"{read} Change set {result.changeset_id} is open; see `netwright change`.")
    else:
        console.print(f"{read} Change set {result.changeset_id} is merged as revision {result.revision}.")


def _stopped(result: ImportResult) -> str:
    """Why nothing was merged, and how to go on."""
    why = f"It {result.missing}" if result.missing else counted(len(result.problems), "problem")
    number = result.changeset_id
    if number is None:
        return f"{why}; nothing was changed."
    return (
        f"{why}; nothing was merged. All of it is in change set {number}, which is open: "
        f"`netwright change show {number}`, `netwright change check {number}` for what stands against it, "
        f"then `netwright change merge {number}` or `netwright change abandon {number}`."
    )


def _lists(console: Console, result: ImportResult) -> None:
    """What was read of each list of a running source, and taken."""
    if not result.lists:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("list", "read", "taken", "no home"):
        table.add_column(name, justify="left" if name == "list" else "right")
    for one in result.lists:
        table.add_row(one.name, f"{one.read:,}", f"{one.taken:,}", f"{one.read - one.taken:,}")
    console.print(table)


def _document(result: ImportResult) -> dict[str, object]:
    return {
        "ok": result.ok,
        "files": result.files,
        "objects": result.objects,
        "changeset": result.changeset_id,
        "revision": result.revision,
        "missing": result.missing,
        "lists": [asdict(one) for one in result.lists],
        "counts": {kind: {str(op): n for op, n in counts.items()} for kind, counts in result.counts.items()},
        "changes": diff_document(result.diff),
        "problems": objections_document([], result.problems)["problems"],
    }
