"""Findings: the list with its filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from netwright.collect.observed import Finding
from netwright.store.query.cursor import decode_cursor, encode_cursor
from netwright.web.read.listing import PAGE

SEVERITIES = ("critical", "major", "minor", "info")
_RANK: ColumnElement[int] = case(
    {name: rank for rank, name in enumerate(SEVERITIES)}, value=Finding.severity, else_=len(SEVERITIES)
)


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """``state``: empty for open ones that need someone, ``held`` for those held back by a cause, or
    ``cleared``."""

    q: str = ""
    site: str = ""
    severity: str = ""
    kind: str = ""
    state: str = ""
    device: str = ""

    def values(self) -> dict[str, str]:
        return {
            "q": self.q,
            "site": self.site,
            "severity": self.severity,
            "kind": self.kind,
            "state": self.state,
            "device": self.device,
        }


def list_findings(
    session: Session, wanted: FindingFilter, *, after: str = "", limit: int = PAGE
) -> tuple[list[Finding], str, int]:
    """A page of findings, the worst and newest first; cleared ones by when they were cleared. Returns rows,
    cursor of the next page, and the number in all."""
    total = session.scalar(_narrowed(select(func.count(Finding.id)), wanted)) or 0
    cleared = wanted.state == "cleared"
    rank: ColumnElement[Any] = -Finding.cleared_at if cleared else _RANK
    query = _narrowed(select(Finding, rank.label("rank")), wanted).order_by(rank, Finding.id.desc())
    if after:
        value, last = decode_cursor(after, (int, float), int)
        query = query.where((rank > value) | ((rank == value) & (Finding.id < last)))
    rows = session.execute(query.limit(limit + 1)).all()
    cursor = encode_cursor((rows[limit - 1].rank, rows[limit - 1][0].id)) if len(rows) > limit else ""
    return [row[0] for row in rows[:limit]], cursor, total


def _narrowed(query: Any, wanted: FindingFilter) -> Any:
    if wanted.state == "cleared":
        query = query.where(Finding.cleared_at.is_not(None))
    else:
        held = Finding.cause != "" if wanted.state == "held" else Finding.cause == ""
        query = query.where(Finding.cleared_at.is_(None), held)
    for column, value in (
        (Finding.site, wanted.site),
        (Finding.severity, wanted.severity),
        (Finding.kind, wanted.kind),
        (Finding.device, wanted.device),
    ):
        if value:
            query = query.where(column == value)
    if wanted.q:
        text = wanted.q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        query = query.where(
            Finding.message.ilike(f"%{text}%", escape="\\") | Finding.device.ilike(f"%{text}%", escape="\\")
        )
    return query


def open_by_severity(session: Session) -> dict[str, int]:
    """Open findings that nothing else explains, by severity."""
    query = (
        select(Finding.severity, func.count())
        .where(Finding.cleared_at.is_(None), Finding.cause == "")
        .group_by(Finding.severity)
    )
    return dict(session.execute(query).all())


def kinds_seen(session: Session) -> list[str]:
    return list(session.scalars(select(Finding.kind).distinct().order_by(Finding.kind)))


def findings_of(session: Session, *, device: str = "", site: str = "", limit: int = 200) -> list[Finding]:
    """Open findings of a device or site, those held back last."""
    query = select(Finding).where(Finding.cleared_at.is_(None))
    query = query.where(Finding.device == device) if device else query.where(Finding.site == site)
    return list(session.scalars(query.order_by(Finding.cause != "", _RANK, Finding.id.desc()).limit(limit)))
