"""Rollouts on the terminal: live table, summary; and seeing one through to its end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from netwright.app.context import Context
from netwright.app.deployment import hands_of
from netwright.app.worker import Worker, WorkerLock, see_through
from netwright.cli.context import run_devices
from netwright.cli.document import author
from netwright.deploy.journal import Journal
from netwright.deploy.records import DeviceState, RolloutState
from netwright.deploy.report import DeviceReport, RolloutReport, read_rollout

_REFRESH_S = 0.25
_STYLES = {
    DeviceState.WAITING: "dim",
    DeviceState.CONFIRMED: "green",
    DeviceState.REVERTED: "red",
    DeviceState.FAILED: "bold red",
    DeviceState.SKIPPED: "dim",
    DeviceState.REVERTING: "magenta",
}


def rollout_table(report: RolloutReport, now: float) -> RenderableType:
    """The rollout's devices by wave, as they are now."""
    table = Table(title=f"Rollout {report.id}  {report.state.value}", title_justify="left")
    for column in ("wave", "device", "site", "state", "seconds", ""):
        table.add_column(column, justify="right" if column == "seconds" else "left", overflow="fold")
    for device in report.devices:
        wave = "canary" if device.wave == 0 else str(device.wave)
        style = _STYLES.get(device.state, "cyan")
        table.add_row(
            wave,
            device.device,
            device.site,
            Text(device.state.value, style=style),
            _seconds(device, now),
            Text(device.message),
        )
    return Group(table, Text(report.message, style="red")) if report.message else table


def _seconds(device: DeviceReport, now: float) -> str:
    if device.started_at is None:
        return ""
    return f"{(device.finished_at or now) - device.started_at:.1f}"


def show_summary(console: Console, report: RolloutReport) -> None:
    """What became of a rollout, in one line."""
    counts = ", ".join(f"{count} {state.value}" for state, count in report.counts.items())
    seconds = (
        f" in {report.finished_at - report.started_at:.0f} s"
        if report.finished_at and report.started_at
        else ""
    )
    style = "green" if report.successful else "red"
    console.print(f"[{style}]Rollout {report.id} {report.state.value}{seconds}: {counts}.[/]")
    if report.message and not console.is_terminal:
        console.print(Text(report.message, style="red"))


def see_rollout_through(context: Context, rollout: str, *, quiet: bool, work: bool = True) -> RolloutReport:
    """Follow a rollout to its end; run it here when no other process is the worker (``work``).

    The first Ctrl-C asks it to stop, the second leaves: what is under way is taken up by the next worker,
    or reverts by the devices' own timers."""
    journal = Journal(context.database, context.clock)

    def report() -> RolloutReport:
        with context.database.read() as session:
            return read_rollout(session, rollout)

    async def main() -> None:
        over: Callable[[], bool] = lambda: report().state.final  # noqa: E731
        async with (
            _interruptible(lambda: journal.request_stop(rollout, author()), quiet=quiet),
            _shown(context, report, quiet=quiet),
        ):
            if work:
                lock = WorkerLock(context.home.worker_lock)
                await see_through(lambda: Worker(context.home.workflows_url, hands_of(context)), lock, over)
            while not over():  # noqa: ASYNC110 (another process moves it)
                await asyncio.sleep(_REFRESH_S)

    if work:
        run_devices(context, main)
    else:
        asyncio.run(main())
    return report()


@asynccontextmanager
async def _interruptible(stop: Callable[[], None], *, quiet: bool) -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    asked = False

    def interrupted() -> None:
        nonlocal asked
        if asked and task is not None:
            task.cancel()
            return
        asked = True
        stop()
        if not quiet:
            Console(stderr=True).print("Stopping after the devices under way; Ctrl-C again to leave at once.")

    loop.add_signal_handler(signal.SIGINT, interrupted)
    try:
        yield
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        loop.remove_signal_handler(signal.SIGINT)


@asynccontextmanager
async def _shown(
    context: Context, report: Callable[[], RolloutReport], *, quiet: bool
) -> AsyncIterator[None]:
    """A live table on a terminal, a line a change elsewhere."""
    console = Console(quiet=quiet)
    if not console.is_terminal or quiet:
        task = asyncio.create_task(_print_changes(console, report))
        try:
            yield
        finally:
            await asyncio.sleep(_REFRESH_S * 2)
            task.cancel()
        return
    with Live(console=console, auto_refresh=False) as live:

        async def refresh() -> None:
            while True:
                live.update(rollout_table(report(), context.clock.now()), refresh=True)
                await asyncio.sleep(_REFRESH_S)

        task = asyncio.create_task(refresh())
        try:
            yield
        finally:
            task.cancel()
            live.update(rollout_table(report(), context.clock.now()), refresh=True)


async def _print_changes(console: Console, report: Callable[[], RolloutReport]) -> None:
    shown: dict[str, DeviceState] = {}
    while True:
        for device in report().devices:
            if device.state is not shown.get(device.device, DeviceState.WAITING):
                shown[device.device] = device.state
                line = f"{device.device} {device.state.value}"
                console.print(Text(f"{line}: {device.message}" if device.message else line), soft_wrap=True)
        await asyncio.sleep(_REFRESH_S)


def exit_code(report: RolloutReport) -> int:
    return 0 if report.state is RolloutState.DONE and report.successful else 1
