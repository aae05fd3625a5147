"""The summary of a plan on the terminal, in whole sentences."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from netwright.cli.planview import plan_document, show_plan
from netwright.deploy.plan import DevicePlan, Plan, PlanState
from netwright.intent.omission import Omission

SAME, DIFFERS, LOST = PlanState.SAME, PlanState.DIFFERS, PlanState.UNREACHABLE


@pytest.mark.parametrize(
    ("states", "unmanaged", "said"),
    [
        ([], 0, "There are no active devices to configure. `netwright import` makes some."),
        ([SAME], 0, "Nothing to do: 1 device runs what is wanted."),
        ([SAME, SAME], 0, "Nothing to do: 2 devices run what is wanted."),
        ([DIFFERS], 0, "1 device: 1 differs."),
        ([SAME, DIFFERS, DIFFERS, LOST], 0, "4 devices: 1 same, 2 differ, 1 unreachable."),
        ([SAME], 1, "1 device has a platform whose configuration is not applied."),
        ([SAME], 7, "7 devices have a platform whose configuration is not applied."),
    ],
)
def test_the_summary_counts_in_sentences(states: list[PlanState], unmanaged: int, said: str) -> None:
    plan = Plan(
        devices=tuple(DevicePlan(device=f"r{n}", state=state) for n, state in enumerate(states)),
        unmanaged=tuple(f"s{n}" for n in range(unmanaged)),
    )
    out = io.StringIO()
    show_plan(Console(file=out, width=200), plan, diffs=False)
    assert out.getvalue().splitlines()[-1] == said


def test_what_will_still_be_missing_is_told_before_the_summary() -> None:
    missing = Omission("r0", "interfaces.mtu", "frr", "Linux has it", 4, "swp1")
    plan = Plan(devices=(DevicePlan(device="r0", state=DIFFERS),), omissions=(missing,))
    out = io.StringIO()
    show_plan(Console(file=out, width=200), plan, diffs=False)
    assert out.getvalue().splitlines()[-2] == (
        "warning: r0: interfaces.mtu (swp1 and 3 more) is wanted but not written on frr: Linux has it"
    )
    assert plan_document(plan)["omissions"] == [
        {
            "device": "r0",
            "field": "interfaces.mtu",
            "platform": "frr",
            "reason": "Linux has it",
            "count": 4,
            "example": "swp1",
        }
    ]


def test_a_plan_says_why_a_device_is_in_it() -> None:
    plan = Plan(devices=(DevicePlan("r0", DIFFERS, reasons=("interfaces changed (change set 7)",)),))
    out = io.StringIO()
    show_plan(Console(file=out, width=200), plan, diffs=False)
    assert out.getvalue().splitlines()[1] == "  why: interfaces changed (change set 7)"
    assert '"reasons": ["interfaces changed (change set 7)"]' in json.dumps(plan_document(plan))
