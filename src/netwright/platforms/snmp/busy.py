"""CPU and memory of any agent: the vendor's own columns by data (``load.yaml``, which says how they are
written), else those of a host (``host``)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from netwright.platforms.facts import Load
from netwright.platforms.snmp import host, values
from netwright.platforms.snmp.tree import Query, Tree

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")


@dataclass(frozen=True, slots=True)
class _Memory:
    percent: str = ""
    used: str = ""
    free: str = ""
    total: str = ""

    def columns(self) -> Iterator[str]:
        return (column for column in (self.percent, self.used, self.free, self.total) if column)


@dataclass(frozen=True, slots=True)
class _Where:
    cpu: tuple[str, ...]
    memory: tuple[_Memory, ...]
    parts: bool


@cache
def _known() -> Mapping[int, _Where]:
    text = (files(__package__) / "load.yaml").read_text()
    found: dict[int, _Where] = {}
    for given in yaml.load(text, Loader=_LOADER):  # noqa: S506 - a safe loader, in C
        where = _where(given)
        for number in given["enterprises"]:
            if number in found:
                raise ValueError(f"load.yaml: enterprise {number} is listed twice")
            found[number] = where
    return found


def _where(given: Mapping[str, Any]) -> _Where:
    memory = tuple(
        _Memory(**{key: str(oid) for key, oid in line.items()}) for line in given.get("memory", ())
    )
    return _Where(tuple(given.get("cpu", ())), memory, given.get("parts", False))


def queries(enterprise: int, object_id: str | None) -> Iterator[Query]:
    """A query a table, with the columns of all its lines."""
    columns: dict[str, set[int]] = {}
    where = _known().get(enterprise)
    if where is None:
        return
    for oid in (*where.cpu, *(oid for memory in where.memory for oid in memory.columns())):
        entry, column = _split(oid, object_id)
        columns.setdefault(entry, set()).add(column)
    for entry, numbers in columns.items():
        yield Query("vendor's table of load", entry, tuple(sorted(numbers)))


def load(tree: Tree, enterprise: int, object_id: str | None) -> Load:
    """Fractions of one. Nonsense (more than all, less than nothing) is no reading."""
    plain = host.load(tree)
    where = _known().get(enterprise)
    if where is None:
        return plain
    read = _Columns(tree, object_id, parts=where.parts)
    cpu = next((use for oid in where.cpu if (use := _mean(read.percents(oid))) is not None), None)
    memory = next((use for line in where.memory if (use := _memory(read, line)) is not None), None)
    return Load(
        cpu=cpu if cpu is not None else plain.cpu, memory=memory if memory is not None else plain.memory
    )


@dataclass(frozen=True, slots=True)
class _Columns:
    """Columns by their whole OID."""

    tree: Tree
    object_id: str | None
    parts: bool

    def percents(self, oid: str) -> list[float]:
        entry, column = _split(oid, self.object_id)
        found = (_percent(row.cells.get(column)) for row in self.tree.rows(entry))
        return [value for value in found if value is not None and (value > 0 or not self.parts)]

    def numbers(self, oid: str) -> Mapping[str, float]:
        entry, column = _split(oid, self.object_id)
        found = {row.index: values.reading(row.cells.get(column)) for row in self.tree.rows(entry)}
        return {index: value for index, value in found.items() if value is not None and value >= 0}


def _split(oid: str, object_id: str | None) -> tuple[str, int]:
    if oid.startswith(".."):
        oid = (object_id or "").rpartition(".")[0] + oid[1:]
    elif oid.startswith("."):
        oid = (object_id or "") + oid
    entry, _, column = oid.rpartition(".")
    return entry, int(column)


def _percent(value: object) -> float | None:
    """A number, or the first percentage of a text (``5 Secs ( 40.8%) 60 Secs ( 18.1%)``)."""
    words = values.text(value) if isinstance(value, bytes) else None
    found = _PERCENT.search(words) if words else None
    number = float(found[1]) if found else values.reading(value)
    return number if number is not None and 0 <= number <= 100 else None


def _mean(percents: list[float]) -> float | None:
    return round(sum(percents) / len(percents) / 100, 4) if percents else None


def _memory(read: _Columns, line: _Memory) -> float | None:
    """Of several pools, all together."""
    if line.percent:
        return _mean(read.percents(line.percent))
    used, free, total = (read.numbers(oid) if oid else {} for oid in (line.used, line.free, line.total))
    taken = whole = 0.0
    for index in used or total:
        size = total[index] if index in total else used.get(index, 0) + free.get(index, 0)
        whole += size
        taken += used[index] if index in used else size - free.get(index, size)
    return round(taken / whole, 4) if 0 <= taken <= whole and whole else None
