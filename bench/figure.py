"""What benchmarks share: a figure as the mapping that is printed, and CPU time of this process."""

from __future__ import annotations

import time
from typing import Any


class Skip(Exception):  # noqa: N818 - it is no error
    """A benchmark that can't run on this machine; the text says why."""


class Watch:
    """CPU and wall seconds of a ``with`` block in this process."""

    cpu_s = 0.0
    wall_s = 0.0

    def __enter__(self) -> Watch:
        self._cpu, self._wall = time.process_time(), time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.cpu_s = time.process_time() - self._cpu
        self.wall_s = time.perf_counter() - self._wall


def figure(name: str, value: float, unit: str, n: int, cpu_s: float) -> dict[str, Any]:
    """One figure; three significant digits are enough."""
    return {"figure": name, "value": float(f"{value:.3g}"), "unit": unit, "n": n, "cpu_s": round(cpu_s, 3)}
