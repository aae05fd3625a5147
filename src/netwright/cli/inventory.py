"""``netwright inventory``: which devices there are, for other tools."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

import click

from netwright.app.context import Context
from netwright.cli.context import pass_context_object
from netwright.cli.document import print_json
from netwright.exchange.others import ansible as ansible_
from netwright.exchange.others import lists
from netwright.exchange.others.target import Target, targets

_every = click.option("--every", is_flag=True, help="Also devices that are not active, or have no address.")


@click.group()
def app() -> None:
    """Devices for other tools: Ansible, Prometheus, Oxidized, gnmic. Never with credentials."""


def _read(context: Context, every: bool) -> list[Target]:
    with context.database.read() as session:
        return targets(session, every=every, endpoints=context.ssh_endpoints())


@app.command()
@click.option("--list", "whole", is_flag=True, help="The whole inventory (what Ansible asks a script).")
@click.option("--host", help="One host's variables.")
@click.option(
    "--plugin", type=click.Path(path_type=Path, file_okay=False), help="Write our plugin into a folder."
)
@_every
@pass_context_object
def ansible(context: Context, whole: bool, host: str | None, plugin: Path | None, every: bool) -> None:
    """Ansible's dynamic inventory as JSON."""
    if plugin is not None:
        plugin.mkdir(parents=True, exist_ok=True)
        source = resources.files("netwright.exchange.others") / "plugin" / "netwright.py"
        with resources.as_file(source) as file:
            click.echo(f"Wrote {shutil.copy(file, plugin / 'netwright.py')}.")
        return
    found = _read(context, every)
    if host is not None and not whole:
        print_json(next((ansible_.host_variables(one) for one in found if one.name == host), {}))
    else:
        print_json(ansible_.inventory(found))


@app.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Of the exporter; default: the address alone.")
@_every
@pass_context_object
def prometheus(context: Context, port: int | None, every: bool) -> None:
    """Prometheus' HTTP service discovery as JSON (also good for file_sd)."""
    print_json(lists.prometheus(_read(context, every), port))


@app.command()
@click.option("--format", "format_", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@_every
@pass_context_object
def oxidized(context: Context, format_: str, every: bool) -> None:
    """Oxidized's nodes: router.db for its CSV source (delimiter `;`), or JSON for its HTTP source."""
    found = _read(context, every)
    if format_ == "json":
        print_json(lists.oxidized(found))
    else:
        click.echo(lists.router_db(found), nl=False)


@app.command()
@click.option("--port", type=click.IntRange(1, 65535), default=lists.GNMI_PORT, show_default=True)
@_every
@pass_context_object
def gnmic(context: Context, port: int, every: bool) -> None:
    """gnmic's targets in YAML."""
    click.echo(lists.gnmic(_read(context, every), port), nl=False)
