"""Differences of texts as rows to show: unified from a patch, side by side from two texts."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
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


def _begin(hunk: str, *, reverse: bool) -> int:
    """The line before which a hunk begins, counted from 0. One that takes no line says after which it is."""
    side = hunk.split(" ")[2 if reverse else 1]
    first, _, count = side[1:].partition(",")
    return int(first) if count == "0" else int(first) - 1


def applied(text: str, patch: str, *, reverse: bool = False) -> str | None:
    """A text with a patch in unified form put on it, or taken off it; None where they don't fit."""
    lines = text.splitlines()
    made: list[str] = []
    at = 0
    gone, come = ("add", "del") if reverse else ("del", "add")
    for row in unified(patch):
        if row.sort == "hunk":
            begin = _begin(row.text, reverse=reverse)
            if not at <= begin <= len(lines):
                return None
            made += lines[at:begin]
            at = begin
        elif row.sort == come:
            made.append(row.text)
        elif row.sort in {gone, "same"}:
            if at >= len(lines) or lines[at] != row.text:
                return None
            made += [row.text] if row.sort == "same" else []
            at += 1
    return "\n".join([*made, *lines[at:]]) + ("\n" if text.endswith("\n") else "")


@dataclass(frozen=True, slots=True)
class SideSection:
    """The rows of neighbouring blocks that begin alike. ``same``: nothing differs in it."""

    title: str
    rows: list[SideLine]
    blocks: int

    @property
    def same(self) -> bool:
        return all(row.same for row in self.rows)

    @property
    def counts(self) -> tuple[int, int]:
        """Lines that only the right side has, and that only the left side has."""
        changed = [row for row in self.rows if not row.same]
        return sum(row.right is not None for row in changed), sum(row.left is not None for row in changed)


_SILENT = frozenset({"!", "#", "exit", "end", "}", "quit", "exit-address-family", ""})


def by_section(before: str, after: str) -> list[SideSection]:
    """Two texts beside each other, cut where blocks begin at the top; neighbours whose first words are the
    same are one section. It knows no platform: a block begins at a line that is not indented."""
    found: list[SideSection] = []
    rows: list[SideLine] = []
    title = ""
    blocks = 0
    for row in side_by_side(before, after):
        text = row.left if row.left is not None else row.right or ""
        head = _head(text)
        if head and title and head != _head(title):
            found.append(SideSection(title, rows, blocks))
            rows, title, blocks = [], "", 0
        if head:
            title, blocks = title or text, blocks + 1
        rows.append(row)
    if rows:
        found.append(SideSection(title, rows, blocks))
    return found


def _head(line: str) -> str:
    """What a block at the top begins with; empty for a line inside a block, or one that says nothing."""
    if line[:1].isspace() or line.strip() in _SILENT or line.startswith(("!", "#")):
        return ""
    words = line.split()
    return " ".join(words[:2]) if words[0] in {"set", "delete", "ip", "ipv6", "no"} else words[0]


def side_by_side(before: str, after: str) -> list[SideLine]:
    """Rows of two texts beside each other."""
    left, right = before.splitlines(), after.splitlines()
    quick = len(left) + len(right) > _SLOW_LINES
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=quick)
    rows: list[SideLine] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            rows += [
                SideLine(True, i1 + k + 1, left[i1 + k], j1 + k + 1, left[i1 + k]) for k in range(i2 - i1)
            ]
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
