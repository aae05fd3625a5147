"""Rules of a platform's language: a pattern of lines in a context, with what follows from it.

A context is the beginning of a block's head (``interface``, ``router bgp``), ``/`` the top of the
configuration, ``*`` any place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from netwright.config.pattern import Pattern

Path = tuple[str, ...]
"""The heads of the blocks around a line, outermost first."""
REMEMBERED = 20_000
"""Answers kept of questions asked before."""
_KEY_WORD = re.compile(r"\$\d")


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern with what follows from it."""

    context: str
    pattern: Pattern
    value: str = ""
    lines: tuple[str, ...] = ()

    def affected(self, key: tuple[str, ...]) -> list[Pattern]:
        """Patterns of ``lines``, with ``$1``, ``$2`` ... as the words of the key."""
        words = {f"${index}": word for index, word in enumerate(key, start=1)}
        return [
            pattern(_KEY_WORD.sub(lambda match: words.get(match[0], match[0]), text)) for text in self.lines
        ]


@lru_cache(maxsize=4096)
def pattern(text: str) -> Pattern:
    """The compiled pattern of that text."""
    return Pattern(text)


class RuleSet:
    """Rules found by context and by a line's first two words."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self._words = frozenset(rule.pattern.first for rule in rules)
        self._contexts = frozenset(rule.context for rule in rules)
        self._near: dict[tuple[str, str], tuple[Rule, ...]] = {}
        self._holding: dict[Path, frozenset[str]] = {}

    def candidates(self, path: Path, line: str) -> Sequence[Rule]:
        """Rules that may hold for ``line`` below ``path``, in the order of the data."""
        words = line.split(None, 2)
        if not words or (words[0] not in self._words and "" not in self._words):
            return ()
        start = (words[0], words[1] if len(words) > 1 else "")
        near = self._near.get(start)
        if near is None:
            near = self._near_to(start)
        if not near:
            return near
        contexts = self._holding.get(path)
        if contexts is None:
            contexts = self._holding_at(path)
        return [rule for rule in near if rule.context in contexts]

    def words_of(self, kinds: frozenset[str]) -> frozenset[str]:
        """The first words of lines that can name an object of these kinds; "" among them means any word."""
        return frozenset(
            rule.pattern.first
            for rule in self._rules
            if any(kind.replace("_", "-") in kinds for kind in rule.pattern.kinds)
        )

    def names_words(self, kinds: frozenset[str]) -> bool:
        """Whether objects of these kinds are always named by a word of the line, as it stands there."""
        return "interface" not in kinds and not any(
            rule.pattern.text.startswith("re:")
            and any(kind.replace("_", "-") in kinds for kind in rule.pattern.kinds)
            for rule in self._rules
        )

    def _near_to(self, start: tuple[str, str]) -> tuple[Rule, ...]:
        first, second = start
        near = tuple(
            rule
            for rule in self._rules
            if rule.pattern.first in {first, ""} and rule.pattern.second in {second, ""}
        )
        if len(self._near) > REMEMBERED:
            self._near.clear()
        self._near[start] = near
        return near

    def _holding_at(self, path: Path) -> frozenset[str]:
        contexts = frozenset(context for context in self._contexts if holds(context, path))
        if len(self._holding) > REMEMBERED:
            self._holding.clear()
        self._holding[path] = contexts
        return contexts

    def has_word(self, word: str) -> bool:
        """Whether any rule begins with that word."""
        return word in self._words

    def first(self, path: Path, line: str) -> tuple[Rule, tuple[str, ...]] | None:
        """The first rule that fits, and the line's key in it."""
        for rule in self.candidates(path, line):
            key = rule.pattern.key(line)
            if key is not None:
                return rule, key
        return None


def holds(context: str, path: Path) -> bool:
    """Whether a rule of that context holds below ``path``."""
    if context == "*":
        return True
    if context == "/":
        return not path
    return any(head.startswith(context) for head in path)
