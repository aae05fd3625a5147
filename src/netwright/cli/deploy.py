"""``netwright deploy``: roll the plan out, in waves that undo themselves."""

from __future__ import annotations

import sys

import click
from rich.console import Console

from netwright.app.context import Context
from netwright.app.deployment import sealed_texts
from netwright.cli.context import pass_context_object
from netwright.cli.document import author, print_json
from netwright.cli.planview import make_plan, plan_document, show_plan, show_waves
from netwright.cli.rollout import resume_all
from netwright.cli.rolloutview import exit_code, see_rollout_through, show_summary
from netwright.deploy.plan import PlanState
from netwright.deploy.rollout import Terms, create_rollout, waves_of
from netwright.deploy.waves import Limits


@click.command()
@click.argument("devices", nargs=-1)
@click.option("--site", help="Only the devices of this site.")
@click.option(
    "--timer", default=60, show_default=True, help="Seconds after which a device reverts by itself."
)
@click.option("--budget", default=0, show_default=True, help="Failed devices that are borne before it stops.")
@click.option("--wave-size", default=20, show_default=True, help="Most devices in a wave.")
@click.option("--per-site", default=2, show_default=True, help="Most devices of one site in a wave.")
@click.option("--diff/--no-diff", default=False, help="Show each difference whole, as `plan` does.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.option("--reason", default="", help="Why; kept with the rollout.")
@click.option("--author", "who", default=None, help="Who deploys; default the user of this shell.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON (with --yes).")
@click.option("--resume", is_flag=True, help="Make no plan: take up rollouts that were cut off.")
@pass_context_object
def deploy(
    context: Context,
    devices: tuple[str, ...],
    site: str | None,
    timer: int,
    budget: int,
    wave_size: int,
    per_site: int,
    diff: bool,
    yes: bool,
    reason: str,
    who: str | None,
    as_json: bool,
    resume: bool,
) -> None:
    """Bring devices to their wanted configuration: one canary first, then in waves.

    Each device is armed with a timer of its own: it reverts by itself unless the checks pass and the change
    is confirmed over a new session. Never two devices of one redundancy group change at once. A failed
    canary, or more failures than --budget, stop the rollout.

    Exit code: 0 when every device that differed is confirmed, 1 when some failed, reverted, were skipped or
    could not be planned, 2 when nothing could be begun.
    """
    if resume:
        sys.exit(resume_all(context, None, as_json=as_json))
    if as_json and not yes:
        raise click.UsageError("--json needs --yes: there is nobody to ask.")
    console = Console(highlight=False, quiet=as_json)
    plan = make_plan(context, devices, site, check=True, quiet=as_json)
    show_plan(console, plan, diffs=diff)
    planned_all = not plan.having(PlanState.REFUSED) and not plan.having(PlanState.UNREACHABLE)
    if not plan.having(PlanState.DIFFERS):
        if as_json:
            print_json({"rollout": None, "plan": plan_document(plan)})
        sys.exit(0 if planned_all else 1)
    limits = Limits(wave_size, per_site)
    show_waves(console, waves_of(context.database, plan, limits))
    if not yes:
        click.confirm("Roll out?", abort=True)
    terms = Terms(timer_s=timer, failure_budget=budget, limits=limits, author=who or author(), reason=reason)
    rollout = create_rollout(context.database, sealed_texts(context), plan, terms, context.clock.now())
    report = see_rollout_through(context, rollout, quiet=as_json)
    if as_json:
        print_json({"rollout": report, "plan": plan_document(plan)})
    show_summary(console, report)
    sys.exit(exit_code(report) if planned_all else 1)
