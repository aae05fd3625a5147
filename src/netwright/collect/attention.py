"""What people made of findings: acknowledged until when, given to whom as a task.

Both belong to what a finding is about (kind, device, object), not to its row: a finding that clears and comes
back is a new row of the same trouble.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Index, Text, delete, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from netwright.base.errors import InputError, NotFoundError
from netwright.collect.findings import Severity
from netwright.collect.observed import Finding
from netwright.store.record import Base

T = TypeVar("T", "FindingAck", "FindingTask")
_SPAN = re.compile(r"(\d{1,4})([hdw])")
_UNITS_S = {"h": 3600, "d": 86_400, "w": 7 * 86_400}
Key: TypeAlias = tuple[str, str, str]
"""Kind, device, object."""


class FindingAck(Base):
    """Somebody knows of it. With ``until`` it holds until then, also over a clearing; without, until the
    finding clears. It lapses when the finding gets worse than ``severity``."""

    __tablename__ = "finding_ack"

    kind: Mapped[str] = mapped_column(primary_key=True)
    device: Mapped[str] = mapped_column(primary_key=True)
    object: Mapped[str] = mapped_column(primary_key=True)
    severity: Mapped[str]
    by: Mapped[str]
    why: Mapped[str] = mapped_column(Text)
    at: Mapped[float]
    until: Mapped[float | None]


class FindingTask(Base):
    """Work that a finding asks for. Open while ``done_at`` is None."""

    __tablename__ = "finding_task"
    __table_args__ = (Index("ix_finding_task_about", "kind", "device", "object"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str]
    device: Mapped[str]
    object: Mapped[str]
    site: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(Text)
    assignee: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(Text, default="")
    opened_by: Mapped[str]
    opened_at: Mapped[float]
    done_by: Mapped[str] = mapped_column(default="")
    done_at: Mapped[float | None]


@dataclass(frozen=True, slots=True)
class Attention:
    """What people made of one finding."""

    ack: FindingAck | None = None
    task: FindingTask | None = None


NOTHING = Attention()


def key_of(finding: Finding) -> Key:
    return finding.kind, finding.device, finding.object


def require_open(session: Session, finding_id: int) -> Finding:
    """Raises NotFoundError, also for one that is cleared."""
    finding = session.get(Finding, finding_id)
    if finding is None or finding.cleared_at is not None:
        raise NotFoundError(
            "there is no open finding of this number",
            subject=str(finding_id),
            remedy="See `netwright audit`, which shows the numbers.",
        )
    return finding


def acknowledge(
    session: Session, finding: Finding, by: str, why: str, now: float, *, until: float | None = None
) -> FindingAck:
    """Say that somebody knows. Replaces an earlier word. Raises InputError without a reason, or for a time
    that is past."""
    if not why.strip():
        raise InputError("an acknowledgement wants a reason", subject=finding.kind, remedy="Say why.")
    if until is not None and until <= now:
        raise InputError(
            "is past already", subject="until", remedy="Give a time to come, or none: until it clears."
        )
    take_back(session, finding)
    ack = FindingAck(
        kind=finding.kind,
        device=finding.device,
        object=finding.object,
        severity=finding.severity,
        by=by,
        why=why.strip(),
        at=now,
        until=until,
    )
    session.add(ack)
    return ack


def until_of(text: str, now: float) -> float | None:
    """Unix seconds of a day, a time (UTC unless it says otherwise), or so many hours, days or weeks from now;
    None for nothing. Raises InputError."""
    if not text:
        return None
    if match := _SPAN.fullmatch(text):
        return now + int(match[1]) * _UNITS_S[match[2]]
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            "is no time", subject=text[:40], remedy="Write 2026-12-31, 2026-12-31T08:00Z, 8h, 3d or 2w."
        ) from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def take_back(session: Session, finding: Finding) -> bool:
    """Take an acknowledgement away. False when there was none."""
    about = delete(FindingAck).where(_same(FindingAck, key_of(finding)))
    return session.execute(about.returning(FindingAck.kind)).first() is not None


def open_task(
    session: Session, finding: Finding, by: str, now: float, *, assignee: str = "", note: str = ""
) -> FindingTask:
    """Give the finding to somebody as work. Raises InputError when there is an open task already."""
    known = attention(session, [finding], now)[finding.id].task
    if known is not None:
        raise InputError(
            f"there is an open task already: {known.id}",
            subject=finding.kind,
            remedy=f"Close it with `netwright audit done {known.id}`.",
        )
    task = FindingTask(
        kind=finding.kind,
        device=finding.device,
        object=finding.object,
        site=finding.site,
        title=finding.message,
        assignee=assignee,
        note=note,
        opened_by=by,
        opened_at=now,
    )
    session.add(task)
    session.flush()
    return task


def close_task(session: Session, task_id: int, by: str, now: float) -> FindingTask:
    """Raises NotFoundError, also for one that is done."""
    task = session.get(FindingTask, task_id)
    if task is None or task.done_at is not None:
        raise NotFoundError(
            "there is no open task of this number",
            subject=str(task_id),
            remedy="See `netwright audit tasks`.",
        )
    task.done_by, task.done_at = by, now
    return task


def attention(session: Session, findings: Collection[Finding], now: float) -> dict[int, Attention]:
    """What people made of these findings, by their ids; acknowledgements that hold now, open tasks."""
    keys = {key_of(finding) for finding in findings}
    acks = {
        (ack.kind, ack.device, ack.object): ack
        for ack in _about(session, FindingAck, keys)
        if _holds(ack, now)
    }
    tasks = {
        (task.kind, task.device, task.object): task
        for task in _about(session, FindingTask, keys)
        if task.done_at is None
    }
    return {
        finding.id: Attention(_fitting(acks, finding), tasks.get(key_of(finding))) for finding in findings
    }


def open_tasks(session: Session, *, site: str | None = None) -> list[FindingTask]:
    """The oldest first."""
    query = select(FindingTask).where(FindingTask.done_at.is_(None)).order_by(FindingTask.id)
    return list(session.scalars(query.where(FindingTask.site == site) if site else query))


def drop_lapsed(session: Session, now: float) -> None:
    """Forget acknowledgements that are over: their time is past, or what they were about has cleared."""
    session.execute(delete(FindingAck).where(FindingAck.until.is_not(None), FindingAck.until <= now))
    standing = select(Finding.id).where(
        Finding.kind == FindingAck.kind,
        Finding.device == FindingAck.device,
        Finding.object == FindingAck.object,
        Finding.cleared_at.is_(None),
    )
    session.execute(delete(FindingAck).where(FindingAck.until.is_(None), ~standing.exists()))


def _fitting(acks: Mapping[Key, FindingAck], finding: Finding) -> FindingAck | None:
    ack = acks.get(key_of(finding))
    worse = ack is not None and Severity(finding.severity).rank < Severity(ack.severity).rank
    return None if worse else ack


def _holds(ack: FindingAck, now: float) -> bool:
    return ack.until is None or ack.until > now


def _same(table: type[FindingAck], key: Key) -> ColumnElement[bool]:
    kind, device, name = key
    return (table.kind == kind) & (table.device == device) & (table.object == name)


def _about(session: Session, table: type[T], keys: Collection[Key]) -> Iterable[T]:
    wanted = sorted(keys)
    for start in range(0, len(wanted), 200):
        about = tuple_(table.kind, table.device, table.object).in_(wanted[start : start + 200])
        yield from session.scalars(select(table).where(about))
