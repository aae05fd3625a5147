#!/usr/bin/python3 -ISE
"""The chassis's agent, inside a node: standard library only, run by the node's own python3.

Called `chassis-agent` it is a pass_persist program of snmpd (snmpd.conf(5)) and serves entPhysicalTable
(RFC 6933) and entPhySensorTable (RFC 3433) of /run/hardware/chassis.json. Called `show-chassis` it prints
the same as JSON. The file is read again when it changes.
"""

from __future__ import annotations

import bisect
import json
import math
import os
import sys
import time
from typing import Any

FILE = "/run/hardware/chassis.json"
PHYSICAL = (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1)
SENSOR = (1, 3, 6, 1, 2, 1, 99, 1, 1, 1)
# PhysicalClass of IANA-ENTITY-MIB
CLASSES = {"chassis": 3, "power-supply": 6, "fan": 7, "sensor": 8, "transceiver": 9}
# EntitySensorDataType (dBm is 14 in IANA's copy of it): type, digits after the point
TYPES = {"volts-dc": (4, 1), "watts": (6, 1), "celsius": (8, 1), "rpm": (10, 0), "dbm": (14, 1)}
UNITS = 9  # EntitySensorDataScale
DARK_DBM = -40.0
FRESH_S = 1.0
Row = tuple[tuple[int, ...], str, Any]


def reading(sensor: dict[str, Any], now: float) -> float:
    """A slow swing around the base; each sensor has its own beat. An optic without light reads dark."""
    if sensor["port"]:
        try:
            with open(f"/sys/class/net/{sensor['port']}/carrier") as stream:
                light = stream.read().strip() == "1"
        except OSError:
            light = False
        if not light:
            return DARK_DBM
    period = 60 + sensor["index"] % 41
    digits = TYPES[sensor["sensor_class"]][1]
    return float(round(sensor["base"] + sensor["swing"] * math.sin(2 * math.pi * now / period), digits))


def load() -> Any:
    with open(FILE) as stream:
        return json.load(stream)


def present(chassis: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    parts = [part for part in chassis["parts"] if part["present"]]
    names = {part["name"] for part in parts}
    return parts, [sensor for sensor in chassis["sensors"] if sensor["part"] in names]


def as_json(chassis: dict[str, Any], now: float) -> dict[str, Any]:
    parts, sensors = present(chassis)
    return {
        "name": chassis["name"],
        "manufacturer": chassis["manufacturer"],
        "model": chassis["model"],
        "part_number": chassis["part_number"],
        "serial": chassis["serial"],
        "components": [
            {
                "index": part["index"],
                "name": part["name"],
                "class": part["part_class"],
                "parent": part["parent"] or None,
                "manufacturer": part["manufacturer"],
                "model": chassis["model"] if part["part_class"] == "chassis" else part["part_number"],
                "part_number": part["part_number"],
                "serial": part["serial"],
                "description": part["description"],
            }
            for part in parts
        ],
        "sensors": [
            {
                "index": sensor["index"],
                "name": sensor["name"],
                "component": sensor["part"],
                "class": sensor["sensor_class"],
                "value": reading(sensor, now),
                "unit": sensor["unit"],
                "ok": True,
            }
            for sensor in sensors
        ],
    }


def table(chassis: dict[str, Any], now: float) -> list[Row]:
    """All objects as a sorted list of (oid, type, value)."""
    parts, sensors = present(chassis)
    numbers = {part["name"]: part["index"] for part in parts}
    rows: list[Row] = []

    def physical(index: int, parent: str, position: int, values: dict[int, tuple[str, Any]]) -> None:
        row = {4: ("integer", numbers.get(parent, 0)), 6: ("integer", position), **values}
        rows.extend(((*PHYSICAL, column, index), kind, value) for column, (kind, value) in row.items())

    for position, part in enumerate(parts, 1):
        model = chassis["model"] if part["part_class"] == "chassis" else part["part_number"]
        top = part["part_class"] == "chassis"
        physical(
            part["index"],
            part["parent"],
            -1 if top else position - 1,
            {
                2: ("string", part["description"]),
                3: ("objectid", ".0.0"),
                5: ("integer", CLASSES[part["part_class"]]),
                7: ("string", part["name"]),
                8: ("string", part["part_number"]),
                9: ("string", ""),
                10: ("string", ""),
                11: ("string", part["serial"]),
                12: ("string", part["manufacturer"]),
                13: ("string", model),
                14: ("string", ""),
                15: ("string", ""),
                16: ("integer", 1),
            },
        )
    for position, sensor in enumerate(sensors, 1):
        kind, digits = TYPES[sensor["sensor_class"]]
        physical(
            sensor["index"],
            sensor["part"],
            position,
            {
                2: ("string", f"Sensor {sensor['name']}"),
                3: ("objectid", ".0.0"),
                5: ("integer", CLASSES["sensor"]),
                7: ("string", sensor["name"]),
                8: ("string", ""),
                9: ("string", ""),
                10: ("string", ""),
                11: ("string", ""),
                12: ("string", chassis["manufacturer"]),
                13: ("string", ""),
                14: ("string", ""),
                15: ("string", ""),
                16: ("integer", 2),
            },
        )
        values = [
            (1, "integer", kind),
            (2, "integer", UNITS),
            (3, "integer", digits),
            (4, "integer", round(reading(sensor, now) * 10**digits)),
            (5, "integer", 1),
            (6, "string", sensor["unit"]),
            (7, "timeticks", 0),
            (8, "gauge", int(FRESH_S * 1000)),
        ]
        rows.extend(((*SENSOR, column, sensor["index"]), kind_, value) for column, kind_, value in values)
    return sorted(rows, key=lambda row: row[0])


class Agent:
    def __init__(self) -> None:
        self.stamp = (0, 0)
        self.read_at = 0.0
        self.chassis: Any = None
        self.rows: list[Row] = []
        self.keys: list[tuple[int, ...]] = []

    def refresh(self) -> None:
        now = time.time()
        stat = os.stat(FILE)
        stamp = (stat.st_mtime_ns, stat.st_ino)
        if stamp == self.stamp and now - self.read_at < FRESH_S:
            return
        if stamp != self.stamp:
            self.chassis = load()
        self.stamp, self.read_at = stamp, now
        self.rows = table(self.chassis, now)
        self.keys = [row[0] for row in self.rows]

    def answer(self, verb: str, oid: tuple[int, ...]) -> str:
        self.refresh()
        place = (
            bisect.bisect_right(self.keys, oid) if verb == "getnext" else bisect.bisect_left(self.keys, oid)
        )
        if place >= len(self.keys) or (verb == "get" and self.keys[place] != oid):
            return "NONE"
        key, kind, value = self.rows[place]
        return f".{'.'.join(map(str, key))}\n{kind}\n{value}"

    def run(self) -> None:
        for line in iter(sys.stdin.readline, ""):
            verb = line.strip().lower()
            if verb == "ping":
                said = "PONG"
            elif verb in ("get", "getnext"):
                text = sys.stdin.readline().strip().strip(".")
                try:
                    said = self.answer(verb, tuple(int(word) for word in text.split(".")))
                except (OSError, ValueError, KeyError):
                    said = "NONE"
            elif verb == "set":
                sys.stdin.readline()
                sys.stdin.readline()
                said = "not-writable"
            else:
                return
            sys.stdout.write(f"{said}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    if os.path.basename(sys.argv[0]) == "show-chassis":
        print(json.dumps(as_json(load(), time.time()), indent=1))
    else:
        Agent().run()
