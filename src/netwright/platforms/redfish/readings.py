"""Redfish readings: Thermal and Power of a chassis, and the Sensors of newer services."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netwright.platforms.facts import Limits, SensorFact
from netwright.platforms.redfish.hardware import Resource, health, text, there

_KINDS = {
    "Temperature": ("celsius", "°C"), "Rotational": ("rpm", "rpm"), "Voltage": ("volts-dc", "V"),
    "Current": ("amperes", "A"), "Power": ("watts", "W"), "Frequency": ("hertz", "Hz"),
    "Humidity": ("percent-rh", "%"), "Percent": ("percent", "%"), "AirFlow": ("cmm", "m³/min"),
}  # fmt: skip


def thermal(resource: Resource) -> Iterator[SensorFact]:
    for row in _rows(resource, "Temperatures"):
        yield from _reading(row, "ReadingCelsius", "celsius", "°C")
    for row in _rows(resource, "Fans"):
        percent = text(row, "ReadingUnits") == "Percent"
        yield from _reading(row, "Reading", *(("percent", "%") if percent else ("rpm", "rpm")))


def power(resource: Resource) -> Iterator[SensorFact]:
    for row in _rows(resource, "Voltages"):
        yield from _reading(row, "ReadingVolts", "volts-dc", "V")
    for row in _rows(resource, "PowerControl"):
        yield from _reading(row, "PowerConsumedWatts", "watts", "W")
    for row in _rows(resource, "PowerSupplies"):
        yield from _reading(row, "LineInputVoltage", "volts-ac", "V", " input")
        yield from _reading(row, "PowerInputWatts", "watts", "W", " input")
        yield from _reading(row, "PowerOutputWatts", "watts", "W", " output")


def sensor(row: Resource) -> Iterator[SensorFact]:
    """A member of a chassis' Sensors."""
    kind = _KINDS.get(text(row, "ReadingType") or "")
    if kind is not None:
        limits = row.get("Thresholds")
        yield from _reading(row, "Reading", *kind, limits=_newer(limits if isinstance(limits, dict) else {}))


def _reading(
    row: Resource, name: str, kind: str, unit: str, part: str = "", *, limits: Limits | None = None
) -> Iterator[SensorFact]:
    value = _number(row.get(name))
    if value is None or not there(row):
        return
    ok, state = health(row)
    yield SensorFact(
        name=f"{text(row, 'Name', 'FanName', 'MemberId', 'Id') or name}{part}",
        sensor_class=kind,
        value=value,
        unit=unit,
        ok=ok is not False,
        limits=limits or (None if part else _limits(row)),
        state=state if ok is False else None,
        source="redfish",
    )


def _limits(row: Resource) -> Limits | None:
    return _some(
        Limits(
            low_critical=_number(row.get("LowerThresholdCritical")),
            low_warning=_number(row.get("LowerThresholdNonCritical")),
            high_warning=_number(row.get("UpperThresholdNonCritical")),
            high_critical=_number(row.get("UpperThresholdCritical")),
        )
    )


def _newer(limits: Resource) -> Limits | None:
    def at(name: str) -> float | None:
        found = limits.get(name)
        return _number(found.get("Reading")) if isinstance(found, dict) else None

    return _some(
        Limits(
            low_critical=at("LowerCritical"),
            low_warning=at("LowerCaution"),
            high_warning=at("UpperCaution"),
            high_critical=at("UpperCritical"),
        )
    )


def _some(limits: Limits) -> Limits | None:
    return None if limits == Limits() else limits


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _rows(resource: Resource, name: str) -> list[dict[str, Any]]:
    found = resource.get(name)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
