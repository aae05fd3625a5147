"""``netwright change``: change sets from review to merge and revert."""

from __future__ import annotations

import getpass
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from netwright.app.context import Context
from netwright.base.clock import iso
from netwright.cli import changeedit, changereview
from netwright.cli.changereview import Review, print_review, review_document
from netwright.cli.context import pass_context_object
from netwright.cli.objectdiff import (
    counted,
    diff_document,
    objections_document,
    print_counts,
    print_diff,
    print_json,
    print_objections,
)
from netwright.intent.rules import check as check_rules
from netwright.store.proposal import ChangeSetInfo, ChangeSetState

_COLOURS = {
    ChangeSetState.OPEN: "yellow",
    ChangeSetState.MERGED: "green",
    ChangeSetState.ABANDONED: "bright_black",
}
_number = click.argument("number", type=click.IntRange(min=1))
_author = click.option("--author", default=getpass.getuser, help="Who does it; default: your login name.")
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def app() -> None:
    """Change sets: every change of what is wanted is in one."""


@app.command("list")
@click.option("--state", type=click.Choice([str(one) for one in ChangeSetState]), help="Only those.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=30, show_default=True, help="The newest so many."
)
@_as_json
@pass_context_object
def list_(context: Context, state: str | None, limit: int, as_json: bool) -> None:
    """List change sets, the newest first."""
    infos = context.changesets.list(ChangeSetState(state) if state else None, limit)
    if as_json:
        print_json([_document(info) for info in infos])
        return
    console = Console(highlight=False)
    if not infos:
        which = f"{state} change set" if state else "change set"
        console.print(f"There is no {which} yet. `netwright import` makes one.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("number", "state", "title", "author", "opened", "objects", "revision"):
        table.add_column(name, justify="right" if name in ("number", "objects", "revision") else "left")
    for info in infos:
        table.add_row(
            str(info.id),
            Text(info.state, style=_COLOURS[info.state]),
            Text(info.title),
            Text(info.author),
            iso(info.created_at),
            f"{info.changes:,}",
            str(info.merged_revision or "-"),
        )
    console.print(table)


@app.command("show")
@_number
@_as_json
@pass_context_object
def show(context: Context, number: int, as_json: bool) -> None:
    """Show change set NUMBER: who, when, and how many objects of each kind."""
    info = context.changesets.get(number)
    review = Review(
        context.changesets.review.comments(number),
        context.changesets.review.approvals(number),
        context.changesets.relations(number),
    )
    if as_json:
        print_json({**_document(info), **review_document(review)})
        return
    console = Console(highlight=False)
    console.print(Text.assemble((f"{info.id}  {info.title}  ", "bold"), (info.state, _COLOURS[info.state])))
    console.print(
        Text(f"opened by {info.author} at {iso(info.created_at)}, on revision {info.base_revision}")
    )
    if info.reason:
        console.print(Text(info.reason))
    if info.reverts is not None:
        console.print(f"takes back change set {info.reverts}")
    if info.merged_revision is not None:
        console.print(f"merged as revision {info.merged_revision}")
    if info.merge_at is not None:
        console.print(Text(f"to be merged at {iso(info.merge_at)} by {info.merge_by}"))
    if info.merge_failure:
        console.print(Text(f"its scheduled merge failed: {info.merge_failure}", style="red"), soft_wrap=True)
    found = context.changesets.diff(number)
    print_counts(console, found)
    if not info.changes:
        console.print("It holds no change.")
    print_review(console, review, {(one.kind, one.id): one.key for one in found})


@app.command("diff")
@_number
@_as_json
@pass_context_object
def diff(context: Context, number: int, as_json: bool) -> None:
    """Show what change set NUMBER changes, object by object."""
    found = context.changesets.diff(number)
    if as_json:
        print_json(diff_document(found))
        return
    console = Console(highlight=False)
    print_diff(console, found)
    if not found:
        console.print(f"Change set {number} holds no change.")


@app.command("check")
@_number
@_as_json
@pass_context_object
def check(context: Context, number: int, as_json: bool) -> None:
    """Try to merge change set NUMBER and keep nothing; exit code 1 if it could not be merged now."""
    preview = context.changesets.preview(number, check_rules)
    if as_json:
        found = objections_document(preview.conflicts, preview.problems)
        missing = [asdict(one) for one in preview.unmet]
        print_json({"mergeable": preview.mergeable, **found, "approvals_missing": missing})
    else:
        console = Console(highlight=False)
        print_objections(console, preview.conflicts, preview.problems)
        for requirement in preview.unmet:
            console.print(Text(f"approval  needs {requirement}", style="yellow"), soft_wrap=True)
        verdict = "can be merged" if preview.mergeable else "can't be merged as it is"
        objects = counted(len(preview.diff), "object")
        console.print(f"Change set {number} ({objects}) {verdict}.")
    if not preview.mergeable:
        raise SystemExit(1)


@app.command("merge")
@_number
@_author
@pass_context_object
def merge(context: Context, number: int, author: str) -> None:
    """Merge change set NUMBER: its rules are checked, and it becomes a revision."""
    revision = context.changesets.merge(number, author, check_rules)
    click.echo(f"Change set {number} is merged as revision {revision}.")


@app.command("revert")
@_number
@_author
@pass_context_object
def revert(context: Context, number: int, author: str) -> None:
    """Open a new change set that takes merged change set NUMBER back."""
    made = context.changesets.revert(number, author)
    click.echo(f"Change set {made} takes it back. Look with `netwright change diff {made}`, then merge it.")


@app.command("abandon")
@_number
@pass_context_object
def abandon(context: Context, number: int) -> None:
    """Close change set NUMBER without merging it; `reopen` opens it again."""
    context.changesets.abandon(number, getpass.getuser())
    click.echo(f"Change set {number} is abandoned.")


@app.command("reopen")
@_number
@_author
@pass_context_object
def reopen(context: Context, number: int, author: str) -> None:
    """Open abandoned change set NUMBER again, as it was."""
    context.changesets.reopen(number, author)
    click.echo(f"Change set {number} is open again.")


def _document(info: ChangeSetInfo) -> dict[str, object]:
    return {
        **asdict(info),
        "state": str(info.state),
        "created_at": iso(info.created_at),
        "merge_at": None if info.merge_at is None else iso(info.merge_at),
    }


for _command in (*changeedit.COMMANDS, *changereview.COMMANDS):
    app.add_command(_command)
