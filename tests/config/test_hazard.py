"""Transitions that hurt in the wrong order: the order against hand-written pairs, the way by the checker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from netwright.config.engine import make_patch
from netwright.config.hazard import hazards
from netwright.config.schema import schema

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases/config/hazards.yaml").read_text()
)


def sent(case: dict[str, Any]) -> list[tuple[tuple[str, ...], str]]:
    made = make_patch(case["running"], case["intended"], schema(case["platform"]))
    assert not made.missing
    return [(step.path, step.command) for step in made.steps]


def position(commands: list[str], wanted: str) -> int:
    """Index of the last command that begins with ``wanted``."""
    found = [index for index, command in enumerate(commands) if command.startswith(wanted)]
    assert found, f"'{wanted}' is not sent: {commands}"
    return found[-1]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_order_is_the_one_written_by_hand(case: dict[str, Any]) -> None:
    commands = [command for _, command in sent(case)]
    for first, then in case.get("before", ()):
        starts = [index for index, command in enumerate(commands) if command.startswith(first)]
        assert starts, f"'{first}' is not sent: {commands}"
        assert starts[0] < position(commands, then), commands
    for never in case.get("never", ()):
        assert not any(command.startswith(never) for command in commands), commands


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_nothing_hurts_on_the_way(case: dict[str, Any]) -> None:
    found = hazards(case["running"], case["intended"], sent(case), schema(case["platform"]))
    assert [hazard for hazard in found if hazard.kind not in case.get("allow", ())] == []


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_way_back_does_not_hurt_either(case: dict[str, Any]) -> None:
    back = {**case, "running": case["intended"], "intended": case["running"]}
    found = hazards(back["running"], back["intended"], sent(back), schema(case["platform"]))
    assert [hazard for hazard in found if hazard.kind not in case.get("allow", ())] == []


def test_the_checker_sees_what_peers_do_wrong() -> None:
    """Orders that other engines give, as the research found them."""
    swap = next(case for case in CASES if case["name"].startswith("02"))
    rules = schema("cisco_ios")
    port = ("interface GigabitEthernet0/1",)
    wrong = [
        ((), "no ip access-list extended OLD"),
        (port, "no ip access-group OLD in"),
        (("ip access-list extended NEW",), "10 permit tcp any any"),
        (port, "ip access-group NEW in"),
    ]
    kinds = {hazard.kind for hazard in hazards(swap["running"], swap["intended"], wrong, rules)}
    assert kinds == {"dangling", "filter"}
    remote = next(case for case in CASES if case["name"].startswith("10"))
    bgp = ("router bgp 65000",)
    wrong = [(bgp, "no neighbor 10.0.0.2 remote-as 65001"), (bgp, "neighbor 10.0.0.2 remote-as 65002")]
    kinds = {hazard.kind for hazard in hazards(remote["running"], remote["intended"], wrong, rules)}
    assert kinds == {"neighbour", "end"}
