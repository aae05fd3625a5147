"""ENTITY-MIB (RFC 6933): the tree of hardware, with part and serial numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from netwright.device.session import Session
from netwright.platforms.facts import ComponentFact
from netwright.platforms.snmp.values import number, text

_ENTRY = "1.3.6.1.2.1.47.1.1.1.1."
NAME = _ENTRY + "7"
_DESCR, _PARENT, _CLASS, _REVISION, _SERIAL, _MAKER, _MODEL = (
    _ENTRY + str(n) for n in (2, 4, 5, 8, 11, 12, 13)
)

_CHASSIS, _CONTAINER, _POWER, _FAN, _MODULE = 3, 5, 6, 7, 9
_CLASSES = {_CHASSIS: "chassis", _POWER: "power-supply", _FAN: "fan"}
# a module may be anything that is plugged in; what it is stands in its words
_MODULES = (
    (re.compile(r"transceiver|optic|\bx?q?sfp|\bxfp|\bcfp|\d+g?base", re.IGNORECASE), "transceiver"),
    (re.compile(r"supervisor|routing engine|route processor|management module", re.IGNORECASE), "supervisor"),
    (re.compile(r"\b(?:ssd|disk|nvme|flash)", re.IGNORECASE), "disk"),
    (re.compile(r"\bnic\b|network (?:card|adapter)", re.IGNORECASE), "network-card"),
)

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Hardware:
    """The chassis's own words and everything in it. A stack's first chassis speaks for the device."""

    vendor: str | None = None
    model: str | None = None
    serial: str | None = None
    components: tuple[ComponentFact, ...] = ()


async def read_hardware(session: Session) -> Hardware:
    """Empty for an agent without ENTITY-MIB."""
    table = await session.snmp_table([_CLASS, _DESCR, _PARENT, NAME, _REVISION, _SERIAL, _MAKER, _MODEL])
    chassis = next((row for row in table.values() if row.get(_CLASS) == _CHASSIS), {})
    components = (_component(index, row, table) for index, row in table.items())
    return Hardware(
        vendor=text(chassis.get(_MAKER)),
        model=text(chassis.get(_MODEL)),
        serial=text(chassis.get(_SERIAL)),
        components=tuple(component for component in components if component is not None),
    )


def _component(index: str, row: Row, table: Mapping[str, Row]) -> ComponentFact | None:
    """None for what is no part that anyone replaces (ports, slots, sensors, empty module bays)."""
    kind = _class(row)
    if kind is None:
        return None
    name, model = _label(index, row), text(row.get(_MODEL))
    return ComponentFact(
        name=name,
        component_class=kind,
        parent=_parent(row, table),
        model=model,
        part_number=_part_number(row, model),
        serial=text(row.get(_SERIAL)),
        description=text(row.get(_DESCR)),
    )


def _class(row: Row) -> str | None:
    number_ = number(row.get(_CLASS)) or 0
    if number_ != _MODULE:
        return _CLASSES.get(number_)
    words = " ".join(text(row.get(column)) or "" for column in (NAME, _DESCR, _MODEL))
    return next((kind for pattern, kind in _MODULES if pattern.search(words)), "linecard")


def _label(index: str, row: Row) -> str:
    return text(row.get(NAME)) or text(row.get(_DESCR)) or f"component {index}"


def _part_number(row: Row, model: str | None) -> str | None:
    """The MIB has no part number: it is the model's name, or the revision where that spells the model out
    further (``NW-9200`` and ``NW-9200-8X``)."""
    revision = text(row.get(_REVISION))
    if model is not None and revision is not None and revision.startswith(model):
        return revision
    return model


def _parent(row: Row, table: Mapping[str, Row]) -> str | None:
    """The nearest part above, past slots and ports. A table that goes in circles has no parent."""
    seen: set[str] = set()
    above = str(number(row.get(_PARENT)) or 0)
    while above in table and above not in seen:
        seen.add(above)
        if _class(table[above]) is not None:
            return _label(above, table[above])
        above = str(number(table[above].get(_PARENT)) or 0)
    return None
