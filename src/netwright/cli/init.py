"""``netwright init``: the home folder, its database, its key, the first user."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from netwright.app.access import Role, machine_actor
from netwright.app.access.user import create_user
from netwright.app.context import Context, open_context
from netwright.app.home import create_home, default_path, open_home
from netwright.app.labaccess import LabAccess, read_access
from netwright.app.upgrade import upgrade
from netwright.app.vault import load_key
from netwright.base.errors import InputError
from netwright.store.database import Database


@click.command()
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Folder to make; default NETWRIGHT_HOME or ~/.netwright.",
)
@click.option("--database", default="", help="SQLAlchemy URL; default SQLite in the home folder.")
@click.option(
    "--access",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=None,
    help="Access file of a lab (`netwright lab access`): namespace, login, endpoints, secrets.",
)
@click.option("--upgrade", "upgrade_only", is_flag=True, help="Bring an existing home's schema up to date.")
@click.option("--port", type=int, default=8080, show_default=True, help="Port of the web interface.")
def init(home: Path | None, database: str, access: Path | None, upgrade_only: bool, port: int) -> None:
    """Make the home folder: settings, database, key, and the first user of the web interface.

    The first user's password is printed once.
    """
    path = home or default_path()
    console = Console(highlight=False)
    if upgrade_only:
        existing = open_home(path)
        upgrade(Database(existing.database_url))
        console.print(f"The schema of {existing.path} is up to date.")
        return
    lab = read_access(access) if access else None
    made = create_home(path, _settings(database, lab, port))
    load_key(made.key_file, create=True)
    upgrade(Database(made.database_url))
    context = open_context(made.path)
    if lab:
        _keep(context, lab)
    password = create_user(context.database, "admin", None, Role.ADMIN.value, by=machine_actor())
    console.print(f"Home folder: {made.path}")
    console.print(
        f"Web login:   admin / {password}   (shown once; `netwright user password admin` makes a new one)"
    )
    context.close()


def _settings(database: str, lab: LabAccess | None, port: int) -> str:
    lines = ["# Settings of this installation; see docs/reference/settings.md"]
    if database:
        if '"' in database:
            raise InputError("a database URL can't hold a quote", subject="--database")
        lines.append(f'database = "{database}"')
    lines.append(f"web_port = {port}")
    if lab and lab.namespace:
        lines.append(f'network_namespace = "{lab.namespace}"')
    for device, endpoint in (lab.endpoints if lab else {}).items():
        lines += [
            "",
            f"[endpoints.{device}]",
            f'host = "{endpoint.host}"',
            f"ssh_port = {endpoint.ssh_port}",
            f"snmp_port = {endpoint.snmp_port}",
        ]
    return "\n".join(lines) + "\n"


def _keep(context: Context, lab: LabAccess) -> None:
    context.credentials.put(lab.credentials())
    for name, secret in lab.secrets.items():
        context.vault.put(name, secret)
