"""Hardware trees of vendors whose agents have no ENTITY-MIB: each table described as data, and Junos's two
tables, which are one tree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from netwright.platforms.facts import ComponentFact, TransceiverFact
from netwright.platforms.snmp import physical
from netwright.platforms.snmp.tree import Query, Row, Tree

_SERIAL_MARK = re.compile(r"^S/N\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PartTable:
    """A vendor's table of parts. A column is 0 where there is none. ``parent`` holds the last number of the
    parent's index; without one all stand in ``inside``, a component of another table. ``kinds``: class
    column's number -> our class; ``kind``: class of all rows where there is no such column."""

    mib: str
    entry: str
    serial: int
    name: int = 0
    model: int = 0
    part_number: int = 0
    vendor: int = 0
    description: int = 0
    parent: int = 0
    kind_column: int = 0
    kinds: Mapping[int, str] = field(default_factory=dict)
    kind: str = "module"
    inside: str = ""
    optics: bool = False
    """All its rows are pluggable optics."""
    by_port: bool = False
    """A row's index is the ifIndex of the port that holds the part."""

    @property
    def query(self) -> Query:
        given = {
            self.serial, self.name, self.model, self.part_number, self.vendor, self.description, self.parent,
            self.kind_column,
        }  # fmt: skip
        return Query(self.mib, self.entry, tuple(sorted(given - {0})))


_NOKIA_CLASSES = {
    3: "chassis", 4: "container", 5: "power-supply", 6: "fan", 7: "sensor", 8: "module", 9: "module",
    10: "module", 11: "module", 12: "storage-drive", 13: "module", 14: "power-supply",
}  # fmt: skip
NOKIA = PartTable(
    "TIMETRA-CHASSIS-MIB tmnxHwTable", "1.3.6.1.4.1.6527.3.1.2.2.1.8.1", serial=5, name=8, model=4,
    part_number=4,
    parent=13, kind_column=7, kinds=_NOKIA_CLASSES,
)  # fmt: skip
IPINFUSION = (
    PartTable(
        "IPI-CMM-CHASSIS-MIB cmmStackUnitTable", "1.3.6.1.4.1.36673.100.1.2.1.1", serial=3, name=2, model=2,
        vendor=14, kind="chassis",
    ),
    PartTable(
        "IPI-CMM-CHASSIS-MIB cmmTransEEPROMTable", "1.3.6.1.4.1.36673.100.1.2.2.1", serial=35, name=28,
        model=28, part_number=28, vendor=26, inside="1.3.6.1.4.1.36673.100.1.2.1.1", optics=True,
    ),
)  # fmt: skip
NOKIA_1830 = (
    PartTable(
        "TROPIC-CARD-MIB tnCardTable", "1.3.6.1.4.1.7483.2.2.3.1.2.1.2.1", serial=5, name=22, model=6,
        part_number=6, vendor=21, description=1,
    ),
    PartTable(
        "TROPIC-ACCESSPORT-MIB tnSfpPortInfoTable", "1.3.6.1.4.1.7483.2.2.4.3.5.46.1", serial=2, model=9,
        part_number=9, vendor=4, description=7, optics=True, by_port=True,
    ),
)  # fmt: skip
CISCO_BUSINESS = PartTable(
    "CISCOSB-rlInventoryEnt rlInventoryEntTable", "1.3.6.1.4.1.9.6.1.101.217.1", serial=7, name=5, model=4,
    part_number=4, description=6, kind_column=1, kinds={0: "chassis", 1: "module"},
)  # fmt: skip
HP_OPTICS = PartTable(
    "HP-ICF-TRANSCEIVER-MIB hpicfXcvrInfoTable", "1.3.6.1.4.1.11.2.14.11.5.1.82.1.1.1.1", serial=4, model=3,
    part_number=3, description=5, optics=True, by_port=True,
)  # fmt: skip
TABLES: Mapping[int, tuple[PartTable, ...]] = {
    9: (CISCO_BUSINESS,), 11: (HP_OPTICS,), 6527: (NOKIA,), 7483: NOKIA_1830, 36673: IPINFUSION,
}  # fmt: skip
MODELS: Mapping[int, Query] = {
    2011: Query("HUAWEI-ENTITY-EXTENT-MIB hwEntityExtentTable", "1.3.6.1.4.1.2011.5.25.31.1.1.2.1", (11,)),
}
"""Columns of an entity's model in the vendor's words, by the index of entPhysicalTable."""

_JUNIPER = 2636
CONTAINERS, CONTENTS = "1.3.6.1.4.1.2636.3.1.6.1", "1.3.6.1.4.1.2636.3.1.8.1"
_WITHIN, _CONTAINER_DESCR = 4, 6
_DESCR, _SERIAL, _REVISION, _PART, _MODEL = 6, 7, 8, 10, 14
_JUNIPER_QUERIES = (
    Query("JUNIPER-MIB jnxContainersTable", CONTAINERS, (_WITHIN, _CONTAINER_DESCR)),
    Query("JUNIPER-MIB jnxContentsTable", CONTENTS, (_DESCR, _SERIAL, _PART, _MODEL)),
)
_JUNIPER_WORDS = (
    (re.compile(r"\bpem\b|power|\bpsu?\b|\bpdu\b|\bpsm\b", re.IGNORECASE), "power-supply"),
    (re.compile(r"\bfans?\b|cooling", re.IGNORECASE), "fan"),
    (re.compile(r"chassis|midplane|backplane", re.IGNORECASE), "chassis"),
)


def queries(enterprise: int | None) -> tuple[Query, ...]:
    """What to ask a device of this enterprise for, beside ENTITY-MIB."""
    if enterprise == _JUNIPER:
        return _JUNIPER_QUERIES
    own = MODELS.get(enterprise or 0)
    tables = tuple(table.query for table in TABLES.get(enterprise or 0, ()))
    return tables if own is None else (own, *tables)


def models(tree: Tree, enterprise: int | None) -> Mapping[str, str]:
    """By entity, the model that only the vendor's own table tells."""
    query = MODELS.get(enterprise or 0)
    if query is None:
        return {}
    found = {row.index: row.text(query.columns[0]) for row in tree.rows(query.entry)}
    return {index: model for index, model in found.items() if model}


def parts(tree: Tree, enterprise: int | None, ports: Mapping[str, str]) -> tuple[ComponentFact, ...]:
    """The vendor's own tree; empty where it has none. ``ports``: interfaces by ifIndex and by the other name
    they have."""
    if enterprise == _JUNIPER:
        return tuple(_juniper(tree))
    found: list[ComponentFact] = []
    for table in TABLES.get(enterprise or 0, ()):
        found += _table(tree, table, ports)
    return tuple(found)


def transceivers(tree: Tree, enterprise: int | None, ports: Mapping[str, str]) -> tuple[TransceiverFact, ...]:
    """Optics in the vendor's own tables: all rows of a table of optics, else the parts whose words say so."""
    optics = {
        row.index
        for table in TABLES.get(enterprise or 0, ())
        if table.optics
        for row in tree.rows(table.entry)
    }
    return tuple(
        TransceiverFact(
            name=part.name,
            interface=ports.get(part.name),
            vendor=part.vendor,
            part_number=part.part_number,
            serial=part.serial,
            description=part.description,
            source=part.source,
        )
        for part in parts(tree, enterprise, ports)
        if (part.serial or part.model)
        and (
            part.index in optics
            or physical.says_optic(" / ".join(filter(None, (part.description, part.model))))
        )
    )


def _table(tree: Tree, table: PartTable, ports: Mapping[str, str]) -> Iterator[ComponentFact]:
    rows = {_last(row) if table.parent else row.index: row for row in tree.rows(table.entry)}
    holder = next(tree.rows(table.inside), None) if table.inside else None
    for index, row in rows.items():
        model, serial = _text(row, table.model), _serial(row, table.serial)
        name = _text(row, table.name)
        if not any((name, model, serial)) or (table.by_port and not (model or serial)):
            continue
        port = ports.get(index) if table.by_port else None
        name = name or port or f"component {row.index}"
        above = str(row.number(table.parent) or 0) if table.parent else ""
        parent = rows.get(above)
        yield ComponentFact(
            name=name,
            component_class=_kind(row, table),
            parent=_text(parent, table.name) if parent is not None else _holder_name(holder),
            model=model,
            part_number=_text(row, table.part_number),
            serial=serial,
            description=_text(row, table.description),
            vendor=_text(row, table.vendor),
            index=index,
            parent_index=above if parent is not None else (holder.index if holder is not None else None),
            source=table.mib.partition(" ")[0],
        )


def _holder_name(row: Row | None) -> str | None:
    return None if row is None else row.text(2)


def _kind(row: Row, table: PartTable) -> str:
    if not table.kind_column:
        return table.kind
    kind = row.number(table.kind_column)
    return "other" if kind is None else table.kinds.get(kind, "other")


def _text(row: Row, column: int) -> str | None:
    return row.text(column) if column else None


def _serial(row: Row, column: int) -> str | None:
    serial = row.text(column)
    return None if serial is None else _SERIAL_MARK.sub("", serial)


def _last(row: Row) -> str:
    return row.index.rpartition(".")[2]


def _juniper(tree: Tree) -> Iterator[ComponentFact]:
    """Parts without a number of their own say ``BUILTIN``. Containers (slots) by their number; contents by
    container and three levels, inside the container's
    container: a PIC in the FPC of the same first level."""
    containers = tree.table(CONTAINERS)
    contents = tree.table(CONTENTS)
    for row in containers.values():
        above = str(row.number(_WITHIN) or 0)
        yield ComponentFact(
            name=row.text(_CONTAINER_DESCR) or f"container {row.index}",
            component_class="chassis" if above not in containers else "container",
            parent=containers[above].text(_CONTAINER_DESCR) if above in containers else None,
            index=row.index,
            parent_index=above if above in containers else None,
            source="JUNIPER-MIB",
        )
    for row in contents.values():
        parent = _juniper_parent(row, containers, contents)
        yield ComponentFact(
            name=row.text(_DESCR) or f"component {row.index}",
            component_class=_juniper_kind(row, containers),
            parent=_juniper_label(parent, containers, contents),
            model=row.text(_MODEL),
            part_number=row.text(_PART),
            serial=_serial(row, _SERIAL),
            description=row.text(_DESCR),
            vendor="Juniper",
            index=row.index,
            parent_index=parent,
            source="JUNIPER-MIB",
        )


def _juniper_parent(row: Row, containers: Mapping[str, Row], contents: Mapping[str, Row]) -> str | None:
    """The part one level up in the same container (``Fan 1`` in ``Fan Tray``), else the part in the
    container around it, else the container."""
    numbers = row.numbers
    if len(numbers) != 4:
        row.problems.note(row.mib, "the index is not as the MIB says", row.index)
        return None
    container, levels = numbers[0], numbers[1:]
    for depth in (2, 1):
        if levels[depth]:
            up = [*levels[:depth], *([0] * (3 - depth))]
            for inside in (container, _within(container, containers)):
                key = ".".join(map(str, [inside, *up]))
                if key != row.index and key in contents:
                    return key
    return str(container) if str(container) in containers else None


def _within(container: int, containers: Mapping[str, Row]) -> int:
    row = containers.get(str(container))
    return (row.number(_WITHIN) or 0) if row is not None else 0


def _juniper_label(
    index: str | None, containers: Mapping[str, Row], contents: Mapping[str, Row]
) -> str | None:
    if index is None:
        return None
    if index in contents:
        return contents[index].text(_DESCR)
    return containers[index].text(_CONTAINER_DESCR)


def _juniper_kind(row: Row, containers: Mapping[str, Row]) -> str:
    holder = containers.get(row.index.partition(".")[0])
    words = " ".join(filter(None, (row.text(_DESCR), holder.text(_CONTAINER_DESCR) if holder else None)))
    return next((kind for pattern, kind in _JUNIPER_WORDS if pattern.search(words)), "module")
