"""Devices, the software they are wanted to run, and what makes some of them cache servers."""

from __future__ import annotations

import enum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from netwright.base import address
from netwright.inventory.place import Status
from netwright.store.record import Labelled, Record, field, ref


class DeviceRole(enum.StrEnum):
    """What a device is for."""

    CORE = "core"
    EDGE = "edge"
    TOR = "tor"
    CACHE = "cache"
    ORIGIN = "origin"
    MANAGEMENT = "management"
    CONSOLE_SERVER = "console-server"
    TRANSPORT = "transport"
    PATCH_PANEL = "patch-panel"
    POWER = "power"


class SoftwareStatus(enum.StrEnum):
    """Whether a version may run."""

    PREFERRED = "preferred"
    ALLOWED = "allowed"
    DEPRECATED = "deprecated"
    FORBIDDEN = "forbidden"


class Face(enum.StrEnum):
    """Side of the rack from which a device is put in."""

    FRONT = "front"
    REAR = "rear"


class SoftwareVersion(Labelled):
    """A version of a network operating system, and what we think of it."""

    __tablename__ = "software_version"
    __table_args__ = (UniqueConstraint("platform", "version"),)
    __key__ = ("platform", "version")

    platform: Mapped[str] = field("Network operating system, a name of `netwright platforms`")
    version: Mapped[str] = field("Version, as the device reports it")
    status: Mapped[SoftwareStatus] = field("Whether it may run", default=SoftwareStatus.ALLOWED)
    released: Mapped[str] = field("Day of its release, as 2026-12-31", default="")
    end_of_support: Mapped[str] = field("Last day its maker helps, as 2026-12-31", default="")
    image: Mapped[str] = field("Name of its file", default="")
    sha256: Mapped[str] = field("SHA-256 of its file, in hexadecimal", default="")
    description: Mapped[str] = field("Remark", default="")


class Device(Labelled):
    """A router, switch or server that we own, or a panel without power."""

    __tablename__ = "device"

    name: Mapped[str] = field("Unique name; also the hostname", unique=True)
    site_id: Mapped[int] = ref("site", "Site it stands in")
    rack_id: Mapped[int | None] = ref("rack", "Rack")
    position_u: Mapped[float | None] = field("Lowest rack unit it takes", unit="U")
    face: Mapped[Face] = field("Side of the rack it is put in from", default=Face.FRONT)
    model_id: Mapped[int] = ref("model", "Model")
    role: Mapped[DeviceRole] = field("What it is for")
    platform: Mapped[str] = field(
        "Network operating system, a name of `netwright platforms`; empty: it has none", default=""
    )
    software_version_id: Mapped[int | None] = ref("software_version", "Software it is wanted to run")
    status: Mapped[Status] = field("Where it is in its life", default=Status.ACTIVE)
    serial: Mapped[str] = field("Serial number of the chassis", default="", index=True)
    asset_tag: Mapped[str] = field("Number on our own label", default="")
    asn_id: Mapped[int | None] = ref("asn", "Autonomous system it speaks BGP for")
    management_address: Mapped[address.Address | None] = field(
        "Address we manage it by; none: it is not talked to", unique=True
    )
    loopback: Mapped[address.Address | None] = field("Loopback address; also the router id", index=True)
    redundancy_group: Mapped[str] = field(
        "Devices of one group stand in for each other; never two of a group change at once",
        default="",
    )
    description: Mapped[str] = field("Remark", default="")


class Cluster(Labelled):
    """Cache servers of a site that share its content."""

    __tablename__ = "cluster"

    name: Mapped[str] = field("Unique name", unique=True)
    site_id: Mapped[int] = ref("site", "Site it stands in")
    description: Mapped[str] = field("Remark", default="")


class Appliance(Record):
    """What makes a device a cache server: storage and the address it serves from."""

    __tablename__ = "appliance"
    __key__ = ("device",)

    device_id: Mapped[int] = ref("device", "Device", unique=True, owner=True)
    cluster_id: Mapped[int | None] = ref("cluster", "Cluster it belongs to")
    storage_bytes: Mapped[int] = field("Storage for content", unit="byte")
    capacity_bps: Mapped[int] = field("What it can serve", unit="bit/s")
    service_address: Mapped[address.Address] = field("Address clients fetch from", unique=True)
    service_port: Mapped[int] = field("TCP port of the content service", default=80)
    content_root: Mapped[str] = field("Folder of the content on the server", default="/srv/content")


class ConfigContext(Labelled):
    """Data for templates: merged from regions (the root first) over site and role to the device."""

    __tablename__ = "config_context"

    name: Mapped[str] = field("Unique name", unique=True)
    weight: Mapped[int] = field("Among those of one reach, the greater wins", default=1000)
    enabled: Mapped[bool] = field("Is merged", default=True)
    data: Mapped[dict[str, Any]] = field("The data, a mapping")
    region_id: Mapped[int | None] = ref("region", "Only devices in this region or below it")
    site_id: Mapped[int | None] = ref("site", "Only devices in this site")
    role: Mapped[DeviceRole | None] = field("Only devices of this role")
    platform: Mapped[str] = field("Only devices of this platform", default="")
    device_id: Mapped[int | None] = ref("device", "Only this device")
    description: Mapped[str] = field("Remark", default="")
