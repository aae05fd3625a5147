"""``netwright import``: files, or a running source of truth of others, into a change set."""

from __future__ import annotations

from pathlib import Path

import click

from netwright.app.context import Context
from netwright.app.vault import load_key
from netwright.cli.context import pass_context_object
from netwright.cli.importfrom import nautobot, netbox
from netwright.cli.importview import Wish, bring_in, wish_options
from netwright.cli.kindname import find_kind
from netwright.exchange.catalogue import Catalogue, open_catalogue
from netwright.exchange.formats import Format, open_source
from netwright.intent.source import Source
from netwright.inventory import KINDS


class _FilesGroup(click.Group):
    """What is no command is a file, or an option of reading files."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        return super().resolve_command(ctx, args if args and args[0] in self.commands else ["files", *args])


@click.group(cls=_FilesGroup, context_settings={"ignore_unknown_options": True})
def import_() -> None:
    """Read files (`netwright import PATHS`), a NetBox or a Nautobot, and merge what differs.

    All of it is one change set. What can't be read is told together, with file and line, and then nothing is
    changed. What can be read but breaks rules stays in the open change set, to be mended there.
    """


@import_.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--kind", "kind_name", help="Kind of CSV files, when their names don't say it.")
@click.option("--format", "format_", type=click.Choice(list(map(str, Format))), help="Default: guessed.")
@click.option(
    "--catalogue",
    type=click.Choice([str(one) for one in Catalogue]),
    help="Import models that we ship instead.",
)
@click.option("--prune", is_flag=True, help="Delete objects of the imported kinds that no file names.")
@click.option(
    "--literal",
    is_flag=True,
    help="Of CSV: no parts from models, no speeds from types; only what is written.",
)
@wish_options
@pass_context_object
def files(
    context: Context,
    paths: tuple[Path, ...],
    format_: str | None,
    catalogue: Catalogue | None,
    kind_name: str | None,
    prune: bool,
    literal: bool,
    wish: Wish,
) -> None:
    """Read files (folders with all below them): design files (YAML or JSON), CSV, an export that was edited,
    models of the device-type library, and others' files by --format.

    The word `files` may be left out. Of the device-type library what is odd is told, and the rest taken.
    """
    source, named = _source(context, paths, format_, kind_name, catalogue, literal=literal)
    bring_in(context, source, named, wish, prune=prune)


import_.add_command(netbox)
import_.add_command(nautobot)


def _source(
    context: Context,
    paths: tuple[Path, ...],
    format_: str | None,
    kind_name: str | None,
    catalogue: Catalogue | None,
    *,
    literal: bool,
) -> tuple[Source, str]:
    """What is to be read, and its name for people."""
    if bool(paths) == bool(catalogue):
        raise click.UsageError("Give files or folders, or a --catalogue.")
    if catalogue:
        return open_catalogue(Catalogue(catalogue)), f"our catalogue of {catalogue}"
    named = ", ".join(path.name or str(path) for path in paths)
    kind = find_kind(KINDS, kind_name) if kind_name else None
    return open_source(
        paths,
        Format(format_) if format_ else None,
        kind=kind,
        key=load_key(context.home.key_file),
        literal=literal,
    ), named
