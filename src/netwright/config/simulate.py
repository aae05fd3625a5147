"""What a device's configuration is after a command: the engine's picture of a line-at-a-time system.

A command in a slot takes the place of the old one; taking a line away takes what hangs on it; some commands
clear others. The rules are the platform's data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from netwright.config.meaning import expanded, list_line, list_part
from netwright.config.schema import Path, Schema
from netwright.config.statements import Block, inside, plain

Place = tuple[Path, str]
"""A line and the blocks around it."""

_ACTIONS = {"add", "remove"}


@dataclass(slots=True)
class Effect:
    """What a command did: lines that came and that went, each with its place."""

    came: list[Place] = field(default_factory=list)
    went: list[Place] = field(default_factory=list)


class Device:
    """A configuration that commands can be sent to. ``block`` is changed in place. ``plural``: slots, by path
    and key, that hold several lines here whatever the rules say."""

    def __init__(
        self, block: Block, schema: Schema, plural: frozenset[tuple[Path, tuple[str, ...]]] = frozenset()
    ) -> None:
        self.block = block
        self._schema = schema
        self._plural = plural

    def inside(self, path: Path) -> Block | None:
        """The block at ``path``, None if it isn't there."""
        return inside(self.block, path)

    def send(self, path: Path, command: str, *, keep: bool = False, restore: bool = False) -> Effect:
        """Type ``command`` below the heads in ``path``. ``keep``: the device shows a negated command (``no
        ip redirects``) as a line of its own. ``restore``: the device does not show the command, because it
        leads back to a default."""
        effect = Effect()
        block = self._enter(path, effect)
        schema = self._schema
        if command.startswith("default ") and self._back_to_default(block, path, command[8:], effect):
            pass
        elif schema.is_negative(command):
            for target in (
                expanded(schema.positive(command), schema) if not path else [schema.positive(command)]
            ):
                self._negate(block, path, target, effect, keep=keep)
        else:
            for line in expanded(command, schema) if not path else [command]:
                self._set(block, path, line, effect, restore=restore)
        self._clear(block, path, command, effect)
        return effect

    def _enter(self, path: Path, effect: Effect) -> Block:
        block = self.block
        for depth, head in enumerate(path):
            if head not in block:
                self._set(block, path[:depth], head, effect, restore=False)
            block = block.setdefault(head, {})
        return block

    def _set(self, block: Block, path: Path, line: str, effect: Effect, *, restore: bool) -> None:
        schema = self._schema
        if line in block:
            return
        negative = f"{schema.negation} {line}"
        if negative in block:
            self._pop(block, path, negative, effect)
            if restore:
                return
        if self._list(block, path, line, effect, remove=False):
            return
        slot = schema.slot(path, line)
        kept: Block = {}
        if slot is not None and slot.mode == "replace" and (path, slot.key) not in self._plural:
            for other in self._same_slot(block, path, line):
                kept = block[other]
                self._pop(block, path, other, effect)
        block[line] = kept
        effect.came.append((path, line))

    def _same_slot(self, block: Block, path: Path, line: str) -> list[str]:
        schema = self._schema
        slot = schema.slot(path, line)
        if slot is None or slot.pattern is None or (path, slot.key) in self._plural:
            return []
        start = slot.pattern.start(schema.positive(line))
        starts = (start, f"{schema.negation} {start}")
        return [
            other
            for other in block
            if other.startswith(starts)
            and other != line
            and (there := schema.slot(path, plain(other))) is not None
            and there.key == slot.key
        ]

    def _negate(self, block: Block, path: Path, target: str, effect: Effect, *, keep: bool) -> None:
        schema = self._schema
        if self._list(block, path, target, effect, remove=True):
            return
        gone = self._meant(block, path, target)
        for line in gone:
            self._pop(block, path, line, effect)
        negative = f"{schema.negation} {target}"
        if keep:
            for other in self._same_slot(block, path, negative):
                self._pop(block, path, other, effect)
        if keep or (not gone and not self._of_nobody(path, target)):
            block[negative] = {}
            effect.came.append((path, negative))

    def _of_nobody(self, path: Path, target: str) -> bool:
        """Whether ``target`` is of a neighbour that isn't there, so that taking it away says nothing."""
        words = target.split()
        if not path or len(words) < 2 or not self._schema.anchors.has_word(words[0]):
            return False
        subject = f"{words[0]} {words[1]}"
        return not any(line.startswith(subject + " ") or line == subject for line in self.block[path[0]])

    def _back_to_default(self, block: Block, path: Path, target: str, effect: Effect) -> bool:
        """``default X``: False when there is nothing of X, as in a listing with all defaults."""
        gone = [*self._meant(block, path, target)]
        negative = f"{self._schema.negation} {target}"
        gone += [negative] if negative in block else []
        for line in gone:
            self._pop(block, path, line, effect)
        return bool(gone)

    def _meant(self, block: Block, path: Path, target: str) -> list[str]:
        """The lines that ``no TARGET`` takes away: the line itself, or the ones that the platform takes away
        so, or the slot it names, or all that begin with these words."""
        if target in block:
            return [target]
        schema = self._schema
        command = f"{schema.negation} {target}"
        word = target.split(None, 1)[0] if target else ""
        near = [line for line in block if line.startswith(word)] if word else []
        for chosen in (
            [line for line in near if plain(line) == target][-1:],
            [line for line in near if schema.negated(path, plain(line)) == command],
            [line for line in near if self._short(path, line) == target],
            [line for line in near if line.startswith((target + " ", target + "\n"))],
        ):
            if chosen:
                return chosen
        return []

    def _short(self, path: Path, line: str) -> str | None:
        slot = self._schema.slot(path, line)
        return slot.pattern.short(line) if slot and slot.pattern and slot.pattern.trailing else None

    def _list(self, block: Block, path: Path, line: str, effect: Effect, *, remove: bool) -> bool:
        """Add to or take from a list of numbers; False when the line is in none."""
        part = list_part(line, path, self._schema)
        if part is None or part[3] is None:
            return False
        key, head, action, values = part[0], part[1], part[2], part[3] or set()
        old = {
            other: there[3]
            for other in list(block)
            if (there := list_part(other, path, self._schema)) and there[0] == key and there[3] is not None
        }
        slot = self._schema.slot(path, line)
        before = set().union(*(numbers for numbers in old.values() if numbers))
        if action == "remove" or remove:
            after = before - values
        elif action == "add" or (slot is not None and slot.mode == "cumulative"):
            after = before | values
        else:
            after = values
        for other in old:
            del block[other]
        if after:
            block[list_line(head, after, self._schema)] = {}
        effect.came.append((path, line))
        return True

    def _clear(self, block: Block, path: Path, command: str, effect: Effect) -> None:
        for rule in self._schema.clears.candidates(path, command):
            key = rule.pattern.key(command)
            if key is not None:
                patterns = rule.affected(key)
                self._sweep(block, path, command, [pattern.regex for pattern in patterns], effect)

    def _sweep(
        self, block: Block, path: Path, command: str, patterns: list[re.Pattern[str]], effect: Effect
    ) -> None:
        for line in list(block):
            if line != command and any(pattern.fullmatch(plain(line)) for pattern in patterns):
                self._pop(block, path, line, effect)
            elif block[line]:
                self._sweep(block[line], (*path, line), command, patterns, effect)

    @staticmethod
    def _pop(block: Block, path: Path, line: str, effect: Effect) -> None:
        below = block.pop(line)
        effect.went.append((path, line))
        _walk(below, (*path, line), effect.went)


def _walk(block: Block, path: Path, places: list[Place]) -> None:
    for line, below in block.items():
        places.append((path, line))
        _walk(below, (*path, line), places)
