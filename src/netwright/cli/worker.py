"""``netwright worker``: runs rollouts and the collection until it is told to end."""

from __future__ import annotations

import asyncio
import signal

import click
from rich.console import Console

from netwright.app.context import Context
from netwright.app.service import work_and_collect
from netwright.app.worker import WorkerLock
from netwright.cli.context import pass_context_object, run_devices
from netwright.collect.round import RoundSummary


@click.command()
@click.option("--collect/--no-collect", default=True, help="Also collect counters, states and health.")
@click.option("--verbose", is_flag=True, help="A line a round of collection.")
@pass_context_object
def worker(context: Context, collect: bool, verbose: bool) -> None:
    """Run queued rollouts, take up those a dead worker left, and collect, until SIGTERM or Ctrl-C.

    One process at a time is the worker of a home folder. What is under way when it ends is taken up by the
    next one, or reverts by the devices' own timers."""
    console = Console(highlight=False)
    lock = WorkerLock(context.home.worker_lock)
    lock.require()

    def on_round(summary: RoundSummary) -> None:
        if verbose:
            missing = f", {len(summary.failed)} did not" if summary.failed else ""
            console.print(f"round {summary.number}: {summary.answered} devices answered{missing}")

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        console.print(f"Worker of {context.home.path}; end it with Ctrl-C or SIGTERM.")
        await work_and_collect(context, stop, collect=collect, on_round=on_round)

    try:
        run_devices(context, main)
    finally:
        lock.release()
