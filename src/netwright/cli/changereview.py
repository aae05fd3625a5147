"""``netwright change``: comments, approvals, merges at a time, and how a review looks."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.text import Text
from sqlalchemy import func, select

from netwright.app.context import Context
from netwright.base.clock import iso
from netwright.base.errors import InputError
from netwright.cli.changeobject import find_object
from netwright.cli.context import pass_context_object
from netwright.cli.objectdiff import print_json
from netwright.store.history import History, current_revision, kinds_since, revision_at
from netwright.store.relation import Relation
from netwright.store.retention import prune
from netwright.store.review import Approval, Comment

_number = click.argument("number", type=click.IntRange(min=1))
_author = click.option("--author", default=getpass.getuser, help="Who does it; default: your login name.")


@dataclass(frozen=True, slots=True)
class Review:
    """What reviewers said of a change set, and what else concerns it."""

    comments: Sequence[Comment]
    approvals: Sequence[Approval]
    relations: Sequence[Relation]


def review_document(review: Review) -> dict[str, object]:
    """For scripts; times as RFC 3339."""
    return {
        "comments": [
            {
                **asdict(one),
                "at": iso(one.at),
                "resolved_at": None if one.resolved_at is None else iso(one.resolved_at),
            }
            for one in review.comments
        ],
        "approvals": [{**asdict(one), "at": iso(one.at)} for one in review.approvals],
        "relations": [{**asdict(one), "tie": one.tie.value} for one in review.relations],
    }


def print_review(console: Console, review: Review, names: Mapping[tuple[str, int], str]) -> None:
    for approval in review.approvals:
        state = "approved" if approval.valid else "approved an earlier edition"
        note = f": {approval.note}" if approval.note else ""
        console.print(Text(f"{state} by {approval.author} at {iso(approval.at)}{note}"), soft_wrap=True)
    for relation in review.relations:
        fields = f" ({', '.join(relation.fields)})" if relation.fields else ""
        said = f"{relation.tie} change set {relation.changeset_id}, {relation.title}"
        console.print(Text(f"{said}: {relation.kind} {relation.key}{fields}", style="yellow"), soft_wrap=True)
    for comment in review.comments:
        where = ""
        if comment.object_id is not None:
            name = names.get((comment.kind, comment.object_id), f"#{comment.object_id}")
            where = f" on {comment.kind} {name}" + (f", {comment.field}" if comment.field else "")
        done = f" (answered, {comment.resolved_by})" if comment.resolved_by else ""
        head = f"comment {comment.id} by {comment.author} at {iso(comment.at)}{where}{done}"
        console.print(Text(head, style="dim" if done else "bold"), soft_wrap=True)
        for line in comment.text.splitlines():
            console.print(Text(f"  {line}"), soft_wrap=True)


@click.command("comment")
@_number
@click.argument("text")
@click.option("--on", nargs=2, default=None, metavar="KIND KEY", help="An object that it changes.")
@click.option("--field", default="", help="A field of that object.")
@_author
@pass_context_object
def comment_(
    context: Context, number: int, text: str, on: tuple[str, str] | None, field: str, author: str
) -> None:
    """Say TEXT about change set NUMBER, an object in it, or a field."""
    kind, object_id = "", None
    if on is not None:
        described, object_id = find_object(context, number, *on)
        kind = described.name
    made = context.changesets.review.comment(
        number, author, text, kind=kind, object_id=object_id, field=field
    )
    click.echo(f"Comment {made} stands at change set {number}.")


@click.command("answer")
@click.argument("comment", type=click.IntRange(min=1))
@click.option("--again", is_flag=True, help="Not answered after all.")
@_author
@pass_context_object
def answer(context: Context, comment: int, again: bool, author: str) -> None:
    """Mark COMMENT as answered."""
    context.changesets.review.resolve_comment(comment, author, resolved=not again)
    click.echo(f"Comment {comment} {'waits for an answer' if again else 'is answered'}.")


@click.command("approve")
@_number
@click.option("--note", default="", help="A word with it.")
@click.option("--edition", type=int, default=None, help="The edition that you looked at (see `show --json`).")
@_author
@pass_context_object
def approve(context: Context, number: int, note: str, edition: int | None, author: str) -> None:
    """Approve change set NUMBER as it is, with the role of your account."""
    from netwright.app.approval import roles_of  # noqa: PLC0415 (accounts are heavy, and needed here only)

    roles = roles_of(context.database, author)
    context.changesets.review.approve(number, author, roles, note=note, edition=edition)
    click.echo(f"Change set {number} is approved by {author} ({roles[-1]}).")


@click.command("withdraw")
@_number
@_author
@pass_context_object
def withdraw(context: Context, number: int, author: str) -> None:
    """Take your approval of change set NUMBER back."""
    context.changesets.review.withdraw(number, author)
    click.echo(f"Change set {number} is not approved by {author} any more.")


@click.command("schedule")
@_number
@click.argument("when", required=False)
@click.option("--off", is_flag=True, help="Not at a time after all.")
@_author
@pass_context_object
def schedule(context: Context, number: int, when: str | None, off: bool, author: str) -> None:
    """Merge change set NUMBER at WHEN (2026-12-01T03:00, UTC unless it says otherwise). The worker does it;
    what stands against it then is written on the change set."""
    if off:
        context.changesets.agenda.unschedule(number)
        click.echo(f"Change set {number} is not scheduled.")
        return
    if when is None:
        raise InputError("no time is given", remedy="Write it as 2026-12-01T03:00, or give --off.")
    at = time_of(when)
    context.changesets.agenda.schedule(number, at, author)
    click.echo(f"Change set {number} is to be merged at {iso(at)}.")


@click.command("as-of")
@click.argument("when")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_context_object
def as_of(context: Context, when: str, as_json: bool) -> None:
    """Say which revision was the newest at WHEN, and how much changed since."""
    at = time_of(when)
    with context.database.read() as session:
        revision, newest = revision_at(session, at), current_revision(session)
        query = (
            select(History.kind, func.count())
            .where(History.kind.in_(kinds_since(session, revision)), History.revision > revision)
            .group_by(History.kind)
        )
        counts = {row[0]: row[1] for row in session.execute(query.order_by(History.kind))}
    if as_json:
        print_json({"at": iso(at), "revision": revision, "newest": newest, "changed_since": counts})
        return
    click.echo(f"Revision {revision} was the newest at {iso(at)}; today it is {newest}.")
    for kind, count in counts.items():
        click.echo(f"  {kind:<18}{count:,} changed since")
    click.echo(f"See it with `netwright show KIND [KEY] --as-of {revision}`.")


@click.command("prune")
@click.option("--keep-history", "keep", required=True, metavar="DAYS", help="How long back, as 400d.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_context_object
def prune_(context: Context, keep: str, as_json: bool) -> None:
    """Let go of history older than that. Every state since stays exact, each value keeps its author, and open
    change sets lose nothing."""
    days = keep.removesuffix("d")
    if not days.isdecimal() or not int(days):
        raise InputError("not a number of days", subject=keep, remedy="Write it as 400d.")
    waiting = [hook.cursor for hook in context.webhooks.list()]
    done = prune(context.database, context.clock.now() - int(days) * 86_400, min(waiting, default=None))
    if as_json:
        print_json(asdict(done))
        return
    click.echo(f"{done.rows:,} rows of history and {done.events:,} events were let go.")
    click.echo(f"States from revision {done.horizon} on can be asked for.")


def time_of(text: str) -> float:
    """Unix seconds of a date or a time as people write it; UTC unless it says otherwise."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError("not a date or time", subject=text, remedy="Write it as 2026-12-01T03:00.") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


COMMANDS = (comment_, answer, approve, withdraw, schedule, as_of, prune_)
