"""``netwright render``: intended configurations, as they would be sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
import yaml
from sqlalchemy.orm import Session

from netwright.app.context import Context
from netwright.base.errors import InputError, NetwrightError, NotFoundError
from netwright.base.secret import SecretStore
from netwright.cli.context import pass_context_object
from netwright.cli.document import print_json
from netwright.cli.omissionview import omission_documents, warn_of
from netwright.cli.renderview import explain
from netwright.intent.neutral import DeviceView
from netwright.intent.omission import Omission
from netwright.intent.render import MaskedSecrets, Renderer
from netwright.intent.view import build_views
from netwright.store.past import as_of_revision


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
@click.option("--as-of", type=int, default=None, help="As it was after this revision.")
@click.option("--change", type=int, default=None, help="As it would be with this open change set.")
@click.option(
    "--context", "context_data", is_flag=True, help="Print the merged context data instead, as YAML."
)
@click.option("--platform", default=None, help="As if the devices ran this platform.")
@click.option("--explain", "explained", is_flag=True, help="Say of each line where it comes from.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON, line by line with --explain.")
@pass_context_object
def render(
    context: Context,
    devices: tuple[str, ...],
    every: bool,
    in_clear: bool,
    output: Path | None,
    as_of: int | None,
    change: int | None,
    context_data: bool,
    platform: str | None,
    explained: bool,
    as_json: bool,
) -> None:
    """Print the intended configuration of DEVICES, rendered from the source of truth.

    Every device is tried; one that can't be rendered is told at the end.
    """
    if bool(devices) == every:
        raise InputError("name devices, or say --all")
    renderer = context.renderer()
    secrets = context.vault if in_clear else MaskedSecrets()
    with _state(context, as_of, change) as session:
        views = build_views(session, None if every else devices, layers=renderer.overlay)
        if platform is not None:
            views = {name: replace(view, platform=platform) for name, view in views.items()}
        if explained:
            _named(devices, views)
            explain(session, renderer, views, secrets, revision=as_of, as_json=as_json)
            warn_of(one for view in views.values() for one in renderer.omissions(view))
            return
    _named(devices, views)
    _show(renderer, views, devices, secrets, output=output, context_data=context_data, as_json=as_json)


def _named(devices: tuple[str, ...], views: Mapping[str, DeviceView]) -> None:
    for name in devices:
        if name not in views:
            raise NotFoundError(
                "there is no such device", subject=name, remedy="See `netwright show device`."
            )


def _show(
    renderer: Renderer,
    views: Mapping[str, DeviceView],
    devices: tuple[str, ...],
    secrets: SecretStore,
    *,
    output: Path | None,
    context_data: bool,
    as_json: bool,
) -> None:
    if context_data:
        for name, view in views.items():
            click.echo(
                yaml.safe_dump({name: dict(view.context)}, sort_keys=True, allow_unicode=True), nl=False
            )
        return
    names = devices or [name for name, view in views.items() if renderer.renders(view.platform)]
    failed = False
    texts: dict[str, str] = {}
    omissions: list[Omission] = []
    for name in names:
        try:
            text = renderer.render(views[name], secrets)
        except NetwrightError as error:
            click.secho(f"netwright: {error}", fg="red", err=True)
            failed = True
            continue
        omissions += renderer.omissions(views[name])
        if as_json:
            texts[name] = text
        elif output is None:
            click.echo(text, nl=False)
        else:
            _write(output, name, text)
    if as_json:
        print_json(
            {
                "templates": renderer.overlay.origin,
                "devices": texts,
                "omissions": omission_documents(omissions),
            }
        )
    warn_of(omissions)
    if failed:
        raise SystemExit(2)


@contextmanager
def _state(context: Context, as_of: int | None, change: int | None) -> Iterator[Session]:
    """The network as it is, as it was, or as a change set would make it."""
    if as_of is not None and change is not None:
        raise InputError("--as-of looks back and --change ahead", remedy="Give one of them.")
    if change is not None:
        with context.changesets.applied(change) as session:
            yield session
        return
    with context.database.read() as session:
        if as_of is None:
            yield session
        else:
            with as_of_revision(session, context.kinds, as_of):
                yield session


def _write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.conf"
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(text)
