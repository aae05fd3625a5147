"""When makers give up what is in use, drawn along the days that are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from netwright.intent.hardwarereport import Ending

WIDTH, LEFT, RIGHT, ROW, TOP = 1000, 190, 24, 26, 26
PAST_DAYS = 30
"""At least so much of the past is drawn."""
_TICKS = 8


@dataclass(frozen=True, slots=True)
class Mark:
    """A day on a line. ``x`` in the drawing; ``clipped``: it lies before what is drawn."""

    x: float
    what: str
    day: date
    tone: str
    clipped: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A model with its marks. ``used``: devices and modules."""

    model: str
    used: int
    y: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """``ticks``: x and words of the scale; ``now``: x of today."""

    lines: list[Line]
    ticks: list[tuple[float, str]]
    now: float
    width: int
    height: float


def timeline(endings: Sequence[Ending], today: date, days: int, most: int = 40) -> Timeline | None:
    """None when nothing ends. Lines by their first day, ``most`` of them."""
    if not endings:
        return None
    oldest = min(one.day for one in endings)
    span = max(days, 30)
    back = min(max((today - oldest).days, PAST_DAYS), span)
    begin, whole = today - timedelta(days=back), back + span

    def x_of(day: date) -> float:
        share = (day - begin).days / whole
        return round(LEFT + min(max(share, 0.0), 1.0) * (WIDTH - LEFT - RIGHT), 1)

    by_model: dict[tuple[str, str], list[Ending]] = {}
    for one in endings:
        by_model.setdefault((one.count.manufacturer, one.count.model), []).append(one)
    lines = [
        Line(
            own[0].count.model,
            own[0].count.used,
            TOP + ROW * (number + 0.5),
            tuple(Mark(x_of(one.day), one.what, one.day, _tone(one), one.day < begin) for one in own),
        )
        for number, own in enumerate(list(by_model.values())[:most])
    ]
    return Timeline(lines, _ticks(begin, whole, x_of), x_of(today), WIDTH, TOP + ROW * len(lines) + 8)


def _tone(one: Ending) -> str:
    if one.days >= 0:
        return "warn" if one.days <= PAST_DAYS * 3 else "info"
    return "mute" if one.what == "sale" else "bad"


def _ticks(begin: date, whole: int, x_of: Callable[[date], float]) -> list[tuple[float, str]]:
    """Beginnings of months, or of years, so many that their words stand apart."""
    step = next(step for step in (1, 3, 6, 12, 24, 60) if whole / (30.4 * step) <= _TICKS or step == 60)
    found: list[tuple[float, str]] = []
    year, month = begin.year, begin.month + 1
    while True:
        year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
        day = date(year, month, 1)
        if (day - begin).days > whole:
            return found
        if (year * 12 + month - 1) % step == 0:
            words = str(year) if step >= 12 or month == 1 else day.strftime("%b")
            found.append((x_of(day), words))
        month += 1
