"""What is known of a platform's configuration language, read from ``platforms/NAME/rules.yaml``.

Rules stand under the block they hold in (``rule``); ``rulefile`` reads them. ``docs/config-engine.md``
explains each with an example.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from netwright.config.dialect import Dialect
from netwright.config.library import PACKAGED, Library, general_encoded, general_secrets
from netwright.config.pattern import Pattern
from netwright.config.rule import REMEMBERED, Path, Rule, RuleSet, holds
from netwright.config.rulefile import (
    Encoding,
    clearing,
    dialect_of,
    encodings,
    listed,
    mapping,
    pairs,
    rules_under,
    specificity,
    strings,
)


class Style(Enum):
    """The three ways configurations are written that the engine knows."""

    INDENT = "indent"
    BRACE = "brace"
    SECTION = "section"


class Impact(Enum):
    """What a step does to traffic: nothing, a routing session is reset, a link goes down and comes back, a
    filter in use lets through something else for a while or from now on."""

    NONE = "none"
    FILTER = "filter"
    SESSION = "session"
    FLAP = "flap"


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one value. ``mode``: ``replace`` when a new line takes the place of the old one, ``swap``
    when the old one must be taken away first, ``range`` when lines add up to a list
    of numbers, ``cumulative`` when in addition a new list is added to the old one."""

    key: tuple[str, ...]
    mode: str
    pattern: Pattern | None = None


@dataclass(frozen=True)
class Schema:
    """A platform's rules, compiled. ``general`` is True for a dialect's general rules, where nothing is known
    of the platform itself."""

    name: str
    title: str
    style: Style
    dialect: Dialect
    negation: str
    leave: str
    general: bool
    short_negation: bool
    slots: RuleSet
    negations: RuleSet
    clears: RuleSet
    anchors: RuleSet
    defines: RuleSet
    refers: RuleSet
    parts: RuleSet
    unique: RuleSet
    impacts: RuleSet
    hidden: RuleSet
    hollow: RuleSet
    first: tuple[Rule, ...]
    last: tuple[Rule, ...]
    filters: frozenset[str]
    expand: tuple[str, ...]
    management: re.Pattern[str] | None
    inline: tuple[str, ...]
    ordered_paths: tuple[Pattern, ...]
    named: frozenset[str]
    wrappers: tuple[tuple[str, ...], ...]
    """Outer blocks of the form in braces that ``set`` lines leave out; the longest first."""
    secrets: tuple[str, ...]
    secrets_within: tuple[tuple[str, tuple[str, ...]], ...]
    encoded: tuple[Encoding, ...]
    detect: tuple[tuple[re.Pattern[str], int], ...]
    _slots: dict[tuple[Path, str], Slot | None] = field(default_factory=dict, repr=False, compare=False)

    def slot(self, path: Path, line: str) -> Slot | None:
        """The slot that ``line`` fills, the same for ``no X`` as for ``X``; None where it has none."""
        try:
            return self._slots[path, line]
        except KeyError:
            pass
        if len(self._slots) > REMEMBERED:
            self._slots.clear()
        found = self.slots.first(path, self.positive(line))
        slot = None
        if found is not None and found[0].value != "many":
            rule, key = found
            slot = Slot((rule.pattern.text, *key), rule.value, rule.pattern)
        self._slots[path, line] = slot
        return slot

    def is_many(self, path: Path, line: str) -> bool:
        """Whether lines like this one are known to stand beside one another."""
        found = self.slots.first(path, self.positive(line))
        return found is not None and found[0].value == "many"

    def positive(self, line: str) -> str:
        """The line without a leading negation."""
        word = self.negation
        return line[len(word) + 1 :] if word and line.startswith(word + " ") else line

    def is_negative(self, line: str) -> bool:
        return bool(self.negation) and line.startswith(self.negation + " ")

    def negated(self, path: Path, line: str) -> str:
        """The command that takes ``line`` away."""
        if self.is_negative(line):
            return self.positive(line)
        first = line.split("\n", 1)[0]
        found = self.negations.first(path, first)
        if found is not None:
            rule, _ = found
            if rule.value:
                return rule.pattern.regex.sub(rule.value, first)
            return f"{self.negation} {rule.pattern.short(first)}"
        if self.short_negation:
            slot = self.slot(path, line)
            if slot and slot.pattern and slot.pattern.trailing and slot.mode != "range":
                return f"{self.negation} {slot.pattern.short(first)}"
        return f"{self.negation} {first}"

    def definitions(self, path: Path, line: str) -> list[tuple[str, str]]:
        """The objects that ``line`` defines, or defines a part of, as (kind, name)."""
        return _names(self.defines, path, line)

    def references(self, path: Path, line: str) -> list[tuple[str, str]]:
        """The objects that ``line`` refers to, as (kind, name). Every line of a statement of several lines
        is looked at."""
        if "\n" in line:
            return [
                name
                for part in line.split("\n")
                if part.strip()
                for name in _names(self.refers, path, part.strip())
            ]
        return _names(self.refers, path, line)

    def belongs_to(self, path: Path, line: str) -> list[tuple[str, str]]:
        """The objects that ``line`` would say something of, if they exist: a peer group's lines."""
        return _names(self.parts, path, line)

    def holds_uniquely(self, path: Path, line: str) -> list[tuple[str, str]]:
        """What can exist once only on a device and is taken by ``line``, such as an address; within what the
        words of the line's key say, such as one list."""
        found: list[tuple[str, str]] = []
        for rule in self.unique.candidates(path, line):
            key = rule.pattern.key(line)
            if key is not None:
                within = "".join(f"{word} " for word in key)
                found.extend((kind, within + _bare(kind, name)) for kind, name in rule.pattern.names(line))
        return found

    def impact(self, path: Path, line: str) -> Impact:
        """What adding, changing or taking away ``line`` does to traffic by itself."""
        found = self.impacts.first(path, self.positive(line.split("\n", 1)[0]))
        return Impact(found[0].value) if found else Impact.NONE

    def is_hidden(self, path: Path, line: str) -> bool:
        """Whether devices of this platform don't show ``line`` because it is the default."""
        return self.hidden.first(path, line) is not None

    def rank(self, path: Path, line: str) -> int:
        """Where ``line`` has to stand among the new lines of its block: lower comes first, 0 as written."""
        for ranks, start in ((self.first, -len(self.first)), (self.last, 1)):
            for index, rule in enumerate(ranks):
                if holds(rule.context, path) and rule.pattern.regex.fullmatch(line.split("\n", 1)[0]):
                    return start + index
        return 0


def _names(rules: RuleSet, path: Path, line: str) -> list[tuple[str, str]]:
    first = line.split("\n", 1)[0] if "\n" in line else line
    near = rules.candidates(path, first)
    if not near:
        return []
    names = [(kind, _bare(kind, name)) for rule in near for kind, name in rule.pattern.names(first)]
    return list(dict.fromkeys(names)) if len(names) > 1 else names


def _bare(kind: str, name: str) -> str:
    """A name without quotes; names of ports have no case."""
    name = name.strip('"();,')
    return name.casefold() if kind == "interface" else name


_GENERAL = {Style.INDENT: "indent", Style.BRACE: "brace", Style.SECTION: "section"}


def platforms(library: Library = PACKAGED) -> list[str]:
    """Names of the platforms and general dialects whose rules are known."""
    return library.names()


@lru_cache(maxsize=128)
def schema(name: str, library: Library = PACKAGED) -> Schema:
    """The rules of a platform by its netmiko name or an alias. Raises NotFoundError."""
    return _compiled(library.name(name), library.rules(name))


def general(style: Style) -> Schema:
    """The general rules of a way of writing."""
    return schema(_GENERAL[style])


def _compiled(name: str, data: dict[str, object]) -> Schema:
    slots: list[Rule] = []
    for mode in ("many", "replace", "swap", "range", "cumulative"):
        slots.extend(rules_under(data, mode, value=mode))
    return Schema(
        name=name,
        title=str(data.get("title", name)),
        style=Style(data.get("style", "indent")),
        dialect=dialect_of(name, data),
        negation=str(data.get("negation", "no")),
        leave=str(data.get("leave", "exit")),
        general=bool(data.get("general", False)),
        short_negation=bool(data.get("short_negation", False)),
        slots=RuleSet(sorted(slots, key=specificity, reverse=True)),
        negations=RuleSet(list(rules_under(data, "negate"))),
        clears=RuleSet(list(clearing(data, "clears"))),
        anchors=RuleSet(list(rules_under(data, "anchors"))),
        defines=RuleSet(list(rules_under(data, "defines"))),
        refers=RuleSet(list(rules_under(data, "refers"))),
        parts=RuleSet(list(rules_under(data, "parts"))),
        unique=RuleSet(list(rules_under(data, "unique"))),
        impacts=RuleSet(
            [
                rule
                for impact in ("flap", "session", "filter")
                for rule in rules_under(mapping(data.get("impact")), impact, value=impact)
            ]
        ),
        hidden=RuleSet(list(rules_under(data, "hidden"))),
        hollow=RuleSet(list(rules_under(data, "hollow"))),
        first=tuple(rules_under(data, "first")),
        last=tuple(rules_under(data, "last")),
        filters=frozenset(strings(data.get("filters"))),
        expand=strings(data.get("expand")),
        management=re.compile(str(data["management"])) if data.get("management") else None,
        inline=strings(data.get("inline")),
        wrappers=tuple(tuple(text.split()) for text in strings(data.get("wrappers"))),
        named=frozenset(strings(data.get("named"))),
        ordered_paths=tuple(Pattern(text) for text in strings(data.get("ordered_paths"))),
        secrets_within=tuple((head, strings(own)) for head, own in pairs(data, "secrets_within")),
        secrets=(*strings(data.get("secrets")), *general_secrets()),
        encoded=tuple(encodings([*listed(data.get("encoded")), *general_encoded()])),
        detect=tuple(
            (re.compile(key, re.MULTILINE), int(str(weight))) for key, weight in pairs(data, "detect")
        ),
    )


__all__ = ["Impact", "Path", "Rule", "Schema", "Slot", "Style", "general", "platforms", "schema"]
