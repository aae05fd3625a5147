"""``netwright token``: API tokens of users."""

from __future__ import annotations

import sys

import click
import orjson
from rich.console import Console
from rich.table import Table

from netwright.app.access import machine_actor
from netwright.app.access.audit import DAY_S
from netwright.app.access.token import ApiToken, TokenLimits, create_token, list_tokens, revoke_token
from netwright.app.access.wording import take_verbs
from netwright.app.context import Context
from netwright.base.clock import iso
from netwright.cli.context import pass_context_object


@click.group()
def app() -> None:
    """API tokens: they act for a user, with no more than the user's rights."""


@app.command("create")
@click.argument("user")
@click.argument("name")
@click.option("--days", type=click.IntRange(0, 3650), default=90, show_default=True, help="0: never expires.")
@click.option("--read-only", is_flag=True, help="It changes nothing.")
@click.option("--verb", "verbs", multiple=True, help="Only this verb; repeat for more.")
@click.option("--kind", "kinds", multiple=True, help="Only this kind; repeat for more.")
@click.option("--from", "networks", multiple=True, help="Only from this network, as 192.0.2.0/24; repeat.")
@pass_context_object
def create(
    context: Context,
    user: str,
    name: str,
    days: int,
    read_only: bool,
    verbs: tuple[str, ...],
    kinds: tuple[str, ...],
    networks: tuple[str, ...],
) -> None:
    """Make a token of USER called NAME; the secret is printed once, alone on standard output."""
    limits = TokenLimits(read_only, take_verbs(verbs) if verbs else None, kinds or None, networks or None)
    expires_at = context.clock.now() + days * DAY_S if days else None
    secret = create_token(
        context.database, context.clock, user, name, limits, expires_at=expires_at, by=machine_actor()
    )
    until = f"until {iso(expires_at)}" if expires_at else "for ever"
    click.echo(f"Token {name} of {user} works {until}. Its secret is shown once:", err=True)
    click.echo(secret.reveal())


@app.command("list")
@click.option("--user", default=None, help="Only this user's.")
@click.option("--revoked", is_flag=True, help="The revoked ones too.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@pass_context_object
def list_(context: Context, user: str | None, revoked: bool, as_json: bool) -> None:
    """List tokens (never their secrets)."""
    found = list_tokens(context.database, user, revoked=revoked)
    if as_json:
        rows = [_document(token) for token in found]
        sys.stdout.write(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode() + "\n")
        return
    table = Table("id", "user", "name", "begins with", "may", "from", "expires", "last used")
    for token in found:
        may = "read" if token.read_only else "what its user may"
        table.add_row(
            str(token.id),
            token.user,
            token.name,
            f"{token.hint}…",
            "revoked" if token.revoked_at else may,
            ", ".join(token.networks or ()) or "anywhere",
            _when(token.expires_at),
            _when(token.last_used_at),
        )
    Console(highlight=False, markup=False).print(table)


@app.command("revoke")
@click.argument("number", type=int)
@pass_context_object
def revoke(context: Context, number: int) -> None:
    """End token NUMBER for ever."""
    revoke_token(context.database, context.clock, number, by=machine_actor())
    click.echo(f"Token {number} is revoked.")


def _when(at: float | None) -> str:
    return "never" if at is None else iso(at)


def _document(token: ApiToken) -> dict[str, object]:
    return {
        "id": token.id,
        "user": token.user,
        "name": token.name,
        "hint": token.hint,
        "read_only": token.read_only,
        "verbs": token.verbs,
        "kinds": token.kinds,
        "networks": token.networks,
        "created_at": iso(token.created_at),
        "expires_at": None if token.expires_at is None else iso(token.expires_at),
        "last_used_at": None if token.last_used_at is None else iso(token.last_used_at),
        "revoked_at": None if token.revoked_at is None else iso(token.revoked_at),
    }
