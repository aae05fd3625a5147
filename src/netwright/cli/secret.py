"""``netwright secret``: named secrets and the credentials for devices. Values are never printed."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import click
from rich.console import Console

from netwright.app.context import Context
from netwright.base.errors import InputError
from netwright.base.secret import Secret
from netwright.cli.context import pass_context_object
from netwright.device.endpoint import Credentials


@click.group()
def app() -> None:
    """Secrets: BGP passwords and device credentials, encrypted at rest."""


@app.command("list")
@pass_context_object
def list_(context: Context) -> None:
    """Names of the secrets (never their values)."""
    names = context.vault.names()
    for name in names:
        click.echo(name)
    if not names:
        click.echo("No secrets yet. Set one with `netwright secret set NAME`.", err=True)


@app.command("set")
@click.argument("name")
@click.option("--file", type=click.File("r"), help="Read the value from a file, or - for standard input.")
@pass_context_object
def set_(context: Context, name: str, file: TextIO | None) -> None:
    """Set secret NAME; asks for the value unless --file is given."""
    value = (
        file.read().rstrip("\n") if file else click.prompt("Value", hide_input=True, confirmation_prompt=True)
    )
    if not value:
        raise InputError("the value is empty", subject=name, remedy="Give a value.")
    context.vault.put(name, Secret(value))
    Console(highlight=False).print(f"Secret {name} is set.")


@app.command("credentials")
@click.option("--username", required=True, help="User name on devices.")
@click.option(
    "--private-key", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="OpenSSH private key."
)
@click.option("--ask-password", is_flag=True, help="Ask for the login password.")
@click.option("--ask-community", is_flag=True, help="Ask for the SNMP v2c community.")
@pass_context_object
def credentials(
    context: Context, username: str, private_key: Path | None, ask_password: bool, ask_community: bool
) -> None:
    """Set what devices are logged in to with."""
    password = Secret(click.prompt("Password", hide_input=True)) if ask_password else None
    community = Secret(click.prompt("SNMP community", hide_input=True)) if ask_community else None
    key = Secret(private_key.read_text()) if private_key else None
    context.credentials.put(
        Credentials(username=username, password=password, private_key=key, snmp_community=community)
    )
    Console(highlight=False).print(f"Devices are logged in to as {username}.")
