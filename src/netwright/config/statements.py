"""What an indented configuration says: nested dicts of lines, in their order.

A block that is opened twice is one block. In an ordered block each repeated line stays a line of its own.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from netwright.config.dialect import Dialect
from netwright.config.lines import logical_lines

Block: TypeAlias = "dict[str, Block]"

MAX_DEPTH = 64  # deeper indentation is no configuration; what is deeper counts as this deep
_CARET = re.compile(r"^(banner \S+ +)\^(?!C)(.*)\^$", re.DOTALL)  # IOS shows any delimiter as ^C
AGAIN = "\0"  # parts a repeated line of an ordered block from its number


def statements(text: str, dialect: Dialect) -> Block:
    """The blocks of ``text``, without comments, block ends and blanks."""
    silent, prefixes, flat = dialect.silent, dialect.silent_prefixes, dialect.flat
    ordered_heads = tuple(filter(None, dialect.ordered))
    quiet = {start[0] for start in (*silent, *prefixes) if start}  # first signs of lines that may be silent
    root: Block = {}
    repeats: dict[tuple[int, str], int] = {}
    blocks, indents, ordered = [root], [-1], [is_ordered("", dialect)]
    open_flat = -1  # margin of the flat head whose lines we read, if any
    for raw in logical_lines(text, dialect):
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
