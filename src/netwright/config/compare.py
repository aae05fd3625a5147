"""Compares two configurations by what they mean: block ends, comments and blanks say nothing, and the order
of lines counts only where the dialect says so.

The difference is a valid unified diff of the two texts after that normalisation, with unmoved lines lined
up, so that it shows real changes only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from netwright.config.dialect import Dialect
from netwright.config.statements import AGAIN, Block, is_ordered, statements


def same(running: str, wanted: str, dialect: Dialect) -> bool:
    """Whether both mean the same."""
    if running == wanted or _significant(running, dialect) == _significant(wanted, dialect):
        return True
    if dialect.ordered:
        return fingerprint(running, dialect) == fingerprint(wanted, dialect)
    return statements(running, dialect) == statements(wanted, dialect)


def fingerprint(text: str, dialect: Dialect) -> str:
    """SHA-256 of what ``text`` means, in hex: equal for texts that are ``same``."""
    lines: list[str] = []
    _canonical(statements(text, dialect), dialect, is_ordered("", dialect), "", lines)
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def difference(
    running: str,
    wanted: str,
    dialect: Dialect,
    *,
    context: int = 3,
    names: tuple[str, str] = ("running", "wanted"),
) -> str:
    """Unified diff from ``running`` to ``wanted``; empty when they mean the same."""
    entries = list(
        _merge(statements(running, dialect), statements(wanted, dialect), dialect, is_ordered("", dialect), 0)
    )
    if all(entry.mark == " " for entry in entries):
        return ""
    head = f"--- {names[0]}\n+++ {names[1]}\n"
    return head + "".join(_hunk(entries, start, stop) for start, stop in _spans(entries, context))


def _significant(text: str, dialect: Dialect) -> list[str]:
    """Lines with their indentation: two texts in the same order need no more to be found equal."""
    silent, prefixes = dialect.silent, dialect.silent_prefixes
    lines = map(str.rstrip, text.split("\n"))
    return [
        line
        for line in lines
        if (body := line.lstrip()) and not (body in silent or body.startswith(prefixes))
    ]


def _canonical(block: Block, dialect: Dialect, ordered: bool, margin: str, lines: list[str]) -> None:
    for line in block if ordered else sorted(block):
        lines.append(margin + line)
        below = block[line]
        if below:
            _canonical(below, dialect, ordered or is_ordered(line, dialect), margin + " ", lines)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the merged text: ``mark`` as in a unified diff, ``depth`` below the top."""

    mark: str
    depth: int
    line: str

    def __str__(self) -> str:
        return f"{self.mark}{' ' * self.depth}{self.line.partition(AGAIN)[0]}\n"


def _merge(old: Block, new: Block, dialect: Dialect, ordered: bool, depth: int) -> Iterator[_Entry]:
    for mark, line in _in_order(old, new) if ordered else _lined_up(old, new):
        yield _Entry(mark, depth, line)
        before = old.get(line, {}) if mark != "+" else {}
        after = new.get(line, {}) if mark != "-" else {}
        if before or after:
            below = ordered or is_ordered(line, dialect)
            yield from _merge(before, after, dialect, below, depth + 1)


def _lined_up(old: Block, new: Block) -> Iterator[tuple[str, str]]:
    """Old lines in their order, each followed by the new ones that the new text has after it."""
    after: dict[str | None, list[str]] = {}
    anchor: str | None = None
    for line in new:
        if line in old:
            anchor = line
        else:
            after.setdefault(anchor, []).append(line)
    added = after.get(None, [])
    for line in old:
        if line not in new:
            yield "-", line
            continue
        yield from (("+", extra) for extra in added)
        yield " ", line
        added = after.get(line, [])
    yield from (("+", extra) for extra in added)


def _in_order(old: Block, new: Block) -> Iterator[tuple[str, str]]:
    before, after = list(old), list(new)
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from ((" ", line) for line in before[i1:i2])
        else:
            yield from (("-", line) for line in before[i1:i2])
            yield from (("+", line) for line in after[j1:j2])


def _spans(entries: list[_Entry], context: int) -> Iterator[tuple[int, int]]:
    """Ranges of entries around changes; ranges that touch are one."""
    start = stop = -1
    for index, entry in enumerate(entries):
        if entry.mark == " ":
            continue
        if start >= 0 and index - context <= stop:
            stop = index + context + 1
            continue
        if start >= 0:
            yield start, min(stop, len(entries))
        start, stop = max(0, index - context), index + context + 1
    yield start, min(stop, len(entries))


def _hunk(entries: list[_Entry], start: int, stop: int) -> str:
    """A hunk with the blocks that are open at its first line, which a reader needs most."""
    shown = entries[start:stop]
    numbers = " ".join(
        f"{sign}{_range(entries[:start], shown, other)}" for sign, other in (("-", "+"), ("+", "-"))
    )
    return f"@@ {numbers} @@{_section(entries, start)}\n" + "".join(map(str, shown))


def _range(before: Iterable[_Entry], shown: list[_Entry], other: str) -> str:
    count = sum(entry.mark != other for entry in shown)
    first = sum(entry.mark != other for entry in before)
    return f"{first + 1 if count else first},{count}"


def _section(entries: list[_Entry], start: int) -> str:
    heads: list[str] = []
    depth = entries[start].depth
    for entry in reversed(entries[:start]):
        if entry.depth < depth:
            heads.append(entry.line.partition(AGAIN)[0])
            depth = entry.depth
        if depth == 0:
            break
    return "".join(f" {head} /" for head in reversed(heads)).rstrip("/ ")
