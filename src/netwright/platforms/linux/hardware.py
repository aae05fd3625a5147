"""Hardware of a Linux machine: DMI, disks, network cards, readings of hwmon. All from files of /sys, which
need no rights, but the serial number of the machine (root's)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from netwright.platforms import values
from netwright.platforms.facts import (
    ComponentFact,
    Found,
    InterfaceFact,
    Limits,
    OperState,
    SensorFact,
    System,
)
from netwright.platforms.records import Rows, listed, mapping, tree

DMI = "grep -sH . /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/product_name /sys/class/dmi/id/board_name"
DMI_SERIAL = "sudo -n cat /sys/class/dmi/id/product_serial"
PROCESSOR = "grep -E '^(processor|model name|physical id)' /proc/cpuinfo"
DISKS = "lsblk -J -b -d -o NAME,TYPE,SIZE,MODEL,SERIAL,VENDOR,REV,ROTA"
CARDS = "lspci -Dvmm"
PORTS = "grep -sH . /sys/class/net/*/device/uevent /sys/class/net/*/speed /sys/class/net/*/duplex"
READINGS = "grep -sH . " + " ".join(
    f"/sys/class/hwmon/hwmon*/{name}" for name in ("name", "*_label", "*_input", "*_min", "*_max", "*_crit")
)

_FILE = re.compile(r"^(/sys/[^:]+?):(.*)$")
_EMPTY = ("to be filled by o.e.m.", "default string", "not specified", "none", "system serial number", "0")
"""What makers leave in DMI where they know nothing."""
_READING = re.compile(r"/(hwmon\d+)/(?:(temp|fan|in|power|curr)(\d+)_(\w+)|(name))$")
_CLASSES = {
    "temp": ("celsius", "°C", 1000.0), "fan": ("rpm", "rpm", 1.0), "in": ("volts-dc", "V", 1000.0),
    "power": ("watts", "W", 1_000_000.0), "curr": ("amperes", "A", 1000.0),
}  # fmt: skip
"""Of the kernel's names of files: our class, unit and what a unit is written as (hwmon's sysfs ABI)."""
_HIDDEN = ("loop", "ram", "zram", "sr", "fd", "md", "dm-", "nbd")


def _files(output: str) -> Iterator[tuple[str, str]]:
    for line in output.splitlines():
        match = _FILE.match(line)
        if match:
            yield match[1], match[2].strip()


def _known(text: str | None) -> str | None:
    found = values.words(text)
    return None if found is None or found.lower() in _EMPTY else found


def dmi(output: str) -> Found:
    """The machine, as its firmware calls it."""
    said = {path.rpartition("/")[2]: _known(text) for path, text in _files(output)}
    if not said:
        raise ValueError("no line tells a file of /sys/class/dmi")
    vendor, model = said.get("sys_vendor"), said.get("product_name")
    if model is None and vendor is None:
        return Found()
    chassis = ComponentFact("chassis", "chassis", model=model, vendor=vendor)
    return Found(system=System(vendor=vendor, model=model), components=(chassis,))


def dmi_serial(output: str) -> Found:
    serial = _known(output)
    if serial is None:
        return Found()
    if len(serial.splitlines()) != 1:
        raise ValueError("is no serial number")
    return Found(
        system=System(serial=serial), components=(ComponentFact("chassis", "chassis", serial=serial),)
    )


def processor(output: str) -> Found:
    """A part a socket; a machine whose kernel tells none has one."""
    models: dict[str, tuple[str, int]] = {}
    model, socket, threads = None, "0", 0
    for line in [*output.splitlines(), "processor : end"]:
        name, _, text = (part.strip() for part in line.partition(":"))
        if name == "processor":
            if model is not None:
                models[socket] = model, models.get(socket, ("", 0))[1] + threads
            model, socket, threads = None, "0", 1
        elif name == "model name":
            model = text
        elif name == "physical id":
            socket = text
    if not models:
        raise ValueError("no line tells the model of a processor")
    return Found(
        components=tuple(
            ComponentFact(f"cpu{socket}", "other", "chassis", model=name, description=f"{count} threads")
            for socket, (name, count) in models.items()
        )
    )


def disks(output: str) -> Found:
    rows = Rows()
    found = (mapping(one) for one in listed(tree(output).get("blockdevices")))
    return Found(components=rows.of("disk", found, _disk), unparsed=rows.unparsed)


def _disk(said: dict[str, Any]) -> ComponentFact | None:
    name, size = str(said["name"]), values.integer(said.get("size"))
    if said.get("type") != "disk" or name.startswith(_HIDDEN) or not size:
        return None
    vendor = values.words(said.get("vendor"))
    kind = "rotating" if said.get("rota") in (True, "1") else "solid state"
    return ComponentFact(
        name, "disk", "chassis", model=values.words(said.get("model")),
        serial=values.words(said.get("serial")), description=f"{size / 1e9:.0f} GB {kind}",
        vendor=None if vendor and vendor.startswith("0x") else vendor, version=values.words(said.get("rev")),
    )  # fmt: skip


def cards(output: str) -> Found:
    """``lspci -Dvmm``: the network cards by their slots; ports of one card are functions of one slot."""
    found: dict[str, ComponentFact] = {}
    for block in output.strip().split("\n\n"):
        said = dict(part for line in block.splitlines() if len(part := line.split(":\t", 1)) == 2)
        if not re.search(r"ethernet|network|infiniband", said.get("Class", ""), re.IGNORECASE):
            continue
        slot = said["Slot"].partition(".")[0]
        found.setdefault(
            slot,
            ComponentFact(
                f"pci {slot}", "network-card", "chassis", model=said.get("SDevice") or said.get("Device"),
                description=said.get("Device"), vendor=said.get("SVendor") or said.get("Vendor"),
                version=said.get("Rev"), index=slot,
            ),
        )  # fmt: skip
    if not found and "Slot:" not in output:
        raise ValueError("no line tells a slot")
    return Found(components=tuple(found.values()))


def ports(output: str) -> Found:
    """Speed and duplex of ports, and which are a card's: those have a device's ``uevent``."""
    said: dict[str, dict[str, str]] = {}
    for path, text in _files(output):
        match = re.search(r"/net/([^/]+)/(?:device/)?(speed|duplex|uevent)$", path)
        if match:
            name, _, value = text.partition("=")
            key = name if match[2] == "uevent" else match[2]
            said.setdefault(match[1], {})[key] = value if match[2] == "uevent" else text
    if not said:
        raise ValueError("no line tells a file of /sys/class/net")
    cards_ = {name: ports["PCI_SLOT_NAME"] for name, ports in said.items() if "PCI_SLOT_NAME" in ports}
    return Found(
        interfaces=tuple(_port(name, told) for name, told in said.items()),
        components=tuple(
            ComponentFact(
                name, "module", f"pci {slot.partition('.')[0]}", description=said[name].get("DRIVER")
            )
            for name, slot in cards_.items()
        ),
    )


def _port(name: str, said: dict[str, str]) -> InterfaceFact:
    """No state: another answer has that. A port without light tells -1."""
    speed = values.integer(said.get("speed"))
    duplex = said.get("duplex")
    return InterfaceFact(
        name, admin_up=False, oper=OperState.UNKNOWN,
        speed_bps=speed * 1_000_000 if speed and speed > 0 else None,
        duplex=None if duplex == "unknown" else duplex,
    )  # fmt: skip


def readings(output: str) -> Found:
    """Temperatures, fans, voltages, power: chip by chip."""
    chips: dict[str, str] = {}
    said: dict[tuple[str, str, str], dict[str, str]] = {}
    for path, text in _files(output):
        match = _READING.search(path)
        if match is None:
            continue
        chip, kind, number, what, name = match.groups()
        if name:
            chips[chip] = text
        else:
            said.setdefault((chip, kind, number), {})[what] = text
    rows = Rows()
    found = ((chips.get(key[0], key[0]), key, told) for key, told in said.items() if "input" in told)
    return Found(sensors=rows.of("reading", found, _reading), unparsed=rows.unparsed)


def _reading(row: tuple[str, tuple[str, str, str], dict[str, str]]) -> SensorFact:
    chip, (_, kind, number), told = row
    class_, unit, scale = _CLASSES[kind]
    limits = {name: float(told[name]) / scale for name in ("min", "max", "crit") if name in told}
    value = float(told["input"]) / scale
    high = limits.get("crit") or limits.get("max")
    return SensorFact(
        told.get("label") or f"{kind}{number}", class_, value, unit, ok=not high or value < high,
        limits=Limits(limits.get("min"), None, limits.get("max"), limits.get("crit")) if limits else None,
        component=chip,
    )  # fmt: skip
