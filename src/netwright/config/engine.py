"""The engine's verbs on texts: compare, patch, apply, whatever the way the configuration is written.

Main path: ``schema`` (what is known of a platform) -> ``operation`` and ``order`` (what to do, and when) ->
``patch`` (checked against ``simulate``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from netwright.config import words
from netwright.config.brace import INACTIVE, is_set_form, leaves, set_lines, words_tree
from netwright.config.compare import difference
from netwright.config.dialect import PLAIN
from netwright.config.lines import logical_lines
from netwright.config.meaning import Meaning, meaning
from netwright.config.operation import Differ, Kind
from netwright.config.patch import Patch, Step, patch
from netwright.config.schema import Path, Schema, Style
from netwright.config.section import section_commands, section_typed, sections
from netwright.config.settled import settled
from netwright.config.simulate import Device
from netwright.config.statements import Block, copied, plain, written


@dataclass(frozen=True, slots=True)
class Change:
    """A line that the intended configuration has more (``+``) or less (``-``), with the blocks around it."""

    mark: str
    path: Path
    line: str


def make_patch(running: str, intended: str, schema: Schema) -> Patch:
    """The commands from ``running`` to ``intended``, checked on a simulated device."""
    running = settled(running, intended, schema).text
    if schema.style is Style.INDENT:
        return patch(running, intended, schema)
    if schema.style is Style.SECTION:
        old, new = sections(running), sections(intended)
        steps = [Step((), command, why) for command, why in section_commands(old, new)]
        for step in steps:
            section_typed(old, step.command)
        left = [command for command, _ in section_commands(old, new)]
        return Patch(tuple(steps), tuple(left))
    before, after = words_tree(running, schema), words_tree(intended, schema)
    found = words.changes(before, after, schema)
    steps = [Step((), *command) for command in words.commands(found, schema)]
    for step in steps:
        words.typed(before, next(set_lines(step.command)), schema)
    rest = words.changes(_pruned(before, words_tree(running, schema), after), after, schema)
    return Patch(tuple(steps), tuple(" ".join(path) for path, _ in (*rest.gone, *rest.come)))


def _pruned(tree: Block, was: Block, wanted: Block) -> Block:
    """``tree`` without the blocks that deletions left empty, as far as they aren't wanted."""
    kept: Block = {}
    for word, below in tree.items():
        rest = _pruned(below, was.get(word, {}), wanted.get(word, {})) if below else {}
        if rest or word in wanted or not was.get(word):
            kept[word] = rest
    return kept


def apply(running: str, steps: Iterable[tuple[Path, str]], schema: Schema) -> str:
    """The configuration after the commands, in the engine's picture of the platform. Comments and block ends
    are not kept; a configuration in braces comes back as ``set`` lines."""
    if schema.style is Style.INDENT:
        device = Device(copied(meaning(running, schema).block), schema)
        for path, command in steps:
            device.send(path, command)
        return "".join(f"{line}\n" for line in written(device.block, dialect=schema.dialect))
    if schema.style is Style.SECTION:
        root = sections(running)
        for path, command in steps:
            section_typed(root, " ".join((*path, command)))
        return "".join(f"{line}\n" for section, lines in root.items() for line in (section, *lines))
    tree = words_tree(running, schema)
    for path, command in steps:
        for line in set_lines(" ".join((*path, command))):
            words.typed(tree, line, schema)
    return "".join(f"{line}\n" for line in _set_form(tree, schema))


def _set_form(tree: Block, schema: Schema) -> Iterator[str]:
    for path in leaves(tree):
        if path[:1] == (INACTIVE,):
            yield f"deactivate {schema.leave}" + " ".join(path[1:])
        elif path:
            yield f"set {schema.leave}" + " ".join(path)


def commands_of(text: str, schema: Schema) -> list[tuple[Path, str]]:
    """The commands of a patch written as indented text or as set lines; ``exit`` and comments say nothing."""
    if schema.style is Style.BRACE:
        return [((), " ".join(line)) for line in set_lines(text)]
    if schema.style is Style.SECTION:
        return [((), line.strip()) for line in text.split("\n") if line.strip()]
    found: list[tuple[Path, str]] = []
    heads: list[tuple[int, str]] = []
    silent = {*schema.dialect.silent, "exit", "quit", "end", "commit"}
    for raw in logical_lines(text, schema.dialect):
        line = raw.strip()
        if not line or line in silent or line.startswith("!"):
            continue
        indent = len(raw) - len(raw.lstrip())
        while heads and heads[-1][0] >= indent:
            heads.pop()
        found.append((tuple(head for _, head in heads), line))
        heads.append((indent, line))
    return found


def text_of(steps: Sequence[Step], schema: Schema) -> str:
    """A patch as it can be pasted: indented below its blocks, leaving each block at its end."""
    if schema.style is not Style.INDENT:
        return "".join(f"{step.command}\n" for step in steps)
    lines: list[str] = []
    here: Path = ()
    for index, step in enumerate(steps):
        here = _go(here, step.path, lines, schema)
        lines.append(" " * len(here) + step.command)
        following = steps[index + 1].path if index + 1 < len(steps) else ()
        inner = (*step.path, step.command)
        if following[: len(inner)] == inner:
            here = inner
    _go(here, (), lines, schema)
    return "".join(f"{line}\n" for line in lines)


def _go(here: Path, there: Path, lines: list[str], schema: Schema) -> Path:
    """Leave blocks and enter blocks."""
    common = 0
    while common < min(len(here), len(there)) and here[common] == there[common]:
        common += 1
    lines.extend(" " * depth + schema.leave for depth in range(len(here), common, -1))
    lines.extend(" " * depth + there[depth] for depth in range(common, len(there)))
    return there


def list_changes(running: str, intended: str, schema: Schema) -> list[Change]:
    """The lines that differ, by what they mean. A secret that the device shows in a form that can't be read
    counts as the same (``settled``)."""
    running = settled(running, intended, schema).text
    if schema.style is Style.BRACE:
        found = words.changes(words_tree(running, schema), words_tree(intended, schema), schema)
        gone = [Change("-", (), " ".join(path)) for path, _ in found.gone]
        return gone + [Change("+", (), " ".join(path)) for path, _ in found.come]
    if schema.style is Style.SECTION:
        old, new = sections(running), sections(intended)
    else:
        return _indent_changes(meaning(running, schema), meaning(intended, schema), schema)
    gone = [Change("-", (name,), line) for name in old for line in old[name] if line not in new.get(name, {})]
    return gone + [
        Change("+", (name,), line) for name in new for line in new[name] if line not in old.get(name, {})
    ]


def _indent_changes(old: Meaning, new: Meaning, schema: Schema) -> list[Change]:
    found: list[Change] = []
    for operation in Differ(old, new, schema).run():
        if operation.old:
            found.append(Change("-", operation.path, plain(operation.old)))
        mark = "-" if operation.kind is Kind.REMOVE else "+"
        found.append(Change(mark, operation.path, plain(operation.line)))
    return found


def unified(running: str, intended: str, schema: Schema) -> str:
    """A unified diff of what the two say; empty when they say the same."""
    running = settled(running, intended, schema).text
    if not list_changes(running, intended, schema):
        return ""
    if schema.style is Style.INDENT:
        return difference(running, intended, schema.dialect, names=("running", "intended"))
    forms = [running, intended]
    if schema.style is Style.BRACE:
        forms = [
            "".join(f"{line}\n" for line in _set_form(words_tree(text, schema), schema)) for text in forms
        ]
    return difference(forms[0], forms[1], PLAIN, names=("running", "intended"))


__all__ = [
    "Change",
    "apply",
    "commands_of",
    "is_set_form",
    "list_changes",
    "make_patch",
    "text_of",
    "unified",
]
