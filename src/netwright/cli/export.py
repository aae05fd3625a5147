"""``netwright export``: wanted objects as files for others."""

from __future__ import annotations

from pathlib import Path

import click

from netwright.app.context import Context
from netwright.cli.context import pass_context_object
from netwright.cli.objectdiff import counted


@click.group()
def app() -> None:
    """Write wanted objects as files: models for the device-type library."""


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
