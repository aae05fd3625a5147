"""ENTITY-SENSOR-MIB (RFC 3433): readings with type, scale and precision, for a probe and a session."""

from __future__ import annotations

import re
from collections.abc import Mapping

from netwright.device.session import Session
from netwright.platforms.facts import SensorFact
from netwright.platforms.snmp.entity import NAME
from netwright.platforms.snmp.values import dbm, number, text

_TYPE, _SCALE, _PRECISION, _VALUE, _STATUS, _UNITS = (f"1.3.6.1.2.1.99.1.1.1.{n}" for n in range(1, 7))

# EntitySensorDataType; 14 is dBm in IANA's copy and in what agents send
_TYPES = {
    3: ("volts-ac", "V"),
    4: ("volts-dc", "V"),
    5: ("amperes", "A"),
    6: ("watts", "W"),
    7: ("hertz", "Hz"),
    8: ("celsius", "°C"),
    9: ("percent-rh", "%"),
    10: ("rpm", "rpm"),
    11: ("cmm", "m³/min"),
    12: ("truth-value", ""),
    14: ("dbm", "dBm"),
}
UNIT_SCALE, _OK = 9, 1
_SCALES, _PRECISIONS = range(1, 18), range(-8, 10)
_LIGHT = re.compile(r"\b(?:[rt]x|receive|transmit|laser)\b.*\bpower\b", re.IGNORECASE)
LIMIT = 1_000_000_000  # ±10^9 says "out of range" (RFC 3433, EntitySensorValue)


def sensor_type(kind: int | None, units: str | None) -> tuple[str, str]:
    """Class and unit of an EntitySensorDataType; the agent's own unit where it has no word for it."""
    return _TYPES.get(kind or 0, ("other", units or ""))


def in_unit(value: int, scale: int | None, precision: int | None) -> float | None:
    """Value in the unit itself; None for a scale or precision that the MIB does not allow."""
    scale, precision = scale or UNIT_SCALE, precision or 0
    if scale not in _SCALES or precision not in _PRECISIONS:
        return None
    exponent = 3 * (scale - UNIT_SCALE) - precision
    return float(value * 10**exponent if exponent >= 0 else value / 10**-exponent)


def is_light(name: str, kind: str) -> bool:
    """Power of light, which everybody tells in dBm though the MIB has watts too."""
    return kind == "watts" and _LIGHT.search(name) is not None


def light(watts: float) -> float:
    return round(dbm(watts * 1000), 3)


async def read_sensors(session: Session) -> tuple[SensorFact, ...]:
    """Readings that the agent gives; one that it calls unavailable is left out."""
    table = await session.snmp_table([_TYPE, _SCALE, _PRECISION, _VALUE, _STATUS, _UNITS])
    if not table:
        return ()
    names = await session.snmp_get([f"{NAME}.{index}" for index in table])
    facts = (_sensor(row, text(names.get(f"{NAME}.{index}")) or index) for index, row in table.items())
    return tuple(fact for fact in facts if fact is not None)


def _sensor(row: Mapping[str, object], name: str) -> SensorFact | None:
    value, status = number(row.get(_VALUE)), number(row.get(_STATUS)) or _OK
    if value is None or status == 2:
        return None
    kind, unit = sensor_type(number(row.get(_TYPE)), text(row.get(_UNITS)))
    reading = in_unit(value, number(row.get(_SCALE)), number(row.get(_PRECISION)))
    if reading is None:
        reading = float(value)
    if is_light(name, kind):
        kind, unit, reading = "dbm", "dBm", light(reading)
    return SensorFact(name, kind, reading, unit, ok=status == _OK and abs(value) < LIMIT)
