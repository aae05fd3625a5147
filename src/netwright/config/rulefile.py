"""What ``rules.yaml`` of a platform says, as rules, forms of secrets and a dialect."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from netwright.config.dialect import FRR, Dialect, Multiline
from netwright.config.pattern import Pattern
from netwright.config.rule import Rule


@dataclass(frozen=True, slots=True)
class Encoding:
    """A form in which devices show secrets (``config.encoded``): the words right before one, what it looks
    like, what follows it."""

    form: str
    before: re.Pattern[str]
    secret: re.Pattern[str]
    after: re.Pattern[str]


def specificity(rule: Rule) -> tuple[int, int, bool]:
    """More literal words first, so that ``ecn weight ~`` is tried before ``ecn ~``; where a platform says
    that a place must be emptied first and its base doesn't, it must."""
    words = rule.pattern.text.split()
    literal = sum(word[0] not in "*?~+({[#" for word in words)
    return literal, len(words), rule.value == "swap"


def encodings(entries: list[object]) -> Iterator[Encoding]:
    for entry in entries:
        one = mapping(entry)
        yield Encoding(
            str(one.get("form", "opaque")),
            re.compile(rf"(?<!\S)(?:{one.get('before', '')})$"),
            re.compile(str(one.get("secret", ".+"))),
            re.compile(str(one.get("after", ""))),
        )


def listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def dialect_of(name: str, data: Mapping[str, object]) -> Dialect:
    if data.get("dialect") == "frr":
        return FRR
    return Dialect(
        name,
        silent=frozenset(strings(data.get("silent"))),
        silent_prefixes=strings(data.get("silent_prefixes")),
        ordered=strings(data.get("ordered")),
        multiline=tuple(
            Multiline(re.compile(start), str(end or "")) for start, end in pairs(data, "multiline")
        ),
        flat=strings(data.get("flat")),
        flat_ends=frozenset(strings(data.get("flat_ends"))),
    )


def rules_under(data: Mapping[str, object], key: str, value: str = "") -> Iterator[Rule]:
    """Rules of ``{context: [pattern, ...]}`` or ``{context: {pattern: value}}``."""
    for context, entries in pairs(data, key):
        if isinstance(entries, dict):
            for text, own in entries.items():
                yield Rule(context, Pattern(str(text)), str(own or ""))
        else:
            for text in strings(entries):
                yield Rule(context, Pattern(text), value)


def clearing(data: Mapping[str, object], key: str) -> Iterator[Rule]:
    """Rules of ``{context: {pattern: [pattern, ...]}}``."""
    for context, entries in pairs(data, key):
        for trigger, lines in pairs({"": entries}, ""):
            yield Rule(context, Pattern(trigger), "", strings(lines))


def pairs(data: Mapping[str, object], key: str) -> list[tuple[str, object]]:
    return [(str(name), value) for name, value in mapping(data.get(key)).items()]


def mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def strings(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()
