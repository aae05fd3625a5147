"""``netwright templates``: people's own templates, where they come from and whom they reach."""

from __future__ import annotations

import click

from netwright.app.context import Context
from netwright.base.errors import InputError
from netwright.cli.context import pass_context_object


@click.group()
def app() -> None:
    """Your own templates and context files, laid over the built-in ones."""


@app.command("list")
@pass_context_object
def list_(context: Context) -> None:
    """Every file of the overlay with its reach, from the wide to the narrow."""
    overlay = context.renderer().overlay
    if not overlay.origin:
        click.echo("There are no templates of your own: `templates` in settings.toml is empty.")
        return
    click.echo(overlay.origin)
    for scope in sorted({*overlay.layers, *overlay.contexts}):
        layer = overlay.layers.get(scope)
        title = f"{scope[0]} {scope[1]}" if scope[0] else "everywhere"
        names = sorted(layer.files) if layer is not None else []
        for name in [*names, *(["context.yaml"] if scope in overlay.contexts else [])]:
            click.echo(f"  {title:<24} {name}")


@app.command()
@pass_context_object
def fetch(context: Context) -> None:
    """Bring our copy of the git repository up to date; show the commit that is rendered with now."""
    from netwright.intent.overlaygit import fetch as fetch_copy  # noqa: PLC0415 (heavy)
    from netwright.intent.overlaygit import is_git  # noqa: PLC0415 (heavy)

    source = context.settings.templates
    if not is_git(source):
        raise InputError(
            "the templates are not in a git repository",
            subject=source or "templates",
            remedy="Set `templates` in settings.toml to PATH_OR_URL#REF.",
        )
    click.echo(fetch_copy(source, context.home.templates))
