"""The filter bar of a kind: what can be asked of each field, by its type. A filled bar is an address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from netwright.store.kind import FieldSpec, FieldType, Kind
from netwright.store.query.filter import split_filter
from netwright.store.query.reader import Reader
from netwright.web.read.beside import Question
from netwright.web.read.table import Asked
from netwright.web.words import spoken

_WIDGETS: Mapping[FieldType, tuple[str, tuple[str, ...]]] = {
    FieldType.TEXT: ("text", ("__ic",)),
    FieldType.CHOICE: ("choice", ("",)),
    FieldType.BOOLEAN: ("boolean", ("",)),
    FieldType.INTEGER: ("range", ("__gte", "__lte")),
    FieldType.NUMBER: ("range", ("__gte", "__lte")),
    FieldType.LIST: ("words", ("__has",)),
    FieldType.ADDRESS: ("within", ("__within",)),
    FieldType.INTERFACE_ADDRESS: ("within", ("__within",)),
    FieldType.PREFIX: ("within", ("__within",)),
    FieldType.REFERENCE: ("reference", ("",)),
}
_SAID = {
    "": "is",
    "eq": "is",
    "n": "is not",
    "in": "is one of",
    "ic": "contains",
    "nic": "doesn't contain",
    "ie": "is",
    "sw": "starts with",
    "ew": "ends with",
    "glob": "is like",
    "lt": "less than",
    "lte": "at most",
    "gt": "more than",
    "gte": "at least",
    "within": "inside",
    "contains": "around",
    "covers": "around",
    "has": "has",
    "under": "is in",
}
_FIRST = 4


@dataclass(frozen=True, slots=True)
class Control:
    """One question of the bar. ``names``: the filters that it fills; ``values`` beside them."""

    label: str
    help: str
    widget: str
    names: tuple[str, ...]
    values: tuple[str, ...]
    choices: tuple[str, ...] = ()
    kind: str = ""
    unit: str = ""

    @property
    def filled(self) -> bool:
        return any(self.values)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, in words, and the list without it."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Bar:
    """``first``: what stands in sight; ``more``: the rest; ``kept``: filters that no control shows."""

    first: list[Control]
    more: list[Control]
    kept: list[tuple[str, str]]
    chips: list[Chip]


def bar_of(
    reader: Reader,
    asked: Asked,
    custom: Sequence[FieldSpec],
    tags: Sequence[str],
    questions: Sequence[Question] = (),
) -> Bar:
    """``custom``: fields of people's own, as specs; ``tags``: the words there are; ``questions``: of what the
    list tells beside fields."""
    kind = asked.kind
    fields = reader.sight.fields(kind)
    own = [
        Control(one.label, one.help, "choice", (one.name,), ((asked.values(one.name) or [""])[0],), one.words)
        for one in questions
    ]
    controls = [_control(reader, asked, spec, tags) for spec in fields if spec.type in _WIDGETS]
    controls += [_control(reader, asked, spec, tags, f"custom.{spec.name}") for spec in custom]
    shown = {
        (name, value) for one in (*own, *controls) for name, value in zip(one.names, one.values, strict=True)
    }
    ranked = sorted(controls, key=lambda one: _rank(kind, one))
    first = [*own, *ranked][:_FIRST]
    more = [one for one in controls if one not in first]
    kept = [pair for pair in asked.filters if pair not in shown]
    return Bar(first, more, kept, [_chip(asked, name, value) for name, value in asked.filters])


def _control(reader: Reader, asked: Asked, spec: FieldSpec, tags: Sequence[str], path: str = "") -> Control:
    widget, lookups = _WIDGETS[spec.type]
    name = path or spec.name
    if spec.reference is not None and _is_tree(reader, spec.reference):
        lookups = ("__under",)
    names = tuple(name + lookup for lookup in lookups)
    values = tuple((asked.values(one) or [""])[0] for one in names)
    choices = tuple(tags) if widget == "words" else spec.choices
    label = spoken(spec.name)
    return Control(label, spec.help, widget, names, values, choices, spec.reference or "", spec.unit)


def _is_tree(reader: Reader, name: str) -> bool:
    return any(spec.reference == name for spec in reader.sight.kinds[name].fields)


def _rank(kind: Kind, one: Control) -> int:
    """Places and states are asked for most."""
    name = one.names[0].partition("__")[0].partition(".")[0]
    if one.widget == "reference" and name in kind.key:
        return 0
    if one.widget == "choice" and name in {"status", "role", "kind"}:
        return 1
    ranks = {"reference": 2, "within": 2, "choice": 3, "words": 5, "boolean": 6, "range": 7, "text": 8}
    return ranks[one.widget]


def _chip(asked: Asked, name: str, value: str) -> Chip:
    path, lookup = split_filter(name)
    label = " / ".join(spoken(step) for step in path.split("."))
    if lookup == "isnull":
        words = "is empty" if value.lower() in {"true", "1", "yes"} else "is not empty"
        text = f"{label} {words}"
    else:
        text = f"{label} {_SAID.get(lookup, lookup)} {value}"
    return Chip(text, asked.without(name, value))
