"""Where things stand: regions, sites, racks, and how these are fed with power."""

from __future__ import annotations

import enum

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from netwright.store.record import Labelled, Record, field, ref


class SiteKind(enum.StrEnum):
    """What a site is to the content network."""

    CORE = "core"
    EXCHANGE = "exchange"
    EMBEDDED = "embedded"


class Status(enum.StrEnum):
    """Life of a site or device. Only ``active`` devices are talked to."""

    PLANNED = "planned"
    STAGED = "staged"
    ACTIVE = "active"
    MAINTENANCE = "maintenance"
    DECOMMISSIONED = "decommissioned"


class FeedSupply(enum.StrEnum):
    """Alternating or direct current."""

    AC = "ac"
    DC = "dc"


class FeedPhase(enum.StrEnum):
    """One phase or three."""

    SINGLE = "single"
    THREE = "three"


class Region(Labelled):
    """A region groups sites for demand, operations and permissions; regions form a tree."""

    __tablename__ = "region"

    name: Mapped[str] = field("Unique name", unique=True)
    title: Mapped[str] = field("Name for people", default="")
    parent_id: Mapped[int | None] = ref("region", "Region above")
    description: Mapped[str] = field("Remark", default="")


class Site(Labelled):
    """A place with devices: a core site, a POP at an exchange, or racks inside an ISP."""

    __tablename__ = "site"

    name: Mapped[str] = field("Unique short name, as used in device names", unique=True)
    title: Mapped[str] = field("Name for people", default="")
    region_id: Mapped[int] = ref("region", "Region it belongs to")
    kind: Mapped[SiteKind] = field("Core site, exchange POP, or embedded in an ISP")
    status: Mapped[Status] = field("Where it is in its life", default=Status.ACTIVE)
    isp_id: Mapped[int | None] = ref("isp", "ISP it is embedded in")
    facility: Mapped[str] = field("Building, as its operator names it", default="")
    postal_address: Mapped[str] = field("Postal address", text=True, default="")
    city: Mapped[str] = field("City", default="")
    country: Mapped[str] = field("ISO 3166-1 alpha-2 code", default="")
    latitude: Mapped[float] = field("Latitude, WGS 84", unit="°")
    longitude: Mapped[float] = field("Longitude, WGS 84", unit="°")
    time_zone: Mapped[str] = field("IANA time zone", default="UTC")
    fill_window: Mapped[str] = field("Local hours for content fill, as 02:00-14:00", default="")
    description: Mapped[str] = field("Remark", default="")


class SiteContact(Record):
    """Whom to call about a site."""

    __tablename__ = "site_contact"
    __table_args__ = (UniqueConstraint("site_id", "contact_id"),)
    __key__ = ("site", "contact")

    site_id: Mapped[int] = ref("site", "Site", owner=True)
    contact_id: Mapped[int] = ref("contact", "Contact")
    purpose: Mapped[str] = field("What for, as `remote hands`", default="")


class Rack(Labelled):
    """A rack in a site; units are counted from the bottom."""

    __tablename__ = "rack"
    __table_args__ = (UniqueConstraint("site_id", "name"),)
    __key__ = ("site", "name")

    site_id: Mapped[int] = ref("site", "Site it stands in", owner=True)
    name: Mapped[str] = field("Name, unique in the site")
    status: Mapped[Status] = field("Where it is in its life", default=Status.ACTIVE)
    height_u: Mapped[int] = field("Height", unit="U", default=42)
    power_w: Mapped[int | None] = field("Power it may draw in all", unit="W")
    serial: Mapped[str] = field("Serial number", default="")
    description: Mapped[str] = field("Remark", default="")


class PowerPanel(Labelled):
    """A panel that feeds racks of a site."""

    __tablename__ = "power_panel"
    __table_args__ = (UniqueConstraint("site_id", "name"),)
    __key__ = ("site", "name")

    site_id: Mapped[int] = ref("site", "Site", owner=True)
    name: Mapped[str] = field("Name, unique in the site")
    description: Mapped[str] = field("Remark", default="")


class PowerFeed(Labelled):
    """A circuit from a panel to a rack. What it may carry: volts times amperes times its share."""

    __tablename__ = "power_feed"
    __table_args__ = (UniqueConstraint("power_panel_id", "name"),)
    __key__ = ("power_panel", "name")

    power_panel_id: Mapped[int] = ref("power_panel", "Panel", owner=True)
    name: Mapped[str] = field("Name, unique in the panel")
    rack_id: Mapped[int | None] = ref("rack", "Rack it ends in")
    status: Mapped[Status] = field("Where it is in its life", default=Status.ACTIVE)
    supply: Mapped[FeedSupply] = field("Alternating or direct current", default=FeedSupply.AC)
    phase: Mapped[FeedPhase] = field("One phase or three", default=FeedPhase.SINGLE)
    voltage_v: Mapped[int] = field("Voltage", unit="V", default=230)
    amperage_a: Mapped[int] = field("Fuse", unit="A", default=16)
    share_percent: Mapped[int] = field("How much of the fuse may be used", unit="%", default=80)
    description: Mapped[str] = field("Remark", default="")
