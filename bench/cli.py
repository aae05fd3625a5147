"""How long ``netwright --help`` takes: a person waits for it, and every completion runs it."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from bench.figure import figure

_RUNS = 15


def figures() -> Iterator[dict[str, Any]]:
    """Wall and CPU seconds, medians. The bar: under 0.3 s."""
    walls, cpus = [], []
    for _ in range(_RUNS):
        before = _children_cpu()
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "netwright", "--help"], check=True, stdout=subprocess.DEVNULL)
        walls.append(time.perf_counter() - start)
        cpus.append(_children_cpu() - before)
    yield figure("netwright --help", statistics.median(walls), "s", _RUNS, sum(cpus))
    yield figure("netwright --help, CPU", statistics.median(cpus), "s", _RUNS, sum(cpus))


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
