"""What hardware exists: manufacturers, models and the components and interfaces each model comes with."""

from __future__ import annotations

import enum

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from netwright.store.record import Record, field, ref


class ComponentClass(enum.StrEnum):
    """Class of a hardware component; the words of OpenConfig's platform model and ENTITY-MIB."""

    CHASSIS = "chassis"
    LINECARD = "linecard"
    SUPERVISOR = "supervisor"
    POWER_SUPPLY = "power-supply"
    FAN = "fan"
    TRANSCEIVER = "transceiver"
    DISK = "disk"
    NETWORK_CARD = "network-card"
    SENSOR = "sensor"


class Manufacturer(Record):
    """A maker of hardware."""

    __tablename__ = "manufacturer"

    name: Mapped[str] = field("Name", unique=True)


class Model(Record):
    """A model of device, with its components and interfaces as it leaves the factory."""

    __tablename__ = "model"

    name: Mapped[str] = field("Model name, as the device itself reports it", unique=True)
    manufacturer_id: Mapped[int] = ref("manufacturer", "Maker")
    part_number: Mapped[str] = field("Part number", default="")
    height_u: Mapped[int] = field("Height", unit="U", default=1)


class ModelComponent(Record):
    """A component that every device of a model has."""

    __tablename__ = "model_component"
    __table_args__ = (UniqueConstraint("model_id", "name"),)
    __key__ = ("model", "name")

    model_id: Mapped[int] = ref("model", "Model", owner=True)
    name: Mapped[str] = field("Slot name, as the device reports it")
    component_class: Mapped[ComponentClass] = field("Class of component")
    part_number: Mapped[str] = field("Part number", default="")


class ModelInterface(Record):
    """An interface that every device of a model has."""

    __tablename__ = "model_interface"
    __table_args__ = (UniqueConstraint("model_id", "name"),)
    __key__ = ("model", "name")

    model_id: Mapped[int] = ref("model", "Model", owner=True)
    name: Mapped[str] = field("Interface name, as the device reports it")
    speed_bps: Mapped[int] = field("Speed", unit="bit/s")
    management: Mapped[bool] = field("Out-of-band management port", default=False)
