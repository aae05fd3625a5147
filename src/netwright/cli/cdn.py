"""``netwright cdn``: the catalogue, where titles are placed, the fill, and where clients are sent."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table
from sqlalchemy import func, select
from sqlalchemy.orm import Session as DatabaseSession

from netwright.app.context import Context
from netwright.cdn.catalog import assume_demand, import_catalogue, import_demand, read_catalogue
from netwright.cdn.fill import CopyResult, Filler, verify
from netwright.cdn.network import ContentServer, read_network
from netwright.cdn.plan import PlacementPlan, keep_placement, make_placement
from netwright.cdn.records import Holding, HoldingState, Title
from netwright.cdn.steering import SteeringAnswer, as_document, steer
from netwright.cli.context import pass_context_object, run_devices
from netwright.collect.health import health
from netwright.device.session import Session


@click.group()
def app() -> None:
    """The content network: place titles on caches, fill them, steer clients."""


@app.command("import")
@click.argument("catalogue", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--demand",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="CSV with the columns region, title, weight. Without it and with none known, demand is assumed.",
)
@pass_context_object
def import_(context: Context, catalogue: Path, demand: Path | None) -> None:
    """Read a catalogue: a JSON list of titles with id, name, path, size_bytes, sha256."""
    entries = read_catalogue(catalogue)
    with context.database.write() as session:
        change = import_catalogue(session, entries)
        session.flush()
        rows = import_demand(session, demand) if demand else 0
        assumed = assume_demand(session)
    console = Console(highlight=False)
    console.print(
        f"Catalogue: {len(entries)} titles ({change.added} added, {change.changed} changed, "
        f"{change.removed} removed)."
    )
    if demand:
        console.print(f"Demand: {rows} rows.")
    elif assumed:
        console.print(f"Demand: none given; {assumed} rows assumed by rank and clients of each region.")


@app.command("titles")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_context_object
def titles(context: Context, as_json: bool) -> None:
    """Titles and the servers that hold them."""
    with context.database.read() as session:
        rows = session.scalars(select(Title).order_by(Title.id)).all()
        holdings = session.scalars(select(Holding).order_by(Holding.device)).all()
    held: dict[str, list[str]] = defaultdict(list)
    for holding in holdings:
        mark = "" if holding.state is HoldingState.HELD else f" ({holding.state})"
        held[holding.title_id].append(holding.device + mark)
    if as_json:
        document = [
            {"id": row.id, "name": row.name, "size_bytes": row.size_bytes, "held_by": held[row.id]}
            for row in rows
        ]
        click.echo(json.dumps(document, indent=2))
        return
    if not rows:
        click.echo("The catalogue is empty. Read one with `netwright cdn import FILE`.")
        return
    table = Table("title", "name", "MB", "on", box=None)
    for row in rows:
        table.add_row(row.id, row.name, f"{row.size_bytes / 1e6:.1f}", ", ".join(held[row.id]) or "-")
    Console(highlight=False).print(table)


@app.command("place")
@click.option("--dry-run", is_flag=True, help="Show the plan and keep nothing.")
@click.option("--fill", "and_fill", is_flag=True, help="Copy the titles right away.")
@pass_context_object
def place(context: Context, dry_run: bool, and_fill: bool) -> None:
    """Choose which title is stored where, by regional demand within each server's storage."""
    with context.database.read() as session:
        plan = make_placement(session)
    _show_plan(context, plan)
    if dry_run:
        return
    with context.database.write() as session:
        keep_placement(session, plan, context.clock)
    if and_fill:
        _fill(context)
    elif plan.fetch or plan.evict:
        click.echo("Copy them with `netwright cdn fill`.")


@app.command("fill")
@pass_context_object
def fill(context: Context) -> None:
    """Copy the placed titles to their servers, checked by hash; remove what is placed no longer."""
    _fill(context)


@app.command("verify")
@click.argument("devices", nargs=-1)
@pass_context_object
def verify_(context: Context, devices: tuple[str, ...]) -> None:
    """Hash the copies on servers; one that is gone or damaged is planned anew (exit code 1)."""
    bad = run_devices(context, lambda: _verify(context, devices))
    for device, title in bad:
        click.echo(f"{device}: {title} is missing or damaged; planned anew")
    if bad:
        click.echo("Copy them with `netwright cdn fill`.")
        sys.exit(1)
    click.echo("All copies have the catalogue's bytes.")


@app.command("steer")
@click.option("--client", required=True, help="Address of the client.")
@click.option("--title", "title_id", required=True, help="Id of the title.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_context_object
def steer_(context: Context, client: str, title_id: str, as_json: bool) -> None:
    """The servers a client should fetch a title from, best first. Exit code 1 when there is none."""
    with context.database.read() as session:
        answer = steer(session, client, title_id, health(session, context.clock))
    if as_json:
        click.echo(json.dumps(as_document(answer), indent=2))
    else:
        _show_answer(answer)
    if not answer.servers:
        sys.exit(1)


def _show_plan(context: Context, plan: PlacementPlan) -> None:
    with context.database.read() as session:
        network = read_network(session)
        sizes = _sizes(session)
        total = session.scalar(select(func.count()).select_from(Title))
    table = Table("server", "site", "titles", "MB", "of MB", box=None)
    for device, held in sorted(plan.placement.titles.items()):
        server = network.server(device)
        assert server is not None
        used = sum(sizes[title] for title in held) / 1e6
        table.add_row(device, server.site, str(len(held)), f"{used:.1f}", f"{server.storage_bytes / 1e6:.1f}")
    console = Console(highlight=False)
    console.print(table)
    share = plan.placement.value / plan.placement.ideal if plan.placement.ideal else 1.0
    placed = len(set().union(*plan.placement.titles.values())) if plan.placement.titles else 0
    console.print(
        f"{placed} of {total} titles placed; {share:.1%} of the way from origin to everything everywhere. "
        f"{len(plan.fetch)} copies to make, {plan.kept} stay, {len(plan.evict)} to remove."
    )


def _fill(context: Context) -> None:
    with context.database.read() as session:
        wanted = session.execute(
            select(func.count(), func.coalesce(func.sum(Title.size_bytes), 0))
            .select_from(Holding)
            .join(Title, Title.id == Holding.title_id)
            .where(Holding.state.notin_([HoldingState.HELD, HoldingState.EVICTING]))
        ).one()
    columns = (TextColumn("fill"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("fill", total=wanted[1])
        results = run_devices(context, lambda: _copy_all(context, lambda r: progress.advance(task, r.bytes)))
    failed = [result for result in results if result.error]
    copied = [result for result in results if result.bytes]
    removed = len(results) - len(failed) - len(copied)
    megabytes = sum(result.bytes for result in copied) / 1e6
    click.echo(f"{len(copied)} titles copied ({megabytes:.1f} MB), {removed} removed, {len(failed)} failed.")
    for result in failed:
        click.echo(f"  {result.title_id} on {result.device}: {result.error}", err=True)
    if failed:
        sys.exit(1)


async def _copy_all(context: Context, done: Callable[[CopyResult], object]) -> list[CopyResult]:
    filler = Filler(context.database, lambda device: _session(context, device), context.clock)
    results = []
    async for result in filler.run():
        results.append(result)
        done(result)
    return results


async def _verify(context: Context, devices: tuple[str, ...]) -> list[tuple[str, str]]:
    with context.database.read() as session:
        network = read_network(session)
        held: dict[str, list[Title]] = defaultdict(list)
        rows = session.execute(
            select(Holding.device, Title)
            .join(Title, Title.id == Holding.title_id)
            .where(Holding.state == HoldingState.HELD)
        )
        for device, title in rows:
            held[device].append(title)
    chosen = [s for s in network.servers if s.device in held and (not devices or s.device in devices)]
    outcomes = await asyncio.gather(*(_verify_one(context, server, held[server.device]) for server in chosen))
    bad = [pair for outcome in outcomes for pair in outcome]
    with context.database.write() as write:
        for device, title_id in bad:
            holding = write.get(Holding, (device, title_id))
            if holding is not None:
                holding.state = HoldingState.PLANNED
    return sorted(bad)


async def _verify_one(context: Context, server: ContentServer, titles: list[Title]) -> list[tuple[str, str]]:
    session = _session(context, server.device)
    try:
        found = await verify(session, server, titles)
    finally:
        await session.close()
    return [(server.device, title) for title, good in found.items() if not good]


def _sizes(session: DatabaseSession) -> dict[str, int]:
    return {row.id: row.size_bytes for row in session.execute(select(Title.id, Title.size_bytes))}


def _session(context: Context, device: str) -> Session:
    return context.open_session(context.targets([device])[0])


def _show_answer(answer: SteeringAnswer) -> None:
    console = Console(highlight=False)
    known = f"{answer.prefix} of {answer.isp}" if answer.prefix else "a network that is not known"
    console.print(f"{answer.client} is in {known}.")
    if answer.servers:
        table = Table("", "server", "site", "km", "why", "URL", box=None)
        for number, c in enumerate(answer.servers, 1):
            away = "-" if c.distance_km is None else f"{c.distance_km:,.0f}"
            table.add_row(str(number), c.device, c.site, away, c.why, c.url)
        console.print(table)
    else:
        console.print(f"No server can serve {answer.title_id} now.")
    for excluded in answer.excluded:
        console.print(f"  not {excluded.device}: {excluded.why}")
