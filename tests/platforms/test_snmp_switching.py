"""What a probe makes of a switch's tables: VLANs, MAC addresses, aggregates, neighbours, load."""

from __future__ import annotations

import pytest

from netwright.platforms.document import Document, document
from netwright.platforms.snmp.probe import probe

from .recorded import RecordedAgent, read


async def ask(values: dict[str, object]) -> Document:
    return document(await probe(RecordedAgent(values), "192.0.2.1", 1_700_000_000.0, limit_s=60.0))


async def test_a_switch_tells_what_it_forwards_by() -> None:
    found = await ask(read("access_switch"))
    assert [(row["vlan_id"], row["name"], row["interfaces"]) for row in found["vlans"]] == [
        (20, "servers", ["eth1", "eth4"]),
        (30, "voice", ["eth2"]),
        (40, None, ["eth3"]),
    ]
    assert [(row["mac"], row["vlan"], row["interface"], row["static"]) for row in found["macs"]] == [
        ("02:00:00:00:00:01", 20, "eth1", False),  # the database's number is not the VLAN's
        ("02:00:00:00:00:02", 20, "eth4", True),
        ("02:00:00:00:00:04", 30, "eth2", False),
    ]
    assert [(row["name"], row["lacp"], row["members"]) for row in found["lags"]] == [
        (
            "trunk1",
            True,
            [{"interface": "eth1", "active": True}, {"interface": "eth2", "active": False}],
        ),
        ("trunk2", None, [{"interface": "eth4", "active": True}]),
    ]
    assert [(row["address"], row["mac"], row["interface"], row["state"]) for row in found["arp"]] == [
        ("2001:db8::9", "02:00:00:00:00:09", "eth1", "stale"),
        ("192.0.2.9", "02:00:00:00:00:09", "eth1", None),
    ]


async def test_an_address_has_the_length_of_the_narrowest_prefix_around_it() -> None:
    found = await ask(read("access_switch"))
    (own,) = found["addresses"]
    assert (own["address"], own["prefix_length"], own["prefix_known"]) == ("2001:db8::1", 64, True)


async def test_load_below_the_products_own_number() -> None:
    found = await ask(read("access_switch"))
    assert (found["load"]["cpu"], found["load"]["memory"]) == (0.37, 0.75)


async def test_a_state_that_no_mib_knows_is_told_as_its_number() -> None:
    found = await ask(read("access_switch"))
    assert {row["name"]: row["admin"] for row in found["interfaces"]}["eth4"] == "9"
    assert any("no known state" in problem["what"] for problem in found["problems"])


async def test_without_vlans_the_bridges_own_table_counts() -> None:
    values = {oid: value for oid, value in read("access_switch").items() if "17.7.1." not in oid}
    found = await ask(values)
    assert found["vlans"] == []
    assert [(row["mac"], row["vlan"]) for row in found["macs"]] == [("02:00:00:00:00:09", 0)]


@pytest.mark.parametrize("table", ["17.7.1.2.2.1", "17.4.3.1"])
async def test_a_row_of_no_mac_address_is_told(table: str) -> None:
    entry = f"1.3.6.1.2.1.{table}"
    found = await ask(
        {f"{entry}.2.7.2.0.0": 1, f"{entry}.2.2.0.0.0.0.300": 1, f"{entry}.2.7.2.0.0.0.0.300": 1}
    )
    assert found["macs"] == []
    (problem,) = found["problems"]
    assert problem["what"] == "the index is no MAC address: '2.0.0.0.0.300' (3 times)"


@pytest.mark.parametrize(
    ("object_id", "cells", "load"),
    [
        ("9.1.1", {"9.9.109.1.1.1.1.8.1": 40, "9.9.109.1.1.1.1.8.2": 60}, (0.5, None)),
        ("9.1.1", {"9.9.48.1.1.1.5.1": 30, "9.9.48.1.1.1.6.1": 10, "9.9.48.1.1.1.5.2": 10,
                   "9.9.48.1.1.1.6.2": 30}, (None, 0.5)),
        ("2636.1.1", {"2636.3.1.13.1.8.9.1.0.0": 38, "2636.3.1.13.1.8.1.1.0.0": 0,
                      "2636.3.1.13.1.11.9.1.0.0": 70}, (0.38, 0.7)),
        ("4413", {"4413.1.1.1.1.4.9.0": b"    5 Secs ( 40.8140%)   60 Secs ( 18.1657%)",
                  "4413.1.1.1.1.4.1.0": 25, "4413.1.1.1.1.4.2.0": 100}, (0.4081, 0.75)),
        ("12356.101.1.1", {"12356.101.4.1.3.0": 7, "12356.101.4.1.4.0": 101}, (0.07, None)),
        ("8691.7.1", {"8691.7.1.1.54.0": b"no", "8691.7.1.1.58.0": 9, "8691.7.1.1.56.0": 3}, (None, None)),
    ],
)  # fmt: skip
async def test_load_by_vendors_tables(
    object_id: str, cells: dict[str, object], load: tuple[float | None, float | None]
) -> None:
    values: dict[str, object] = {"1.3.6.1.2.1.1.2.0": f"1.3.6.1.4.1.{object_id}"}
    values |= {f"1.3.6.1.4.1.{oid}": value for oid, value in cells.items()}
    found = await ask(values)
    assert (found["load"]["cpu"], found["load"]["memory"]) == load


async def test_models_and_optics_that_only_the_vendors_tables_tell() -> None:
    entity, board = "1.3.6.1.2.1.47.1.1.1.1", "1.3.6.1.4.1.2011.5.25.31.1.1.2.1.11"
    found = await ask(
        {
            "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.2011.2.1",
            f"{entity}.5.1": 3,
            f"{entity}.5.2": 9,
            f"{entity}.13.2": b"ORDER1",
            f"{board}.1": b"BOARD0",
            f"{board}.2": b"BOARD1",
        }
    )
    assert [(row["model"], row["part_number"]) for row in found["components"]] == [
        ("BOARD0", "BOARD0"), ("BOARD1", "ORDER1"),
    ]  # fmt: skip
    optics = "1.3.6.1.4.1.11.2.14.11.5.1.82.1.1.1.1"
    found = await ask(
        {
            "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.11.2.3.7.11.1",
            "1.3.6.1.2.1.31.1.1.1.1.49": b"A1",
            f"{entity}.11.1": b"CHASSIS1",
            f"{optics}.3.49": b"J4859C",
            f"{optics}.4.49": b"OPTIC1",
            f"{optics}.4.50": b"CHASSIS1",
        }
    )
    assert [(row["serial"], row["part_number"], row["interface"]) for row in found["transceivers"]] == [
        ("OPTIC1", "J4859C", "A1"), ("CHASSIS1", None, None),
    ]  # fmt: skip
    assert [row["serial"] for row in found["components"]] == ["CHASSIS1", "OPTIC1"]


async def test_readings_whose_unit_stands_in_words_and_light_in_watts() -> None:
    monitor = "1.3.6.1.4.1.24693.100.1.1.1"
    found = await ask(
        {
            "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.24693.1.1",
            f"{monitor}.2.1": b"Voltage (mV)",
            f"{monitor}.3.1": b"12V",
            f"{monitor}.4.1": 11964,
            f"{monitor}.2.2": b"Furlongs",
            f"{monitor}.3.2": b"odd",
            f"{monitor}.4.2": 3,
            "1.3.6.1.2.1.47.1.1.1.1.2.7": b"DOM TX Power Sensor for Ethernet1",
            "1.3.6.1.2.1.99.1.1.1.1.7": 6,
            "1.3.6.1.2.1.99.1.1.1.2.7": 8,
            "1.3.6.1.2.1.99.1.1.1.3.7": 4,
            "1.3.6.1.2.1.99.1.1.1.4.7": 10000,
        }
    )
    assert [(row["name"], row["class"], row["value"], row["unit"]) for row in found["sensors"]] == [
        ("DOM TX Power Sensor for Ethernet1", "dbm", 0.0, "dBm"),
        ("12V", "voltage", 11.964, "V"),
        ("odd", "other", 3.0, ""),
    ]


async def test_limits_are_in_the_unit_of_their_reading() -> None:
    """The unit stands in the row; both are thousandths of it."""
    sensors = "1.3.6.1.4.1.36673.100.1.5.1.1"
    cells = {2: b"VCC", 3: 3_300_000, 4: b"mV", 7: 3_000_000, 8: -100002, 9: 3_500_000, 10: -100002}
    found = await ask(
        {"1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.36673.1"}
        | {f"{sensors}.{column}.1.1": value for column, value in cells.items()}
    )
    (own,) = found["sensors"]
    assert (own["class"], own["value"], own["unit"]) == ("voltage", 3.3, "V")
    assert {side: value for side, value in own["limits"].items() if value is not None} == {
        "low_critical": 3.0,
        "high_warning": 3.5,
    }
