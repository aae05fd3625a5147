"""Whether devices run what is wanted, section by section, kept with its trend.

A device is checked when its running or its wanted text has changed since (the collection sees both, see
``deployment.drift_check``); the days' counts are moved by what that changed. So the cost is that of the
change, whatever the size of the network. All texts are scrubbed of secrets before they come here.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from sqlalchemy import Index, Text, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from netwright.base.clock import Clock
from netwright.base.errors import InputError, NotFoundError
from netwright.config.compliance import SectionResult, SectionRule, check, read_rules
from netwright.config.schema import schema
from netwright.store.among import among
from netwright.store.database import Database
from netwright.store.record import Base
from netwright.store.sealed import text_digest

RULES_FILE = "compliance.yaml"
"""In the home folder: platform -> sections, for those who want others than the first words of the lines."""


class SectionState(enum.StrEnum):
    """``order``: the lines are the same, but not in their order where that counts."""

    SAME = "same"
    ORDER = "order"
    DIFFERS = "differs"


class ComplianceDevice(Base):
    """A device that was checked. ``texts``: digest of both texts and of the rules."""

    __tablename__ = "compliance_device"

    device: Mapped[str] = mapped_column(primary_key=True)
    texts: Mapped[str]
    checked_at: Mapped[float]


class ComplianceSection(Base):
    """The last result of one section of a device. ``since``: when it came into this state."""

    __tablename__ = "compliance_section"
    __table_args__ = (Index("ix_compliance_section_section", "section"),)

    device: Mapped[str] = mapped_column(primary_key=True)
    section: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    missing: Mapped[str] = mapped_column(Text, default="")
    extra: Mapped[str] = mapped_column(Text, default="")
    since: Mapped[float]


class ComplianceDay(Base):
    """How many devices had a section, and how many as wanted, at the end of a day (UTC, as 2026-12-31). A day
    on which nothing changed has no row."""

    __tablename__ = "compliance_day"

    section: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[str] = mapped_column(primary_key=True)
    same: Mapped[int]
    total: Mapped[int]


class Compliance:
    """The results of one installation. ``rules_file`` may be missing."""

    def __init__(self, database: Database, clock: Clock, rules_file: Path | None = None) -> None:
        self._database = database
        self._clock = clock
        self._rules = _read_rules(rules_file)

    def record(self, device: str, platform: str, running: str, wanted: str) -> bool:
        """Check a device and keep the results, when a text or the rules changed. Returns whether it was
        checked; a platform whose rules of configuration are not known is not."""
        rules = self._rules.get(platform)
        texts = text_digest(f"{running}\0{wanted}\0{rules}")
        with self._database.read() as session:
            known = session.get(ComplianceDevice, device)
            if known is not None and known.texts == texts:
                return False
        try:
            results = check(running, wanted, schema(platform), rules)
        except NotFoundError:
            return False
        with self._database.write() as session:
            self._keep(session, device, texts, results)
        return True

    def _keep(self, session: Session, device: str, texts: str, results: Sequence[SectionResult]) -> None:
        now = self._clock.now()
        mine = select(ComplianceSection).where(ComplianceSection.device == device)
        before = {row.section: (row.state, row.since) for row in session.scalars(mine)}
        session.execute(delete(ComplianceSection).where(ComplianceSection.device == device))
        after = {}
        for result in results:
            state = _state(result)
            old, since = before.get(result.name, ("", now))
            after[result.name] = state.value
            session.add(
                ComplianceSection(
                    device=device,
                    section=result.name,
                    state=state.value,
                    missing="\n".join(result.missing),
                    extra="\n".join(result.extra),
                    since=since if old == state.value else now,
                )
            )
        session.merge(ComplianceDevice(device=device, texts=texts, checked_at=now))
        self._count(session, {name: state for name, (state, _) in before.items()}, after)

    def _count(self, session: Session, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        """Move today's counts by what changed."""
        today = _day(self._clock.now())
        same = SectionState.SAME.value
        for section in sorted(before.keys() | after.keys()):
            moved = (after.get(section) == same) - (before.get(section) == same)
            more = (section in after) - (section in before)
            if not moved and not more:
                continue
            row = session.get(ComplianceDay, (section, today))
            if row is None:
                last = session.scalar(
                    select(ComplianceDay)
                    .where(ComplianceDay.section == section)
                    .order_by(ComplianceDay.day.desc())
                    .limit(1)
                )
                row = ComplianceDay(
                    section=section, day=today, same=last.same if last else 0, total=last.total if last else 0
                )
                session.add(row)
            row.same += moved
            row.total += more

    def trend(self, days: int) -> dict[str, list[tuple[int, int]]]:
        """Section -> (as wanted, in all) at the end of each of the last ``days`` days, the last one today."""
        now = datetime.fromtimestamp(self._clock.now(), UTC)
        wanted = [(now - timedelta(days=back)).strftime("%Y-%m-%d") for back in reversed(range(days))]
        found: defaultdict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
        newest = (
            select(ComplianceDay.section, func.max(ComplianceDay.day).label("day"))
            .where(ComplianceDay.day < wanted[0])
            .group_by(ComplianceDay.section)
            .subquery()
        )
        old = select(ComplianceDay).join(
            newest,
            (newest.c.section == ComplianceDay.section) & (newest.c.day == ComplianceDay.day),
        )
        recent = select(ComplianceDay).where(ComplianceDay.day >= wanted[0])
        with self._database.read() as session:
            for row in session.scalars(old):
                found[row.section][""] = (row.same, row.total)
            for row in session.scalars(recent):
                found[row.section][row.day] = (row.same, row.total)
        return {section: _filled(known, wanted) for section, known in found.items()}


def _filled(known: Mapping[str, tuple[int, int]], days: Sequence[str]) -> list[tuple[int, int]]:
    """A day without a row is as the one before."""
    at = known.get("", (0, 0))
    line = []
    for day in days:
        at = known.get(day, at)
        line.append(at)
    return line


def results_of(session: Session, devices: Collection[str]) -> dict[str, dict[str, ComplianceSection]]:
    """Device -> section -> its result."""
    found: defaultdict[str, dict[str, ComplianceSection]] = defaultdict(dict)
    query = select(ComplianceSection).where(among(session, ComplianceSection.device, devices))
    for row in session.scalars(query):
        found[row.device][row.section] = row
    return found


def _state(result: SectionResult) -> SectionState:
    if not result.compliant:
        return SectionState.ORDER if not result.missing and not result.extra else SectionState.DIFFERS
    return SectionState.SAME


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def _read_rules(file: Path | None) -> dict[str, list[SectionRule]]:
    """Raises InputError that names the file."""
    if file is None or not file.is_file():
        return {}
    try:
        document = yaml.safe_load(file.read_text())
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError("the rules of compliance are no YAML", subject=str(file)) from error
    if not isinstance(document, dict):
        raise InputError("expected platforms with their sections", subject=str(file))
    return {str(platform): read_rules(entry) for platform, entry in document.items()}
