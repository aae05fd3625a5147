"""Hardware inside devices: components in bays, and the pieces we own wherever they lie."""

from __future__ import annotations

import enum

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from netwright.inventory.hardware import BayClass, ComponentClass
from netwright.store.record import Labelled, Record, field, ref


class AssetStatus(enum.StrEnum):
    """Where a piece is in its life."""

    ORDERED = "ordered"
    STOCK = "stock"
    IN_USE = "in-use"
    FAULTY = "faulty"
    IN_REPAIR = "in-repair"
    RETIRED = "retired"


class Component(Labelled):
    """A hardware component that a device is wanted to have."""

    __tablename__ = "component"
    __table_args__ = (UniqueConstraint("device_id", "name"),)
    __key__ = ("device", "name")

    device_id: Mapped[int] = ref("device", "Device it sits in", owner=True)
    name: Mapped[str] = field("Slot name, as the device reports it")
    component_class: Mapped[ComponentClass] = field("Class of component", default=ComponentClass.OTHER)
    model_id: Mapped[int | None] = ref("model", "Model of module; brings its interfaces, ports and bays")
    carrier_id: Mapped[int | None] = ref("component", "Module that brings it", owner=True)
    part_number: Mapped[str] = field("Part number", default="")
    serial: Mapped[str] = field("Serial number; empty: any", default="", index=True)
    label: Mapped[str] = field("What is printed beside it", default="")
    description: Mapped[str] = field("Remark", default="")


class Bay(Record):
    """A place in a device, or in a component of it, that takes a module or another device."""

    __tablename__ = "bay"
    __table_args__ = (UniqueConstraint("device_id", "bay_class", "name"),)
    __key__ = ("device", "bay_class", "name")

    device_id: Mapped[int] = ref("device", "Device", owner=True)
    bay_class: Mapped[BayClass] = field("For a module or a device", default=BayClass.MODULE)
    name: Mapped[str] = field("Name, unique in the device")
    position: Mapped[str] = field("What `{module}` in names of the module's parts becomes", default="")
    carrier_id: Mapped[int | None] = ref("component", "Component that it is in; none: the device", owner=True)
    component_id: Mapped[int | None] = ref("component", "Module in it", unique=True, emptied=True)
    occupant_id: Mapped[int | None] = ref(
        "device", "Device in it, of a device bay", unique=True, emptied=True
    )
    label: Mapped[str] = field("What is printed beside it", default="")
    description: Mapped[str] = field("Remark", default="")


class Asset(Labelled):
    """A piece of hardware that we own, by its serial number: on a shelf, or in a device."""

    __tablename__ = "asset"
    __key__ = ("serial",)

    serial: Mapped[str] = field("Serial number", unique=True)
    model_id: Mapped[int] = ref("model", "Model of device or module")
    status: Mapped[AssetStatus] = field("Where it is in its life", default=AssetStatus.STOCK)
    site_id: Mapped[int | None] = ref("site", "Site it lies in, when it is in no device")
    shelf: Mapped[str] = field("Shelf it lies on", default="")
    device_id: Mapped[int | None] = ref("device", "Device that it is, or that it is in")
    component_id: Mapped[int | None] = ref("component", "Component that it is, of a module", unique=True)
    asset_tag: Mapped[str] = field("Number on our own label", default="")
    bought: Mapped[str] = field("Day it was bought, as 2026-12-31", default="")
    order_number: Mapped[str] = field("Our order", default="")
    warranty_end: Mapped[str] = field("Last day of the warranty, as 2026-12-31", default="")
    description: Mapped[str] = field("Remark", default="")
