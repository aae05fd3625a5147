"""Findings and their life: opened when a rule first reports them, refreshed while it does, cleared when it no
longer does; a finding that comes back is a new one."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from netwright.collect.observed import Finding

_MAX_OBJECT = 255


class Severity(enum.StrEnum):
    """How bad it is. ``critical``: a site's service is lost; ``major``: a fault or a wrong build that
    someone must act on; ``minor``: to be tidied up; ``info``: to know."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class FindingDraft:
    """What a rule reports. Kind, device and object say which finding it is.

    ``via`` names what the finding depends on (``site:ams``, ``device:ams-edge1``, ``link:NAME``), the most
    telling first: when one of them is dead, the finding is its consequence and gets it as ``cause``."""

    kind: str
    severity: Severity
    device: str
    message: str
    site: str = ""
    object: str = ""
    wanted: str = ""
    observed: str = ""
    via: tuple[str, ...] = ()
    cause: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.device, self.object[:_MAX_OBJECT]


@dataclass(frozen=True, slots=True)
class FindingChanges:
    """What an audit changed: counts of findings opened, cleared, and still open."""

    opened: int = 0
    cleared: int = 0
    open: int = 0


_COMPARED = ("severity", "site", "message", "wanted", "observed", "cause")


def store_findings(
    session: Session,
    drafts: Iterable[FindingDraft],
    now: float,
    *,
    devices: Collection[str] | None = None,
    sites: Collection[str] = (),
) -> FindingChanges:
    """Bring the open findings in line with ``drafts``. ``devices`` (with the site-wide findings of
    ``sites``) is what was audited; None: everything. Needs a write session."""
    wanted = {draft.key: draft for draft in drafts}
    standing = {(row.kind, row.device, row.object): row for row in _standing(session, devices, sites)}
    gone = [row.id for key, row in standing.items() if key not in wanted]
    if gone:
        session.execute(update(Finding), [{"id": id_, "cleared_at": now} for id_ in gone])
    new = [_row(draft, now) for key, draft in wanted.items() if key not in standing]
    if new:
        session.execute(insert(Finding), new)
    kept = [_refreshed(standing[key], draft, now) for key, draft in wanted.items() if key in standing]
    if kept:
        session.execute(update(Finding), kept)
    return FindingChanges(len(new), len(gone), len(wanted))


def touch_findings(session: Session, now: float) -> None:
    """Say that the open findings still stand: nothing that they rest on has changed."""
    session.execute(update(Finding).where(Finding.cleared_at.is_(None)).values(last_seen=now))


def open_findings(
    session: Session, *, device: str | None = None, site: str | None = None
) -> Sequence[Finding]:
    """Open findings, the worst first, then the oldest; suppressed ones included."""
    query = select(Finding).where(Finding.cleared_at.is_(None))
    if device is not None:
        query = query.where(Finding.device == device)
    if site is not None:
        query = query.where(Finding.site == site)
    return sorted(
        session.scalars(query),
        key=lambda f: (Severity(f.severity).rank, f.first_seen, f.device, f.kind, f.object),
    )


def narrowed(
    found: Iterable[Finding], *, severity: Severity | None = None, kind: str | None = None
) -> list[Finding]:
    """Those of this kind, and this severity or worse."""
    return [
        one
        for one in found
        if (severity is None or Severity(one.severity).rank <= severity.rank) and kind in {None, one.kind}
    ]


def _standing(session: Session, devices: Collection[str] | None, sites: Collection[str]) -> Iterable[Finding]:
    query = select(Finding).where(Finding.cleared_at.is_(None))
    if devices is not None:
        site_wide = (Finding.device == "") & Finding.site.in_(sorted(sites))
        query = query.where(or_(Finding.device.in_(sorted(devices)), site_wide))
    return session.scalars(query)


def _row(draft: FindingDraft, now: float) -> dict[str, object]:
    kind, device, name = draft.key
    values: dict[str, object] = {field: getattr(draft, field) for field in _COMPARED}
    return {
        **values,
        "severity": draft.severity.value,
        "kind": kind,
        "device": device,
        "object": name,
        "first_seen": now,
        "last_seen": now,
    }


def _refreshed(row: Finding, draft: FindingDraft, now: float) -> dict[str, object]:
    """One shape for all, so that one statement carries them."""
    values: dict[str, object] = {field: getattr(draft, field) for field in _COMPARED}
    return {**values, "severity": draft.severity.value, "id": row.id, "last_seen": now}
