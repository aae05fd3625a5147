"""Findings as lists show them: which are asked for, page by page, with what people made of them."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from netwright.base.errors import NotFoundError
from netwright.collect.adoption.accept import ACCEPTABLE
from netwright.collect.attention import Attention, FindingAck, FindingTask, attention
from netwright.collect.findings import Severity
from netwright.collect.observed import Finding
from netwright.store.query.keyset import Keyset, Page, walk
from netwright.store.query.lookup import escaped


class FindingState(enum.StrEnum):
    """What became of a finding. ``open`` ones need someone; ``held`` ones follow from a cause;
    ``acknowledged`` ones somebody knows of; ``standing`` are these three; ``cleared`` ones are over."""

    OPEN = "open"
    HELD = "held"
    ACKNOWLEDGED = "acknowledged"
    STANDING = "standing"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """Empty: any. Of several values one must fit. ``q``: part of the message or of the device's name; without
    ``words`` of the name only, for one who may not read every message."""

    state: FindingState = FindingState.OPEN
    q: str = ""
    sites: Collection[str] = ()
    devices: Collection[str] = ()
    kinds: Collection[str] = ()
    severities: Collection[Severity] = ()
    at_least: Severity | None = None
    words: bool = True


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding, apart from its database, with what people made of it. ``acceptable``: what was observed can
    be made wanted."""

    id: int
    kind: str
    severity: str
    site: str
    device: str
    object: str
    message: str
    wanted: str
    observed: str
    cause: str
    first_seen: float
    last_seen: float
    cleared_at: float | None
    ack: FindingAck | None = None
    task: FindingTask | None = None

    @property
    def acceptable(self) -> bool:
        return self.kind in ACCEPTABLE and self.cleared_at is None


_BY_RANK: ColumnElement[int] = case(
    {str(one): one.rank for one in Severity}, value=Finding.severity, else_=len(Severity)
)
_SORTS: Mapping[str, Any] = {
    "severity": _BY_RANK,
    "first_seen": Finding.first_seen,
    "last_seen": Finding.last_seen,
    "cleared_at": func.coalesce(Finding.cleared_at, 0.0),
    "device": Finding.device,
    "site": Finding.site,
    "kind": Finding.kind,
    "id": Finding.id,
}
SORTS = tuple(_SORTS)
_LIST = Keyset("findings", _SORTS, Finding.id, falling=True)
_AT_ONCE = 1_000


def finding_page(
    session: Session,
    wanted: FindingFilter,
    now: float,
    *,
    sort: str = "",
    after: str = "",
    limit: int = 100,
    count: bool = False,
) -> Page[FindingLine]:
    """A page: the worst first, cleared ones by when that was, or by ``sort`` (a name of ``SORTS``, after a
    minus downwards); of equals the newest first. Raises InputError for another sort or a foreign cursor."""
    word = sort or ("-cleared_at" if wanted.state is FindingState.CLEARED else "severity")
    query = _narrowed(select(Finding), wanted, now)
    rows, cursor = _LIST.rows(session, query, sort=word, after=after, limit=limit)
    total = session.scalar(_narrowed(select(func.count(Finding.id)), wanted, now)) if count else None
    return Page(lines_of(session, [row[0] for row in rows], now), cursor, total)


def finding_walk(session: Session, wanted: FindingFilter, now: float) -> Iterator[FindingLine]:
    """All that fit, page by page."""
    return walk(lambda after: finding_page(session, wanted, now, after=after, limit=_AT_ONCE))


def standing_of(
    session: Session, now: float, *, device: str = "", site: str = "", limit: int = 200
) -> list[FindingLine]:
    """What stands of a device or a site: those that need someone first, the held back ones last."""
    query = select(Finding).where(Finding.cleared_at.is_(None))
    query = query.where(Finding.device == device) if device else query.where(Finding.site == site)
    known = case((_acknowledged(now), 1), else_=0)
    query = query.order_by(Finding.cause != "", known, _BY_RANK, Finding.id.desc()).limit(limit)
    return lines_of(session, session.scalars(query).all(), now)


def lines_of(session: Session, findings: Sequence[Finding], now: float) -> list[FindingLine]:
    """Findings with what people made of them, in their order."""
    words = attention(session, findings, now)
    return [_line(finding, words[finding.id]) for finding in findings]


def finding_line(session: Session, number: int, now: float) -> FindingLine:
    """One by its number, cleared or not. Raises NotFoundError."""
    found = session.scalars(select(Finding).where(Finding.id == number)).all()
    if not found:
        raise NotFoundError(
            "there is no finding of this number",
            subject=str(number),
            remedy="The lists of findings show the numbers, of cleared ones too.",
        )
    return lines_of(session, found, now)[0]


def earlier_ones(session: Session, line: FindingLine, most: int = 10) -> list[Finding]:
    """Times when the same trouble was there before, the last first."""
    query = select(Finding).where(
        Finding.kind == line.kind,
        Finding.device == line.device,
        Finding.object == line.object,
        Finding.id < line.id,
    )
    return list(session.scalars(query.order_by(Finding.id.desc()).limit(most)))


def numbers_by_state(session: Session, wanted: FindingFilter, now: float) -> dict[FindingState, int]:
    """How many fit in each state of those not cleared, whatever state the filter asks for."""
    held, known = Finding.cause != "", _acknowledged(now)
    words = case((held, "held"), (known, "acknowledged"), else_="open").label("word")
    # counted from outside: PostgreSQL takes an expression with values in it for another one in its GROUP BY
    each = _where(select(Finding.id, words), wanted).where(Finding.cleared_at.is_(None)).subquery()
    rows = session.execute(select(func.count(), each.c.word).group_by(each.c.word)).all()
    found: dict[FindingState, int] = {FindingState(word): number for number, word in rows}
    return found


def open_by_severity(session: Session, now: float) -> dict[str, int]:
    """Findings that need someone, by severity."""
    query = select(Finding.severity, func.count()).group_by(Finding.severity)
    return dict(session.execute(_narrowed(query, FindingFilter(), now)).all())


def kinds_seen(session: Session) -> list[str]:
    return list(session.scalars(select(Finding.kind).distinct().order_by(Finding.kind)))


def _line(finding: Finding, words: Attention) -> FindingLine:
    return FindingLine(
        id=finding.id,
        kind=finding.kind,
        severity=finding.severity,
        site=finding.site,
        device=finding.device,
        object=finding.object,
        message=finding.message,
        wanted=finding.wanted,
        observed=finding.observed,
        cause=finding.cause,
        first_seen=finding.first_seen,
        last_seen=finding.last_seen,
        cleared_at=finding.cleared_at,
        ack=words.ack if finding.cleared_at is None else None,
        task=words.task,
    )


def _narrowed(query: Any, wanted: FindingFilter, now: float) -> Any:
    return _where(query, wanted).where(*_in_state(wanted.state, now))


def _in_state(state: FindingState, now: float) -> Iterator[ColumnElement[bool]]:
    if state is FindingState.CLEARED:
        yield Finding.cleared_at.is_not(None)
        return
    yield Finding.cleared_at.is_(None)
    if state is FindingState.HELD:
        yield Finding.cause != ""
    elif state is not FindingState.STANDING:
        known = _acknowledged(now)
        yield Finding.cause == ""
        yield known if state is FindingState.ACKNOWLEDGED else not_(known)


def _acknowledged(now: float) -> ColumnElement[bool]:
    """Whether an acknowledgement holds; not when the finding got worse since."""
    then: ColumnElement[int] = case(
        {str(one): one.rank for one in Severity}, value=FindingAck.severity, else_=len(Severity)
    )
    return exists().where(
        FindingAck.kind == Finding.kind,
        FindingAck.device == Finding.device,
        FindingAck.object == Finding.object,
        or_(FindingAck.until.is_(None), FindingAck.until > now),
        then <= _BY_RANK,
    )


def _where(query: Any, wanted: FindingFilter) -> Any:
    severities = set(wanted.severities)
    if wanted.at_least is not None:
        fitting = {one for one in Severity if one.rank <= wanted.at_least.rank}
        severities = severities & fitting if severities else fitting
        query = query.where(Finding.severity.in_(sorted(severities)))
    elif severities:
        query = query.where(Finding.severity.in_(sorted(severities)))
    for column, values in (
        (Finding.site, wanted.sites),
        (Finding.device, wanted.devices),
        (Finding.kind, wanted.kinds),
    ):
        if values:
            query = query.where(column.in_(sorted(set(values))))
    if wanted.q:
        part = f"%{escaped(wanted.q)}%"
        named = Finding.device.ilike(part, escape="\\")
        said = Finding.message.ilike(part, escape="\\") | Finding.object.ilike(part, escape="\\")
        query = query.where(named | said if wanted.words else named)
    return query
