"""Plans on the terminal: made with a line of progress, shown device by device, as a document for scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

from netwright.app.context import Context
from netwright.app.deployment import ahead_of, intent_of, omissions_of, planner_of
from netwright.cli.context import run_devices
from netwright.cli.objectdiff import counted
from netwright.cli.omissionview import omission_documents
from netwright.deploy.plan import DevicePlan, Plan, PlanState
from netwright.deploy.waves import Waves
from netwright.intent.ahead import Ahead
from netwright.intent.omission import summary

_STYLES = {
    PlanState.SAME: "green",
    PlanState.DIFFERS: "yellow",
    PlanState.REFUSED: "red",
    PlanState.UNREACHABLE: "red",
}


def make_plan(
    context: Context,
    devices: tuple[str, ...],
    site: str | None,
    *,
    check: bool,
    quiet: bool,
    change: int | None = None,
) -> Plan:
    """The plan of the chosen devices, with a line of progress on a terminal. ``change``: as an open change
    set would have them; without names those that it changes."""
    targets = context.targets(devices or None, site=site)
    ahead = {} if change is None else ahead_of(context, change)
    if change is not None and not devices:
        targets = [target for target in targets if target.device in ahead]
    planner = planner_of(context, check=check, record=change is None)
    known = intent_of(context)
    known.refresh([target.device for target in targets if target.platform.config is not None])

    def wanted(device: str) -> str:
        return ahead[device].reveal() if device in ahead else known.text(device)

    console = Console(stderr=True, quiet=quiet)
    with console.status(f"Planning {len(targets)} devices") as status:
        done = 0

        def on_device(plan: DevicePlan) -> None:
            nonlocal done
            done += 1
            status.update(f"Planning {done} of {len(targets)} devices: {plan.device} {plan.state.value}")

        async def work() -> Plan:
            return await planner.make(targets, wanted, on_device=on_device)

        made = run_devices(context, work)
    unlike = [device.device for device in made.devices if device.state is not PlanState.SAME]
    return _explained(context, made, unlike, {name: ahead[name] for name in unlike if name in ahead}, change)


def _explained(
    context: Context, made: Plan, unlike: list[str], ahead: Mapping[str, Ahead], change: int | None
) -> Plan:
    """The plan with why each device is in it, and what will not be written on which."""
    others = [device for device in unlike if device not in ahead]
    reasons = {
        device: tuple(f"{one} (revision {revision})" for one in found)
        for device, (revision, found) in intent_of(context).why(others).items()
    }
    for device, one in ahead.items():
        reasons[device] = tuple(f"{text} (change set {change})" for text in one.reasons)
    devices = tuple(replace(one, reasons=reasons.get(one.device, ())) for one in made.devices)
    missing = [omission for one in ahead.values() for omission in one.omissions]
    return replace(made, devices=devices, omissions=(*omissions_of(context, others), *missing))


def plan_document(plan: Plan) -> dict[str, object]:
    """A plan for scripts; secrets are masked."""
    return {
        "empty": plan.empty,
        "unmanaged": plan.unmanaged,
        "omissions": omission_documents(plan.omissions),
        "devices": [
            {
                "device": device.device,
                "state": device.state,
                "added": device.added,
                "removed": device.removed,
                "reasons": device.reasons,
                "diff": device.diff,
                "commands": [
                    {"path": step.path, "command": step.command, "why": step.why, "impact": step.impact}
                    for step in device.steps
                ],
                "unpredicted": device.unpredicted,
                "words": device.words,
                "message": device.message,
            }
            for device in plan.devices
        ],
    }


def show_plan(console: Console, plan: Plan, *, diffs: bool) -> None:
    """Each device that is not as wanted, then the summary."""
    for device in plan.devices:
        if device.state is not PlanState.SAME:
            _show_device_plan(console, device, diffs=diffs)
    for line in summary(plan.omissions):
        console.print(Text(f"warning: {line}", style="yellow"))
    counts = {state: len(plan.having(state)) for state in PlanState}
    ours = counted(len(plan.devices), "device")
    if not plan.devices:
        console.print("There are no active devices to configure. `netwright import` makes some.")
    elif plan.empty:
        runs = "runs" if len(plan.devices) == 1 else "run"
        console.print(f"[green]Nothing to do: {ours} {runs} what is wanted.[/]")
    else:
        parts = [f"[{_STYLES[state]}]{_counted(state, count)}[/]" for state, count in counts.items() if count]
        console.print(f"{ours}: {', '.join(parts)}.")
    if plan.unmanaged:
        has = "has" if len(plan.unmanaged) == 1 else "have"
        console.print(
            f"[dim]{counted(len(plan.unmanaged), 'device')} {has} a platform whose configuration is not"
            " applied.[/]"
        )


def _counted(state: PlanState, count: int) -> str:
    """``1 differs``, ``5 differ``, ``2 unreachable``."""
    word = "differ" if state is PlanState.DIFFERS and count != 1 else state.value
    return f"{count} {word}"


def _show_device_plan(console: Console, device: DevicePlan, *, diffs: bool) -> None:
    head = Text(device.device, style="bold")
    head.append(f"  {device.state.value}", style=_STYLES[device.state])
    if device.diff:
        head.append(f"  +{device.added}", style="green").append(f" -{device.removed}", style="red")
    if device.message:
        head.append(f"  {device.message}")
    console.print(head)
    for reason in device.reasons:
        console.print(Text(f"  why: {reason}", style="dim"))
    if device.diff and diffs:
        console.print(Syntax(device.diff, "diff", background_color="default"))
        _show_steps(console, device)
    if device.state is PlanState.REFUSED:
        for word in device.words:
            console.print(Text(f"  {word}", style="red"))


def _show_steps(console: Console, device: DevicePlan) -> None:
    """The commands in their order, each with its impact and why it is there."""
    for step in device.steps:
        line = Text(f"  {' / '.join((*step.path, step.command))}")
        line.append(f"  {step.impact}", style="dim" if step.impact == "none" else "yellow")
        line.append(f": {step.why}", style="dim")
        console.print(line)
    for left in device.unpredicted:
        console.print(Text(f"  left to the device's own software: {left}", style="yellow"))


def show_waves(console: Console, waves: Waves) -> None:
    for number, wave in enumerate(waves):
        title = "canary" if number == 0 else f"wave {number}"
        console.print(f"  [bold]{title}[/]: {', '.join(wave)}")
