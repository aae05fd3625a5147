"""``netwright group``: users who share roles."""

from __future__ import annotations

import sys

import click
import orjson
from rich.console import Console
from rich.table import Table

from netwright.app.access import machine_actor, role
from netwright.app.context import Context
from netwright.cli.context import pass_context_object


@click.group()
def app() -> None:
    """Groups: a member has the roles of its groups besides its own."""


@app.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@pass_context_object
def list_(context: Context, as_json: bool) -> None:
    """List the groups."""
    found = role.list_groups(context.database)
    if as_json:
        sys.stdout.write(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    table = Table("group", "roles", "members", "what it is")
    for one in found:
        table.add_row(one.name, ", ".join(one.roles), ", ".join(one.members), one.description)
    Console(highlight=False, markup=False).print(table)


@app.command("add")
@click.argument("name")
@click.option("--description", default="", help="Who they are.")
@pass_context_object
def add(context: Context, name: str, description: str) -> None:
    """Add a group without members."""
    role.create_group(context.database, context.clock, name, description, by=machine_actor())
    click.echo(f"Group {name} is there.")


@app.command("roles")
@click.argument("name")
@click.argument("roles", nargs=-1)
@pass_context_object
def roles_(context: Context, name: str, roles: tuple[str, ...]) -> None:
    """Give group NAME exactly these ROLES."""
    role.set_group(context.database, context.clock, name, roles=roles, by=machine_actor())
    click.echo(f"{name}: {', '.join(roles) or 'no role'}.")


@app.command("members")
@click.argument("name")
@click.argument("users", nargs=-1)
@pass_context_object
def members(context: Context, name: str, users: tuple[str, ...]) -> None:
    """Make exactly these USERS the members of group NAME."""
    role.set_group(context.database, context.clock, name, members=users, by=machine_actor())
    click.echo(f"{name}: {', '.join(users) or 'no member'}.")


@app.command("remove")
@click.argument("name")
@pass_context_object
def remove(context: Context, name: str) -> None:
    """Remove group NAME; its members stay users."""
    role.remove_group(context.database, context.clock, name, by=machine_actor())
    click.echo(f"Group {name} is gone.")
