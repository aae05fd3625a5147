"""Running against wanted configuration as texts: equal or not, and the difference for people."""

from __future__ import annotations

import difflib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """A unified difference running -> wanted. Lines that both have are context."""

    text: str
    added: int
    removed: int


def significant(text: str) -> list[str]:
    """The lines that mean something: no empty lines, no separators (``!``), no space at the end."""
    lines = (line.rstrip() for line in text.splitlines())
    return [line for line in lines if line and line.strip() != "!"]


def same(running: str, wanted: str) -> bool:
    """Do both say the same, line by line?"""
    return running == wanted or significant(running) == significant(wanted)


def difference(running: str, wanted: str) -> Difference:
    """The difference of two texts (mask secrets before)."""
    lines = list(
        difflib.unified_diff(significant(running), significant(wanted), "running", "wanted", n=2, lineterm="")
    )
    body = lines[2:]
    added = sum(line.startswith("+") for line in body)
    removed = sum(line.startswith("-") for line in body)
    return Difference("\n".join(lines) + "\n" if lines else "", added, removed)
