"""One record a device that was ever found, with the marks that it is known by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ForeignKey, Index, delete, insert, select, tuple_, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from netwright.collect.discovery.identity import (
    Marks,
    Verdict,
    compare,
    contradict,
    hardware_marks,
    name_mark,
    serial_mark,
)
from netwright.platforms.facts import DeviceFacts
from netwright.store.record import Base

SERIAL, HARDWARE, NAME, ADDRESS = "serial", "hardware", "name", "address"


class KnownDevice(Base):
    """A device that answered, wanted or not. ``device`` is the name its observed rows stand under."""

    __tablename__ = "known_device"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    device: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str]
    """Where it answered last."""
    hostname: Mapped[str] = mapped_column(default="")
    vendor: Mapped[str] = mapped_column(default="")
    model: Mapped[str] = mapped_column(default="")
    serial: Mapped[str] = mapped_column(default="")
    """As it says it; the mark is what is left of it."""
    way: Mapped[str]
    """How it was found last: ``range``, ``lldp`` or ``known``."""
    first_seen: Mapped[float]
    last_seen: Mapped[float]


class KnownMark(Base):
    """A mark of a device. ``shared``: two devices carry it, so it tells nothing."""

    __tablename__ = "known_mark"
    __table_args__ = (Index("ix_known_mark_value", "kind", "value"),)

    known_id: Mapped[int] = mapped_column(ForeignKey("known_device.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    shared: Mapped[bool] = mapped_column(default=False)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A device that answered: where, how it was found, and what it says of itself."""

    address: str
    way: str
    hostname: str
    vendor: str
    model: str
    serial: str
    marks: Marks


@dataclass(frozen=True, slots=True)
class Recognised:
    """``new``: nobody knew it. ``verdict``: what it was known again by; ``joined``: records that turned out
    to be this one, by their devices' names."""

    known_id: int
    device: str
    new: bool
    verdict: Verdict
    joined: tuple[str, ...] = ()


def sighting_of(facts: DeviceFacts, address: str, way: str) -> Sighting:
    """A device's answer as a sighting."""
    system = facts.system
    vendor = (system.vendor or "").lower()
    hostname = "" if system.hostname == facts.device == address else system.hostname
    return Sighting(
        address=address,
        way=way,
        hostname=hostname[:255],
        vendor=system.vendor or "",
        model=system.model or "",
        serial=system.serial or "",
        marks=Marks(
            serial=serial_mark(system.serial),
            vendor="" if vendor == "unknown" else vendor,
            hardware=hardware_marks(i.mac for i in facts.interfaces),
            name=name_mark(hostname),
            addresses=frozenset({address}),
        ),
    )


class Register:
    """Knows devices again during one run of discovery, which began at ``began`` (Unix seconds)."""

    def __init__(self, session: Session, began: float) -> None:
        self._session = session
        self._began = began

    def take(self, seen: Sighting, now: float) -> Recognised:
        """Find the record of what was seen, or make one; keep its marks. Needs a write session."""
        candidates = self._candidates(seen.marks)
        verdicts = self._verdicts(seen, candidates)
        chosen = max(verdicts, key=lambda known: (verdicts[known], -known), default=None)
        if chosen is None:
            return self._create(seen, now)
        marks, record = candidates[chosen]
        surely = [known for known in verdicts if known != chosen and verdicts[known].sure]
        joined = self._join(chosen, surely) if verdicts[chosen].sure else ()
        kept = marks.addresses if record.last_seen >= self._began else frozenset[str]()
        record.address, record.way, record.last_seen = seen.address, seen.way, now
        for name in ("hostname", "vendor", "model", "serial"):
            if told := getattr(seen, name):
                setattr(record, name, told)
        self._session.flush()
        self._mark(chosen, seen.marks, kept)
        return Recognised(chosen, record.device, False, verdicts[chosen], joined)

    def _verdicts(
        self, seen: Sighting, candidates: dict[int, tuple[Marks, KnownDevice]]
    ) -> dict[int, Verdict]:
        found: dict[int, Verdict] = {}
        for known_id, (marks, record) in candidates.items():
            at_once = record.last_seen >= self._began and seen.address not in marks.addresses
            if at_once and contradict(seen.marks, marks):
                self._share(seen.marks, marks)
                continue
            verdict = compare(seen.marks, marks)
            if verdict.same:
                found[known_id] = verdict
        return found

    def _candidates(self, marks: Marks) -> dict[int, tuple[Marks, KnownDevice]]:
        """The records that have a mark of these, with all marks that count."""
        wanted = [(kind, value) for kind, value in _rows(marks)]
        ids: set[int] = set()
        for start in range(0, len(wanted), 200):
            part = wanted[start : start + 200]
            ids.update(
                self._session.scalars(
                    select(KnownMark.known_id).where(tuple_(KnownMark.kind, KnownMark.value).in_(part))
                )
            )
        return self._read(ids)

    def _read(self, ids: Collection[int]) -> dict[int, tuple[Marks, KnownDevice]]:
        values: defaultdict[int, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        rows = select(KnownMark.known_id, KnownMark.kind, KnownMark.value).where(
            KnownMark.known_id.in_(ids), KnownMark.shared.is_(False)
        )
        for known_id, kind, value in self._session.execute(rows):
            values[known_id][kind].add(value)
        found = {}
        for record in self._session.scalars(select(KnownDevice).where(KnownDevice.id.in_(ids))):
            own = values[record.id]
            vendor = record.vendor.lower()
            found[record.id] = (
                Marks(
                    serial=next(iter(own[SERIAL]), ""),
                    vendor="" if vendor == "unknown" else vendor,
                    hardware=frozenset(own[HARDWARE]),
                    name=next(iter(own[NAME]), ""),
                    addresses=frozenset(own[ADDRESS]),
                ),
                record,
            )
        return found

    def _create(self, seen: Sighting, now: float) -> Recognised:
        record = KnownDevice(
            device=f"new {seen.address}",
            address=seen.address,
            hostname=seen.hostname,
            vendor=seen.vendor,
            model=seen.model,
            serial=seen.serial,
            way=seen.way,
            first_seen=now,
            last_seen=now,
        )
        self._session.add(record)
        self._session.flush()
        record.device = f"#{record.id}"  # until `naming` finds it a name
        self._session.flush()
        self._mark(record.id, seen.marks, frozenset())
        return Recognised(record.id, record.device, True, Verdict.OTHER)

    def _mark(self, known_id: int, marks: Marks, kept: frozenset[str]) -> None:
        """Make these the marks of a device. What it does not say this time stays; an address belongs to
        whoever answered there last."""
        said = {kind for kind, _ in _rows(marks)}
        shared = self._shared(marks)
        self._session.execute(
            delete(KnownMark).where(KnownMark.known_id == known_id, KnownMark.kind.in_(said))
        )
        self._session.execute(
            delete(KnownMark).where(KnownMark.kind == ADDRESS, KnownMark.value.in_(marks.addresses))
        )
        rows = [*_rows(marks), *((ADDRESS, value) for value in kept - marks.addresses)]
        self._session.execute(
            insert(KnownMark),
            [
                {"known_id": known_id, "kind": kind, "value": value, "shared": (kind, value) in shared}
                for kind, value in rows
            ],
        )

    def _shared(self, marks: Marks) -> set[tuple[str, str]]:
        """Which of these two devices are known to carry."""
        strong = [marks.serial, *marks.hardware]
        query = select(KnownMark.kind, KnownMark.value).where(
            KnownMark.shared.is_(True), KnownMark.value.in_(strong)
        )
        return {(kind, value) for kind, value in self._session.execute(query)}

    def _share(self, seen: Marks, known: Marks) -> None:
        """Say that the strong marks which both have tell nothing."""
        values = {(HARDWARE, value) for value in seen.hardware & known.hardware}
        if seen.serial and seen.serial == known.serial:
            values.add((SERIAL, seen.serial))
        for kind, value in values:
            self._session.execute(
                update(KnownMark).where(KnownMark.kind == kind, KnownMark.value == value).values(shared=True)
            )

    def _join(self, chosen: int, others: Sequence[int]) -> tuple[str, ...]:
        """Take away records that turned out to be ``chosen``."""
        if not others:
            return ()
        names = self._session.scalars(select(KnownDevice.device).where(KnownDevice.id.in_(others))).all()
        self._session.execute(delete(KnownMark).where(KnownMark.known_id.in_(others)))
        self._session.execute(delete(KnownDevice).where(KnownDevice.id.in_(others)))
        return tuple(names)


def _rows(marks: Marks) -> Iterable[tuple[str, str]]:
    if marks.serial:
        yield SERIAL, marks.serial
    if marks.name:
        yield NAME, marks.name
    for value in sorted(marks.hardware):
        yield HARDWARE, value
    for value in sorted(marks.addresses):
        yield ADDRESS, value
