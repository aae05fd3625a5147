"""``netwright user``: who may use Netwright, and the audit log."""

from __future__ import annotations

import sys

import click
import orjson
from rich.console import Console
from rich.table import Table

from netwright.app.access import Role, machine_actor
from netwright.app.access import audit as log
from netwright.app.access import user as users
from netwright.app.access.sso import link_user
from netwright.app.context import Context
from netwright.base.clock import iso
from netwright.base.errors import InputError
from netwright.cli.context import pass_context_object

_as_json = click.option("--json", "as_json", is_flag=True, help="As JSON.")


@click.group()
def app() -> None:
    """Users: viewers look, operators change the network, admins keep users; `netwright role` makes more."""


@app.command("add")
@click.argument("name")
@click.option("--role", default=Role.VIEWER.value, show_default=True, help="A role; see `netwright role`.")
@click.option("--ask", is_flag=True, help="Ask for the password instead of making one.")
@pass_context_object
def add(context: Context, name: str, role: str, ask: bool) -> None:
    """Add a user; the password is printed once."""
    password = users.create_user(
        context.database, name, _password(ask), role, by=machine_actor(), clock=context.clock
    )
    _tell(name, password, ask)


@app.command("list")
@_as_json
@pass_context_object
def list_(context: Context, as_json: bool) -> None:
    """List the users."""
    found = users.list_users(context.database)
    if as_json:
        _print_json(
            [
                {
                    "name": user.name,
                    "roles": user.roles,
                    "disabled": user.disabled,
                    "added": iso(user.created_at),
                    "single_sign_on": user.sso,
                }
                for user in found
            ]
        )
        return
    table = Table("name", "roles", "state", "added")
    for user in found:
        table.add_row(
            user.name,
            ", ".join(user.roles),
            "disabled" if user.disabled else "enabled",
            iso(user.created_at),
        )
    Console(highlight=False).print(table)


@app.command("roles")
@click.argument("name")
@click.argument("roles", nargs=-1)
@pass_context_object
def roles_(context: Context, name: str, roles: tuple[str, ...]) -> None:
    """Give user NAME exactly these ROLES; none takes all away."""
    users.set_roles(context.database, name, roles, by=machine_actor(), clock=context.clock)
    click.echo(f"{name}: {', '.join(roles) or 'no role'}.")


@app.command("password")
@click.argument("name")
@click.option("--ask", is_flag=True, help="Ask for the password instead of making one.")
@pass_context_object
def password_(context: Context, name: str, ask: bool) -> None:
    """Give a user a new password and end the user's sessions."""
    password = users.set_password(
        context.database, name, _password(ask), by=machine_actor(), clock=context.clock
    )
    _tell(name, password, ask)


@app.command("disable")
@click.argument("name")
@pass_context_object
def disable(context: Context, name: str) -> None:
    """Shut a user out and end the user's sessions."""
    users.set_disabled(context.database, name, True, by=machine_actor(), clock=context.clock)
    click.echo(f"{name} is disabled.")


@app.command("enable")
@click.argument("name")
@pass_context_object
def enable(context: Context, name: str) -> None:
    """Let a disabled user in again."""
    users.set_disabled(context.database, name, False, by=machine_actor(), clock=context.clock)
    click.echo(f"{name} is enabled.")


@app.command("link")
@click.argument("name")
@click.argument("subject")
@pass_context_object
def link(context: Context, name: str, subject: str) -> None:
    """Say that user NAME is the identity provider's SUBJECT (claim `sub`); the password is dropped."""
    sso = context.settings.sso
    if sso is None:
        raise InputError("single sign-on is not set up", remedy="Set `[sso]` in settings.toml first.")
    link_user(context.database, context.clock, name, sso.issuer, subject, by=machine_actor())
    click.echo(f"{name} logs in over {sso.issuer} as {subject}.")


@app.command("log")
@click.option("--user", "who", default="", help="Only this user's.")
@click.option("--event", type=click.Choice([str(one) for one in log.Event]), help="Only these.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Newest lines.")
@_as_json
@pass_context_object
def log_(context: Context, who: str, event: str | None, limit: int, as_json: bool) -> None:
    """The audit log, the newest first: logins, refusals, tokens at new addresses, changes of rights."""
    found = log.entries(context.database, who=who, what=log.Event(event) if event else None, limit=limit)
    if as_json:
        _print_json(
            [
                {
                    "id": line.id,
                    "at": iso(line.at),
                    "event": line.event,
                    "who": line.who,
                    "means": line.means,
                    "token": line.label,
                    "address": line.address,
                    "verb": line.verb,
                    "subject": line.subject,
                    "detail": line.detail,
                }
                for line in found
            ]
        )
        return
    table = Table("when", "who", "event", "what", "from", box=None, pad_edge=False)
    for line in found:
        what = " ".join(part for part in (line.verb, line.subject, line.detail) if part)
        who_ = f"{line.who or '-'} ({line.label})" if line.label else line.who or "-"
        table.add_row(iso(line.at), who_, line.event, what, line.address or line.means)
    Console(highlight=False, markup=False).print(table)


def _print_json(value: object) -> None:
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")


def _password(ask: bool) -> str | None:
    return click.prompt("Password", hide_input=True, confirmation_prompt=True) if ask else None


def _tell(name: str, password: str, asked: bool) -> None:
    click.echo(f"{name}: password kept." if asked else f"{name} / {password}   (shown once)")
