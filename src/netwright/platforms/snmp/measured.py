"""Readings of vendors' own tables, by data: ``sensors.yaml``.

A line says: ``entry`` and the column of the ``value``; where its ``name`` stands (a column, ``entity`` for
the entity of the same number, ``interface`` for the interface of that number, ``last-interface`` where that
number is the index's last) and a ``label`` behind or instead; its ``class`` as in ENTITY-SENSOR-MIB, or
``by-name``, or ``by-unit``, where column ``unit`` says it in words; ``scale``, what the number is to be
multiplied with to stand in the unit; columns of limits in the same scale; ``none``, numbers that stand for
no reading; ``only``, what other columns have to say for a row to count, and ``last``, what the last number
of its index has to be; ``decimals``, a column of another table of the same index that says how many digits
of the number stand behind the point; ``from: milliwatts``, a power to be told in dBm. A state has
``states`` and ``ok`` in place of a class; ``alarm`` is a column that is not 0 when the reading is bad.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from netwright.platforms.facts import Limits, SensorFact
from netwright.platforms.snmp import physical
from netwright.platforms.snmp.tree import Query, Row, Tree
from netwright.platforms.snmp.values import dbm

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
UNITS = {
    "celsius": "°C", "volts-dc": "V", "volts-ac": "V", "amperes": "A", "watts": "W", "rpm": "rpm",
    "hertz": "Hz", "percent": "%", "percent-rh": "%", "dbm": "dBm", "minutes": "min", "state": "",
    "other": "",
}  # fmt: skip
"""No light: the least that SFF-8472 can tell (0.1 microwatts)."""
_LIMITS = ("low_critical", "low_warning", "high_warning", "high_critical")
_BY_NAME = (
    (re.compile(r"fan", re.IGNORECASE), "rpm"),
    (re.compile(r"temp|\btd\d|lm75|adt74|thrm|dts\b|junction", re.IGNORECASE), "celsius"),
    (re.compile(r"power supply|\bps ?\d|\bpsu", re.IGNORECASE), "state"),
    (re.compile(r"\d ?v\b|v\d|vcc|vdd|volt|vbat|vin|vout|vtt|p\dv", re.IGNORECASE), "volts-dc"),
)
_BY_UNIT = (
    (re.compile(r"\bmV\b|milli-?volt", re.IGNORECASE), "volts-dc", 0.001),
    (re.compile(r"volt|^V$", re.IGNORECASE), "volts-dc", 1),
    (re.compile(r"milli-?deg", re.IGNORECASE), "celsius", 0.001),
    (re.compile(r"degrees? c|celsius|°\s?c|^c$", re.IGNORECASE), "celsius", 1),
    (re.compile(r"\bmA\b|milli-?amp", re.IGNORECASE), "amperes", 0.001),
    (re.compile(r"amp|^A$", re.IGNORECASE), "amperes", 1),
    (re.compile(r"\bdBm\b", re.IGNORECASE), "dbm", 1),
    (re.compile(r"watt|^W$", re.IGNORECASE), "watts", 1),
    (re.compile(r"\brpm\b", re.IGNORECASE), "rpm", 1),
)
"""Words of a unit, the class, and what the number is to be multiplied with."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One column of readings; see the module."""

    mib: str
    entry: str
    value: int
    name: int | str = 0
    label: str = ""
    kind: str = "state"
    scale: float = 1
    limits: tuple[int, int, int, int] = (0, 0, 0, 0)
    none: frozenset[int] = frozenset()
    only: Mapping[int, frozenset[int]] = field(default_factory=dict)
    states: Mapping[int, str] = field(default_factory=dict)
    ok: frozenset[int] = frozenset()
    alarm: int = 0
    last: int | None = None
    decimals: str = ""
    milliwatts: bool = False
    unit: int = 0

    @classmethod
    def of_document(cls, given: Mapping[str, Any]) -> Measure:
        return cls(
            mib=given["mib"],
            entry=given["entry"],
            value=given["value"],
            name=given.get("name", 0),
            label=given.get("label", ""),
            kind="state" if "states" in given else given["class"],
            scale=given.get("scale", 1),
            limits=tuple(given.get(key, 0) for key in _LIMITS),
            none=frozenset(given.get("none", ())),
            only={column: frozenset(values) for column, values in given.get("only", {}).items()},
            states=given.get("states", {}),
            ok=frozenset(given.get("ok", ())),
            alarm=given.get("alarm", 0),
            last=given.get("last"),
            decimals=given.get("decimals", ""),
            milliwatts=given.get("from") == "milliwatts",
            unit=given.get("unit", 0),
        )

    @property
    def columns(self) -> set[int]:
        named = {self.name} if isinstance(self.name, int) else set()
        return ({self.value, self.alarm, self.unit, *self.limits, *self.only} | named) - {0}


@cache
def _measures() -> tuple[tuple[frozenset[int] | None, tuple[Measure, ...]], ...]:
    text = (files(__package__) / "sensors.yaml").read_text()
    return tuple(
        (
            None if group["asks"] == "all" else frozenset(group["asks"]),
            tuple(Measure.of_document(line) for line in group["tables"]),
        )
        for group in yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader, in C
    )


def measures(enterprise: int | None) -> tuple[Measure, ...]:
    """What is worth asking a device of this enterprise."""
    return tuple(
        measure
        for asked, lines in _measures()
        if asked is None or (enterprise or 0) in asked
        for measure in lines
    )


def queries(enterprise: int | None) -> tuple[Query, ...]:
    """One query a table, with the columns of all its lines."""
    columns: dict[tuple[str, str], set[int]] = {}
    for measure in measures(enterprise):
        columns.setdefault((measure.mib, measure.entry), set()).update(measure.columns)
        if measure.decimals:
            entry, _, column = measure.decimals.rpartition(".")
            columns.setdefault((measure.mib, entry), set()).add(int(column))
    return tuple(Query(mib, entry, tuple(sorted(given))) for (mib, entry), given in columns.items())


def measured(tree: Tree, enterprise: int | None, interfaces: Mapping[int, str]) -> tuple[SensorFact, ...]:
    """A fact a row that has a reading. Rows of one name get their index behind it."""
    found: list[tuple[SensorFact, str]] = []
    for measure in measures(enterprise):
        for row in tree.rows(measure.entry):
            fact = _fact(row, measure, tree, interfaces)
            if fact is not None:
                found.append((fact, row.index))
    count = Counter((fact.name, fact.sensor_class, fact.source) for fact, _ in found)
    return tuple(
        replace(fact, name=f"{fact.name} {index}")
        if count[fact.name, fact.sensor_class, fact.source] > 1
        else fact
        for fact, index in found
    )


def _fact(row: Row, measure: Measure, tree: Tree, interfaces: Mapping[int, str]) -> SensorFact | None:
    for column, wanted in measure.only.items():
        if row.number(column) not in wanted:
            return None
    if measure.last is not None and row.numbers[-1:] != [measure.last]:
        return None
    value = row.reading(measure.value)
    if value is None or value in measure.none:
        return None
    name = _name(row, measure, tree, interfaces)
    alarm = row.number(measure.alarm) if measure.alarm else 0
    if measure.kind == "state":
        return _state(row, measure, value, name)
    kind, factor = measure.kind, 1.0
    if kind == "by-name":
        kind = _class_by_name(name)
    elif kind == "by-unit":
        kind, factor = _class_by_unit(row.text(measure.unit) or "")
    return SensorFact(
        name=name,
        sensor_class=kind,
        value=_scaled(value * factor, row, measure, tree),
        unit=UNITS[kind],
        ok=not alarm,
        limits=_limits(row, measure, tree, factor),
        source=measure.mib,
    )


def _scaled(value: float, row: Row, measure: Measure, tree: Tree) -> float:
    scale = measure.scale
    if measure.decimals:
        entry, _, column = measure.decimals.rpartition(".")
        other = tree.table(entry).get(row.index)
        digits = other.number(int(column)) if other is not None else None
        scale *= 10.0 ** -(digits if digits is not None and 0 <= digits <= 9 else 0)
    scaled = value * scale
    if measure.milliwatts:
        return _round(dbm(scaled))
    return _round(scaled)


def _state(row: Row, measure: Measure, value: float, name: str) -> SensorFact:
    word = measure.states.get(int(value))
    if word is None:
        row.problems.note(f"{measure.mib} column {measure.value}", "is no known state", value)
    good = int(value) in measure.ok
    return SensorFact(name, "state", value, "", ok=good, state=word or str(int(value)), source=measure.mib)


def _name(row: Row, measure: Measure, tree: Tree, interfaces: Mapping[int, str]) -> str:
    first = row.index.partition(".")[0]
    own: str | None = None
    if measure.name == "entity":
        entity = tree.table(physical.ENTRY).get(row.index) or tree.table(physical.ENTRY).get(first)
        own = physical.label(entity) if entity is not None else f"entity {row.index}"
    elif measure.name in {"interface", "last-interface"}:
        number = first if measure.name == "interface" else row.index.rpartition(".")[2]
        own = interfaces.get(int(number)) if number.isdecimal() else None
        own = own or f"ifIndex {row.index}"
    elif isinstance(measure.name, int) and measure.name:
        own = row.text(measure.name)
    return " ".join(filter(None, (own, measure.label))) or f"sensor {row.index}"


def _class_by_name(name: str) -> str:
    return next((kind for pattern, kind in _BY_NAME if pattern.search(name)), "other")


def _class_by_unit(words: str) -> tuple[str, float]:
    found = ((kind, factor) for pattern, kind, factor in _BY_UNIT if pattern.search(words))
    return next(found, ("other", 1))


def _limits(row: Row, measure: Measure, tree: Tree, factor: float) -> Limits | None:
    """As the value is written."""
    found: list[float | None] = []
    for column in measure.limits:
        value = row.reading(column) if column else None
        usable = value is not None and value not in measure.none and abs(value) < 2**31 - 1
        scaled = _scaled(value * factor, row, measure, tree) if usable and value is not None else None
        found.append(scaled)
    return Limits(*found) if any(value is not None for value in found) else None


def _round(value: float) -> float:
    return round(value, 6)
