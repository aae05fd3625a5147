"""Readings of any agent: ENTITY-SENSOR-MIB (RFC 3433), Cisco's sibling of it with its thresholds, and the
tables that ``vendors`` describe as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import astuple

from netwright.platforms.facts import Limits, SensorFact
from netwright.platforms.snmp import physical
from netwright.platforms.snmp.sensors import LIMIT, in_unit, is_light, light, sensor_type
from netwright.platforms.snmp.tree import Query, Row, Tree

STANDARD = "1.3.6.1.2.1.99.1.1.1"
CISCO = "1.3.6.1.4.1.9.9.91.1.1.1.1"
CISCO_LIMITS = "1.3.6.1.4.1.9.9.91.1.2.1.1"
ARISTA_LIMITS = "1.3.6.1.4.1.30065.3.12.1.1.1"

_TYPE, _SCALE, _PRECISION, _VALUE, _STATUS, _UNITS = range(1, 7)
QUERIES = (
    Query(
        "ENTITY-SENSOR-MIB entPhySensorTable", STANDARD, (_TYPE, _SCALE, _PRECISION, _VALUE, _STATUS, _UNITS)
    ),
)
CISCO_QUERIES = (
    Query("CISCO-ENTITY-SENSOR-MIB entSensorValueTable", CISCO, (_TYPE, _SCALE, _PRECISION, _VALUE, _STATUS)),
    Query("CISCO-ENTITY-SENSOR-MIB entSensorThresholdTable", CISCO_LIMITS, (2, 3, 4)),
)
ARISTA_QUERIES = (
    Query("ARISTA-ENTITY-SENSOR-MIB aristaEntSensorThresholdTable", ARISTA_LIMITS, (1, 2, 3, 4)),
)

_MINOR, _MAJOR, _CRITICAL = 10, 20, 30
_LESS, _LESS_OR_EQUAL, _GREATER, _GREATER_OR_EQUAL = 1, 2, 3, 4
_OK, _UNAVAILABLE = 1, 2


def readings(tree: Tree) -> tuple[SensorFact, ...]:
    """Both tables; an entity that stands in both is told once, Cisco's row first: it has thresholds."""
    entities = tree.table(physical.ENTRY)
    own = {row.index: row for row in tree.rows(CISCO)}
    found = [fact for row in own.values() if (fact := _fact(row, entities, _cisco_limits(tree, row)))]
    found += [
        fact
        for row in tree.rows(STANDARD)
        if row.index not in own and (fact := _fact(row, entities, _arista_limits(tree, row)))
    ]
    return tuple(found)


def _fact(row: Row, entities: Mapping[str, Row], limits: Limits | None) -> SensorFact | None:
    """None for a reading that the agent calls unavailable."""
    value = row.number(_VALUE)
    status = row.number(_STATUS) or _OK
    if value is None or status == _UNAVAILABLE:
        return None
    entity = entities.get(row.index)
    kind, unit = sensor_type(row.number(_TYPE), row.text(_UNITS))
    name = _name(entity, entities) if entity is not None else f"sensor {row.index}"
    reading = _scaled(row, value)
    if is_light(name, kind):
        kind, unit, reading = "dbm", "dBm", light(reading)
        if limits is not None:
            limits = Limits(*(None if one is None else light(one) for one in astuple(limits)))
    return SensorFact(
        name=name,
        sensor_class=kind,
        value=reading,
        unit=unit,
        ok=status == _OK and abs(value) < LIMIT,
        limits=limits,
        source=row.mib.partition(" ")[0],
    )


def _name(entity: Row, entities: Mapping[str, Row]) -> str:
    """The entity's own name; a bare word (``Temperature``) gets its parent's in front."""
    own = physical.label(entity)
    parent = entities.get(str(entity.number(4) or 0))
    if parent is None or " " in own or any(character.isdigit() for character in own):
        return own
    return f"{physical.label(parent)} {own}"


def _scaled(row: Row, value: int) -> float:
    """Value in the unit itself. A scale or precision that the MIB does not allow counts as none."""
    scale, precision = row.number(_SCALE), row.number(_PRECISION)
    scaled = in_unit(value, scale, precision)
    if scaled is None:
        row.problems.note(row.mib, "a scale or precision is out of range", (scale, precision))
        return float(value)
    return scaled


def _cisco_limits(tree: Tree, sensor: Row) -> Limits | None:
    """Rows ENTITY.N: severity, relation, value in the sensor's own scale."""
    best: dict[str, float] = {}
    for row in _under(tree, CISCO_LIMITS, sensor.index):
        severity, relation, value = row.number(2), row.number(3), row.number(4)
        if value is None or severity is None or abs(value) >= LIMIT:
            continue
        level = "critical" if severity >= _MAJOR else "warning"
        side = {_LESS: "low", _LESS_OR_EQUAL: "low", _GREATER: "high", _GREATER_OR_EQUAL: "high"}.get(
            relation or 0
        )
        if side is None:
            continue
        key, scaled = f"{side}_{level}", _scaled(sensor, value)
        nearer = min if side == "high" else max
        best[key] = nearer(best[key], scaled) if key in best else scaled
    return Limits(**best) if best else None


def _arista_limits(tree: Tree, sensor: Row) -> Limits | None:
    row = tree.table(ARISTA_LIMITS).get(sensor.index)
    if row is None:
        return None
    scaled = [
        None if value is None or abs(value) >= LIMIT else _scaled(sensor, value)
        for value in (row.number(column) for column in (2, 1, 3, 4))  # low critical, low warning, high ...
    ]
    return Limits(*scaled) if any(value is not None for value in scaled) else None


def _under(tree: Tree, entry: str, index: str) -> Iterator[Row]:
    table = tree.table(entry)
    for number in range(1, 33):
        row = table.get(f"{index}.{number}")
        if row is not None:
            yield row
