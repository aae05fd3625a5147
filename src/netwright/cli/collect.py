"""``netwright collect``: rounds of collection."""

from __future__ import annotations

import asyncio
import signal
import sys
from dataclasses import asdict
from pathlib import Path

import click
import orjson
from rich.console import Console
from rich.text import Text

from netwright.app.context import Context
from netwright.app.deployment import drift_check
from netwright.base.clock import iso
from netwright.cli.context import pass_context_object, run_devices
from netwright.cli.objectdiff import counted
from netwright.cli.probetape import RECORD, recorder, taped
from netwright.collect.round import Collector, Pace, RoundSummary


@click.command()
@click.option("--once", is_flag=True, help="One round.")
@click.option("--rounds", type=click.IntRange(min=1), help="So many rounds; default: until Ctrl-C.")
@click.option(
    "--interval",
    "interval_s",
    type=click.FloatRange(min=0.2),
    help="Seconds from round to round; default: collect_interval_s of the settings.",
)
@click.option(
    "--config/--no-config", "with_config", default=True, help="Also read and compare running configurations."
)
@RECORD
@click.option("--json", "as_json", is_flag=True, help="Print a JSON document a line, one a round.")
@pass_context_object
def collect(
    context: Context,
    once: bool,
    rounds: int | None,
    interval_s: float | None,
    with_config: bool,
    record: Path | None,
    as_json: bool,
) -> None:
    """Ask every active device, over and over, for counters, states, BGP sessions, neighbours, load, readings;
    keep them, and judge anew what is found.

    The first round also reads facts and configurations, as later rounds do in turn. Exit code 1 when a
    device did not answer in the last round.
    """
    told = recorder(record, context.clock.now(), "collect", {})
    collector = Collector(
        context.database,
        context.series,
        lambda: taped(context.targets(), told),
        context.open_session,
        context.clock,
        pace=Pace(
            interval_s=interval_s or context.settings.collect_interval_s,
            concurrency=context.settings.concurrency,
        ),
        drift_check=drift_check(context) if with_config else None,
    )
    console = Console(highlight=False)
    last: list[RoundSummary] = []

    def on_round(summary: RoundSummary) -> None:
        last[:] = [summary]
        if as_json:
            click.echo(orjson.dumps(_document(summary)).decode())
        else:
            _show(summary, console)

    async def work() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, stop.set)
        await collector.run(stop, rounds=1 if once else rounds, on_round=on_round)

    run_devices(context, work)
    sys.exit(1 if last and last[0].failed else 0)


def _show(summary: RoundSummary, console: Console) -> None:
    findings = f"{summary.open} open" + "".join(
        f", {count} {word}"
        for count, word in ((summary.opened, "new"), (summary.cleared, "cleared"))
        if count
    )
    parts = [
        f"{summary.answered} of {counted(summary.devices, 'device')}",
        counted(summary.samples, "sample"),
        f"findings: {findings}",
        f"{summary.seconds:.1f} s",
    ]
    if summary.configs:
        parts.insert(2, counted(summary.configs, "configuration"))
    if summary.skipped:
        parts.insert(1, f"{summary.skipped} still busy")
    console.print(
        Text(f"{iso(summary.started_at)}  round {summary.number}: {'; '.join(parts)}"), soft_wrap=True
    )
    for _, error in summary.failed:
        console.print(Text(f"  {error}", style="red"), soft_wrap=True)


def _document(summary: RoundSummary) -> dict[str, object]:
    document = asdict(summary)
    document["started_at"] = iso(summary.started_at)
    document["seconds"] = round(summary.seconds, 3)
    document["failed"] = [{"device": device, "error": error} for device, error in summary.failed]
    return document
