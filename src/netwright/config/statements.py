"""What an indented configuration says: nested dicts of lines, in their order.

A block that is opened twice is one block. In an ordered block each repeated line stays a line of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from netwright.config.dialect import Dialect
from netwright.config.lines import logical_lines

Block: TypeAlias = "dict[str, Block]"

MAX_DEPTH = 64  # deeper indentation is no configuration; what is deeper counts as this deep
_CARET = re.compile(r"^(banner \S+ +)\^(?!C)(.*)\^$", re.DOTALL)  # IOS shows any delimiter as ^C
_REMEMBERED = 4_000_000  # characters of text whose blocks are kept, for each dialect
AGAIN = "\0"  # parts a repeated line of an ordered block from its number


@dataclass(slots=True)
class _Memory:
    """Blocks read before, by their text: two configurations of one device have most of them in common, and so
    have the devices of a fleet. ``size`` in characters."""

    blocks: dict[str, Block] = field(default_factory=dict)
    size: int = 0

    def keep(self, text: str, block: Block) -> None:
        if self.size > _REMEMBERED:
            self.blocks, self.size = {}, 0
        self.blocks[text] = block
        self.size += len(text)


@lru_cache(maxsize=128)
def _memory(dialect: Dialect, negation: str) -> _Memory:  # noqa: ARG001 (they are the cache's key)
    return _Memory()


def statements(text: str, dialect: Dialect, negation: str = "") -> Block:
    """The blocks of ``text``, without comments, block ends and blanks. With a ``negation``: of ``X`` and ``no
    X`` in one block the later one stays, as on a device.

    What is below the top may be shared with other texts: copy it before changing it."""
    lines = logical_lines(text, dialect)
    starts = _starts(lines, dialect)
    if starts is None:
        root = _read(lines, dialect)
        return _settled(root, negation) if negation else root
    memory = _memory(dialect, negation)
    known, root = memory.blocks, {}
    again: dict[str, list[str]] = {}
    for start, stop in pairwise((*starts, len(lines))):
        head = lines[start]
        if "\n" in head:
            head = _CARET.sub(r"\1^C\2^C", head.strip())
        elif head[-1].isspace():
            head = head.rstrip()
        if stop == start + 1:
            root.setdefault(head, {})
            continue
        part = "\n".join(lines[start:stop])
        block = known.get(part)
        if block is None:
            block = _read(lines[start:stop], dialect)[head]
            memory.keep(part, _settled(block, negation) if negation else block)
        if root.get(head):
            again.setdefault(head, []).append(part)
        else:
            root[head] = block
            again[head] = [part]
    for head, parts in again.items():
        if len(parts) > 1:
            block = _read(logical_lines("\n".join(parts), dialect), dialect)[head]
            root[head] = _settled(block, negation) if negation else block
    if negation:
        _settle_one(root, negation)
    return root


def _starts(lines: list[str], dialect: Dialect) -> list[int] | None:
    """The indices of the lines at the margin that say something; None for a text that can't be read block by
    block: its lines stand further in, or the order of all of them counts."""
    if "" in dialect.ordered:
        return None
    silent, prefixes, flat = dialect.silent, dialect.silent_prefixes, dialect.flat
    quiet = {start[0] for start in (*silent, *prefixes) if start}
    starts = [index for index, line in enumerate(lines) if line and not line[0].isspace()]
    starts = [
        index
        for index in starts
        if lines[index][0] not in quiet
        or not (lines[index].startswith(prefixes) or lines[index].rstrip() in silent)
    ]
    if not starts or any(line.strip() for line in lines[: starts[0]]):
        return None
    if flat and any(lines[index].startswith(flat) for index in starts):
        return None
    return starts


def _settled(block: Block, negation: str) -> Block:
    """``block`` itself, changed at all depths."""
    _settle_one(block, negation)
    for below in block.values():
        if below:
            _settled(below, negation)
    return block


def _settle_one(block: Block, negation: str) -> None:
    negative = [line for line in block if line.startswith(negation) and line[len(negation) :] in block]
    if negative:
        order = {line: index for index, line in enumerate(block)}
        for line in negative:
            positive = line[len(negation) :]
            del block[positive if order[line] > order[positive] else line]


def _read(lines: list[str], dialect: Dialect) -> Block:
    silent, prefixes, flat = dialect.silent, dialect.silent_prefixes, dialect.flat
    ordered_heads = tuple(filter(None, dialect.ordered))
    quiet = {start[0] for start in (*silent, *prefixes) if start}  # first signs of lines that may be silent
    root: Block = {}
    repeats: dict[tuple[int, str], int] = {}
    blocks, indents, ordered = [root], [-1], [is_ordered("", dialect)]
    open_flat = -1  # margin of the flat head whose lines we read, if any
    for raw in lines:
        line = raw.strip()
        if not line:
            continue
        if line[0] in quiet and (line in silent or line.startswith(prefixes)):
            if open_flat >= 0 and line in dialect.flat_ends:
                open_flat = -1
            continue
        if "\n" in line:
            line = _CARET.sub(r"\1^C\2^C", line)
        indent = raw.find(line[0])
        indent = min(indent, MAX_DEPTH)
        if open_flat >= 0:
            if indent != open_flat or line.startswith(flat):
                open_flat = -1
            else:
                indent += 1
        while indents[-1] >= indent:
            del blocks[-1], indents[-1], ordered[-1]
        parent = blocks[-1]
        if ordered[-1] and line in parent:
            again = repeats[id(parent), line] = repeats.get((id(parent), line), 1) + 1
            line = f"{line}{AGAIN}{again}"
        below = parent.get(line)
        if below is None:
            below = parent[line] = {}
        blocks.append(below)
        indents.append(indent)
        ordered.append(ordered[-1] or line.startswith(ordered_heads))
        if flat and line.startswith(flat):
            open_flat = indent
    return root


def is_ordered(head: str, dialect: Dialect) -> bool:
    """An empty beginning in ``dialect.ordered`` stands for the whole text."""
    return any(head.startswith(start) if start else head == "" for start in dialect.ordered)


def inside(block: Block, path: tuple[str, ...]) -> Block | None:
    """The block below the heads in ``path``, None if it isn't there."""
    for head in path:
        below = block.get(head)
        if below is None:
            return None
        block = below
    return block


def plain(line: str) -> str:
    """A line as it is written, without the number of its repetition."""
    return line.partition(AGAIN)[0]


def copied(block: Block) -> Block:
    """A deep copy, for changing it step by step."""
    return {line: copied(below) if below else {} for line, below in block.items()}


def written(block: Block, margin: str = "", dialect: Dialect | None = None) -> list[str]:
    """The lines of a block, indented; with a dialect also the ends of blocks that would go on without."""
    lines: list[str] = []
    flat = dialect.flat if dialect is not None else ()
    for line, below in block.items():
        lines.append(margin + plain(line))
        if below:
            lines.extend(written(below, margin + " ", dialect))
        if flat and dialect is not None and line.startswith(flat):
            lines.extend(margin + end for end in sorted(dialect.flat_ends))
    return lines
