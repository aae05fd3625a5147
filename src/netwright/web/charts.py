"""Lines of small charts, and rates from counters. Points are (Unix seconds, value)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

Point = tuple[float, float]


def rates(points: Sequence[Point], factor: float = 1.0) -> list[Point]:
    """Change per second between neighbours, times ``factor``. A counter that fell was reset: left out."""
    found = []
    for (t0, v0), (t1, v1) in pairwise(points):
        if t1 > t0 and v1 >= v0:
            found.append((t1, (v1 - v0) * factor / (t1 - t0)))
    return found


def spark_path(
    points: Sequence[Point], *, width: int = 120, height: int = 24, top: float | None = None
) -> str:
    """Path data of a line in a box of ``width`` by ``height``; ``top`` is the value at the upper edge.

    A gap of more than four times the usual distance breaks the line. Empty for fewer than two points."""
    if len(points) < 2:
        return ""
    start, end = points[0][0], points[-1][0]
    high = max((top or 0.0, *(value for _, value in points))) or 1.0
    usual = sorted(b[0] - a[0] for a, b in pairwise(points))[len(points) // 2 - 1]
    x_scale = (width - 2) / max(end - start, 1e-3)
    parts = []
    before = None
    for time, value in points:
        x = 1 + (time - start) * x_scale
        y = height - 1 - max(0.0, value) / high * (height - 2)
        gap = before is None or time - before > 4 * usual
        parts.append(f"{'M' if gap else 'L'}{x:.1f} {y:.1f}")
        before = time
    return "".join(parts)
