"""What a simulated device's SNMP agent says: system, IF-MIB, ENTITY-MIB, ENTITY-SENSOR-MIB, HOST-RESOURCES
and UCD load and memory, BGP4-MIB's peers. Built anew when it is asked, and kept for a moment: a walk is many
requests."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from netwright.device.snmp.ber import Oid, Tag, Value
from netwright.lab.sim.agent import Table
from netwright.lab.sim.hardware import SPEED_BPS, Device
from netwright.lab.sim.router import Router

_SYSTEM: Oid = (1, 3, 6, 1, 2, 1, 1)
_IF_NUMBER: Oid = (1, 3, 6, 1, 2, 1, 2, 1)
_IF: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1)
_IFX: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
_PHYSICAL: Oid = (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1)
_SENSOR: Oid = (1, 3, 6, 1, 2, 1, 99, 1, 1, 1)
_BGP: Oid = (1, 3, 6, 1, 2, 1, 15)
_HR_STORAGE: Oid = (1, 3, 6, 1, 2, 1, 25, 2, 3, 1)
_HR_RAM: Oid = (1, 3, 6, 1, 2, 1, 25, 2, 1, 2)
_HR_PROCESSOR: Oid = (1, 3, 6, 1, 2, 1, 25, 3, 3, 1)
_UCD_LOAD: Oid = (1, 3, 6, 1, 4, 1, 2021, 10, 1)
_UCD_MEMORY: Oid = (1, 3, 6, 1, 4, 1, 2021, 4)
_UCD_CPU: Oid = (1, 3, 6, 1, 4, 1, 2021, 11)
_NET_SNMP_LINUX: Oid = (1, 3, 6, 1, 4, 1, 8072, 3, 2, 10)
# PhysicalClass of IANA-ENTITY-MIB, EntitySensorDataType with the digits after the point
_CLASSES = {"chassis": 3, "power-supply": 6, "fan": 7, "sensor": 8, "transceiver": 9}
_SENSORS = {"volts-dc": (4, 1), "watts": (6, 1), "celsius": (8, 1), "rpm": (10, 0), "dbm": (14, 1)}
_SENSOR_CLASS, _UNITS = 8, 9
_ETHERNET, _LOOPBACK = 6, 24
MEMORY_KIB = 8 << 20
_FRESH_S = 1.0

Row = Iterator[tuple[Oid, Value]]


class Mib:
    """The values of one device's agent."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._table: Table | None = None
        self._made = 0.0

    def table(self) -> Table:
        """All values now, at most a second old."""
        now = self._device.network.now()
        if self._table is None or now - self._made > _FRESH_S or now < self._made:
            device = self._device
            rows = [*_system(device), *_interfaces(device), *_entities(device), *_load(device)]
            if isinstance(device, Router):
                rows += _bgp(device)
            self._table, self._made = Table.of(dict(rows)), now
        return self._table


def describe(device: Device) -> str:
    """sysDescr, and LLDP's description."""
    model = device.chassis.model if device.chassis else ""
    kind = f"router {model} FRR 8.4.4" if isinstance(device, Router) else f"server {model} nginx"
    return f"Netwright simulated {kind}"


def _text(value: str) -> Value:
    return Value(Tag.OCTETS, value.encode())


def _int(value: int) -> Value:
    return Value(Tag.INTEGER, value)


def _system(device: Device) -> Row:
    values = {
        1: _text(describe(device)),
        2: Value(Tag.OID, _NET_SNMP_LINUX),
        3: _ticks(device.uptime()),
        4: _text("netops"),
        5: _text(device.name),
        6: _text(device.node.site),
        7: _int(78),
    }
    for number, value in values.items():
        yield (*_SYSTEM, number, 0), value
    yield (1, 3, 6, 1, 2, 1, 25, 1, 1, 0), _ticks(device.uptime())


def _ticks(seconds: float) -> Value:
    return Value(Tag.TIMETICKS, int(seconds * 100) % (1 << 32))


def _interfaces(device: Device) -> Row:
    names = ["lo", *device.interfaces]
    yield (*_IF_NUMBER, 0), _int(len(names))
    for index, name in enumerate(names, 1):
        loop = name == "lo"
        count = device.counters(name)
        up, admin = device.carries(name), device.admin_up(name)
        mac = bytes(6) if loop else bytes.fromhex(device.mac(name).replace(":", ""))
        speed = 10_000_000 if loop else SPEED_BPS
        basic = {
            1: _int(index),
            2: _text(name),
            3: _int(_LOOPBACK if loop else _ETHERNET),
            4: _int(65536 if loop else 1500),
            5: Value(Tag.GAUGE32, min(speed, (1 << 32) - 1)),
            6: Value(Tag.OCTETS, b"" if loop else mac),
            7: _int(1 if admin else 2),
            8: _int(1 if up else 2),
            9: _ticks(0),
            10: _counter32(count.in_octets),
            11: _counter32(count.in_packets),
            13: _counter32(0),
            14: _counter32(0),
            16: _counter32(count.out_octets),
            17: _counter32(count.out_packets),
            19: _counter32(0),
            20: _counter32(0),
        }
        extended = {
            1: _text(name),
            2: _counter32(0),
            6: Value(Tag.COUNTER64, count.in_octets),
            7: Value(Tag.COUNTER64, count.in_packets),
            10: Value(Tag.COUNTER64, count.out_octets),
            11: Value(Tag.COUNTER64, count.out_packets),
            15: Value(Tag.GAUGE32, speed // 1_000_000),
            16: _int(2),
            17: _int(1 if not loop else 2),
            18: _text(""),  # as net-snmp: FRR's descriptions do not reach it
            19: _ticks(0),
        }
        yield from (((*_IF, column, index), value) for column, value in basic.items())
        yield from (((*_IFX, column, index), value) for column, value in extended.items())


def _counter32(value: int) -> Value:
    return Value(Tag.COUNTER32, value % (1 << 32))


def _entities(device: Device) -> Row:
    if device.chassis is None:
        return
    parts = device.parts()
    numbers = {part.name: part.index for part in parts}
    for position, part in enumerate(parts):
        top = part.part_class == "chassis"
        model = device.chassis.model if top else part.part_number
        yield from _physical(
            part.index,
            numbers.get(part.parent, 0),
            -1 if top else position,
            _CLASSES[part.part_class],
            (part.name, part.description, part.part_number, part.serial, part.manufacturer, model),
            field=1,
        )
    for position, reading in enumerate(device.readings(), 1):
        sensor = reading.sensor
        words = (sensor.name, f"Sensor {sensor.name}", "", "", device.chassis.manufacturer, "")
        at = numbers.get(sensor.part, 0)
        yield from _physical(sensor.index, at, position, _SENSOR_CLASS, words, field=2)
        kind, digits = _SENSORS[sensor.sensor_class]
        values = (_int(kind), _int(_UNITS), _int(digits), _int(round(reading.value * 10**digits)), _int(1))
        yield from (((*_SENSOR, column, sensor.index), value) for column, value in enumerate(values, start=1))
        yield (*_SENSOR, 6, sensor.index), _text(sensor.unit)
        yield (*_SENSOR, 7, sensor.index), _ticks(0)
        yield (*_SENSOR, 8, sensor.index), Value(Tag.GAUGE32, 1000)


def _physical(index: int, parent: int, at: int, kind: int, words: tuple[str, ...], *, field: int) -> Row:
    """A row of entPhysicalTable. ``words``: name, description, part number, serial, maker, model;
    ``field``: TruthValue of "field replaceable"."""
    name, description, number, serial, maker, model = words
    values = {
        2: _text(description),
        3: Value(Tag.OID, (0, 0)),
        4: _int(parent),
        5: _int(kind),
        6: _int(at),
        7: _text(name),
        8: _text(number),
        9: _text(""),
        10: _text(""),
        11: _text(serial),
        12: _text(maker),
        13: _text(model),
        14: _text(""),
        15: _text(""),
        16: _int(field),
    }
    yield from (((*_PHYSICAL, column, index), value) for column, value in values.items())


def _load(device: Device) -> Row:
    cpu, memory = device.load()
    used = int(MEMORY_KIB * memory)
    for column, value in {
        2: Value(Tag.OID, _HR_RAM),
        3: _text("Physical memory"),
        4: _int(1024),
        5: _int(MEMORY_KIB),
        6: _int(used),
    }.items():
        yield (*_HR_STORAGE, column, 1), value
    yield (*_HR_PROCESSOR, 2, 1), _int(round(cpu * 100))
    for index, minutes in enumerate((1, 5, 15), 1):
        yield (*_UCD_LOAD, 1, index), _int(index)
        yield (*_UCD_LOAD, 2, index), _text(f"Load-{minutes}")
        yield (*_UCD_LOAD, 3, index), _text(f"{cpu * 4:.2f}")
        yield (*_UCD_LOAD, 5, index), _int(round(cpu * 400))
    for number, kib in {5: MEMORY_KIB, 6: MEMORY_KIB - used, 11: MEMORY_KIB - used, 14: 0, 15: 0}.items():
        yield (*_UCD_MEMORY, number, 0), _int(kib)
    busy, ran = round(cpu * 100), device.busy_s() * 100
    for number, percent in {9: busy - busy // 3, 10: busy // 3, 11: 100 - busy}.items():
        yield (*_UCD_CPU, number, 0), _int(percent)
    idle = device.uptime() * 100 - ran
    for number, hundredths in {50: ran * 0.7, 51: 0.0, 52: ran * 0.3, 53: idle}.items():
        yield (*_UCD_CPU, number, 0), _counter32(int(hundredths))


def _bgp(router: Router) -> Row:
    speaker = router.speaker
    if speaker is None:
        return
    yield (*_BGP, 1, 0), Value(Tag.OCTETS, b"\x10")
    yield (*_BGP, 2, 0), _int(speaker.asn if speaker.asn < 1 << 16 else 23456)
    for address, session in router.network.sessions(router.name).items():
        peer = ipaddress.IPv4Address(address)
        index = tuple(peer.packed)
        local = ipaddress.IPv4Address(session.local or "0.0.0.0").packed
        asn = session.neighbor.remote_as
        values = {
            2: _int(6 if session.up else 3),
            3: _int(1 if session.neighbor.shutdown else 2),
            5: Value(Tag.IP_ADDRESS, local),
            7: Value(Tag.IP_ADDRESS, peer.packed),
            9: _int(int(asn) if asn.isdigit() and int(asn) < 1 << 31 else 0),
            15: _counter32(session.established),
            16: Value(Tag.GAUGE32, int(router.network.now() - session.since)),
        }
        yield from (((*_BGP, 3, 1, column, *index), value) for column, value in values.items())
