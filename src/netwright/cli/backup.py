"""``netwright backup``: running configurations in git: run, log, show, diff, restore."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from netwright.app.context import Context
from netwright.app.deployment import archive_of, backups_of, planner_of, sealed_texts
from netwright.backup.change import told
from netwright.backup.snapshot import BackupState, DeviceBackup, Snapshot
from netwright.base.clock import iso
from netwright.base.errors import DeviceError
from netwright.cli.context import pass_context_object, run_devices
from netwright.cli.document import author, print_json
from netwright.cli.objectdiff import counted
from netwright.cli.planview import show_plan
from netwright.cli.probetape import RECORD, recorder, taped
from netwright.cli.rolloutview import exit_code, see_rollout_through, show_summary
from netwright.deploy.plan import Plan, PlanState
from netwright.deploy.records import RolloutKind
from netwright.deploy.rollout import Terms, create_rollout

_STYLES = {BackupState.NEW: "green", BackupState.CHANGED: "yellow", BackupState.FAILED: "red"}

_json = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")


@click.group(invoke_without_command=True)
@click.pass_context
def app(ctx: click.Context) -> None:
    """Back up running configurations into git (secrets masked); log, show, diff, restore.

    Without a subcommand: `run` of all devices. The repository can be cloned with plain git."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(run)


@app.command()
@click.argument("devices", nargs=-1)
@click.option("--site", help="Only the devices of this site.")
@RECORD
@_json
@pass_context_object
def run(
    context: Context,
    devices: tuple[str, ...] = (),
    site: str | None = None,
    record: Path | None = None,
    as_json: bool = False,
) -> None:
    """Read all running configurations and commit what changed, in one commit.

    A device that fails keeps its last good copy. Exit code 1 when some failed."""
    told = recorder(record, context.clock.now(), "backup", {})
    targets = taped(context.targets(devices or None, site=site), told)
    backups = backups_of(context)
    console = Console(highlight=False, quiet=as_json)
    with Console(stderr=True, quiet=as_json).status(f"Reading {len(targets)} devices") as status:

        def on_device(result: DeviceBackup) -> None:
            status.update(f"Reading {len(targets)} devices: {result.device} {result.state.value}")

        async def work() -> Snapshot:
            return await backups.take(targets, on_device=on_device)

        snapshot = run_devices(context, work)
    if as_json:
        print_json(snapshot)
    for result in snapshot.devices:
        if result.state is not BackupState.SAME:
            _show(console, result)
    counts = ", ".join(
        f"{snapshot.count(state)} {state.value}" for state in BackupState if snapshot.count(state)
    )
    what = f"commit {snapshot.commit[:12]}" if snapshot.commit else "nothing to commit"
    console.print(f"{counted(len(snapshot.devices), 'device')}: {counts or 'none'}; {what}.")
    sys.exit(0 if snapshot.complete else 1)


def _show(console: Console, result: DeviceBackup) -> None:
    line = Text(f"{result.device}  ").append(result.state.value, style=_STYLES[result.state])
    if result.state is BackupState.CHANGED:
        line.append(f"  +{result.added} -{result.removed}{told(result.sections)}")
    console.print(line.append(f"  {result.message}" if result.message else ""))


@app.command()
@click.argument("device")
@click.option("--limit", default=20, show_default=True, help="How many.")
@_json
@pass_context_object
def log(context: Context, device: str, limit: int, as_json: bool) -> None:
    """List the revisions of a device's configuration, the newest first."""
    commits = archive_of(context).log(device, limit)
    if as_json:
        print_json(commits)
        return
    table = Table("revision", "when", "what", box=None, pad_edge=False, header_style="bold")
    for commit in commits:
        mine = [line for line in commit.message.splitlines() if line.startswith(f"{device}: ")]
        table.add_row(commit.id[:12], iso(commit.when), Text((mine or commit.message.splitlines())[0]))
    Console(highlight=False).print(table)


@app.command()
@click.argument("device")
@click.option("--revision", default="HEAD", show_default=True, help="As `log` prints it.")
@pass_context_object
def show(context: Context, device: str, revision: str) -> None:
    """Print a copy of a device's configuration, secrets masked."""
    sys.stdout.write(archive_of(context).read(device, revision))


@app.command()
@click.argument("device")
@click.argument("old", required=False)
@click.argument("new", required=False, default="HEAD")
@pass_context_object
def diff(context: Context, device: str, old: str | None, new: str) -> None:
    """Show what changed between two revisions; without any, what the last change was.

    Exit code 1 when there is a difference."""
    text = archive_of(context).diff(device, old, new)
    if sys.stdout.isatty():
        Console(highlight=False).print(Syntax(text, "diff", background_color="default"))
    else:
        sys.stdout.write(text)
    sys.exit(1 if text else 0)


@app.command()
@click.argument("device")
@click.option("--revision", default="HEAD", show_default=True, help="As `log` prints it.")
@click.option(
    "--timer", default=60, show_default=True, help="Seconds after which the device reverts by itself."
)
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.option("--reason", default="", help="Why; kept with the rollout.")
@_json
@pass_context_object
def restore(
    context: Context, device: str, revision: str, timer: int, yes: bool, reason: str, as_json: bool
) -> None:
    """Put an earlier configuration back on a device, secrets and all.

    It goes the same safe way as a deployment: armed with the device's own timer, checked (it must keep the
    BGP sessions it has and still names), confirmed over a new session. `plan` will show how it stands to
    what is wanted."""
    if as_json and not yes:
        raise click.UsageError("--json needs --yes: there is nobody to ask.")
    whole = archive_of(context).whole(device, revision)
    console = Console(highlight=False, quiet=as_json)

    async def work() -> Plan:
        planner = planner_of(context, record=False)
        return await planner.make(context.targets([device]), lambda _: whole.reveal())

    plan = run_devices(context, work)
    if plan.empty:
        console.print(f"{device} runs revision {revision} already.")
        if as_json:
            print_json(None)
        return
    show_plan(console, plan, diffs=True)
    if not plan.having(PlanState.DIFFERS):
        raise DeviceError("it can't be restored now", subject=device, remedy="See the message above.")
    if not yes:
        click.confirm(f"Restore {device} to {revision}?", abort=True)
    terms = Terms(
        timer_s=timer,
        kind=RolloutKind.RESTORE,
        author=author(),
        reason=reason or f"restore {device} to {revision[:12]}",
    )
    rollout = create_rollout(context.database, sealed_texts(context), plan, terms, context.clock.now())
    report = see_rollout_through(context, rollout, quiet=as_json)
    if as_json:
        print_json(report)
    show_summary(console, report)
    sys.exit(exit_code(report))
