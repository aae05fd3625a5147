"""``netwright role``: roles of one's own."""

from __future__ import annotations

import sys

import click
import orjson
from rich.console import Console
from rich.table import Table

from netwright.app.access import machine_actor, role
from netwright.app.access.wording import said, take_grant
from netwright.app.context import Context
from netwright.cli.context import pass_context_object


@click.group()
def app() -> None:
    """Roles: viewer, operator, admin, and those made here. What several roles grant adds up."""


@app.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@pass_context_object
def list_(context: Context, as_json: bool) -> None:
    """List the roles with their grants."""
    found = role.list_roles(context.database)
    with context.database.read() as session:
        grants = {one.name: [(number, said(session, grant)) for number, grant in one.grants] for one in found}
    if as_json:
        rows = [
            {
                "name": one.name,
                "description": one.description,
                "builtin": one.builtin,
                "grants": [{"id": number, "grant": text} for number, text in grants[one.name]],
            }
            for one in found
        ]
        sys.stdout.write(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    table = Table("role", "grant", "what it gives")
    for one in found:
        table.add_row(one.name, "", one.description, end_section=not grants[one.name])
        for number, text in grants[one.name]:
            table.add_row("", str(number or "-"), text)
    Console(highlight=False, markup=False).print(table)


@app.command("add")
@click.argument("name")
@click.option("--description", default="", help="What it is for.")
@pass_context_object
def add(context: Context, name: str, description: str) -> None:
    """Add a role that grants nothing yet."""
    role.create_role(context.database, context.clock, name, description, by=machine_actor())
    click.echo(f"Role {name} is there. Grant it something with `netwright role grant {name} VERB...`.")


@app.command("grant")
@click.argument("name")
@click.argument("verbs", nargs=-1, required=True)
@click.option("--kind", "kinds", multiple=True, help="Only this kind; repeat for more. Default: all kinds.")
@click.option(
    "--in",
    "places",
    multiple=True,
    help="Only there: region=eu, site=ams,fra, device.role=cache; all of them.",
)
@click.option("--unplaced", is_flag=True, help="With --in: also see what belongs nowhere.")
@click.option("--field", "fields", multiple=True, help="Only this field: serial, or device.serial.")
@click.option("--without", multiple=True, help="All fields but this one.")
@pass_context_object
def grant(
    context: Context,
    name: str,
    verbs: tuple[str, ...],
    kinds: tuple[str, ...],
    places: tuple[str, ...],
    unplaced: bool,
    fields: tuple[str, ...],
    without: tuple[str, ...],
) -> None:
    """Let those who have role NAME do VERBS.

    On objects: view, create, update, delete. The others: observe, propose, approve, merge, deploy, backup,
    operate, webhooks, secret-names, users, audit."""
    with context.database.read() as session:
        made = take_grant(
            session, verbs, kinds=kinds, places=places, unplaced=unplaced, fields=fields, without=without
        )
        text = said(session, made)
    number = role.add_grant(context.database, context.clock, name, made, by=machine_actor())
    click.echo(f"{name}, grant {number}: {text}.")


@app.command("take-back")
@click.argument("name")
@click.argument("number", type=int)
@pass_context_object
def take_back(context: Context, name: str, number: int) -> None:
    """Take grant NUMBER of role NAME back."""
    role.remove_grant(context.database, context.clock, name, number, by=machine_actor())
    click.echo(f"Role {name} has grant {number} no more.")


@app.command("remove")
@click.argument("name")
@pass_context_object
def remove(context: Context, name: str) -> None:
    """Remove role NAME, from those who have it too."""
    role.remove_role(context.database, context.clock, name, by=machine_actor())
    click.echo(f"Role {name} is gone.")
