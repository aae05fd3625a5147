"""``netwright asset``: the pieces of hardware that we own, and where they are."""

from __future__ import annotations

import dataclasses
import getpass
import json
from collections.abc import Callable

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.app.context import Context
from netwright.base.clock import iso
from netwright.cli.context import pass_context_object
from netwright.intent import asset as pieces
from netwright.intent.asset import Shelf
from netwright.intent.rules import check
from netwright.inventory import Asset, Model
from netwright.inventory.component import AssetStatus
from netwright.store.editor import Editor
from netwright.store.naming import Namer


class _ShelfType(click.ParamType[Shelf]):
    name = "SITE[/SHELF]"

    def convert(self, value: str | Shelf, param: click.Parameter | None, ctx: click.Context | None) -> Shelf:
        if isinstance(value, Shelf):
            return value
        site, _, shelf = value.partition("/")
        return Shelf(site, shelf)


SHELF = _ShelfType()


@click.group()
def app() -> None:
    """Pieces of hardware by serial number: on a shelf, in a device, away. Each move is a change set."""


@app.command("list")
@click.option("--status", type=click.Choice([*AssetStatus]), default=None, help="Only these.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@pass_context_object
def list_(context: Context, status: str | None, as_json: bool) -> None:
    """Show the pieces and where they are."""
    query = select(Asset, Model.name).join(Model, Model.id == Asset.model_id).order_by(Asset.serial)
    if status is not None:
        query = query.where(Asset.status == AssetStatus(status))
    with context.database.read() as session:
        namer = Namer(session)
        rows = [
            {
                "serial": one.serial,
                "model": model,
                "status": one.status.value,
                "where": pieces.where(namer, _place(one)),
                "asset_tag": one.asset_tag,
            }
            for one, model in session.execute(query)
        ]
    if as_json:
        click.echo(json.dumps(rows))
    elif not rows:
        click.echo("No pieces yet. Take one in: netwright asset receive SERIAL --model M --to SITE/SHELF")
    else:
        table = Table("serial", "model", "status", "where", "tag", box=None, header_style="bold")
        for row in rows:
            table.add_row(*row.values())
        Console().print(table)


@app.command()
@click.argument("serial")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@pass_context_object
def history(context: Context, serial: str, as_json: bool) -> None:
    """Show where SERIAL was, the newest stay first."""
    with context.database.read() as session:
        stays = pieces.stays(session, serial)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(stay) for stay in stays]))
        return
    table = Table("since", "revision", "where", "status", "who", box=None, header_style="bold")
    for stay in stays:
        table.add_row(iso(stay.at), str(stay.revision), stay.where, stay.status, stay.author)
    Console().print(table)


@app.command()
@click.argument("serial")
@click.option("--model", required=True, help="Model of device or module.")
@click.option("--to", "shelf", type=SHELF, required=True, help="Site and shelf it lies on, as ams/B2.")
@click.option("--tag", default="", help="Number on our own label.")
@click.option("--order", default="", help="Our order.")
@pass_context_object
def receive(context: Context, serial: str, model: str, shelf: Shelf, tag: str, order: str) -> None:
    """Take in a new piece."""
    _write(
        context,
        f"Receive {serial}",
        lambda session, editor: pieces.receive(
            session, editor, serial, model, shelf, asset_tag=tag, order_number=order
        ),
    )


@app.command()
@click.argument("serial")
@click.argument("into", metavar="DEVICE[/SLOT]")
@click.option("--old-to", type=SHELF, default=None, help="Shelf that the piece now there goes to.")
@pass_context_object
def install(context: Context, serial: str, into: str, old_to: Shelf | None) -> None:
    """Put SERIAL in as DEVICE, or into a SLOT of it; that serial number is wanted there from now on."""
    _write(
        context,
        f"Install {serial} in {into}",
        lambda session, editor: pieces.install(session, editor, serial, into, old_to),
    )


@app.command()
@click.argument("serial")
@click.argument("shelf", type=SHELF, metavar="SITE[/SHELF]")
@click.option(
    "--status",
    type=click.Choice([one.value for one in AssetStatus if one is not AssetStatus.IN_USE]),
    default=AssetStatus.STOCK.value,
    show_default=True,
    help="What it is from now on.",
)
@pass_context_object
def shelve(context: Context, serial: str, shelf: Shelf, status: str) -> None:
    """Take SERIAL out of where it is and lay it on a shelf."""
    _write(
        context,
        f"Shelve {serial}",
        lambda session, editor: pieces.shelve(session, editor, serial, shelf, AssetStatus(status)),
    )


def _write(context: Context, title: str, edit: Callable[[Session, Editor], object]) -> None:
    editor = context.changesets.editor()
    with context.database.read() as session:
        edit(session, editor)
    done = context.changesets.commit(editor, title, getpass.getuser(), check)
    click.echo(f"{title}: revision {done.revision}.")


def _place(one: Asset) -> dict[str, object]:
    return {
        "site_id": one.site_id,
        "shelf": one.shelf,
        "device_id": one.device_id,
        "component_id": one.component_id,
    }
