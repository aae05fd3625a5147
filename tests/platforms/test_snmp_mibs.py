"""What agents of other makers do with the standard tables."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from netwright.platforms.facts import Load, OperState
from netwright.platforms.snmp.entity import read_hardware
from netwright.platforms.snmp.host import read_host
from netwright.platforms.snmp.ifmib import read_interfaces
from netwright.platforms.snmp.sensors import read_sensors
from netwright.platforms.snmp.values import mac, text

from .replay import ReplaySession

IF, IFX, ENTITY, SENSOR = (
    "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1", "1.3.6.1.2.1.47.1.1.1.1", "1.3.6.1.2.1.99.1.1.1",
)  # fmt: skip


def agent(*tables: tuple[str, Mapping[int, Mapping[int, object]]]) -> ReplaySession:
    """An agent with these tables only: prefix -> row -> column -> value."""
    session = ReplaySession("fra-core1")
    session.oids = {
        f"{prefix}.{column}.{row}": value
        for prefix, rows in tables
        for row, columns in rows.items()
        for column, value in columns.items()
    }
    return session


async def test_an_agent_with_32_bit_counters_only() -> None:
    session = agent((IF, {7: {2: b"Fa0/1", 5: 100_000_000, 7: 1, 8: 2, 10: 11, 16: 22}}))
    (fact,) = await read_interfaces(session)
    assert (fact.name, fact.if_index, fact.speed_bps) == ("Fa0/1", 7, 100_000_000)
    assert (fact.in_octets, fact.out_octets, fact.in_packets) == (11, 22, None)
    assert (fact.admin_up, fact.oper) == (True, OperState.DOWN)


async def test_names_and_wide_counters_win() -> None:
    session = agent(
        (IF, {3: {2: b"Ethernet3 desc", 5: 4_294_967_295, 7: 2, 8: 7, 10: 1}}),
        (IFX, {3: {1: b"Ethernet3", 6: 1 << 40, 7: 5, 8: 3, 9: 2, 15: 100_000, 18: "über".encode()}}),
    )
    (fact,) = await read_interfaces(session)
    assert (fact.name, fact.speed_bps, fact.in_octets) == ("Ethernet3", 10**11, 1 << 40)
    assert (fact.in_packets, fact.description) == (10, "über")
    assert (fact.admin_up, fact.oper) == (False, OperState.DOWN)


async def test_an_agent_without_tables() -> None:
    session = agent()
    assert await read_interfaces(session) == ()
    assert (await read_hardware(session)).components == ()
    assert await read_sensors(session) == ()
    assert (await read_host(session)).load == Load()


async def test_a_stack_with_slots_ports_and_modules() -> None:
    session = agent(
        (
            ENTITY,
            {
                1: {2: b"Stack", 4: 0, 5: 11, 7: b"stack"},
                10: {2: b"Switch 1", 4: 1, 5: 3, 7: b"Switch1", 11: b"FOC1", 12: b"Acme", 13: b"A-48"},
                11: {2: b"Switch 2", 4: 1, 5: 3, 7: b"Switch2", 11: b"FOC2", 13: b"A-48"},
                20: {2: b"Slot 1", 4: 10, 5: 5, 7: b"Slot1"},
                21: {2: b"48-port line card", 4: 20, 5: 9, 7: b"Linecard1", 11: b"LC1"},
                30: {2: b"Port 1", 4: 21, 5: 10, 7: b"Te1/1"},
                31: {2: b"SFP-10GBase-SR", 4: 30, 5: 9, 7: b"Te1/1 Transceiver", 11: b"OPT1 \0\0"},
                40: {2: b"Supervisor 2", 4: 10, 5: 9, 7: b"Sup1"},
                50: {2: b"Temp", 4: 21, 5: 8, 7: b"t1"},
            },
        )
    )
    hardware = await read_hardware(session)
    assert (hardware.vendor, hardware.model, hardware.serial) == ("Acme", "A-48", "FOC1")
    parts = {part.name: (part.component_class, part.parent, part.serial) for part in hardware.components}
    assert parts == {
        "Switch1": ("chassis", None, "FOC1"),
        "Switch2": ("chassis", None, "FOC2"),
        "Linecard1": ("linecard", "Switch1", "LC1"),
        "Te1/1 Transceiver": ("transceiver", "Linecard1", "OPT1"),
        "Sup1": ("supervisor", "Switch1", None),
    }


async def test_a_tree_in_circles_ends() -> None:
    session = agent(
        (ENTITY, {1: {4: 2, 5: 5, 7: b"a"}, 2: {4: 1, 5: 5, 7: b"b"}, 3: {4: 1, 5: 7, 7: b"fan"}})
    )
    (fan,) = (await read_hardware(session)).components
    assert fan.parent is None


@pytest.mark.parametrize(
    ("row", "value", "ok"),
    [
        ({1: 8, 2: 9, 3: 1, 4: 315, 5: 1}, 31.5, True),
        ({1: 4, 2: 8, 3: 0, 4: 11980, 5: 1}, 11.98, True),  # millivolts
        ({1: 7, 2: 11, 3: 0, 4: 2, 5: 1}, 2_000_000.0, True),  # megahertz
        ({1: 14, 2: 9, 3: 2, 4: -310, 5: 3}, -3.1, False),
        ({1: 8, 2: 9, 3: 0, 4: -1_000_000_000, 5: 1}, -1e9, False),
        ({1: 8, 2: 9, 3: -100_000, 4: 31, 5: 1}, 31.0, True),  # a precision that the MIB does not allow
    ],
)
async def test_readings(row: dict[int, object], value: float, ok: bool) -> None:
    (sensor,) = await read_sensors(agent((SENSOR, {5: row}), (ENTITY, {5: {7: b"x"}})))
    assert sensor.value == pytest.approx(value)
    assert (sensor.name, sensor.ok) == ("x", ok)


async def test_power_of_light_is_told_in_dbm() -> None:
    rows = {5: {1: 6, 2: 8, 3: 0, 4: 2, 5: 1}, 6: {1: 6, 2: 8, 3: 0, 4: 2, 5: 1}}
    names = {5: {7: b"Ethernet1 TX Power"}, 6: {7: b"PSU output power"}}
    light, supply = await read_sensors(agent((SENSOR, rows), (ENTITY, names)))
    assert (light.sensor_class, light.unit, light.value) == ("dbm", "dBm", 3.01)
    assert (supply.sensor_class, supply.unit, supply.value) == ("watts", "W", 0.002)


async def test_an_unavailable_reading_is_no_reading() -> None:
    assert await read_sensors(agent((SENSOR, {5: {1: 8, 2: 9, 3: 1, 4: 0, 5: 2}}))) == ()


async def test_load_from_host_resources() -> None:
    processors = ("1.3.6.1.2.1.25.3.3.1", {1: {2: 10}, 2: {2: 30}})
    storage = (
        "1.3.6.1.2.1.25.2.3.1",
        {1: {2: "1.3.6.1.2.1.25.2.1.2", 5: 1000, 6: 250}, 2: {2: "1.3.6.1.2.1.25.2.1.4", 5: 10, 6: 9}},
    )
    assert (await read_host(agent(processors, storage))).load == Load(0.2, 0.25)


def test_values() -> None:
    assert text(b"Z\xfcrich\0 ") == "Zürich"
    assert text(b"") is None
    assert mac(b"\x02\x00\x00\x00\x00\x01") == "02:00:00:00:00:01"
    assert mac(bytes(6)) is None
