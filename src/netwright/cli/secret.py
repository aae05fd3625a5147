"""``netwright secret``: named secrets and the credentials for devices. Values are never printed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from netwright.app.conditions import Placed
from netwright.app.context import Context
from netwright.app.credentials.chosen import DEFAULT
from netwright.app.credentials.sets import CredentialSet
from netwright.base.errors import InputError, NetwrightError, StorageError
from netwright.base.secret import Secret
from netwright.cli.context import pass_context_object
from netwright.device.endpoint import Credentials, Endpoint


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
@click.option("--ask-enable", is_flag=True, help="Ask for the password of the privileged mode.")
@click.option("--ask-community", is_flag=True, help="Ask for the SNMP v2c community.")
@pass_context_object
def credentials(
    context: Context,
    username: str,
    private_key: Path | None,
    ask_password: bool,
    ask_enable: bool,
    ask_community: bool,
) -> None:
    """Set what devices are logged in to with. Sets for parts of the network, kept here or elsewhere, stand in
    settings.toml; see `netwright secret sets`."""
    password = Secret(click.prompt("Password", hide_input=True)) if ask_password else None
    enable = Secret(click.prompt("Password of the privileged mode", hide_input=True)) if ask_enable else None
    community = Secret(click.prompt("SNMP community", hide_input=True)) if ask_community else None
    key = Secret(private_key.read_text()) if private_key else None
    context.credentials.put(
        Credentials(
            username=username, password=password, private_key=key, snmp_community=community, enable=enable
        )
    )
    Console(highlight=False).print(f"Devices are logged in to as {username}.")


@app.command()
@click.option("--check", is_flag=True, help="Fetch each set now, and tell which can't be had.")
@pass_context_object
def sets(context: Context, check: bool) -> None:
    """Sets of credentials in settings.toml, in the order in which they are tried, and where their values are
    kept. Values are never printed. With --check the exit code is 1 when a set can't be had."""
    table = Table(
        "set", "for", "logs in as", "kept", *(["now"] if check else []), box=None, header_style="bold"
    )
    failed = False
    for name, one in context.settings.credentials.items():
        row = [name, one.words(), *_kept(one)]
        if check:
            fault = _fault(context, name)
            failed = failed or bool(fault)
            row.append(fault or "there")
        table.add_row(*map(escape, row))
    row = [DEFAULT, "all others", "", "netwright secret credentials"]
    if check:
        row.append(_fault(context, DEFAULT) or "there")
    table.add_row(*map(escape, row))
    Console(highlight=False).print(table)
    if failed:
        raise SystemExit(1)


@app.command()
@click.argument("device")
@pass_context_object
def which(context: Context, device: str) -> None:
    """Which set of credentials DEVICE is logged in to with, and whether it can be had; which jump host SSH
    goes through, and how many sessions there may be at once."""
    (target,) = context.targets([device])
    fault = target.endpoint.credentials.fault
    placed = context.placed(device)
    name = context.chosen.name_for(placed)
    console = Console(highlight=False)
    console.print(f"{device} is logged in to with {name}.")
    for line in _reached(context, placed, target.endpoint):
        console.print(line)
    if fault:
        raise StorageError(fault, subject=device)
    if target.endpoint.jump is not None and target.endpoint.jump.credentials.fault:
        raise StorageError(target.endpoint.jump.credentials.fault, subject=target.endpoint.jump.device)
    parts = (
        ("private key", target.endpoint.credentials.private_key),
        ("password", target.endpoint.credentials.password),
        ("password of the privileged mode", target.endpoint.credentials.enable),
        ("SNMP community", target.endpoint.credentials.snmp_community),
    )
    there = [word for word, value in parts if value is not None]
    user = target.endpoint.credentials.username
    console.print(f"It has {'user ' + user + ', ' if user else ''}{', '.join(there) or 'no secret'}.")


def _reached(context: Context, placed: Placed, endpoint: Endpoint) -> Iterator[str]:
    """By which jump host, and within which limits."""
    jump, settings = endpoint.jump, context.settings.sessions
    if jump is None:
        yield "SSH goes to it directly."
    else:
        login = context.settings.jump[jump.device].credentials
        yield escape(
            f"SSH goes through jump host {jump.device} ({jump.host} port {jump.ssh_port}, logged in to with"
            f" {login})."
        )
    share, made = endpoint.share, context.session_rules.limit_for(placed)
    given = [
        f"{share.per_device} with the device" if share.per_device else "",
        f"{share.per_group} with {share.group}" if share.per_group else "",
        f"{settings.at_once} in all" if settings.at_once else "",
    ]
    limits = ", ".join(filter(None, given)) or "any number"
    by = f" (sessions.limits.{made})" if made else ""
    pace = f"; {settings.opens_per_s:g} are opened a second" if settings.opens_per_s else ""
    yield escape(f"SSH sessions at once: {limits}{by}{pace}.")


def _kept(one: CredentialSet) -> tuple[str, str]:
    places = {
        name: getattr(one, name)
        for name in ("password", "private_key", "enable", "snmp_community", "snmp_auth", "snmp_priv")
    }
    kept = [f"{name}: {place}" for name, place in places.items() if place is not None]
    return str(one.username or one.snmp_user or ""), "\n".join(kept)


def _fault(context: Context, name: str) -> str:
    try:
        context.chosen.fetch(name)
    except NetwrightError as error:
        return str(error)
    return ""
