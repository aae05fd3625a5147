"""``netwright plan``: what would change on each device."""

from __future__ import annotations

import sys

import click
from rich.console import Console

from netwright.app.context import Context
from netwright.cli.context import pass_context_object
from netwright.cli.document import print_json
from netwright.cli.planview import make_plan, plan_document, show_plan


@click.command()
@click.argument("devices", nargs=-1)
@click.option("--site", help="Only the devices of this site.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
@click.option("--no-check", is_flag=True, help="Compare texts only; don't ask the devices' own software.")
@click.option("--diff/--no-diff", default=True, show_default=True, help="Show each difference whole.")
@click.option("--change", type=int, default=None, help="As an open change set would have it.")
@pass_context_object
def plan(
    context: Context,
    devices: tuple[str, ...],
    site: str | None,
    as_json: bool,
    no_check: bool,
    diff: bool,
    change: int | None,
) -> None:
    """Render each device's configuration, read the running one and show the difference.

    Nothing is changed. DEVICES: names; without any, all active devices, with --change those whose
    configuration the change set changes. Each device is shown with what made its intended configuration
    another one.

    Exit code: 0 when every device runs what is wanted, 1 when some differ, were refused by their own check or
    did not answer, 2 when no plan could be made.
    """
    made = make_plan(context, devices, site, check=not no_check, quiet=as_json, change=change)
    if as_json:
        print_json(plan_document(made))
    elif change is not None and not made.devices:
        click.echo(f"Change set {change} changes the configuration of none of these devices.")
    else:
        show_plan(Console(highlight=False), made, diffs=diff)
    sys.exit(0 if made.empty else 1)
