"""``netwright webhook``: who is told of what is merged, and what came of it."""

from __future__ import annotations

import asyncio
import getpass
from dataclasses import asdict
from typing import TextIO

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from netwright.app.context import Context
from netwright.app.webhooks.hook import Delivery, DeliveryState
from netwright.base.clock import iso
from netwright.base.secret import Secret
from netwright.cli.context import pass_context_object
from netwright.cli.kindname import find_kind
from netwright.cli.objectdiff import counted, print_json
from netwright.store.delta import Op
from netwright.store.event import EventType

_COLOURS = {DeliveryState.DELIVERED: "green", DeliveryState.WAITING: "yellow", DeliveryState.DEAD: "red"}
_name = click.argument("name")
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def app() -> None:
    """Webhooks: tell other programs what happened, signed, in order, at least once. The worker sends."""


@app.command("add")
@_name
@click.argument("url")
@click.option("--kind", "kinds", multiple=True, help="Only merges of objects of this kind; repeat it.")
@click.option(
    "--verb", "verbs", multiple=True, type=click.Choice([op.value for op in Op]), help="Only these."
)
@click.option(
    "--event",
    "events",
    multiple=True,
    type=click.Choice([one.value for one in EventType]),
    help="Events to tell; default: revision.merged.",
)
@click.option(
    "--secret-file", type=click.File("r"), help="Read the secret from a file, or - for standard input."
)
@pass_context_object
def add(
    context: Context,
    name: str,
    url: str,
    kinds: tuple[str, ...],
    verbs: tuple[str, ...],
    events: tuple[str, ...],
    secret_file: TextIO | None,
) -> None:
    """Tell URL of what happens from now on. The secret of its signatures is printed once."""
    given = Secret(secret_file.read().strip()) if secret_file else None
    secret = context.webhooks.add(
        name,
        url,
        getpass.getuser(),
        kinds=[find_kind(context.kinds, kind).name for kind in kinds],
        verbs=verbs,
        events=events or (EventType.REVISION_MERGED.value,),
        secret=given,
    )
    click.echo(f"Webhook {name} is told of what happens from now on, by the worker.")
    if given is None:
        click.echo(f"Secret: {secret.reveal()}   (shown once; the receiver checks signatures with it)")


@app.command("list")
@_as_json
@pass_context_object
def list_(context: Context, as_json: bool) -> None:
    """List webhooks."""
    hooks = context.webhooks.list()
    if as_json:
        print_json([{**asdict(hook), "created_at": iso(hook.created_at)} for hook in hooks])
        return
    if not hooks:
        click.echo("There is no webhook yet. Add one with `netwright webhook add NAME URL`.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("name", "state", "url", "told of", "event", "waiting", "given up"):
        table.add_column(column, overflow="fold")
    for hook in hooks:
        told = ", ".join(hook.events) + (f"; {', '.join(hook.kinds)}" if hook.kinds else "")
        told += f"; {', '.join(hook.verbs)}" if hook.verbs else ""
        state = "enabled" if hook.enabled else "disabled"
        numbers = (str(hook.cursor), str(hook.waiting), str(hook.dead))
        table.add_row(Text(hook.name), state, Text(hook.url), Text(told), *numbers)
    Console(highlight=False).print(table)


@app.command("test")
@_name
@pass_context_object
def test(context: Context, name: str) -> None:
    """Send a signed test to webhook NAME now; exit code 1 if it is not taken."""
    from netwright.app.webhooks.delivery import send_test  # noqa: PLC0415 (heavy)

    answer = asyncio.run(send_test(context.courier, context.webhooks.get(name)))
    if answer.ok:
        click.echo(f"{name} answered {answer.status} in {answer.seconds:.3f} s.")
        return
    click.echo(f"{name} did not take it: {answer.error}.", err=True)
    raise SystemExit(1)


@app.command("log")
@_name
@click.option("--state", type=click.Choice([one.value for one in DeliveryState]), help="Only those.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=30, show_default=True, help="The newest so many."
)
@_as_json
@pass_context_object
def log(context: Context, name: str, state: str | None, limit: int, as_json: bool) -> None:
    """Show what webhook NAME was told, the newest first; `--state dead`: what was given up."""
    found = context.webhooks.log(name, state=DeliveryState(state) if state else None, limit=limit)
    if as_json:
        print_json([_document(one) for one in found])
        return
    if not found:
        click.echo(f"Nothing{f' {state}' if state else ''} yet.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("event", "state", "tried", "attempts", "answer", "seconds", "next"):
        table.add_column(column, overflow="fold")
    for one in found:
        waits = one.state is DeliveryState.WAITING
        table.add_row(
            str(one.event_id),
            Text(one.state, style=_COLOURS[one.state]),
            iso(one.tried_at),
            str(one.attempts),
            Text(one.error or str(one.status)),
            f"{one.seconds:.3f}",
            iso(one.next_at) if waits else "-",
        )
    Console(highlight=False).print(table)


@app.command("retry")
@_name
@click.argument("event", type=click.IntRange(min=1), required=False)
@click.option("--all", "everything", is_flag=True, help="All that were given up.")
@pass_context_object
def retry(context: Context, name: str, event: int | None, everything: bool) -> None:
    """Tell webhook NAME again of EVENT, or of all that were given up."""
    dead = context.webhooks.log(name, state=DeliveryState.DEAD, limit=10_000) if everything else []
    numbers = [one.event_id for one in dead] if everything else [event] if event else []
    for number in sorted(numbers):
        context.webhooks.retry(name, number)
    click.echo(f"{name} is told again of {counted(len(numbers), 'event')}.")


@app.command("enable")
@_name
@pass_context_object
def enable(context: Context, name: str) -> None:
    """Tell webhook NAME again, beginning with what it missed."""
    context.webhooks.enable(name, True)
    click.echo(f"Webhook {name} is enabled.")


@app.command("disable")
@_name
@pass_context_object
def disable(context: Context, name: str) -> None:
    """Tell webhook NAME nothing until it is enabled again."""
    context.webhooks.enable(name, False)
    click.echo(f"Webhook {name} is disabled.")


@app.command("remove")
@_name
@pass_context_object
def remove(context: Context, name: str) -> None:
    """Remove webhook NAME with its log and its secret."""
    context.webhooks.remove(name)
    click.echo(f"Webhook {name} is removed.")


def _document(one: Delivery) -> dict[str, object]:
    return {
        **asdict(one),
        "state": one.state.value,
        "next_at": iso(one.next_at),
        "tried_at": iso(one.tried_at),
    }
