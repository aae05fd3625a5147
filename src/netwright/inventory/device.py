"""Devices and what they are made of: components, interfaces, cables, cache servers."""

from __future__ import annotations

import enum

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from netwright.base import address
from netwright.inventory.hardware import ComponentClass
from netwright.inventory.place import Status
from netwright.store.record import Record, field, ref


class DeviceRole(enum.StrEnum):
    """What a device is for."""

    CORE = "core"
    EDGE = "edge"
    TOR = "tor"
    CACHE = "cache"
    ORIGIN = "origin"


class Device(Record):
    """A router, switch or server that we own."""

    __tablename__ = "device"

    name: Mapped[str] = field("Unique name; also the hostname", unique=True)
    site_id: Mapped[int] = ref("site", "Site it stands in")
    rack_id: Mapped[int | None] = ref("rack", "Rack")
    position_u: Mapped[int | None] = field("Lowest rack unit it takes", unit="U")
    model_id: Mapped[int] = ref("model", "Model")
    role: Mapped[DeviceRole] = field("What it is for")
    platform: Mapped[str] = field("Network operating system, a name of `netwright platforms`")
    status: Mapped[Status] = field("Planned, active or decommissioned", default=Status.ACTIVE)
    serial: Mapped[str] = field("Serial number of the chassis", default="")
    asn_id: Mapped[int | None] = ref("asn", "Autonomous system it speaks BGP for")
    management_address: Mapped[address.Address] = field("Address we manage it by", unique=True)
    loopback: Mapped[address.Address | None] = field("Loopback address; also the router id")
    redundancy_group: Mapped[str] = field(
        "Devices of one group stand in for each other; never two of a group change at once",
        default="",
    )


class Component(Record):
    """A hardware component that a device is wanted to have."""

    __tablename__ = "component"
    __table_args__ = (UniqueConstraint("device_id", "name"),)
    __key__ = ("device", "name")

    device_id: Mapped[int] = ref("device", "Device it sits in", owner=True)
    name: Mapped[str] = field("Slot name, as the device reports it")
    component_class: Mapped[ComponentClass] = field("Class of component")
    part_number: Mapped[str] = field("Part number", default="")
    serial: Mapped[str] = field("Serial number; empty: any", default="")


class Interface(Record):
    """A network interface of a device. Its identity is device and name, never an ifIndex."""

    __tablename__ = "interface"
    __table_args__ = (UniqueConstraint("device_id", "name"),)
    __key__ = ("device", "name")

    device_id: Mapped[int] = ref("device", "Device", owner=True)
    name: Mapped[str] = field("Name, as the device reports it")
    speed_bps: Mapped[int | None] = field("Speed", unit="bit/s")
    mtu: Mapped[int | None] = field("MTU", unit="byte")
    enabled: Mapped[bool] = field("Meant to be up", default=True)
    management: Mapped[bool] = field("Out-of-band management port", default=False)
    description: Mapped[str] = field("Description, rendered to the device", default="")


class Cable(Record):
    """A cable between two interfaces."""

    __tablename__ = "cable"

    name: Mapped[str] = field("Unique label; by default both ends", unique=True)
    a_interface_id: Mapped[int] = ref("interface", "One end", unique=True, owner=True)
    b_interface_id: Mapped[int] = ref("interface", "The other end", unique=True, owner=True)


class Appliance(Record):
    """What makes a device a cache server: storage and the address it serves from."""

    __tablename__ = "appliance"
    __key__ = ("device",)

    device_id: Mapped[int] = ref("device", "Device", unique=True, owner=True)
    storage_bytes: Mapped[int] = field("Storage for content", unit="byte")
    capacity_bps: Mapped[int] = field("What it can serve", unit="bit/s")
    service_address: Mapped[address.Address] = field("Address clients fetch from", unique=True)
    service_port: Mapped[int] = field("TCP port of the content service", default=80)
    content_root: Mapped[str] = field("Folder of the content on the server", default="/srv/content")
