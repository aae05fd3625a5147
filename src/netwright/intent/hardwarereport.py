"""What hardware there is, for planners: counts by model with spares, models that their makers give up, power.

Counts are made by the database; only the report on power reads what hangs on feeds, of one site or of all.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from netwright.base.errors import NotFoundError
from netwright.intent.rules.power import RATING, capacity_w, hanging_on
from netwright.inventory import Asset, Component, Device, Manufacturer, Model, PowerFeed, PowerPanel, Site
from netwright.inventory.component import AssetStatus
from netwright.inventory.place import Status

Row = dict[str, object]
ENDING_COLUMNS = ("manufacturer", "model", "ends", "day", "days", "devices", "modules", "spares")
FEED_COLUMNS = ("site", "panel", "feed", "may_carry_w", "planned_w", "worst_w", "free_w", "devices")


@dataclass(frozen=True, slots=True)
class ModelCount:
    """One model. ``devices`` and ``modules`` are wanted (decommissioned devices and what is in them are not
    counted), ``spares`` lie in stock, ``faulty`` are faulty or in repair. Days as ISO dates, or empty."""

    manufacturer: str
    model: str
    form: str
    devices: int
    modules: int
    spares: int
    faulty: int
    end_of_sale: str
    end_of_security_fixes: str
    end_of_support: str

    @property
    def used(self) -> int:
        return self.devices + self.modules

    def row(self) -> Row:
        """For tables: as ``MODEL_COLUMNS`` say."""
        return asdict(self)


MODEL_COLUMNS = tuple(one.name for one in fields(ModelCount))


@dataclass(frozen=True, slots=True)
class Ending:
    """A model in use whose maker gives it up. ``days``: until then; negative when it is over."""

    count: ModelCount
    what: str
    day: date
    days: int

    def row(self) -> Row:
        """For tables: as ``ENDING_COLUMNS`` say."""
        return {
            "manufacturer": self.count.manufacturer,
            "model": self.count.model,
            "ends": self.what,
            "day": self.day.isoformat(),
            "days": self.days,
            "devices": self.count.devices,
            "modules": self.count.modules,
            "spares": self.count.spares,
        }


@dataclass(frozen=True, slots=True)
class FeedLoad:
    """A power feed, in watts. ``planned``: what the supplies on it are planned with; ``worst``: all that
    their devices draw, when the other feeds fail."""

    site: str
    panel: str
    feed: str
    capacity_w: float
    planned_w: int
    worst_w: int
    devices: int

    def row(self) -> Row:
        """For tables: as ``FEED_COLUMNS`` say. ``free_w``: left in the worst case."""
        return {
            "site": self.site,
            "panel": self.panel,
            "feed": self.feed,
            "may_carry_w": round(self.capacity_w),
            "planned_w": self.planned_w,
            "worst_w": self.worst_w,
            "free_w": round(self.capacity_w) - self.worst_w,
            "devices": self.devices,
        }


def model_counts(session: Session, site: str | None = None) -> list[ModelCount]:
    """Models that are in use or in stock, by maker and name; ``site`` narrows. Raises NotFoundError."""
    where = _site_id(session, site)
    devices = _counts(
        session,
        _at(select(Device.model_id, func.count()), where).where(Device.status != Status.DECOMMISSIONED),
    )
    inside = select(Component.model_id, func.count()).join(Device, Device.id == Component.device_id)
    modules = _counts(session, _at(inside, where).where(Device.status != Status.DECOMMISSIONED))
    lying = select(Asset.model_id, func.count())
    if where is not None:
        lying = lying.where(Asset.site_id == where)
    spares = _counts(session, lying.where(Asset.status == AssetStatus.STOCK))
    faulty = _counts(session, lying.where(Asset.status.in_([AssetStatus.FAULTY, AssetStatus.IN_REPAIR])))
    query = select(Model, Manufacturer.name).join(Manufacturer).order_by(Manufacturer.name, Model.name)
    return [
        ModelCount(
            manufacturer=maker,
            model=model.name,
            form=model.form.value,
            devices=devices.get(model.id, 0),
            modules=modules.get(model.id, 0),
            spares=spares.get(model.id, 0),
            faulty=faulty.get(model.id, 0),
            end_of_sale=model.end_of_sale,
            end_of_security_fixes=model.end_of_security_fixes,
            end_of_support=model.end_of_support,
        )
        for model, maker in session.execute(query)
        if model.id in devices or model.id in modules or model.id in spares or model.id in faulty
    ]


def endings(session: Session, today: date, within: timedelta, site: str | None = None) -> list[Ending]:
    """What ends within that time or has ended, of models in use, the first first."""
    found = [
        Ending(count, what, day, (day - today).days)
        for count in model_counts(session, site)
        if count.used
        for what, text in (
            ("sale", count.end_of_sale),
            ("security fixes", count.end_of_security_fixes),
            ("support", count.end_of_support),
        )
        if (day := _day(text)) is not None and day <= today + within
    ]
    return sorted(found, key=lambda one: (one.day, one.count.manufacturer, one.count.model, one.what))


def feed_loads(session: Session, site: str | None = None) -> list[FeedLoad]:
    """Power feeds by site, panel and name; ``site`` narrows. Raises NotFoundError."""
    where = _site_id(session, site)
    query = (
        select(PowerFeed.id, PowerFeed.name, PowerPanel.name.label("panel"), Site.name.label("site"), *RATING)
        .join(PowerPanel, PowerPanel.id == PowerFeed.power_panel_id)
        .join(Site, Site.id == PowerPanel.site_id)
        .where(PowerFeed.status != Status.DECOMMISSIONED)
        .order_by(Site.name, PowerPanel.name, PowerFeed.name)
    )
    if where is not None:
        query = query.where(PowerPanel.site_id == where)
    rows = session.execute(query).all()
    hanging = hanging_on(session, [row.id for row in rows])
    planned: dict[int, int] = defaultdict(int)
    devices: dict[int, set[int]] = defaultdict(set)
    for port, feed in hanging.feeds.items():
        device = hanging.devices.get(port)
        if device is not None:
            planned[feed] += hanging.draws.get(device, {}).get(port, 0)
            devices[feed].add(device)
    return [
        FeedLoad(
            site=row.site,
            panel=row.panel,
            feed=row.name,
            capacity_w=capacity_w(row.voltage_v, row.amperage_a, row.share_percent, row.phase),
            planned_w=planned[row.id],
            worst_w=sum(sum(hanging.draws.get(device, {}).values()) for device in devices[row.id]),
            devices=len(devices[row.id]),
        )
        for row in rows
    ]


def _at(query: Select[*tuple[Any, ...]], site: int | None) -> Select[*tuple[Any, ...]]:
    return query if site is None else query.where(Device.site_id == site)


def _counts(session: Session, query: Select[*tuple[Any, ...]]) -> dict[int, int]:
    """Of a query for a model and a count."""
    model = query.selected_columns[0]
    known = query.where(model.is_not(None))  # as the index of models has it, which then saves the sorting
    return dict(session.execute(known.group_by(model)).all())


def _site_id(session: Session, site: str | None) -> int | None:
    if site is None:
        return None
    found = session.scalar(select(Site.id).where(Site.name == site))
    if found is None:
        raise NotFoundError("there is no such site", subject=site, remedy="See `netwright show site`.")
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None  # the rules tell of it
