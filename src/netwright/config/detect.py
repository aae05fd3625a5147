"""Guesses the platform of a configuration from its text."""

from __future__ import annotations

from dataclasses import dataclass

from netwright.config.brace import is_set_form
from netwright.config.library import PACKAGED, Library
from netwright.config.schema import Schema, Style, general, platforms, schema

_LOOKED_AT = 400_000  # characters; what a configuration is shows early
_SURE = 4


@dataclass(frozen=True, slots=True)
class Guess:
    """``schema``: the rules to read the text with; ``sure`` False when only the way of writing was
    recognised, so that general rules are used."""

    schema: Schema
    sure: bool


def guess(text: str, library: Library = PACKAGED) -> Guess:
    """The platform whose marks the text bears most, or the general rules of its way of writing."""
    sample = text[:_LOOKED_AT]
    scores = [(_score(sample, rules), rules) for rules in _with_marks(library)]
    best, rules = max(scores, key=lambda entry: entry[0], default=(0, None))
    if rules is not None and best >= _SURE:
        return Guess(rules, sure=True)
    return Guess(general(style(sample)), sure=False)


def _with_marks(library: Library) -> list[Schema]:
    return [rules for name in platforms(library) if (rules := schema(name, library)).detect]


def _score(text: str, rules: Schema) -> int:
    """The weights of the marks found; a mark found often counts up to three times."""
    total = 0
    for mark, weight in rules.detect:
        found = 0
        for _ in mark.finditer(text):
            found += 1
            if found == 3:
                break
        total += weight * (1 + (found - 1) / 2) if found else 0  # type: ignore[assignment]
    return int(total)


def style(text: str) -> Style:
    """The way a text is written, by its lines' ends and beginnings."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    braces = sum(line.endswith(("{", "}", ";")) for line in lines)
    if is_set_form(text) or (lines and braces * 3 > len(lines)):
        return Style.BRACE
    if lines and sum(line.startswith("/") for line in lines) * 4 > len(lines):
        return Style.SECTION
    return Style.INDENT
