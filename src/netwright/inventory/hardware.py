"""What hardware exists: manufacturers, models of devices and modules, and the parts each model comes with.

A model's parts are those of the community's device-type library (CC0), so that its files can be taken whole:
``interfaces``, ports (console, power, front and rear), bays for modules and devices, inventory items.
"""

from __future__ import annotations

import enum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from netwright.store.record import Labelled, Record, field, ref


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
    MODULE = "module"
    OTHER = "other"


class ModelForm(enum.StrEnum):
    """A device stands in a rack; a module is put into a bay of a device or of another module."""

    DEVICE = "device"
    MODULE = "module"


class Airflow(enum.StrEnum):
    """Where air goes in and out."""

    FRONT_TO_REAR = "front-to-rear"
    REAR_TO_FRONT = "rear-to-front"
    LEFT_TO_RIGHT = "left-to-right"
    RIGHT_TO_LEFT = "right-to-left"
    SIDE_TO_REAR = "side-to-rear"
    REAR_TO_SIDE = "rear-to-side"
    BOTTOM_TO_TOP = "bottom-to-top"
    TOP_TO_BOTTOM = "top-to-bottom"
    PASSIVE = "passive"
    MIXED = "mixed"


class SubdeviceRole(enum.StrEnum):
    """Whether devices of a model carry others in device bays, or are carried in one."""

    PARENT = "parent"
    CHILD = "child"


class PortClass(enum.StrEnum):
    """What a port is for. Front ports are the outside of a patch panel, rear ports the trunk behind."""

    CONSOLE = "console"
    CONSOLE_SERVER = "console-server"
    POWER = "power"
    POWER_OUTLET = "power-outlet"
    FRONT = "front"
    REAR = "rear"


class FeedLeg(enum.StrEnum):
    """Phase of a three-phase feed that an outlet hangs on."""

    A = "A"
    B = "B"
    C = "C"


class BayClass(enum.StrEnum):
    """What goes into a bay."""

    MODULE = "module"
    DEVICE = "device"


class PoeMode(enum.StrEnum):
    """Powered device, or power sourcing equipment."""

    PD = "pd"
    PSE = "pse"


class Manufacturer(Labelled):
    """A maker of hardware."""

    __tablename__ = "manufacturer"

    name: Mapped[str] = field("Name", unique=True)
    description: Mapped[str] = field("Remark", default="")


class Model(Labelled):
    """A model of device or module, with its components and interfaces as it leaves the factory."""

    __tablename__ = "model"

    name: Mapped[str] = field(
        "Unique name; as the device itself reports it, where that is unique", unique=True
    )
    manufacturer_id: Mapped[int] = ref("manufacturer", "Maker")
    form: Mapped[ModelForm] = field("Device or module", default=ModelForm.DEVICE)
    reported_name: Mapped[str] = field("What the device reports, when that is not the name", default="")
    slug: Mapped[str] = field("Name in the device-type library", default="")
    part_number: Mapped[str] = field("Part number", default="", index=True)
    component_class: Mapped[ComponentClass | None] = field("Class of component, of a module")
    height_u: Mapped[float] = field("Height, in steps of a half", unit="U", default=1.0)
    full_depth: Mapped[bool] = field("Takes front and rear of the rack", default=True)
    airflow: Mapped[Airflow | None] = field("Where air goes in and out")
    weight: Mapped[float | None] = field("Weight, in the unit beside it")
    weight_unit: Mapped[str] = field("`kg`, `g`, `lb` or `oz`", default="")
    subdevice_role: Mapped[SubdeviceRole | None] = field("Carries devices in bays, or is carried")
    powered: Mapped[bool] = field("Takes power of its own", default=True)
    front_image: Mapped[bool] = field("The device-type library has a picture of its front", default=False)
    rear_image: Mapped[bool] = field("The device-type library has a picture of its rear", default=False)
    end_of_sale: Mapped[str] = field("Last day it can be bought, as 2026-12-31", default="")
    end_of_support: Mapped[str] = field("Last day its maker helps, as 2026-12-31", default="")
    end_of_security_fixes: Mapped[str] = field("Last day of security fixes, as 2026-12-31", default="")
    description: Mapped[str] = field("Remark", default="")
    comments: Mapped[str] = field("Notes, in Markdown", text=True, default="")
    library_extras: Mapped[dict[str, Any] | None] = field(
        "What its file in the device-type library says beyond these fields, by section and part"
    )


class ModelComponent(Record):
    """A component that every device of a model has."""

    __tablename__ = "model_component"
    __table_args__ = (UniqueConstraint("model_id", "name"),)
    __key__ = ("model", "name")

    model_id: Mapped[int] = ref("model", "Model", owner=True)
    name: Mapped[str] = field("Slot name, as the device reports it")
    component_class: Mapped[ComponentClass] = field("Class of component", default=ComponentClass.OTHER)
    part_number: Mapped[str] = field("Part number", default="")
    manufacturer_id: Mapped[int | None] = ref("manufacturer", "Maker, when not the model's")
    label: Mapped[str] = field("What is printed beside it", default="")
    description: Mapped[str] = field("Remark", default="")


class ModelInterface(Record):
    """An interface that every device of a model has. `{module}` in a name stands for the bay's position."""

    __tablename__ = "model_interface"
    __table_args__ = (UniqueConstraint("model_id", "name"),)
    __key__ = ("model", "name")

    model_id: Mapped[int] = ref("model", "Model", owner=True)
    name: Mapped[str] = field("Interface name, as the device reports it")
    interface_type: Mapped[str] = field("Type in the device-type library, as `100gbase-x-qsfp28`", default="")
    speed_bps: Mapped[int | None] = field("Speed; else what the type says", unit="bit/s")
    management: Mapped[bool] = field("Out-of-band management port", default=False)
    enabled: Mapped[bool] = field("Meant to be up", default=True)
    label: Mapped[str] = field("What is printed beside it", default="")
    description: Mapped[str] = field("Remark", default="")
    poe_mode: Mapped[PoeMode | None] = field("Takes or gives power over Ethernet")
    poe_type: Mapped[str] = field("Standard of power over Ethernet, as `type2-ieee802.3at`", default="")
    rf_role: Mapped[str] = field("`ap` or `station`, of a radio", default="")


class ModelPort(Record):
    """A console, power, front or rear port that every device of a model has."""

    __tablename__ = "model_port"
    __table_args__ = (UniqueConstraint("model_id", "port_class", "name"),)
    __key__ = ("model", "port_class", "name")

    model_id: Mapped[int] = ref("model", "Model", owner=True)
    port_class: Mapped[PortClass] = field("What it is for")
    name: Mapped[str] = field("Name")
    port_type: Mapped[str] = field("Connector, as `rj-45`, `iec-60320-c14`, `lc`", default="")
    label: Mapped[str] = field("What is printed beside it", default="")
    description: Mapped[str] = field("Remark", default="")
    color: Mapped[str] = field("Colour, as ff9800", default="")
    maximum_draw_w: Mapped[int | None] = field("Most it takes, of a power port", unit="W")
    allocated_draw_w: Mapped[int | None] = field("What to plan with, of a power port", unit="W")
    power_port: Mapped[str] = field("Power port that feeds it, of an outlet", default="")
    feed_leg: Mapped[FeedLeg | None] = field("Phase, of an outlet")
    rear_port: Mapped[str] = field("Rear port behind it, of a front port", default="")
    rear_position: Mapped[int | None] = field("Position on the rear port, of a front port")
    positions: Mapped[int | None] = field("Front ports that it carries, of a rear port")


class ModelBay(Record):
    """A bay for a module or a device that every device of a model has."""

    __tablename__ = "model_bay"
    __table_args__ = (UniqueConstraint("model_id", "bay_class", "name"),)
    __key__ = ("model", "bay_class", "name")

    model_id: Mapped[int] = ref("model", "Model", owner=True)
    bay_class: Mapped[BayClass] = field("For a module or a device")
    name: Mapped[str] = field("Name")
    position: Mapped[str] = field("What `{module}` in names of the module's parts becomes", default="")
    label: Mapped[str] = field("What is printed beside it", default="")
    description: Mapped[str] = field("Remark", default="")
