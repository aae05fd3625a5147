"""A node's chassis: the parts that are in it, kept in the node's ``chassis.json``.

The node's agents (``node/chassis.py``) read that file and serve it as ENTITY-MIB, ENTITY-SENSOR-MIB and
JSON. Part names are slots: ``psu1``, ``fan2``, ``optic-swp3``.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from netwright.base.errors import NotFoundError
from netwright.lab.state import write_atomic
from netwright.lab.system import LabError
from netwright.lab.topology import Node, Topology

FILE = "chassis.json"
_OPTIC = "optic-"


@dataclass(frozen=True, slots=True)
class Part:
    """A part and its slot. ``index`` is its entPhysicalIndex; ``part_class`` a word of OpenConfig."""

    index: int
    name: str
    part_class: str
    manufacturer: str
    part_number: str
    serial: str
    description: str
    parent: str = "chassis"
    present: bool = True


@dataclass(frozen=True, slots=True)
class Sensor:
    """A sensor on a part. The agent's reading moves by ``swing`` around ``base``; ``port``: an optic whose
    light is read from that port's carrier."""

    index: int
    name: str
    part: str
    sensor_class: str
    unit: str
    base: float
    swing: float
    port: str = ""


@dataclass(frozen=True, slots=True)
class Chassis:
    """All of a chassis. ``generation`` counts replacements of the whole box."""

    name: str
    manufacturer: str
    model: str
    part_number: str
    serial: str
    generation: int = 1
    parts: tuple[Part, ...] = field(default=())
    sensors: tuple[Sensor, ...] = field(default=())

    def part(self, name: str) -> Part:
        for part in self.parts:
            if part.name == name:
                return part
        known = ", ".join(part.name for part in self.parts)
        raise NotFoundError(f"{self.name} has no slot {name}", remedy=f"It has {known}.")


def optic_port(part: str) -> str:
    """The port an optic sits in; empty for other parts."""
    return part.removeprefix(_OPTIC) if part.startswith(_OPTIC) else ""


def build(topology: Topology, node: Node, serial: str = "", generation: int = 1) -> Chassis:
    """A chassis fresh from the factory, with optics in the ports that have a cable."""
    model = node.model
    if model is None:
        raise LabError("this node has no chassis", subject=node.name, remedy="Name a managed node.")
    serial = serial or node.serial
    maker = model.manufacturer
    parts = [
        Part(1, "chassis", "chassis", maker, model.part_number, serial, f"{maker} {model.name}", parent="")
    ]
    sensors: list[Sensor] = []

    def add(index: int, name: str, part_class: str, number: str, words: str) -> None:
        tag = f"{serial}-{name.upper().replace('OPTIC-', 'O')}"
        parts.append(Part(index, name, part_class, maker, number, tag, words))

    for count in range(1, model.power_supplies.count + 1):
        number = model.power_supplies.part_number
        add(10 + count, f"psu{count}", "power-supply", number, f"Power supply {number}")
        sensors.append(Sensor(2000 + count, f"psu{count}-power", f"psu{count}", "watts", "W", 142, 9))
    for count in range(1, model.fans.count + 1):
        number = model.fans.part_number
        add(100 + count, f"fan{count}", "fan", number, f"Fan {number}")
        sensors.append(Sensor(2100 + count, f"fan{count}-speed", f"fan{count}", "rpm", "rpm", 7400, 300))
    sensors += [
        Sensor(2200 + count, f"temp{count}", "chassis", "celsius", "C", 31 + 6 * (count - 1), 1.5)
        for count in range(1, model.temperature_sensors + 1)
    ]
    cabled = {end.name for end in topology.ends() if end.node == node.name}
    for number_, port in enumerate(topology.ports(node), 1):
        if port in cabled:
            name = f"{_OPTIC}{port}"
            add(1000 + number_, name, "transceiver", model.optic, f"Transceiver {model.optic}")
            sensors.append(Sensor(3000 + number_, f"{name}-rx", name, "dbm", "dBm", -3.1, 0.2, port=port))
    return Chassis(
        node.name,
        maker,
        model.name,
        model.part_number,
        serial,
        generation,
        tuple(parts),
        tuple(sorted(sensors, key=lambda sensor: sensor.index)),
    )


def next_serial(chassis: Chassis) -> str:
    """Another serial of the same form: NWAMSEDGE101 -> NWAMSEDGE102."""
    head = chassis.serial.rstrip("0123456789")
    digits = chassis.serial[len(head) :]
    return f"{head}{int(digits or 0) + 1:0{len(digits) or 2}d}"


def set_present(chassis: Chassis, name: str, *, present: bool) -> Chassis:
    """Pull a part out of its slot or put it back."""
    part = chassis.part(name)
    if part.part_class == "chassis":
        raise LabError("the chassis itself can't be pulled", subject=chassis.name, remedy="Use `lab swap`.")
    if part.present == present:
        state = "in its slot already" if present else "out already"
        raise LabError(f"{name} is {state}", subject=chassis.name)
    parts = tuple(replace(item, present=present) if item.name == name else item for item in chassis.parts)
    return replace(chassis, parts=parts)


def write(folder: Path, chassis: Chassis) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    write_atomic(folder / FILE, json.dumps(asdict(chassis), indent=1), 0o644)


def read(folder: Path) -> Chassis:
    """The chassis as the lab keeps it. Raises NotFoundError for a node that has none."""
    try:
        data = json.loads((folder / FILE).read_text())
    except FileNotFoundError:
        raise NotFoundError("this node has no chassis", subject=folder.parent.name) from None
    parts = tuple(Part(**part) for part in data.pop("parts"))
    sensors = tuple(Sensor(**sensor) for sensor in data.pop("sensors"))
    return Chassis(**data, parts=parts, sensors=sensors)
