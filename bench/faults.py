"""What sick devices cost the healthy: a read of a fleet with some of it sick in every known way, against a
read of its healthy devices alone.

The fleet is that of ``tests/device/test_fleet_faults.py``, in this process, so the CPU is that of both sides.
The time is that by the clock from the start to the last healthy device's answer; those that hang keep their
places as long as their deadlines say. The value is the median with sick devices, ``peer_value`` the median
without, ``ratio`` the first to the second: 1 is good.
"""

from __future__ import annotations

import asyncio
import resource
import statistics
from collections.abc import Iterator
from typing import Any

from bench.figure import Watch, figure
from tests.device.test_fleet_faults import Box, config, fleet, outcomes_of, running

DEVICES, EVERY, RUNS = 1000, 20, 3
PLACES = 100


async def read(boxes: list[Box]) -> Watch:
    """Until the last healthy device has answered."""
    left = {box.device for box in boxes if box.trouble is None}
    async with running(boxes) as pool:
        going = outcomes_of(pool, boxes, concurrency=PLACES)
        with Watch() as watch:
            async for outcome in going:
                if outcome.device in left and outcome.value != config(outcome.device):
                    raise RuntimeError(f"{outcome.device} is healthy and did not answer: {outcome.error}")
                left.discard(outcome.device)
                if not left:
                    break
        await going.aclose()  # type: ignore[attr-defined]
    return watch


async def both(devices: int) -> tuple[list[Watch], list[Watch]]:
    """Runs with the sick and runs without, in turn: what else the machine does falls on both."""
    beside, alone = [], []
    for _ in range(RUNS):
        beside.append(await read(fleet(devices, EVERY)))
        alone.append(await read([box for box in fleet(devices, EVERY) if box.trouble is None]))
    return beside, alone


def figures(scale: float = 1.0) -> Iterator[dict[str, Any]]:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    devices = max(12 * EVERY, int(DEVICES * scale))
    beside, alone = asyncio.run(both(devices))
    value, peer = (statistics.median(one.wall_s for one in runs) for runs in (beside, alone))
    line = figure(
        f"healthy devices read with {100 // EVERY} % sick beside them", value, "s", devices,
        statistics.median(one.cpu_s for one in beside),
    )  # fmt: skip
    yield {**line, "peer": "alone", "peer_value": float(f"{peer:.3g}"), "ratio": float(f"{value / peer:.3g}")}
