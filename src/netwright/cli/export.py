"""``netwright export``: wanted objects as files for others."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import click

from netwright.app.context import Context
from netwright.cli.context import pass_context_object
from netwright.cli.kindname import find_kind
from netwright.cli.objectdiff import counted


@click.group()
def app() -> None:
    """Write wanted objects as files: CSV, models for the device-type library."""


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
