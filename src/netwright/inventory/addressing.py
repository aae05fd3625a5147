"""Numbers: routing tables, VLANs, prefixes that we hold, and the addresses of interfaces."""

from __future__ import annotations

import enum

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from netwright.base import address
from netwright.store.record import Labelled, Record, field, ref, unique_without


class PrefixRole(enum.StrEnum):
    """What a prefix is for. ``container`` holds others; ``service`` is announced by its site, and to ISPs too
    when that site is a POP."""

    CONTAINER = "container"
    MANAGEMENT = "management"
    LOOPBACK = "loopback"
    LINK = "link"
    SERVICE = "service"


class NumberStatus(enum.StrEnum):
    """Whether a number is in use, or kept for later."""

    ACTIVE = "active"
    RESERVED = "reserved"
    DEPRECATED = "deprecated"


class AddressRole(enum.StrEnum):
    """What an address is to its interface."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    LOOPBACK = "loopback"
    VIRTUAL = "virtual"
    ANYCAST = "anycast"


class TargetDirection(enum.StrEnum):
    """Whether a VRF takes routes with a target, or gives them one."""

    IMPORT = "import"
    EXPORT = "export"
    BOTH = "both"


class Vrf(Labelled):
    """A routing table of its own."""

    __tablename__ = "vrf"

    name: Mapped[str] = field("Unique name", unique=True)
    distinguisher: Mapped[str] = field("Route distinguisher, as 65001:10", default="")
    description: Mapped[str] = field("Remark", default="")


class VrfTarget(Record):
    """A route target of a VRF."""

    __tablename__ = "vrf_target"
    __table_args__ = (UniqueConstraint("vrf_id", "target"),)
    __key__ = ("vrf", "target")

    vrf_id: Mapped[int] = ref("vrf", "VRF", owner=True)
    target: Mapped[str] = field("Route target, as 65001:10")
    direction: Mapped[TargetDirection] = field("Import, export or both", default=TargetDirection.BOTH)


class VlanGroup(Labelled):
    """Where VLAN numbers are unique: a site, a fabric."""

    __tablename__ = "vlan_group"

    name: Mapped[str] = field("Unique name", unique=True)
    site_id: Mapped[int | None] = ref("site", "Site it is of")
    lowest: Mapped[int] = field("Lowest VLAN number", default=1)
    highest: Mapped[int] = field("Highest VLAN number", default=4094)
    description: Mapped[str] = field("Remark", default="")


class Vlan(Labelled):
    """A VLAN."""

    __tablename__ = "vlan"
    __table_args__ = (UniqueConstraint("vlan_group_id", "number"),)
    __key__ = ("vlan_group", "number")

    vlan_group_id: Mapped[int] = ref("vlan_group", "Group in which its number is unique", owner=True)
    number: Mapped[int] = field("Number, 1 to 4094")
    name: Mapped[str] = field("Name, as on devices", default="")
    status: Mapped[NumberStatus] = field("In use, or kept for later", default=NumberStatus.ACTIVE)
    description: Mapped[str] = field("Remark", default="")


class Prefix(Labelled):
    """A prefix that we hold. In a VRF it is named with it, as `10.0.0.0/8/red`."""

    __tablename__ = "prefix"
    __table_args__ = (UniqueConstraint("prefix", "vrf_id"), unique_without("prefix", "prefix", "vrf_id"))
    __key__ = ("prefix", "vrf")

    prefix: Mapped[address.Prefix] = field("Prefix in CIDR form")
    role: Mapped[PrefixRole] = field("What it is for")
    status: Mapped[NumberStatus] = field("In use, or kept for later", default=NumberStatus.ACTIVE)
    site_id: Mapped[int | None] = ref("site", "Site it is used in; a service prefix starts there")
    vrf_id: Mapped[int | None] = ref("vrf", "Routing table; none: the global one")
    vlan_id: Mapped[int | None] = ref("vlan", "VLAN it is used on")
    description: Mapped[str] = field("Remark", default="")
