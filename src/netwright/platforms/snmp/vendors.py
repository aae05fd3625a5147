"""Who made a device and what it runs, by data: ``vendor/*.yaml``, written from the vendors' own MIBs.

The vendor comes from the enterprise number in sysObjectID; a number that nobody listed, or that is
lent to others (net-snmp's, a chip maker's), is ``unknown`` and never a guess. Model, version and serial
number come from the first source that has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from netwright.base.errors import NotFoundError
from netwright.platforms.snmp import physical
from netwright.platforms.snmp.tree import Query, Row, Tree

UNKNOWN = "unknown"
ENTERPRISES = "1.3.6.1.4.1."
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Source:
    """One way to a value. Exactly one of ``descr`` (regular expression on sysDescr), ``entity`` (a field of
    the first chassis), ``get`` (a scalar) and ``column`` (the first value of a column; of the row that
    ``where`` marks with ``is``; or of the row that the first value of ``of`` numbers) is given. ``match``: a
    regular expression on what was found; its groups in a row are the value. ``format``: words around it."""

    descr: str = ""
    entity: str = ""
    get: str = ""
    column: str = ""
    of: str = ""
    where: str = ""
    value: int = 0
    match: str = ""
    format: str = "{}"
    upper: bool = False

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> Source:
        given = {("value" if key == "is" else key): value for key, value in document.items()}
        return cls(**given)

    def queries(self) -> Iterator[Query]:
        for column in (self.column, self.of, self.where):
            if column:
                entry, _, number = column.rpartition(".")
                yield Query("vendor's table", entry, (int(number),))


@dataclass(frozen=True, slots=True)
class Alias:
    """Where a vendor keeps the names that people gave to interfaces. A row's index is the ifIndex, less
    ``offset``."""

    column: str
    offset: int = 0

    @property
    def query(self) -> Query:
        entry, _, number = self.column.rpartition(".")
        return Query("vendor's table of ports", entry, (int(number),))

    def read(self, tree: Tree) -> dict[str, str]:
        entry, _, number = self.column.rpartition(".")
        found = {row.index: row.text(int(number)) for row in tree.rows(entry) if row.index.isdecimal()}
        return {str(int(index) + self.offset): text for index, text in found.items() if text}


@dataclass(frozen=True, slots=True)
class System:
    """One operating system of a vendor: what marks it, and where its model, version and serial stand. A
    device has to fit all marks that are given."""

    os: str | None
    vendor: str
    descr: str = ""
    object: tuple[str, ...] = ()
    model: tuple[Source, ...] | None = None
    version: tuple[Source, ...] = ()
    serial: tuple[Source, ...] | None = None
    alias: Alias | None = None

    def fits(self, descr: str, object_id: str) -> bool:
        if self.descr and not re.search(self.descr, descr, re.IGNORECASE | re.MULTILINE):
            return False
        return not self.object or any(
            object_id == prefix or object_id.startswith(prefix + ".") for prefix in self.object
        )

    def sources(self) -> Iterator[Source]:
        yield from (*(self.model or ()), *self.version, *(self.serial or ()))


@dataclass(frozen=True, slots=True)
class Identity:
    """What the data make of a device's answers. None is what they don't know."""

    vendor: str = UNKNOWN
    os: str | None = None
    model: str | None = None
    version: str | None = None
    serial: str | None = None


@dataclass(frozen=True, slots=True)
class Vendors:
    """All systems by enterprise number, in the order in which they are tried."""

    by_enterprise: Mapping[int, tuple[System, ...]] = field(default_factory=dict)

    def system(self, descr: str, object_id: str | None) -> System:
        """The first that fits; one without a vendor for a number that nobody listed."""
        number = enterprise(object_id)
        for system in self.by_enterprise.get(number or 0, ()):
            if system.fits(descr, object_id or ""):
                return system
        return System(None, UNKNOWN)

    def named(self, os: str) -> System:
        """The system of that name. Raises NotFoundError."""
        known = {system.os: system for systems in self.by_enterprise.values() for system in reversed(systems)}
        if os not in known:
            names = sorted(name for name in known if name is not None)
            raise NotFoundError(
                f"there are no data of a system {os!r}", remedy=f"Known are auto, {', '.join(names)}."
            )
        return known[os]


@cache
def vendors() -> Vendors:
    """The built-in data, read once."""
    table: dict[int, list[System]] = {}
    folder = files(__package__) / "vendor"
    for file in sorted(folder.iterdir(), key=lambda path: path.name):
        if not file.name.endswith(".yaml"):
            continue
        for document in yaml.load(file.read_text(), Loader=_LOADER):  # noqa: S506 - a safe loader, in C
            for number in document["enterprises"]:
                if number in table:
                    raise ValueError(f"{file.name}: enterprise {number} is listed twice")
                table[number] = list(_systems(document))
    return Vendors({number: tuple(systems) for number, systems in table.items()})


def _systems(document: Mapping[str, Any]) -> Iterator[System]:
    """An entry without ``vendor`` is its file's; the last resort is the vendor with nothing else, where the
    vendor is one."""
    for given in document.get("systems") or ():
        yield System(
            os=given.get("os"),
            vendor=given.get("vendor", document["vendor"]) or UNKNOWN,
            descr=given.get("descr", ""),
            object=tuple(given.get("object", ())),
            model=_sources(given.get("model")),
            version=_sources(given.get("version")) or (),
            serial=_sources(given.get("serial")),
            alias=Alias(**given["alias"]) if "alias" in given else None,
        )
    yield System(None, document["vendor"])


def _sources(given: list[Mapping[str, Any]] | None) -> tuple[Source, ...] | None:
    return None if given is None else tuple(Source.of_document(one) for one in given)


def enterprise(object_id: str | None) -> int | None:
    """The IANA number in a sysObjectID."""
    if object_id is None or not object_id.startswith(ENTERPRISES):
        return None
    head = object_id[len(ENTERPRISES) :].partition(".")[0]
    return int(head) if head.isdecimal() else None


_MODEL = Source(entity="model")
_SERIAL = Source(entity="serial")


def identify(system: System, descr: str, tree: Tree) -> Identity:
    """What stands where the system's data point. Without sources of its own a known vendor's model and
    serial are its chassis's."""
    known = system.vendor != UNKNOWN
    model = system.model if system.model is not None else ((_MODEL,) if known else ())
    serial = system.serial if system.serial is not None else (_SERIAL,)
    return Identity(
        vendor=system.vendor,
        os=system.os,
        model=_first(model, descr, tree),
        version=_first(system.version, descr, tree),
        serial=_first(serial, descr, tree),
    )


def _first(sources: tuple[Source, ...], descr: str, tree: Tree) -> str | None:
    for source in sources:
        value = _value(source, descr, tree)
        if value is not None and _meaning(value):
            return value
    return None


def _meaning(value: str) -> bool:
    """Words that stand for nothing; one letter over and over is a field that nobody filled."""
    if len(value) > 3 and len(set(value)) == 1:
        return False
    return value.strip(" -.0").lower() not in {"", "n/a", "na", "none", "null", "unknown", "not available"}


def _value(source: Source, descr: str, tree: Tree) -> str | None:
    if source.descr:
        found = _matched(source.descr, descr)
    else:
        raw = _raw(source, tree)
        found = _matched(source.match, raw) if raw is not None and source.match else raw
    if found is None:
        return None
    found = " ".join(found.split()).strip('"').rstrip(" .,;")
    return source.format.format(found.upper() if source.upper else found) if found else None


def _matched(pattern: str, words: str) -> str | None:
    found = re.search(pattern, words, re.IGNORECASE | re.MULTILINE)
    if found is None:
        return None
    groups = [group for group in found.groups() if group]
    return "".join(groups) if groups else found[0]


def _raw(source: Source, tree: Tree) -> str | None:
    if source.get:
        return tree.text(source.get)
    if source.entity:
        chassis = physical.first_chassis(tree)
        return physical.field(chassis, source.entity) if chassis is not None else None
    entry, _, number = source.column.rpartition(".")
    for row in tree.rows(entry):
        value = row.text(int(number))
        if value is not None and _chosen(source, row, tree):
            return value
    return None


def _chosen(source: Source, row: Row, tree: Tree) -> bool:
    if source.where:
        return row.number(int(source.where.rpartition(".")[2])) == source.value
    if source.of:
        entry, _, number = source.of.rpartition(".")
        first = next(tree.rows(entry), None)
        return first is not None and str(first.number(int(number))) == row.index
    return True
