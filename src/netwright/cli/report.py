"""``netwright report``: hardware for planners."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import click
from rich.table import Table

from netwright.app.context import Context
from netwright.base.spreadsheet import csv_text
from netwright.cli.context import pass_context_object
from netwright.cli.document import output, print_json
from netwright.intent import hardwarereport
from netwright.intent.hardwarereport import Row

_site = click.option("--site", help="Only this site.")
_csv = click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
_json = click.option("--json", "as_json", is_flag=True, help="One JSON array.")


@click.group()
def app() -> None:
    """Reports on hardware: how much of what, spares, what its makers give up, power."""


@app.command()
@_site
@_csv
@_json
@pass_context_object
def models(context: Context, site: str | None, as_csv: bool, as_json: bool) -> None:
    """Count devices, modules and spares by model. Of a site, spares are those that lie there."""
    with context.database.read() as session:
        found = hardwarereport.model_counts(session, site)
    _print(found, hardwarereport.MODEL_COLUMNS, "No hardware yet.", as_csv=as_csv, as_json=as_json)


@app.command()
@_site
@click.option(
    "--within", "days", type=click.IntRange(0, 36_500), default=365, show_default=True, metavar="DAYS",
    help="What ends in so many days, or has ended.",
)  # fmt: skip
@_csv
@_json
@pass_context_object
def endings(context: Context, site: str | None, days: int, as_csv: bool, as_json: bool) -> None:
    """Models in use whose sale, security fixes or support end. Exit code 1 when something has ended."""
    today = datetime.fromtimestamp(context.clock.now(), UTC).date()
    with context.database.read() as session:
        found = hardwarereport.endings(session, today, timedelta(days=days), site)
    _print(
        found,
        hardwarereport.ENDING_COLUMNS,
        f"Nothing in use ends within {days} days.",
        as_csv=as_csv,
        as_json=as_json,
    )
    sys.exit(1 if any(one.days < 0 for one in found) else 0)


@app.command()
@_site
@_csv
@_json
@pass_context_object
def power(context: Context, site: str | None, as_csv: bool, as_json: bool) -> None:
    """Power feeds in watts: what they may carry, what is planned on them, and what hangs on them when the
    other feeds of their devices fail."""
    with context.database.read() as session:
        found = hardwarereport.feed_loads(session, site)
    _print(found, hardwarereport.FEED_COLUMNS, "No power feeds yet.", as_csv=as_csv, as_json=as_json)


class _Reported(Protocol):
    def row(self) -> Row: ...


def _print(
    found: Sequence[_Reported], names: Sequence[str], empty: str, *, as_csv: bool, as_json: bool
) -> None:
    rows = [one.row() for one in found]
    if as_json:
        print_json(rows)
    elif as_csv:
        click.echo(csv_text(names, rows), nl=False)
    elif not rows:
        click.echo(empty, err=True)
    else:
        table = Table(box=None, header_style="bold")
        for name in names:
            number = isinstance(rows[0][name], int)
            table.add_column(name.replace("_", " "), justify="right" if number else "left")
        for row in rows:
            table.add_row(*(str(value) for value in row.values()))
        output().print(table)
