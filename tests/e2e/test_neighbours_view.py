"""What BGP neighbours see of a change: never more than of what a person types who knows what hurts, and less
than of frr-reload. ``python -m bench frr`` does all transitions, here are those in which they differ most."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from .neighbours import bare, rig

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases/config/live.yaml").read_text()
)
CHOSEN = {"05", "16", "17", "27"}

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(os.geteuid() != 0, reason="NOT RUN: needs root for network namespaces"),
]


def test_neighbours_see_no_more_than_of_the_optimum_and_less_than_of_frr_reload(tmp_path: Path) -> None:
    with rig(tmp_path) as router:
        own = bare(router)
        seen = {case["name"]: router.compare(case, own) for case in CASES if case["name"][:2] in CHOSEN}
    assert len(seen) == len(CHOSEN)
    for name, ways in seen.items():
        ours, optimum = ways["ours"], ways["optimum"]
        assert (ours.resets, ours.withdrawals) <= (optimum.resets, optimum.withdrawals), (name, ways)
        assert ours.withdrawals <= optimum.withdrawals, (name, ways)
    resets = {way: sum(ways[way].resets for ways in seen.values()) for way in ("ours", "frr-reload")}
    withdrawals = {
        way: sum(ways[way].withdrawals for ways in seen.values()) for way in ("ours", "frr-reload")
    }
    assert resets["ours"] <= resets["frr-reload"]
    assert withdrawals["ours"] < withdrawals["frr-reload"]
