"""What devices are joined by: interfaces, ports, cables, and the addresses of interfaces."""

from __future__ import annotations

import enum

from sqlalchemy import Index, UniqueConstraint, column
from sqlalchemy.orm import Mapped

from netwright.base import address
from netwright.inventory.addressing import AddressRole
from netwright.inventory.hardware import FeedLeg, PortClass
from netwright.inventory.place import Status
from netwright.store.record import Labelled, Record, field, ref, unique_without


class VlanMode(enum.StrEnum):
    """Whether an interface carries one VLAN or many."""

    ACCESS = "access"
    TRUNK = "trunk"


class CableType(enum.StrEnum):
    """What a cable is made of."""

    SINGLE_MODE = "single-mode"
    MULTI_MODE = "multi-mode"
    COPPER = "copper"
    DIRECT_ATTACH = "direct-attach"
    ACTIVE_OPTICAL = "active-optical"
    POWER = "power"


class Interface(Labelled):
    """A network interface of a device. Its identity is device and name, never an ifIndex."""

    __tablename__ = "interface"
    __table_args__ = (UniqueConstraint("device_id", "name"),)
    __key__ = ("device", "name")

    device_id: Mapped[int] = ref("device", "Device", owner=True, index=False)
    name: Mapped[str] = field("Name, as the device reports it")
    interface_type: Mapped[str] = field("Type in the device-type library, as `100gbase-x-qsfp28`", default="")
    speed_bps: Mapped[int | None] = field("Speed", unit="bit/s")
    mtu: Mapped[int | None] = field("MTU", unit="byte")
    enabled: Mapped[bool] = field("Meant to be up", default=True)
    management: Mapped[bool] = field("Out-of-band management port", default=False)
    component_id: Mapped[int | None] = ref("component", "Module that brings it", owner=True)
    lag_id: Mapped[int | None] = ref("interface", "Bundle (LAG) that it is a member of")
    parent_id: Mapped[int | None] = ref("interface", "Interface below, of a sub-interface or breakout lane")
    lane: Mapped[int | None] = field("Lane of the parent, of a breakout")
    vrf_id: Mapped[int | None] = ref("vrf", "Routing table; none: the global one")
    vlan_mode: Mapped[VlanMode | None] = field("One VLAN or many")
    vlan_id: Mapped[int | None] = ref("vlan", "VLAN without tag; of a sub-interface, its tag")
    label: Mapped[str] = field("What is printed beside it", default="")
    description: Mapped[str] = field("Description, rendered to the device", default="")


class InterfaceVlan(Record):
    """A VLAN that an interface carries with a tag."""

    __tablename__ = "interface_vlan"
    __table_args__ = (UniqueConstraint("interface_id", "vlan_id"),)
    __key__ = ("interface", "vlan")

    interface_id: Mapped[int] = ref("interface", "Interface", owner=True, index=False)
    vlan_id: Mapped[int] = ref("vlan", "VLAN")


class InterfaceAddress(Labelled):
    """An address on an interface. In a VRF it is named with it, as `10.0.0.1/31/red`."""

    __tablename__ = "address"
    __table_args__ = (UniqueConstraint("address", "vrf_id"), unique_without("address", "address", "vrf_id"))
    __key__ = ("address", "vrf")

    address: Mapped[address.Interface] = field("Address with prefix length")
    interface_id: Mapped[int] = ref("interface", "Interface that has it", owner=True)
    vrf_id: Mapped[int | None] = ref("vrf", "Routing table; none: the global one")
    role: Mapped[AddressRole] = field("What it is to the interface", default=AddressRole.PRIMARY)
    dns_name: Mapped[str] = field("Name in the DNS", default="")
    description: Mapped[str] = field("Remark", default="")


class Port(Record):
    """A port that carries no packets of its own: console, power, front or rear of a patch panel."""

    __tablename__ = "port"
    __table_args__ = (UniqueConstraint("device_id", "port_class", "name"),)
    __key__ = ("device", "port_class", "name")

    device_id: Mapped[int] = ref("device", "Device", owner=True, index=False)
    port_class: Mapped[PortClass] = field("What it is for")
    name: Mapped[str] = field("Name, unique among its class in the device")
    port_type: Mapped[str] = field("Connector, as `rj-45`, `iec-60320-c14`, `lc`", default="")
    component_id: Mapped[int | None] = ref("component", "Module that brings it", owner=True)
    maximum_draw_w: Mapped[int | None] = field("Most it takes, of a power port", unit="W")
    allocated_draw_w: Mapped[int | None] = field("What to plan with, of a power port", unit="W")
    power_port_id: Mapped[int | None] = ref("port", "Power port that feeds it, of an outlet")
    feed_leg: Mapped[FeedLeg | None] = field("Phase, of an outlet")
    rear_port_id: Mapped[int | None] = ref("port", "Rear port behind it, of a front port")
    rear_position: Mapped[int | None] = field("Position on the rear port, of a front port")
    positions: Mapped[int | None] = field("Front ports that it carries, of a rear port")
    label: Mapped[str] = field("What is printed beside it", default="")
    description: Mapped[str] = field("Remark", default="")


def _end(name: str) -> Index:
    """An end takes one cable: unique among the cables that have such an end."""
    there = column(name).is_not(None)
    return Index(f"uq_cable_{name}", name, unique=True, sqlite_where=there, postgresql_where=there)


class Cable(Labelled):
    """A cable between two ends. Each end is one thing: an interface, a port, a circuit's end or a feed."""

    __tablename__ = "cable"
    __table_args__ = tuple(
        _end(f"{side}_{what}_id")
        for side in "ab"
        for what in ("interface", "port", "circuit_end", "power_feed")
    )

    name: Mapped[str] = field("Unique label; by default both ends", unique=True)
    a_interface_id: Mapped[int | None] = ref("interface", "One end, an interface", owner=True, index=False)
    a_port_id: Mapped[int | None] = ref("port", "One end, a port", owner=True, index=False)
    a_circuit_end_id: Mapped[int | None] = ref(
        "circuit_end", "One end, of a circuit", owner=True, index=False
    )
    a_power_feed_id: Mapped[int | None] = ref("power_feed", "One end, a power feed", owner=True, index=False)
    b_interface_id: Mapped[int | None] = ref("interface", "Other end, an interface", owner=True, index=False)
    b_port_id: Mapped[int | None] = ref("port", "Other end, a port", owner=True, index=False)
    b_circuit_end_id: Mapped[int | None] = ref(
        "circuit_end", "Other end, of a circuit", owner=True, index=False
    )
    b_power_feed_id: Mapped[int | None] = ref(
        "power_feed", "Other end, a power feed", owner=True, index=False
    )
    cable_type: Mapped[CableType | None] = field("What it is made of")
    status: Mapped[Status] = field("Where it is in its life", default=Status.ACTIVE)
    length_m: Mapped[float | None] = field("Length", unit="m")
    color: Mapped[str] = field("Colour, as ff9800", default="")
    description: Mapped[str] = field("Remark", default="")
