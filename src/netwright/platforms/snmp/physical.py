"""ENTITY-MIB (RFC 6933) whole: every entity of an agent as a tree, also where its parents are broken.

``entity`` picks the parts that anyone replaces; a probe tells all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from netwright.platforms.facts import ComponentFact, TransceiverFact
from netwright.platforms.snmp.tree import Query, Row, Tree

ENTRY = "1.3.6.1.2.1.47.1.1.1.1"
ALIAS_ENTRY = "1.3.6.1.2.1.47.1.3.2.1"
_DESCR, _PARENT, _CLASS, _NAME = 2, 4, 5, 7
_HARDWARE, _FIRMWARE, _SOFTWARE, _SERIAL, _MAKER, _MODEL = 8, 9, 10, 11, 12, 13
SOFTWARE, NAME = _SOFTWARE, _NAME
OF_PARTS = (_CLASS, _DESCR, _PARENT, _NAME, _HARDWARE, _SERIAL, _MAKER, _MODEL)
"""The columns that say what a part is; without a class there is none."""
_ALIAS = 2
_IF_INDEX = "1.3.6.1.2.1.2.2.1.1."

QUERIES = (
    Query(
        "ENTITY-MIB entPhysicalTable",
        ENTRY,
        (_DESCR, _PARENT, _CLASS, _NAME, _HARDWARE, _FIRMWARE, _SOFTWARE, _SERIAL, _MAKER, _MODEL),
    ),
    Query("ENTITY-MIB entAliasMappingTable", ALIAS_ENTRY, (_ALIAS,)),
)

CLASSES = {
    1: "other", 2: "unknown", 3: "chassis", 4: "backplane", 5: "container", 6: "power-supply", 7: "fan",
    8: "sensor", 9: "module", 10: "port", 11: "stack", 12: "cpu", 13: "energy-object", 14: "battery",
    15: "storage-drive",
}  # fmt: skip
_OPTIC = re.compile(
    r"transceiver|pluggable|\boptic(?:al|s)?\s*module|(?:\b|x|\d)q?sfp|\bosfp|\bxfp|\bcfp\d?\b|\bxenpak|\bgbic"
    r"|\d+g?base-?[bcdeslztx]",
    re.IGNORECASE,
)
_NO_OPTIC = re.compile(
    r"\d\s?x\s?\d|\d[- ]ports?\b|\bports\b|line\s?card|chassis|switch|supervisor|router\b|back\s?plane"
    r"|mid\s?plane|\bcage\b",
    re.IGNORECASE,
)


def components(tree: Tree, models: Mapping[str, str] | None = None) -> tuple[ComponentFact, ...]:
    """Every entity, parents by the agent's index. A parent that is not there stays as a number without a
    name; a loop is opened where it is first met. Both are told. ``models``: by index, what a vendor's own
    table calls the part; the MIB's model is then the number under which it is ordered."""
    table, models = tree.table(ENTRY), models or {}
    return tuple(_component(row, table, models.get(row.index)) for row in table.values())


def transceivers(tree: Tree, interfaces: Mapping[int, str]) -> tuple[TransceiverFact, ...]:
    """Modules whose words say optic, with the interface of the nearest port around them."""
    table = tree.table(ENTRY)
    ports = _ports(tree, interfaces)
    children: dict[str, list[str]] = {}
    for row in table.values():
        children.setdefault(str(row.number(_PARENT) or 0), []).append(row.index)
    found = []
    for row in table.values():
        if not is_optic(row):
            continue
        found.append(
            TransceiverFact(
                name=label(row),
                interface=_port_of(row, table, children, ports),
                vendor=row.text(_MAKER),
                part_number=row.text(_MODEL),
                serial=row.text(_SERIAL),
                description=row.text(_DESCR),
            )
        )
    return tuple(found)


def is_optic(row: Row) -> bool:
    """A module with words of an optic, or a port that has a serial number of its own: on some agents the
    entity of the port is the optic in it. Line cards that count their SFP ports are none."""
    kind, serial, model = row.number(_CLASS), row.text(_SERIAL), row.text(_MODEL)
    if kind not in {9, 10, 1, 2} or (serial is None and model is None):
        return False
    words = " / ".join(filter(None, (row.text(_DESCR), model, row.text(_NAME))))
    return says_optic(words) or (kind == 10 and serial is not None and not _NO_OPTIC.search(words))


def says_optic(words: str) -> bool:
    """Whether words mean one optic, and not a card that counts its ports for optics."""
    if re.search("transceiver|pluggable", words, re.IGNORECASE):
        return True
    return bool(_OPTIC.search(words)) and not _NO_OPTIC.search(words)


def label(row: Row) -> str:
    """What the agent calls an entity."""
    return row.text(_NAME) or row.text(_DESCR) or f"component {row.index}"


def first_chassis(tree: Tree) -> Row | None:
    """The entity that speaks for the device: a chassis that has a serial number, else any chassis, else the
    stack or the only entity at the top that has one."""
    rows = list(tree.rows(ENTRY))
    chassis = [row for row in rows if row.number(_CLASS) == 3]
    for row in chassis:
        if row.text(_SERIAL):
            return row
    if chassis:
        return chassis[0]
    tops = [row for row in rows if row.number(_PARENT) == 0 and row.text(_SERIAL)]
    return tops[0] if len(tops) == 1 else None


def field(row: Row, name: str) -> str | None:
    """A cell by the word that the vendors' data use."""
    return row.text(_FIELDS[name])


_FIELDS = {
    "model": _MODEL, "serial": _SERIAL, "name": _NAME, "descr": _DESCR, "vendor": _MAKER,
    "software": _SOFTWARE, "firmware": _FIRMWARE, "hardware": _HARDWARE,
}  # fmt: skip
FIELDS = frozenset(_FIELDS)


def _component(row: Row, table: Mapping[str, Row], own_model: str | None) -> ComponentFact:
    parent = _parent(row, table)
    model = row.text(_MODEL)
    return ComponentFact(
        name=label(row),
        component_class=_class(row),
        parent=label(table[parent]) if parent is not None and parent in table else None,
        model=own_model or model,
        part_number=_part_number(row, model) or own_model,
        serial=row.text(_SERIAL),
        description=row.text(_DESCR),
        vendor=row.text(_MAKER),
        index=row.index,
        parent_index=parent,
        source="ENTITY-MIB",
    )


def _class(row: Row) -> str:
    number = row.number(_CLASS)
    if number is None:
        return "unknown"
    if number not in CLASSES:
        row.problems.note(f"{row.mib} column {_CLASS}", "is no known class", number)
    return CLASSES.get(number, "unknown")


def _part_number(row: Row, model: str | None) -> str | None:
    """The MIB has no part number: it is the model's name, or the revision where that spells the model out
    further (``NW-9200`` and ``NW-9200-8X``)."""
    revision = row.text(_HARDWARE)
    if model is not None and revision is not None and revision.startswith(model):
        return revision
    return model


def _parent(row: Row, table: Mapping[str, Row]) -> str | None:
    above = row.number(_PARENT)
    if above is None or above == 0:
        return None
    parent = str(above)
    if parent not in table:
        row.problems.note(row.mib, "an entity is contained in one that is not there", above)
        return parent
    seen = {row.index}
    at = parent
    while at in table and at not in seen:
        seen.add(at)
        at = str(table[at].number(_PARENT) or 0)
    if at == row.index and row.index == min(_circle(at, table), key=_order):
        row.problems.note(row.mib, "entities contain each other in a circle", row.index)
        return None
    return parent


def _circle(start: str, table: Mapping[str, Row]) -> set[str]:
    found: set[str] = set()
    at = start
    while at not in found:
        found.add(at)
        at = str(table[at].number(_PARENT) or 0)
    return found


def _order(index: str) -> tuple[int, str]:
    return (len(index), index)


def _ports(tree: Tree, interfaces: Mapping[int, str]) -> Mapping[str, str]:
    """Entity -> interface, by the agent's own mapping and by ports that are called like an interface."""
    ports: dict[str, str] = {}
    for row in tree.rows(ALIAS_ENTRY):
        pointer = row.oid(_ALIAS)
        if pointer is not None and pointer.startswith(_IF_INDEX):
            name = interfaces.get(int(pointer.rpartition(".")[2]))
            if name is not None:
                ports.setdefault(row.index.partition(".")[0], name)
    by_name = {name: name for name in interfaces.values()}
    for row in tree.rows(ENTRY):
        if row.index not in ports and (name := by_name.get(row.text(_NAME) or "")) is not None:
            ports[row.index] = name
    return ports


def _port_of(
    row: Row, table: Mapping[str, Row], children: Mapping[str, list[str]], ports: Mapping[str, str]
) -> str | None:
    """Itself, what it contains, or what contains it; the nearest that has an interface."""
    if row.index in ports:
        return ports[row.index]
    below = {ports[index] for index in children.get(row.index, ()) if index in ports}
    if len(below) == 1:
        return below.pop()
    seen: set[str] = set()
    at = str(row.number(_PARENT) or 0)
    while at in table and at not in seen and len(seen) < 3:
        seen.add(at)
        if at in ports:
            return ports[at]
        at = str(table[at].number(_PARENT) or 0)
    return None
