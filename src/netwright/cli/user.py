"""``netwright user``: who may use the web interface."""

from __future__ import annotations

import sys

import click
import orjson
from rich.console import Console
from rich.table import Table

from netwright.app import users
from netwright.app.access import Role
from netwright.app.context import Context
from netwright.base.clock import iso
from netwright.cli.context import pass_context_object


@click.group()
def app() -> None:
    """Users of the web interface: viewers look, operators merge and deploy, admins keep users."""


@app.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.VIEWER.value)
@click.option("--ask", is_flag=True, help="Ask for the password instead of making one.")
@pass_context_object
def add(context: Context, name: str, role: str, ask: bool) -> None:
    """Add a user; the password is printed once."""
    password = users.create_user(context.database, name, _password(ask), role, clock=context.clock)
    _tell(name, password, ask)


@app.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@pass_context_object
def list_(context: Context, as_json: bool) -> None:
    """List the users."""
    found = users.list_users(context.database)
    if as_json:
        rows = [
            {
                "name": user.name,
                "role": user.role.value,
                "disabled": user.disabled,
                "added": iso(user.created_at),
            }
            for user in found
        ]
        sys.stdout.write(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    table = Table("name", "role", "state", "added", box=None, pad_edge=False, header_style="bold")
    for user in found:
        table.add_row(
            user.name, user.role.value, "disabled" if user.disabled else "enabled", iso(user.created_at)
        )
    Console(highlight=False).print(table)


@app.command("password")
@click.argument("name")
@click.option("--ask", is_flag=True, help="Ask for the password instead of making one.")
@pass_context_object
def password_(context: Context, name: str, ask: bool) -> None:
    """Give a user a new password and end the user's sessions."""
    password = users.set_password(context.database, name, _password(ask), clock=context.clock)
    _tell(name, password, ask)


@app.command("disable")
@click.argument("name")
@pass_context_object
def disable(context: Context, name: str) -> None:
    """Shut a user out and end the user's sessions."""
    users.set_disabled(context.database, name, True)
    click.echo(f"{name} is disabled.")


@app.command("enable")
@click.argument("name")
@pass_context_object
def enable(context: Context, name: str) -> None:
    """Let a disabled user in again."""
    users.set_disabled(context.database, name, False)
    click.echo(f"{name} is enabled.")


def _password(ask: bool) -> str | None:
    return click.prompt("Password", hide_input=True, confirmation_prompt=True) if ask else None


def _tell(name: str, password: str, asked: bool) -> None:
    click.echo(f"{name}: password kept." if asked else f"{name} / {password}   (shown once)")
