"""The system group (RFC 3418) and the load of a host: UCD-SNMP-MIB, else HOST-RESOURCES-MIB (RFC 2790)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from netwright.device.session import Session
from netwright.platforms.facts import Load
from netwright.platforms.snmp.tree import Query, Tree
from netwright.platforms.snmp.values import number, text

_DESCR, _UPTIME, _NAME = (f"1.3.6.1.2.1.1.{n}.0" for n in (1, 3, 5))
_UCD = "1.3.6.1.4.1.2021."
_CPU_IDLE = _UCD + "11.11.0"
_TOTAL, _AVAILABLE, _BUFFERS, _CACHED = (f"{_UCD}4.{n}.0" for n in (5, 6, 14, 15))
_PROCESSOR_LOAD = "1.3.6.1.2.1.25.3.3.1.2"
_STORAGE = "1.3.6.1.2.1.25.2.3.1."
_RAM = "1.3.6.1.2.1.25.2.1.2"


@dataclass(frozen=True, slots=True)
class Host:
    """What the agent says about the system as a whole. ``uptime_s`` is the agent's, which starts with the
    system."""

    name: str | None
    description: str | None
    uptime_s: float | None
    load: Load


async def read_host(session: Session) -> Host:
    values = await session.snmp_get(
        [_DESCR, _UPTIME, _NAME, _CPU_IDLE, _TOTAL, _AVAILABLE, _BUFFERS, _CACHED]
    )
    ticks = number(values.get(_UPTIME))
    load = Load(_ucd_cpu(values), _ucd_memory(values))
    if load.cpu is None:
        load = Load(_average(await session.snmp_walk(_PROCESSOR_LOAD)), load.memory)
    if load.memory is None:
        load = Load(load.cpu, await _storage_memory(session))
    return Host(
        name=text(values.get(_NAME)),
        description=text(values.get(_DESCR)),
        uptime_s=None if ticks is None else ticks / 100,
        load=load,
    )


QUERIES = (
    Query("HOST-RESOURCES-MIB hrProcessorTable", "1.3.6.1.2.1.25.3.3.1", (2,)),
    Query("HOST-RESOURCES-MIB hrStorageTable", _STORAGE.rstrip("."), (2, 5, 6)),
)
SCALARS = (_CPU_IDLE, _TOTAL, _AVAILABLE, _BUFFERS, _CACHED)


def load(tree: Tree) -> Load:
    """The same from what a probe has asked for."""
    loads = {row.index: row.cells.get(2) for row in tree.rows("1.3.6.1.2.1.25.3.3.1")}
    rows = [(row.cells.get(2), row.number(5), row.number(6)) for row in tree.rows(_STORAGE.rstrip("."))]
    cpu, memory = _ucd_cpu(tree.scalars), _ucd_memory(tree.scalars)
    return Load(cpu if cpu is not None else _average(loads), memory if memory is not None else _ram(rows))


def _ram(rows: Iterable[tuple[object, int | None, int | None]]) -> float | None:
    for kind, total, taken in rows:
        if str(kind).lstrip(".") == _RAM and total and taken is not None:
            return _fraction(taken, total)
    return None


def _ucd_cpu(values: Mapping[str, object]) -> float | None:
    idle = number(values.get(_CPU_IDLE))
    return None if idle is None else _fraction(100 - idle, 100)


def _ucd_memory(values: Mapping[str, object]) -> float | None:
    """Used without buffers and cache, which give way."""
    total, available = number(values.get(_TOTAL)), number(values.get(_AVAILABLE))
    if not total or available is None:
        return None
    free = available + (number(values.get(_BUFFERS)) or 0) + (number(values.get(_CACHED)) or 0)
    return _fraction(total - free, total)


def _average(loads: Mapping[str, object]) -> float | None:
    values = [value for load in loads.values() if (value := number(load)) is not None]
    return _fraction(sum(values), 100 * len(values)) if values else None


async def _storage_memory(session: Session) -> float | None:
    size, used = _STORAGE + "5", _STORAGE + "6"
    table = await session.snmp_table([_STORAGE + "2", size, used])
    return _ram(
        (row.get(_STORAGE + "2"), number(row.get(size)), number(row.get(used))) for row in table.values()
    )


def _fraction(part: int, whole: int) -> float:
    return round(min(1.0, max(0.0, part / whole)), 4)
