"""The statements of a configuration with what the platform's rules say of them: VLAN lists taken apart, lines
that add up to one list put together."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from netwright.config.numbers import listed, numbers
from netwright.config.schema import Path, Schema
from netwright.config.statements import Block, statements


@dataclass(slots=True)
class Meaning:
    """``block`` is what the text says. ``origins``: a statement that came out of a list -> the line as it
    was written."""

    block: Block
    origins: dict[str, str] = field(default_factory=dict)


def meaning(text: str, schema: Schema) -> Meaning:
    """What ``text`` says on that platform. ``text`` may have carriage returns. Blocks may be shared with
    other texts: copy them before changing them."""
    found = Meaning(statements(text, schema.dialect, f"{schema.negation} " if schema.negation else ""))
    if schema.expand:
        _take_apart(found, schema)
    return found


def _take_apart(found: Meaning, schema: Schema) -> None:
    """Write ``vlan 10-12`` as three VLANs, each with the block's lines."""
    if not any(line.startswith(schema.expand) for line in found.block):
        return
    block: Block = {}
    for line, below in found.block.items():
        members = expanded(line, schema)
        if len(members) == 1 and members[0] == line:
            block.setdefault(line, {}).update(below)
            continue
        for member in members:
            block.setdefault(member, {}).update(below)
            found.origins.setdefault(member, line)
    found.block = block


def expanded(line: str, schema: Schema) -> list[str]:
    """The statements that a line with a list stands for; the line itself when it has none."""
    for head in schema.expand:  # longest first in the data
        if line.startswith(head + " "):
            values = numbers(line[len(head) + 1 :].strip())
            if values is not None and (len(values) > 1 or head != schema.expand[-1]):
                return [f"{schema.expand[-1]} {value}" for value in sorted(values)]
    return [line]


_ADD = re.compile(r"^(add|remove|none|all|except)\b ?")


def add_up(block: Block, path: Path, schema: Schema) -> Block:
    """``block`` with the lines of each list put together, in place of the first; the block itself if there
    are none."""
    lists: dict[tuple[str, ...], tuple[str, set[int]]] = {}
    for line in block:
        part = list_part(line, path, schema)
        if part is None:
            continue
        key, head, _, values = part
        if values is not None:
            lists.setdefault(key, (head, set()))[1].update(values)
    if not lists:
        return block
    merged: Block = {}
    for line, below in block.items():
        part = list_part(line, path, schema)
        if part is None or part[3] is None:
            merged[line] = below
            continue
        head, values = lists[part[0]]
        merged.setdefault(list_line(head, values, schema), below)
    return merged


def list_line(head: str, values: set[int], schema: Schema) -> str:
    """A line that lists ``values``."""
    return f"{head} {listed(values, words=schema.short_negation)}"


def list_part(
    line: str, path: Path, schema: Schema
) -> tuple[tuple[str, ...], str, str, set[int] | None] | None:
    """Of a line in a list's slot: the slot's key, the words before the list, the word of action (``add`` and
    the like), the numbers. None for all other lines."""
    slot = schema.slot(path, line) if "vlan" in line else None
    if slot is None or slot.mode not in {"range", "cumulative"} or slot.pattern is None:
        return None
    line = schema.positive(line)
    head = slot.pattern.short(line)
    rest = line[len(head) :].strip()
    action = _ADD.match(rest)
    word = action.group(1) if action else ""
    return slot.key, head, word, numbers(rest[action.end() :] if action else rest)
