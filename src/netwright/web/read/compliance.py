"""The matrix of compliance: devices by sections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwright.app.compliance import (
    Compliance,
    ComplianceDevice,
    ComplianceSection,
    SectionState,
    results_of,
)
from netwright.base.errors import InputError
from netwright.inventory import Device
from netwright.store.kind import Kind
from netwright.store.query import Reader
from netwright.web.read.table import Asked, Table, read_table

DAYS = 30
_COLUMNS = ("name", "site", "role", "platform")
_WIDEST = 30
"""Sections in sight; a section that fewer devices have is found on the device's own line."""


@dataclass(frozen=True, slots=True)
class SectionHead:
    """A column: how many devices have the section as wanted now, and on each of the last days."""

    name: str
    same: int
    total: int
    share: float
    shares: list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Matrix:
    """``cells``: device -> section -> result; ``whole``: share of all results in percent,
    day by day."""

    table: Table
    heads: list[SectionHead]
    cells: dict[str, dict[str, ComplianceSection]]
    share: float
    whole: list[tuple[float, float]]
    same: int
    total: int
    left_out: int


def read_matrix(
    reader: Reader, session: Session, compliance: Compliance, asked: Asked, few: Callable[[Kind], bool]
) -> Matrix:
    """A page of devices that were checked. ``state=differs`` in the address: those with a section that is
    not as wanted."""
    checked = Device.name.in_(select(ComplianceDevice.device))
    states = asked.values("state")
    if states and states != ["differs"]:
        raise InputError(f"{states[0]!r} is no state; there is differs", subject="state")
    if states:
        ill = select(ComplianceSection.device).where(ComplianceSection.state != SectionState.SAME.value)
        checked = Device.name.in_(ill)
    own = Asked(
        asked.kind,
        asked.path,
        tuple(pair for pair in asked.filters if pair[0] != "state"),
        asked.q,
        asked.sort,
        _COLUMNS,
        asked.after,
    )
    table = read_table(reader, own, few, also=(checked,))
    cells = results_of(session, [row.key for row in table.rows])
    trend = compliance.trend(DAYS)
    heads = [
        SectionHead(name, *line[-1], _share(*line[-1]), _points(line))
        for name, line in trend.items()
        if line[-1][1]
    ]
    heads.sort(key=lambda head: (head.same == head.total, -head.total, head.name))
    days: Sequence[tuple[int, int]] = [
        (sum(line[at][0] for line in trend.values()), sum(line[at][1] for line in trend.values()))
        for at in range(DAYS)
    ]
    shown = heads[:_WIDEST]
    same, total = days[-1]
    return Matrix(
        table, shown, cells, _share(same, total), _points(days), same, total, len(heads) - len(shown)
    )


def _points(line: Sequence[tuple[int, int]]) -> list[tuple[float, float]]:
    """(day, share in percent) of the days on which something was known."""
    return [(day, _share(*one)) for day, one in enumerate(line) if one[1]]


def _share(same: int, total: int) -> float:
    return 100 * same / total if total else 0.0
