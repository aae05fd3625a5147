"""What a list tells of its objects beside their fields: health, what was observed, what was counted.

A ``Beside`` is made for one request. Its columns are chosen and ordered with those of the fields, its
questions stand in the filter bar and in the address like any filter.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import ColumnElement, func, not_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from netwright.base.errors import InputError
from netwright.collect.health import Health, HealthReport, HealthState
from netwright.collect.observed import Finding, ObservedConfig, ObservedDevice
from netwright.inventory import Device, Site
from netwright.store.among import among

HEALTH = tuple(state.value for state in HealthState)
_UNKNOWN = HealthState.UNKNOWN.value


@dataclass(frozen=True, slots=True)
class ToldColumn:
    """A column that no field stands behind."""

    path: str
    label: str
    help: str
    right: bool = False
    told: bool = True
    sortable: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A value of such a column. ``state``: a status word, shown with its look; ``at``: a moment instead of a
    text; ``note``: quiet words after it."""

    text: str = ""
    url: str = ""
    state: str = ""
    title: str = ""
    note: str = ""
    at: float | None = None

    @property
    def plain(self) -> str:
        return self.text or self.state or ("" if self.at is None else f"{self.at:.0f}")


@dataclass(frozen=True, slots=True)
class Question:
    """A filter of its own: one of some words."""

    name: str
    label: str
    help: str
    words: tuple[str, ...]


class Beside(Protocol):
    """``usual``: the columns of the list, fields and told ones, when nobody chose others."""

    @property
    def columns(self) -> Sequence[ToldColumn]: ...

    @property
    def questions(self) -> Sequence[Question]: ...

    @property
    def usual(self) -> Sequence[str]: ...

    def where(self, name: str, word: str) -> ColumnElement[bool]:
        """The condition of a question's answer. Raises InputError for a word that is none of its."""
        ...

    def told(self, ids: Collection[int]) -> Mapping[int, Mapping[str, Told]]:
        """Values by object and column, in a fixed number of statements."""
        ...


_HEALTH_COLUMN = ToldColumn("health", "Health", "Health, from what was last observed")
_FINDINGS_COLUMN = ToldColumn("findings", "Findings", "Open findings that no other one explains", right=True)
_HEALTH_QUESTION = Question("health", "Health", "Health, from what was last observed", HEALTH)


class DevicesBeside:
    """Devices: health, software, the configuration held against the wanted one, findings, last answer."""

    columns = (
        _HEALTH_COLUMN,
        ToldColumn("software", "Software", "Version of the software that it says it runs"),
        ToldColumn("configuration", "Configuration", "Whether it ran what is wanted when last compared"),
        _FINDINGS_COLUMN,
        ToldColumn("answered", "Answered", "When it last answered", right=True),
    )
    questions = (_HEALTH_QUESTION,)
    usual = (
        "name",
        "health",
        "site",
        "role",
        "model",
        "platform",
        "software",
        "management_address",
        "status",
        "configuration",
        "findings",
        "answered",
    )

    def __init__(self, session: Session, report: HealthReport) -> None:
        self._session = session
        self._report = report

    def where(self, name: str, word: str) -> ColumnElement[bool]:
        return _healthy(self._session, Device.name, self._report.devices, name, word)

    def told(self, ids: Collection[int]) -> dict[int, dict[str, Told]]:
        named = select(Device.id, Device.name).where(among(self._session, Device.id, ids))
        names = {name: one for one, name in self._session.execute(named)}
        seen = self._seen(names)
        configs = self._configs(names)
        findings = _findings(self._session, Finding.device, names)
        found = {}
        for name, one in names.items():
            health = self._report.devices.get(name)
            version, polled = seen.get(name, ("", None))
            found[one] = {
                "health": _health(health),
                "software": Told(version or ""),
                "configuration": _compared(configs.get(name), name),
                "findings": _counted(findings.get(name, 0), f"/findings?device={name}"),
                "answered": Told("never") if polled is None else Told(at=polled),
            }
        return found

    def _seen(self, names: Collection[str]) -> dict[str, tuple[str | None, float | None]]:
        query = select(ObservedDevice.device, ObservedDevice.os_version, ObservedDevice.polled_at)
        rows = self._session.execute(query.where(among(self._session, ObservedDevice.device, names)))
        return {name: (version, polled) for name, version, polled in rows}

    def _configs(self, names: Collection[str]) -> dict[str, bool | None]:
        query = select(ObservedConfig.device, ObservedConfig.equal)
        rows = self._session.execute(query.where(among(self._session, ObservedConfig.device, names)))
        return dict(rows.all())


class SitesBeside:
    """Sites: health, devices by their health, findings."""

    columns = (
        _HEALTH_COLUMN,
        ToldColumn("devices", "Devices", "Devices in the site, and how many are not well", right=True),
        _FINDINGS_COLUMN,
    )
    questions = (_HEALTH_QUESTION,)
    usual = ("name", "title", "health", "city", "country", "region", "kind", "status", "devices", "findings")

    def __init__(self, session: Session, report: HealthReport) -> None:
        self._session = session
        self._report = report

    def where(self, name: str, word: str) -> ColumnElement[bool]:
        return _healthy(self._session, Site.name, self._report.sites, name, word)

    def told(self, ids: Collection[int]) -> dict[int, dict[str, Told]]:
        named = select(Site.id, Site.name).where(among(self._session, Site.id, ids))
        names = {name: one for one, name in self._session.execute(named)}
        states: defaultdict[int, Counter[str]] = defaultdict(Counter)
        devices = select(Device.site_id, Device.name).where(among(self._session, Device.site_id, ids))
        for site, device in self._session.execute(devices):
            health = self._report.devices.get(device)
            states[site][health.state.value if health else _UNKNOWN] += 1
        findings = _findings(self._session, Finding.site, names)
        found = {}
        for name, one in names.items():
            health = self._report.sites.get(name)
            found[one] = {
                "health": _health(health),
                "devices": _counted(states[one].total(), f"/devices?site={name}", _ill(states[one])),
                "findings": _counted(findings.get(name, 0), f"/findings?site={name}"),
            }
        return found


def _health(known: Health | None) -> Told:
    return Told(state=known.state.value, title="; ".join(known.reasons)) if known else Told(state=_UNKNOWN)


def _compared(equal: bool | None, device: str) -> Told:
    if equal is None:
        return Told()
    word, state = ("as wanted", "equal") if equal else ("", "differs")
    return Told(word, f"/devices/{device}/configuration", state)


def _ill(states: Counter[str]) -> str:
    """The devices that are not well: ``2 down, 1 unknown``, or ``all down``."""
    if len(states) == 1 and HealthState.OK.value not in states:
        return f"all {next(iter(states))}" if states.total() > 1 else next(iter(states))
    return ", ".join(
        f"{number} {word}" for word, number in sorted(states.items()) if word != HealthState.OK.value
    )


def _counted(number: int, url: str, note: str = "") -> Told:
    return Told(str(number), url if number else "", note=note)


def _healthy(
    session: Session, column: InstrumentedAttribute[str], known: Mapping[str, Health], name: str, word: str
) -> ColumnElement[bool]:
    """Named in the report with this health; ``unknown`` takes in those that it does not know."""
    if word not in HEALTH:
        raise InputError(f"{word!r} is no health; there is {', '.join(HEALTH)}", subject=name)
    states = {one: health.state.value for one, health in known.items()}
    if word == _UNKNOWN:
        return not_(among(session, column, [one for one, state in states.items() if state != word]))
    return among(session, column, [one for one, state in states.items() if state == word])


def _findings(session: Session, column: InstrumentedAttribute[str], names: Collection[str]) -> dict[str, int]:
    """Open ones; those held back by a cause are not counted."""
    query = (
        select(column, func.count())
        .where(Finding.cleared_at.is_(None), Finding.cause == "", among(session, column, names))
        .group_by(column)
    )
    return dict(session.execute(query).all())
