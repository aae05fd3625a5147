"""Lists of numbers as devices write them: ``1-5,7`` or ``1 to 5 7``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_COMMAS = re.compile(r"\d+(?:\s*-\s*\d+)?(?:\s*,\s*\d+(?:\s*-\s*\d+)?)*", re.ASCII)
_WORDS = re.compile(r"\d+(?: to \d+)?(?: \d+(?: to \d+)?)*", re.ASCII)
_MOST = 4096  # numbers of VLANs; a list with more is none


def numbers(text: str) -> set[int] | None:
    """The numbers that ``text`` lists; None when it is no such list or has too many."""
    if _COMMAS.fullmatch(text):
        spans = [part.partition("-") for part in text.split(",")]
    elif _WORDS.fullmatch(text):
        spans = [part.partition(" to ") for part in re.findall(r"\d+(?: to \d+)?", text)]
    else:
        return None
    found: set[int] = set()
    for low, _, high in spans:
        if len(low.strip()) > 5 or len(high.strip()) > 5:
            return None
        start, stop = int(low), int(high or low)
        if stop < start or len(found) + stop - start > _MOST:
            return None
        found.update(range(start, stop + 1))
    return found


def ranges(values: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Runs of numbers, in their order."""
    start = stop = -2
    for value in sorted(values):
        if value != stop + 1:
            if start >= 0:
                yield start, stop
            start = value
        stop = value
    if start >= 0:
        yield start, stop


def listed(values: Iterable[int], *, words: bool = False) -> str:
    """``1-5,7``, or with ``words`` ``1 to 5 7``."""
    joint, between = (" to ", " ") if words else ("-", ",")
    return between.join(str(low) if low == high else f"{low}{joint}{high}" for low, high in ranges(values))
