"""What BGP neighbours see while a real FRR router changes: our ordered patch, frr-reload, commands written by
hand, over the transitions of ``tests/cases/config/live.yaml``. Needs root and FRR; about 40 s a transition.

``value`` counts what the neighbours of all transitions saw with our patch, ``peer_value`` with frr-reload;
``optimum`` with the commands written by hand.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from bench.figure import Skip, figure

CASES = Path(__file__).parents[1] / "tests/cases/config/live.yaml"


def figures() -> Iterator[dict[str, Any]]:
    """Each figure as a line of JSON; each transition's counts on stderr."""
    if os.geteuid() != 0 or not Path("/usr/lib/frr/bgpd").exists():
        raise Skip("needs root and FRR")
    from tests.e2e.neighbours import Seen, bare, rig  # noqa: PLC0415 - only where it can run

    sums = {way: [0, 0, 0.0] for way in ("ours", "frr-reload", "optimum")}
    cases = yaml.safe_load(CASES.read_text())
    with tempfile.TemporaryDirectory() as folder, rig(Path(folder)) as router:
        own = bare(router)
        for case in cases:
            seen: dict[str, Seen] = router.compare(case, own)
            shown = {
                way: (found.resets, found.withdrawals, round(found.seconds, 1)) for way, found in seen.items()
            }
            print(case["name"], shown, file=sys.stderr)
            for way, found in seen.items():
                sums[way][0] += found.resets
                sums[way][1] += found.withdrawals
                sums[way][2] += found.seconds
    names = ("frr: sessions reset", "frr: routes withdrawn", "frr: time to change, with way back and confirm")
    for index, (name, unit) in enumerate(zip(names, ("sessions", "routes", "s"), strict=True)):
        line = figure(name, sums["ours"][index], unit, len(cases), 0.0)
        yield {
            **line,
            "peer": "frr-reload",
            "peer_value": sums["frr-reload"][index],
            "optimum": sums["optimum"][index],
        }
