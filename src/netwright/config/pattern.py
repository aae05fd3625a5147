"""The little language in which platform data describe lines of configuration.

Words are literal. ``*`` stands for one word that belongs to the line's key, ``#`` for a number that does,
``(a|b)`` for one of some words that do; ``?`` for one word of its value, ``~`` for the rest of the line (or
nothing), ``+`` for the rest (at least one word); ``[a b]`` for words that may be missing, ``{kind}`` for the
name of an object of that kind. ``re:`` before the whole makes it a regular expression, whose named groups are
kinds.

``neighbor * route-map {route-map} (in|out)`` thus holds the name of a route-map, and two such lines with the
same neighbour and direction have the same key: they are one slot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

_TOKENS = re.compile(r"\{[\w-]+\}|\([^)]*\)|\[[^\]]*\]|\S+")


@dataclass(frozen=True)
class Pattern:
    """A compiled line of platform data. ``text`` is the line as written there."""

    text: str
    regex: re.Pattern[str] = field(init=False, compare=False, repr=False)
    kinds: tuple[str, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        source, kinds = _source(self.text)
        object.__setattr__(self, "regex", re.compile(source, re.DOTALL))
        object.__setattr__(self, "kinds", kinds)

    @cached_property
    def first(self) -> str:
        """The first word if it is literal, else nothing: for finding patterns by a line's first word."""
        return _literal(self.text, 0)

    @cached_property
    def second(self) -> str:
        """The second word, if both are literal."""
        return _literal(self.text, 1) if self.first else ""

    @cached_property
    def words(self) -> int:
        """How many words stand before the value."""
        count = 0
        for token in _TOKENS.findall(self.text):
            if token in {"?", "~", "+"} or token[0] == "{":
                break
            count += 0 if token[0] == "[" else 1
        return count

    @cached_property
    def trailing(self) -> bool:
        """Whether the value ends the line, so that key words alone can stand for it."""
        tokens = _TOKENS.findall(self.text)
        value = [token in {"?", "~", "+"} or token[0] == "{" for token in tokens]
        return any(value) and all(value[value.index(True) :])

    def key(self, line: str) -> tuple[str, ...] | None:
        """The words that identify the line, None when the pattern does not fit."""
        match = self.regex.fullmatch(line)
        if match is None:
            return None
        named = set(self.regex.groupindex.values())
        return tuple(value or "" for index, value in enumerate(match.groups(), start=1) if index not in named)

    def names(self, line: str) -> list[tuple[str, str]]:
        """The objects that the line names, as (kind, name)."""
        match = self.regex.fullmatch(line)
        if match is None:
            return []
        if self.text.startswith("re:"):
            return [(kind.replace("_", "-"), match[kind]) for kind in self.kinds if match[kind]]
        return [(kind, match[f"o{index}"]) for index, kind in enumerate(self.kinds)]

    @cached_property
    def _leading(self) -> int:
        """How many words at the beginning are literal or of the key."""
        count = 0
        for token in _TOKENS.findall(self.text):
            if token in {"?", "~", "+"} or token[0] in "{[" or self.text.startswith("re:"):
                break
            count += 1
        return count

    def start(self, line: str) -> str:
        """What ``line`` and all lines with the same key begin with."""
        words = line.split(None, self._leading)[: self._leading]
        return " ".join(words) if line.startswith(" ".join(words)) else self.first

    def short(self, line: str) -> str:
        """The line without its value."""
        return " ".join(line.split()[: self.words])


def _literal(text: str, index: int) -> str:
    if text.startswith("re:"):
        literal = re.match(r"re:([\w-]+) ", text) if index == 0 else None
        return literal[1] if literal else ""
    words = text.split()
    if index >= len(words) or words[index][0] in "*?~+({[#":
        return ""
    return words[index]


def _source(text: str) -> tuple[str, tuple[str, ...]]:
    parts: list[str] = []
    kinds: list[str] = []
    if text.startswith("re:"):
        return text[3:], tuple(re.compile(text[3:]).groupindex)
    for token in _TOKENS.findall(text):
        gap = r"\s+" if parts else ""
        parts.append(_token(token, gap, kinds))
    return "".join(parts), tuple(kinds)


def _token(part: str, gap: str, kinds: list[str]) -> str:
    if part == "~":
        return rf"(?:{gap}.*)?" if gap else r".*"
    if part == "+":
        return rf"{gap}\S.*"
    if part == "?":
        return rf"{gap}\S+"
    if part == "#":
        return rf"{gap}(\d+)"
    if part == "*":
        return rf"{gap}(\S+)"
    if part[0] == "{":
        kinds.append(part[1:-1])
        return rf"{gap}(?P<o{len(kinds) - 1}>\S+)"
    if part[0] == "(" and part[-1] == ")":
        return gap + "(" + "|".join(map(re.escape, part[1:-1].split("|"))) + ")"
    if part[0] == "[":
        inner = part[1:-1].split()
        return "(?:" + "".join(_token(word, gap or "", kinds) for word in inner) + ")?"
    return gap + re.escape(part)
