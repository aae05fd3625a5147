"""Differences of texts as rows to show: unified from a patch, side by side from two texts."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_CONTEXT = 4
_SLOW_LINES = 20_000


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One row of a unified difference; ``sort``: ``add``, ``del``, ``same``, ``hunk``. Line numbers start
    at 1."""

    sort: str
    mark: str
    text: str
    old: int | None = None
    new: int | None = None


@dataclass(frozen=True, slots=True)
class SideLine:
    """One row side by side; a text that is None has no counterpart. ``same`` rows carry both."""

    same: bool
    old: int | None
    left: str | None
    new: int | None
    right: str | None


def unified(patch: str) -> list[DiffLine]:
    """The rows of a patch in unified form; headers of files are left out."""
    rows: list[DiffLine] = []
    old = new = 0
    in_hunk = False
    for line in patch.splitlines():
        hunk = _HUNK.match(line)
        if hunk:
            old, new = int(hunk[1]), int(hunk[2])
            in_hunk = True
            rows.append(DiffLine("hunk", "", line))
        elif not in_hunk and line.startswith(("diff ", "index ", "--- ", "+++ ", "new file", "deleted file")):
            continue
        elif line.startswith("+"):
            rows.append(DiffLine("add", "+", line[1:], new=new))
            new += 1
        elif line.startswith("-"):
            rows.append(DiffLine("del", "-", line[1:], old=old))
            old += 1
        elif line.startswith("\\"):
            continue
        else:
            rows.append(DiffLine("same", "", line[1:], old, new))
            old, new = old + 1, new + 1
    return rows


def side_by_side(before: str, after: str) -> list[SideLine | None]:
    """Rows of two texts beside each other; unchanged stretches are folded to ``None``."""
    left, right = before.splitlines(), after.splitlines()
    quick = len(left) + len(right) > _SLOW_LINES
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=quick)
    rows: list[SideLine | None] = []
    codes = matcher.get_opcodes()
    for index, (tag, i1, i2, j1, j2) in enumerate(codes):
        if tag == "equal":
            rows += _equal(left, i1, i2, j1, first=index == 0, last=index == len(codes) - 1)
            continue
        for step in range(max(i2 - i1, j2 - j1)):
            i, j = i1 + step, j1 + step
            rows.append(
                SideLine(
                    same=False,
                    old=i + 1 if i < i2 else None,
                    left=left[i] if i < i2 else None,
                    new=j + 1 if j < j2 else None,
                    right=right[j] if j < j2 else None,
                )
            )
    return rows


def _equal(
    left: Sequence[str], i1: int, i2: int, j1: int, *, first: bool, last: bool
) -> list[SideLine | None]:
    rows: list[SideLine | None] = [
        SideLine(True, i1 + k + 1, left[i1 + k], j1 + k + 1, left[i1 + k]) for k in range(i2 - i1)
    ]
    if len(rows) <= 2 * _CONTEXT + 1:
        return rows
    head = [] if first else rows[:_CONTEXT]
    tail = [] if last else rows[-_CONTEXT:]
    return [*head, None, *tail]
