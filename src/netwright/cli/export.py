"""``netwright export``: wanted objects as files for others."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import click

from netwright.app.context import Context
from netwright.cli.context import pass_context_object
from netwright.cli.kindname import find_kind
from netwright.cli.objectdiff import counted


class _FolderGroup(click.Group):
    """What is no command is a folder to export everything to."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            args = ["all", *args]
        return super().resolve_command(ctx, args)


@click.group(cls=_FolderGroup)
def app() -> None:
    """Write wanted objects as files: everything (`netwright export FOLDER`), CSV, models for the device-type
    library."""


@app.command("all")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@pass_context_object
def all_(context: Context, folder: Path) -> None:
    """Write everything into FOLDER as YAML, one file a device, signed with the revision."""
    from netwright.app.vault import load_key  # noqa: PLC0415 (cryptography)
    from netwright.exchange.tree.export import write_tree  # noqa: PLC0415 (reads YAML)

    with context.database.read() as session:
        manifest = write_tree(session, folder, load_key(context.home.key_file))
    click.echo(f"Wrote revision {manifest.revision} to {folder}: {counted(len(manifest.files), 'file')}.")


@app.command()
@click.argument("kind")
@click.option("--output", type=click.File("w", lazy=True), default="-", help="File; default: the terminal.")
@pass_context_object
def csv(context: Context, kind: str, output: TextIO) -> None:
    """Write all objects of KIND as CSV, as `netwright import` reads it."""
    from netwright.exchange.csvfile import write_csv  # noqa: PLC0415 (the database)

    found = find_kind(context.kinds, kind)
    with context.database.read() as session:
        write_csv(session, found, output)


@app.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.argument("models", nargs=-1)
@pass_context_object
def devicetypes(context: Context, folder: Path, models: tuple[str, ...]) -> None:
    """Write MODELS (default: all) into FOLDER as files of the device-type library."""
    from netwright.exchange.devicetypes.library import write_library  # noqa: PLC0415 (reads YAML)
    from netwright.store.naming import resolve  # noqa: PLC0415 (the database)

    with context.database.read() as session:
        ids = [resolve(session, "model", name) for name in models] if models else None
        written = write_library(session, folder, ids)
    click.echo(f"Wrote {counted(len(written), 'model')} to {folder}.")
