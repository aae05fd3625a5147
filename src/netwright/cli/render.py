"""``netwright render``: intended configurations, as they would be sent."""

from __future__ import annotations

from pathlib import Path

import click

from netwright.app.context import Context
from netwright.base.errors import InputError, NetwrightError, NotFoundError
from netwright.cli.context import pass_context_object
from netwright.intent.render import MaskedSecrets
from netwright.intent.view import build_views


@click.command()
@click.argument("devices", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every active device whose platform has a template.")
@click.option("--secrets", "in_clear", is_flag=True, help="Show secrets in clear, not their names.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Folder to write DEVICE.conf files into (mode 0600), instead of printing.",
)
@pass_context_object
def render(
    context: Context, devices: tuple[str, ...], every: bool, in_clear: bool, output: Path | None
) -> None:
    """Print the intended configuration of DEVICES, rendered from the source of truth.

    Every device is tried; one that can't be rendered is told at the end.
    """
    if bool(devices) == every:
        raise InputError("name devices, or say --all")
    renderer = context.renderer()
    with context.database.read() as session:
        views = build_views(session, None if every else devices)
    for name in devices:
        if name not in views:
            raise NotFoundError(
                "there is no such device", subject=name, remedy="See `netwright show device`."
            )
    names = devices or [name for name, view in views.items() if renderer.renders(view.platform)]
    secrets = context.vault if in_clear else MaskedSecrets()
    failed = False
    for name in names:
        try:
            text = renderer.render(views[name], secrets)
        except NetwrightError as error:
            click.secho(f"netwright: {error}", fg="red", err=True)
            failed = True
            continue
        if output is None:
            click.echo(text, nl=False)
        else:
            _write(output, name, text)
    if failed:
        raise SystemExit(2)


def _write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.conf"
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(text)
