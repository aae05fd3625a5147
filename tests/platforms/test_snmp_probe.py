"""All that a probe makes of an agent: devices of known and unknown vendors, broken answers, dying agents."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.base.errors import DeviceTimeoutError
from netwright.device.snmp import Walk
from netwright.device.snmp.plain import Broken
from netwright.platforms.document import Document, document
from netwright.platforms.snmp.probe import probe

from .recorded import RecordedAgent, read

NAMES = ("iosxr_router", "junos_router", "unknown_mover", "ups")


async def ask(agent: RecordedAgent, limit_s: float = 60.0) -> Document:
    return document(await probe(agent, "192.0.2.1", 1_700_000_000.0, limit_s=limit_s))


def rows(found: Document, part: str, *keys: str) -> list[tuple[object, ...]]:
    return [tuple(row[key] for key in keys) for row in found[part]]


def problems(found: Document) -> str:
    return "\n".join(f"{row['where']}: {row['what']}" for row in found["problems"])


async def test_a_router_of_a_known_vendor() -> None:
    found = await ask(RecordedAgent(read("iosxr_router")))
    assert found["system"] == {
        "hostname": "pop1-edge1",
        "vendor": "Cisco",
        "model": "NCS-9001",
        "os": "iosxr",
        "os_version": "7.9.2",
        "serial": "FOC0000AAAA",
        "sys_descr": "Cisco IOS XR Software (NCS-9000), Version 7.9.2",
        "sys_object_id": "1.3.6.1.4.1.9.1.9999",
        "uptime_s": 86400.0,
        **dict.fromkeys(("fqdn", "image", "reboot_reason", "location", "contact")),
    }
    assert rows(found, "interfaces", "name", "type", "admin", "oper", "speed_bps", "mac", "alias") == [
        ("Lo0", "softwareLoopback", "up", "up", 0, None, "router id"),
        ("Hu0/0/0/0", "ethernetCsmacd", "up", "up", 10**11, "02:00:00:00:00:01", "to pop2"),
        ("Hu0/0/0/1", "ethernetCsmacd", "down", "notPresent", 10**11, "02:00:00:00:00:02", None),
    ]
    assert rows(found, "addresses", "address", "prefix_length", "interface") == [
        ("192.0.2.1", 32, "Lo0"),
        ("198.51.100.0", 31, "Hu0/0/0/0"),
        ("2001:db8::1", 64, "Hu0/0/0/0"),
        ("fe80::1", None, "Hu0/0/0/0"),
    ]
    parts = {row["name"]: row for row in found["components"]}
    assert (parts["0/RP0"]["class"], parts["0/RP0"]["parent"]) == ("module", "Rack 0")
    assert (parts["0/0/0"]["class"], parts["0/FT0"]["class"]) == ("container", "fan")
    assert parts["0/0"]["serial"] == "FOC0000CCCC"
    assert rows(found, "transceivers", "name", "interface", "vendor", "part_number", "serial") == [
        ("Optics0/0/0/0", "Hu0/0/0/0", "CISCO-ACME", "QSFP-100G-LR4-S", "OPT0001")
    ]
    (sensor,) = found["sensors"]
    assert (sensor["name"], sensor["class"], sensor["value"], sensor["unit"]) == (
        "Inlet temperature", "temperature", 31.5, "°C",
    )  # fmt: skip
    assert sensor["limits"] == {
        "low_critical": -5.0, "low_warning": None, "high_warning": 45.0, "high_critical": 55.0,
    }  # fmt: skip
    assert rows(
        found, "neighbors", "interface", "remote_device", "remote_interface", "remote_address", "protocol"
    ) == [
        ("Hu0/0/0/0", "pop2-edge1", "et-0/0/1", "192.0.2.9", "lldp"),
        ("Hu0/0/0/1", "pop1-sw1", "Eth1/1", "192.0.2.7", "cdp"),
    ]
    assert rows(found, "bgp_sessions", "remote_address", "remote_asn", "state", "uptime_s", "local_asn") == [
        ("2001:db8::2", 4200000001, "established", 3600.0, 64512),
        ("198.51.100.1", 4294962296, "active", None, 64512),
    ]
    assert found["problems"] == []


async def test_a_router_whose_hardware_stands_in_its_vendors_tables() -> None:
    found = await ask(RecordedAgent(read("junos_router")))
    system = found["system"]
    assert (system["vendor"], system["model"], system["os_version"], system["serial"]) == (
        "Juniper", "MX999", "22.4R3.5", "JN000000AFA",
    )  # fmt: skip
    parts = {row["name"]: row for row in found["components"]}
    assert parts["midplane"]["serial"] == "AC0001"  # not `S/N AC0001`
    assert (parts["PEM 0"]["class"], parts["PEM 0"]["parent"]) == ("power-supply", "PEM slot")
    assert parts["Fan 1"]["parent"] == "Fan Tray"
    pic = parts["PIC: 4x 100GE QSFP28 @ 0/0/*"]
    assert (pic["parent"], pic["serial"]) == ("FPC: MPC @ 0/*/*", "BUILTIN")
    sensors = {(row["name"], row["class"]): row for row in found["sensors"]}
    assert sensors["FPC: MPC @ 0/*/*", "temperature"]["value"] == 47.0
    assert (sensors["Fan 1", "state"]["state"], sensors["Fan 1", "state"]["ok"]) == ("down", False)
    power = sensors["et-0/0/0 receive power", "dbm"]
    assert (power["value"], power["limits"]["high_critical"], power["limits"]["low_warning"]) == (
        -3.12, 5.5, -14.0,
    )  # fmt: skip
    assert sensors["et-0/0/0 bias", "current"]["value"] == pytest.approx(0.038)
    assert rows(found, "bgp_sessions", "remote_address", "remote_asn", "state", "local_address") == [
        ("198.51.100.3", 64513, "established", "198.51.100.2")
    ]
    assert found["transceivers"] == []  # a card with 4x QSFP28 is none


async def test_a_device_of_nobody_with_the_faults_of_the_field() -> None:
    found = await ask(RecordedAgent(read("unknown_mover")))
    system = found["system"]
    assert (system["vendor"], system["os"], system["model"], system["hostname"]) == (
        "unknown", None, None, "mover-3",
    )  # fmt: skip
    assert rows(found, "interfaces", "name", "admin", "oper", "mac", "speed_bps") == [
        ("port1", "up", "down", None, 10**9),
        ("port2", "testing", "9", "02:00:00:00:00:03", 0),
        ("ifIndex 3", "up", "up", None, 0),
    ]
    masks = {row["address"]: row["prefix_known"] for row in found["addresses"]}
    assert (masks["203.0.113.5"], masks["203.0.113.9"]) == (True, False)
    assert rows(found, "addresses", "address", "prefix_length", "interface") == [
        ("127.0.0.1", 8, None),
        ("203.0.113.5", 25, "port1"),
        ("203.0.113.9", 24, "port2"),  # came without a mask: its class's
        ("2001:db8::8", None, "port2"),  # a zone and no length
        ("2001:db8::7", None, "port1"),  # its octets are letters
    ]
    parts = {row["index"]: row for row in found["components"]}
    assert (parts["1"]["name"], parts["1"]["serial"]) == ("Mover chassis", "MV-1")
    assert (parts["2"]["parent"], parts["2"]["parent_index"]) == (None, "77")
    assert {parts["3"]["parent"], parts["4"]["parent"]} == {None, "a"}
    assert parts["9"]["class"] == "unknown"
    values = {row["name"]: row["value"] for row in found["sensors"]}
    assert values == {"Mover chassis": 21.5, "mod": 12.01, "b a": 5.0}
    told = problems(found)
    for words in (
        "neither ifName nor ifDescr",
        "is no known state: 9",
        "is no mask: '255.0.255.0'",
        "the index is no address: '9.1.7'",
        "contained in one that is not there: 77",
        "each other in a circle",
        "is no known class: 99",
        "scale or precision is out of range",
        "on an interface that IF-MIB does not have: 9",
    ):
        assert words in told


async def test_a_ups() -> None:
    found = await ask(RecordedAgent(read("ups")))
    assert (found["system"]["model"], found["system"]["serial"]) == ("Smart-UPS 999", "AS0000000001")
    sensors = {(row["name"], row["class"]): row["value"] for row in found["sensors"]}
    assert sensors["Battery", "temperature"] == 31
    assert sensors["Estimated runtime", "runtime"] == pytest.approx(60, rel=1e-3)  # ticks
    assert (sensors["Input 1", "voltage"], sensors["Input 2", "frequency"]) == (231, 49.9)


async def test_interfaces_and_optics_in_tables_of_nokia() -> None:
    router, optics = "1.3.6.1.4.1.6527.3.1.2.3.4.1", "1.3.6.1.4.1.6527.3.1.2.2.4.31.1"
    values: dict[str, object] = {
        "1.3.6.1.2.1.1.1.0": b"TiMOS-C-23.10.R3 cpm/hops64 Nokia 7750 SR",
        "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.6527.1.3.17",
        "1.3.6.1.2.1.31.1.1.1.1.1610891272": b"1/1/1",
        f"{router}.4.3.4": b"to-customer",
        f"{router}.25.3.4": 1500,
        f"{optics}.1.1.1610891272": 11037,  # 1/256 of a degree
        f"{optics}.16.1.1610891272": 5425,  # 0.1 microwatts
        f"{optics}.21.1.1610891272": 0,
    }
    found = await ask(RecordedAgent(values))
    assert rows(found, "interfaces", "name", "mtu", "index") == [
        ("1/1/1", None, 1610891272), ("to-customer", 1500, 4),
    ]  # fmt: skip
    readings = {row["name"]: row["value"] for row in found["sensors"]}
    assert readings == {
        "1/1/1 module": pytest.approx(43.11, abs=0.01),
        "1/1/1 transmit power": pytest.approx(-2.656, abs=0.001),
    }


async def test_readings_whose_digits_stand_elsewhere() -> None:
    values: dict[str, object] = {
        "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.13742.6",
        "1.3.6.1.4.1.13742.6.5.2.3.1.4.1.1.1": 633,
        "1.3.6.1.4.1.13742.6.3.3.4.1.7.1.1.1": 3,
        "1.3.6.1.4.1.13742.6.5.2.3.1.4.1.1.4": 228,
        "1.3.6.1.4.1.13742.6.5.2.3.1.4.1.1.99": 5,
    }
    found = await ask(RecordedAgent(values))
    assert rows(found, "sensors", "name", "class", "value", "unit") == [
        ("Inlet", "current", 0.633, "A"), ("Inlet", "voltage", 228.0, "V"),
    ]  # fmt: skip


async def test_tables_that_end_early_are_told() -> None:
    column = "1.3.6.1.2.1.2.2.1.6"
    found = await ask(RecordedAgent(read("iosxr_router"), {column: "it goes in circles"}))
    assert "IF-MIB ifTable column 6: not read whole (it goes in circles)" in problems(found)
    assert len(found["interfaces"]) == 3


class DyingAgent(RecordedAgent):
    """Silent after some requests."""

    def __init__(self, values: Mapping[str, object], left: int) -> None:
        super().__init__(values)
        self._left = left

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise DeviceTimeoutError("no SNMP answer", subject="x")

    async def get(self, oids: Sequence[str]) -> Mapping[str, object]:
        self._count()
        return await super().get(oids)

    async def has(self, oid: str) -> bool:
        self._count()
        return await super().has(oid)

    async def read(self, oid: str) -> Walk:
        self._count()
        return await super().read(oid)


async def test_an_agent_that_dies_in_the_middle_leaves_what_it_said() -> None:
    found = await ask(DyingAgent(read("iosxr_router"), 12))
    assert found["system"]["vendor"] == "Cisco"
    assert len(found["interfaces"]) == 3
    assert "no SNMP answer; what comes after is missing" in problems(found)


async def test_an_agent_that_never_answers_is_an_error() -> None:
    with pytest.raises(DeviceTimeoutError):
        await ask(DyingAgent(read("iosxr_router"), 0))


class SlowAgent(RecordedAgent):
    """Never comes back from a walk."""

    async def read(self, oid: str) -> Walk:
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_deadline_gives_what_has_come() -> None:
    found = await ask(SlowAgent(read("ups")), limit_s=0.05)
    assert found["system"]["vendor"] == "APC"
    assert "not finished within 0.05 s" in problems(found)


@settings(deadline=None, max_examples=150)
@given(data=st.data(), name=st.sampled_from(NAMES))
def test_no_recording_however_mangled_breaks_a_probe(data: st.DataObject, name: str) -> None:
    """Dropped rows, cut indexes, values of other types and garbage: always a document, which is JSON."""
    values = read(name)
    oids = sorted(values)
    for oid in data.draw(st.lists(st.sampled_from(oids), max_size=25, unique=True)):
        what = data.draw(st.sampled_from(["drop", "type", "cut", "longer"]))
        value = values.pop(oid)
        if what == "type":
            values[oid] = data.draw(_ANYTHING)
        elif what == "cut":
            values[oid.rpartition(".")[0]] = value
        elif what == "longer":
            values[f"{oid}.{data.draw(st.integers(0, 2**32 - 1))}"] = value
    found = asyncio.run(ask(RecordedAgent(values)))
    assert json.loads(json.dumps(found))["system"]["vendor"]


_ANYTHING = st.one_of(
    st.binary(max_size=40),
    st.integers(-(2**63), 2**64),
    st.sampled_from(["1.3.6.1.2.1", "0.0", "10.0.0.1", ""]),
    st.builds(Broken, st.integers(0, 255), st.binary(max_size=8)),
)


async def test_names_of_ports_from_a_vendors_own_table() -> None:
    """Fibre Channel ports are numbered from 1 there, and from 0x40000000 in IF-MIB."""
    found = await ask(
        RecordedAgent(
            {
                "1.3.6.1.2.1.1.1.0": b"Fibre Channel Switch.",
                "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.1588.2.1.1.1",
                "1.3.6.1.2.1.2.2.1.2.1073741824": b"FC port 0/0",
                "1.3.6.1.2.1.2.2.1.2.1073741825": b"FC port 0/1",
                "1.3.6.1.4.1.1588.2.1.1.1.6.2.1.36.1": b"to the array",
            }
        )
    )
    assert rows(found, "interfaces", "name", "alias") == [
        ("FC port 0/0", "to the array"), ("FC port 0/1", None),
    ]  # fmt: skip


async def test_interfaces_of_other_routing_instances_have_speed_and_type() -> None:
    row, stats = "1.3.6.1.4.1.6527.3.1.2.3.4.1", "1.3.6.1.4.1.6527.3.1.2.3.54.1"
    found = await ask(
        RecordedAgent(
            {
                "1.3.6.1.2.1.1.1.0": b"TiMOS-C-19.10.R4 cpm/hops64 Nokia 7750 SR",
                "1.3.6.1.2.1.1.2.0": "1.3.6.1.4.1.6527.1.3.17",
                f"{row}.3.3.4": 5, f"{row}.4.3.4": b"customer", f"{row}.25.3.4": 1500,
                f"{stats}.103.3.4": 10**9,
            }
        )
    )  # fmt: skip
    assert rows(found, "interfaces", "name", "type", "speed_bps", "mtu") == [
        ("customer", "serviceVprn", 10**9, 1500)
    ]
