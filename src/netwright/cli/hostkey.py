"""``netwright hostkey``: the SSH host keys that devices are known by."""

from __future__ import annotations

import dataclasses
import json

import click
from rich.console import Console
from rich.table import Table

from netwright.app.context import Context
from netwright.app.hostkeys import KnownKey
from netwright.base.clock import iso
from netwright.cli.context import pass_context_object


@click.group()
def app() -> None:
    """SSH host keys: recorded at the first login, refused when they change."""


@app.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@pass_context_object
def list_(context: Context, as_json: bool) -> None:
    """Show the recorded keys, and changed ones that wait for `accept`."""
    keys = context.hostkeys.list()
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(key) for key in keys]))
        return
    table = Table("device", "fingerprint", "recorded", "refused key", box=None, header_style="bold")
    for key in keys:
        table.add_row(key.device, key.fingerprint, iso(key.recorded_at), _refused(key))
    Console().print(table)


@app.command()
@click.argument("device")
@pass_context_object
def accept(context: Context, device: str) -> None:
    """Take the changed key that DEVICE showed last."""
    click.echo(f"{device}: now known by {context.hostkeys.accept(device)}")


@app.command()
@click.argument("device")
@pass_context_object
def forget(context: Context, device: str) -> None:
    """Forget DEVICE's key; its next login records what it shows then."""
    context.hostkeys.forget(device)
    click.echo(f"{device}: host key forgotten")


def _refused(key: KnownKey) -> str:
    if key.offered is None or key.offered_at is None:
        return ""
    return f"{key.offered} at {iso(key.offered_at)}"
