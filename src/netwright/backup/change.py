"""What changed between two copies of a device's configuration, by what they mean.

Headers with a time, comments, line ends, block ends, the order of lines where it says nothing, and a secret
that the device wrote in another form that can be read are no change.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from netwright.base.errors import NetwrightError
from netwright.config.engine import Change, list_changes
from netwright.config.schema import Schema

_HEAD_WORDS = 2
"""A line that is no block is told by its first words; the last is most often a value, and the rest long."""
_SECTIONS_TOLD = 3


@dataclass(frozen=True, slots=True)
class CopyChange:
    """Statements that came and went, and the sections (blocks at the top) that they stand in, in order."""

    added: int
    removed: int
    sections: tuple[str, ...] = ()


def changed(last: str, now: str, rules: Schema) -> CopyChange | None:
    """How two copies differ; None when they mean the same. What the engine can't read is compared by lines,
    so that a copy is kept rather too often than not."""
    if last == now:
        return None
    try:
        found = list_changes(last.replace("\r\n", "\n"), now.replace("\r\n", "\n"), rules)
    except NetwrightError:
        return _by_lines(last, now)
    if not found:
        return None
    added = sum(one.mark == "+" for one in found)
    return CopyChange(added, len(found) - added, tuple(dict.fromkeys(map(_section, found))))


def told(sections: tuple[str, ...]) -> str:
    """Sections for a line of text: `` in interface swp1, router bgp 65001 and 2 more``; empty for none."""
    if not sections:
        return ""
    more = len(sections) - _SECTIONS_TOLD
    return f" in {', '.join(sections[:_SECTIONS_TOLD])}{f' and {more} more' if more > 0 else ''}"


def _section(one: Change) -> str:
    if one.path:
        return one.path[0]
    first, block, _ = one.line.partition("\n")
    if block:
        return first
    words = first.split()
    return " ".join(words[: max(1, min(_HEAD_WORDS, len(words) - 1))])


def _by_lines(last: str, now: str) -> CopyChange:
    old, new = Counter(last.splitlines()), Counter(now.splitlines())
    return CopyChange((new - old).total(), (old - new).total())
