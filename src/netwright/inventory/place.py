"""Where things stand: regions, sites, racks."""

from __future__ import annotations

import enum

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from netwright.store.record import Record, field, ref


class SiteKind(enum.StrEnum):
    """What a site is to the content network."""

    CORE = "core"
    EXCHANGE = "exchange"
    EMBEDDED = "embedded"


class Status(enum.StrEnum):
    """Life of a site or device. Only ``active`` devices are talked to."""

    PLANNED = "planned"
    ACTIVE = "active"
    DECOMMISSIONED = "decommissioned"


class Region(Record):
    """A region groups sites for demand, operations and permissions; regions form a tree."""

    __tablename__ = "region"

    name: Mapped[str] = field("Unique name", unique=True)
    title: Mapped[str] = field("Name for people", default="")
    parent_id: Mapped[int | None] = ref("region", "Region above")


class Site(Record):
    """A place with devices: a core site, a POP at an exchange, or racks inside an ISP."""

    __tablename__ = "site"

    name: Mapped[str] = field("Unique short name, as used in device names", unique=True)
    title: Mapped[str] = field("Name for people", default="")
    region_id: Mapped[int] = ref("region", "Region it belongs to")
    kind: Mapped[SiteKind] = field("Core site, exchange POP, or embedded in an ISP")
    status: Mapped[Status] = field("Planned, active or decommissioned", default=Status.ACTIVE)
    city: Mapped[str] = field("City", default="")
    country: Mapped[str] = field("ISO 3166-1 alpha-2 code", default="")
    latitude: Mapped[float] = field("Latitude, WGS 84", unit="°")
    longitude: Mapped[float] = field("Longitude, WGS 84", unit="°")
    time_zone: Mapped[str] = field("IANA time zone", default="UTC")
    fill_window: Mapped[str] = field("Local hours for content fill, as 02:00-14:00", default="")


class Rack(Record):
    """A rack in a site; units are counted from the bottom."""

    __tablename__ = "rack"
    __table_args__ = (UniqueConstraint("site_id", "name"),)
    __key__ = ("site", "name")

    site_id: Mapped[int] = ref("site", "Site it stands in", owner=True)
    name: Mapped[str] = field("Name, unique in the site")
    height_u: Mapped[int] = field("Height", unit="U", default=42)
