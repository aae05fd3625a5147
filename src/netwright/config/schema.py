"""What is known of a platform's configuration language, read from ``platforms/NAME/rules.yaml``.

Rules stand under the block they hold in: a context is
the beginning of a block's head (``interface``, ``router bgp``), ``/`` the top of the configuration, ``*``
any place. ``docs/config-engine.md`` explains each rule with an example.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from netwright.config.dialect import FRR, Dialect, Multiline
from netwright.config.library import PACKAGED, Library, general_encoded, general_secrets
from netwright.config.pattern import Pattern

Path = tuple[str, ...]
"""The heads of the blocks around a line, outermost first."""


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


_REMEMBERED = 20_000  # answers kept of questions asked before
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
        if len(self._near) > _REMEMBERED:
            self._near.clear()
        self._near[start] = near
        return near

    def _holding_at(self, path: Path) -> frozenset[str]:
        contexts = frozenset(context for context in self._contexts if holds(context, path))
        if len(self._holding) > _REMEMBERED:
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


@dataclass(frozen=True, slots=True)
class Encoding:
    """A form in which devices show secrets (``config.encoded``): the words right before one, what it looks
    like, what follows it."""

    form: str
    before: re.Pattern[str]
    secret: re.Pattern[str]
    after: re.Pattern[str]


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
        if len(self._slots) > _REMEMBERED:
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
        slots.extend(_rules(data, mode, value=mode))
    return Schema(
        name=name,
        title=str(data.get("title", name)),
        style=Style(data.get("style", "indent")),
        dialect=_dialect(name, data),
        negation=str(data.get("negation", "no")),
        leave=str(data.get("leave", "exit")),
        general=bool(data.get("general", False)),
        short_negation=bool(data.get("short_negation", False)),
        slots=RuleSet(sorted(slots, key=_specific, reverse=True)),
        negations=RuleSet(list(_rules(data, "negate"))),
        clears=RuleSet(list(_clearing(data, "clears"))),
        anchors=RuleSet(list(_rules(data, "anchors"))),
        defines=RuleSet(list(_rules(data, "defines"))),
        refers=RuleSet(list(_rules(data, "refers"))),
        parts=RuleSet(list(_rules(data, "parts"))),
        unique=RuleSet(list(_rules(data, "unique"))),
        impacts=RuleSet(
            [
                rule
                for impact in ("flap", "session", "filter")
                for rule in _rules(_mapping(data.get("impact")), impact, value=impact)
            ]
        ),
        hidden=RuleSet(list(_rules(data, "hidden"))),
        hollow=RuleSet(list(_rules(data, "hollow"))),
        first=tuple(_rules(data, "first")),
        last=tuple(_rules(data, "last")),
        filters=frozenset(_strings(data.get("filters"))),
        expand=_strings(data.get("expand")),
        management=re.compile(str(data["management"])) if data.get("management") else None,
        inline=_strings(data.get("inline")),
        wrappers=tuple(tuple(text.split()) for text in _strings(data.get("wrappers"))),
        named=frozenset(_strings(data.get("named"))),
        ordered_paths=tuple(Pattern(text) for text in _strings(data.get("ordered_paths"))),
        secrets_within=tuple((head, _strings(own)) for head, own in _pairs(data, "secrets_within")),
        secrets=(*_strings(data.get("secrets")), *general_secrets()),
        encoded=tuple(_encodings([*_list(data.get("encoded")), *general_encoded()])),
        detect=tuple(
            (re.compile(key, re.MULTILINE), int(str(weight))) for key, weight in _pairs(data, "detect")
        ),
    )


def _encodings(entries: list[object]) -> Iterator[Encoding]:
    for entry in entries:
        one = _mapping(entry)
        yield Encoding(
            str(one.get("form", "opaque")),
            re.compile(rf"(?<!\S)(?:{one.get('before', '')})$"),
            re.compile(str(one.get("secret", ".+"))),
            re.compile(str(one.get("after", ""))),
        )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _specific(rule: Rule) -> tuple[int, int, bool]:
    """More literal words first, so that ``ecn weight ~`` is tried before ``ecn ~``; where a platform says
    that a place must be emptied first and its base doesn't, it must."""
    words = rule.pattern.text.split()
    literal = sum(word[0] not in "*?~+({[#" for word in words)
    return literal, len(words), rule.value == "swap"


def _dialect(name: str, data: Mapping[str, object]) -> Dialect:
    if data.get("dialect") == "frr":
        return FRR
    return Dialect(
        name,
        silent=frozenset(_strings(data.get("silent"))),
        silent_prefixes=_strings(data.get("silent_prefixes")),
        ordered=_strings(data.get("ordered")),
        multiline=tuple(
            Multiline(re.compile(start), str(end or "")) for start, end in _pairs(data, "multiline")
        ),
        flat=_strings(data.get("flat")),
        flat_ends=frozenset(_strings(data.get("flat_ends"))),
    )


def _rules(data: Mapping[str, object], key: str, value: str = "") -> Iterator[Rule]:
    """Rules of ``{context: [pattern, ...]}`` or ``{context: {pattern: value}}``."""
    for context, entries in _pairs(data, key):
        if isinstance(entries, dict):
            for text, own in entries.items():
                yield Rule(context, Pattern(str(text)), str(own or ""))
        else:
            for text in _strings(entries):
                yield Rule(context, Pattern(text), value)


def _clearing(data: Mapping[str, object], key: str) -> Iterator[Rule]:
    """Rules of ``{context: {pattern: [pattern, ...]}}``."""
    for context, entries in _pairs(data, key):
        for trigger, lines in _pairs({"": entries}, ""):
            yield Rule(context, Pattern(trigger), "", _strings(lines))


def _pairs(data: Mapping[str, object], key: str) -> list[tuple[str, object]]:
    return [(str(name), value) for name, value in _mapping(data.get(key)).items()]


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _strings(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()
