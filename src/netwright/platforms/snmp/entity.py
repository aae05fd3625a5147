"""The parts that anyone replaces, out of all entities that an agent tells of (ENTITY-MIB, RFC 6933)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from netwright.device.session import Session
from netwright.platforms.facts import ComponentFact
from netwright.platforms.snmp import physical
from netwright.platforms.snmp.tree import Problems, Query, Tree

_TABLE = Query("ENTITY-MIB entPhysicalTable", physical.ENTRY, physical.OF_PARTS)
NAME = f"{physical.ENTRY}.{physical.NAME}"
_SLOTS = frozenset(physical.CLASSES.values()) - {"chassis", "power-supply", "fan", "module", "storage-drive"}
"""Entities that are no parts: ports, slots, sensors, and what the agent has no word for."""
# a module may be anything that is plugged in; what it is stands in its words
_MODULES = (
    (re.compile(r"transceiver|optic|\bx?q?sfp|\bxfp|\bcfp|\d+g?base", re.IGNORECASE), "transceiver"),
    (re.compile(r"supervisor|routing engine|route processor|management module", re.IGNORECASE), "supervisor"),
    (re.compile(r"\b(?:ssd|disk|nvme|flash)", re.IGNORECASE), "disk"),
    (re.compile(r"\bnic\b|network (?:card|adapter)", re.IGNORECASE), "network-card"),
)


@dataclass(frozen=True, slots=True)
class Hardware:
    """The chassis's own words and the parts in it. A stack's first chassis speaks for the device."""

    vendor: str | None = None
    model: str | None = None
    serial: str | None = None
    components: tuple[ComponentFact, ...] = ()


async def read_hardware(session: Session) -> Hardware:
    """Empty for an agent without ENTITY-MIB."""
    names = [f"{_TABLE.entry}.{column}" for column in _TABLE.columns]
    tree = Tree(Problems())
    for index, row in (await session.snmp_table(names)).items():
        for column, name in zip(_TABLE.columns, names, strict=True):
            if name in row:
                tree.add(_TABLE, column, {f"{name}.{index}": row[name]})
    chassis = physical.first_chassis(tree)
    return Hardware(
        vendor=physical.field(chassis, "vendor") if chassis else None,
        model=physical.field(chassis, "model") if chassis else None,
        serial=physical.field(chassis, "serial") if chassis else None,
        components=replaceable(physical.components(tree)),
    )


def replaceable(entities: Iterable[ComponentFact]) -> tuple[ComponentFact, ...]:
    """Those of ``entities`` that anyone replaces, in the classes of the inventory, each in the nearest such
    part around it."""
    classed = [(one, _class(one)) for one in entities]
    by_index = {one.index: (one, kind) for one, kind in classed if one.index is not None}
    return tuple(
        replace(one, component_class=kind, parent=_around(one, by_index))
        for one, kind in classed
        if kind is not None
    )


def _class(one: ComponentFact) -> str | None:
    match one.component_class:
        case "module":
            words = " ".join(word for word in (one.name, one.description, one.model) if word)
            return next((kind for pattern, kind in _MODULES if pattern.search(words)), "linecard")
        case "storage-drive":
            return "disk"
        case kind:
            return None if kind in _SLOTS else kind


def _around(one: ComponentFact, by_index: Mapping[str, tuple[ComponentFact, str | None]]) -> str | None:
    """Past slots and ports. What only a vendor's table tells has no index, and its parent as it is."""
    if one.index is None:
        return one.parent
    seen, at = {one.index}, one.parent_index
    while at is not None and at in by_index and at not in seen:
        above, kind = by_index[at]
        if kind is not None:
            return above.name
        seen.add(at)
        at = above.parent_index
    return None
