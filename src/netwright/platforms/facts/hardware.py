"""Hardware: components, readings, optics with their lanes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ComponentFact:
    """A hardware component. ``component_class`` is a value of ``inventory.ComponentClass``; where all
    entities of an agent are told (a probe), one of ENTITY-MIB's classes. ``index`` and ``parent_index`` tell
    entities of one name apart within one answer; they are no identity."""

    name: str
    component_class: str
    parent: str | None = None
    model: str | None = None
    part_number: str | None = None
    serial: str | None = None
    description: str | None = None
    vendor: str | None = None
    index: str | None = None
    parent_index: str | None = None
    source: str = ""
    ok: bool | None = None
    """Whether the device says that it works."""
    state: str | None = None
    """The device's word for that."""
    capacity_w: float | None = None
    """What a power supply can give."""
    version: str | None = None
    """Hardware revision."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a reading starts to be a warning or critical, in the reading's unit."""

    low_critical: float | None = None
    low_warning: float | None = None
    high_warning: float | None = None
    high_critical: float | None = None


@dataclass(frozen=True, slots=True)
class SensorFact:
    """A reading. ``sensor_class`` as in ENTITY-SENSOR-MIB (celsius, rpm, volts-dc, watts, dbm). ``state`` is
    the word for a reading that is a state (``failed``); its value is the agent's number. ``component``: the
    name of what it is a reading of."""

    name: str
    sensor_class: str
    value: float
    unit: str
    ok: bool = True
    limits: Limits | None = None
    state: str | None = None
    source: str = ""
    component: str | None = None


@dataclass(frozen=True, slots=True)
class LaneFact:
    """Light and laser of one lane, numbered from 0. Power in dBm, bias current in mA."""

    index: int
    rx_dbm: float | None = None
    tx_dbm: float | None = None
    bias_ma: float | None = None


@dataclass(frozen=True, slots=True)
class TransceiverFact:
    """A pluggable optic. ``interface`` is the port that holds it, where that is known. ``kind``: what it is
    on the wire (``40GBASE-SR4``)."""

    name: str
    interface: str | None = None
    vendor: str | None = None
    part_number: str | None = None
    serial: str | None = None
    description: str | None = None
    kind: str | None = None
    temperature_c: float | None = None
    voltage_v: float | None = None
    lanes: tuple[LaneFact, ...] = ()
    rx_limits: Limits | None = None
    tx_limits: Limits | None = None
    source: str = ""
