"""The same device told in any carriage gives the same facts; what makes no sense is told, never dropped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from netwright.platforms.facts import BgpState, Found, OperState
from netwright.platforms.yang import ietf, openconfig
from netwright.platforms.yang.maker import named
from netwright.platforms.yang.tree import from_json, from_updates, from_xml

CASES = Path(__file__).parents[2] / "cases" / "yang"
NOW = 1_700_000_400.0
ROUTER: dict[str, Any] = json.loads((CASES / "openconfig_router.json").read_bytes())
KEYS = {
    "component": ("name",), "interface": ("name",), "subinterface": ("index",), "address": ("ip",),
    "neighbor": ("id", "neighbor-address"), "network-instance": ("name",), "cpu": ("index",),
    "protocol": ("identifier", "name"), "afi-safi": ("afi-safi-name",),
}  # fmt: skip


def leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """As a target that sends leaf by leaf tells a document: native paths without prefixes."""
    for name, inner in value.items():
        plain = name.rpartition(":")[2]
        if isinstance(inner, dict):
            yield from leaves(f"{path}/{plain}", inner)
        elif isinstance(inner, list):
            for item in inner:
                keys = "".join(f"[{key}={item[key]}]" for key in KEYS[plain] if key in item)
                yield from leaves(f"{path}/{plain}{keys}", item)
        else:
            yield f"{path}/{plain}", inner


def xml() -> Any:
    """The document as a NETCONF server would tell it."""
    data = etree.Element("data")
    for name, inner in ROUTER.items():
        module, _, top = name.partition(":")
        space = f"http://openconfig.net/yang/{module.removeprefix('openconfig-')}"
        nodes(etree.SubElement(data, f"{{{space}}}{top}"), inner, space)
    return data


def nodes(parent: Any, value: Any, space: str) -> None:
    if not isinstance(value, dict):
        parent.text = str(value).lower() if isinstance(value, bool) else str(value)
        return
    for name, inner in value.items():
        for item in inner if isinstance(inner, list) else [inner]:
            nodes(etree.SubElement(parent, f"{{{space}}}{name.rpartition(':')[2]}"), item, space)


def found() -> Found:
    return openconfig.read(from_json(ROUTER), now=NOW)


def test_openconfig_from_json() -> None:
    facts = found()
    assert facts.unparsed == ()
    assert (facts.system.hostname, facts.system.model) == ("ams-edge1", "DCS-7280SR3-48YC8")
    assert (facts.system.serial, facts.system.os_version) == ("JPE00000001", "4.34.1F")
    assert facts.system.uptime_s == 400
    one, management = facts.interfaces
    assert (one.speed_bps, one.mac, one.in_octets) == (25 * 10**9, "02:00:00:aa:00:01", 2**64 - 1)
    assert (one.description, one.kind, one.oper) == ("to fra", "ethernetCsmacd", OperState.UP)
    assert (management.admin_up, management.oper, management.status) == (
        False,
        OperState.UNKNOWN,
        "lower_layer_down",
    )
    assert [(fact.interface, str(fact.address)) for fact in facts.addresses] == [
        ("Ethernet1", "198.51.100.0/31"),
        ("Ethernet1.100", "2001:db8::1/64"),
    ]
    kinds = {fact.name: (fact.component_class, fact.parent, fact.serial) for fact in facts.components}
    assert kinds["PowerSupply1"] == ("power-supply", "Chassis", "PSU0001")
    assert "EOS" not in kinds
    assert {fact.name: fact.ok for fact in facts.components}["Fan1"] is False
    assert {(s.name, s.value, s.ok) for s in facts.sensors} == {
        ("PowerSupply1 output-power", 61.5, True),
        ("Fan1", 9000, True),
        ("TempSensor1", 41.5, False),
        ("Ethernet1 input-power", -2.5, True),
        ("Ethernet1 output-power", -2.1, True),
    }
    (optic,) = facts.transceivers
    assert (optic.interface, optic.vendor, optic.part_number, optic.serial) == (
        "Ethernet1",
        "Finisar",
        "FTLX8574D3BCL",
        "XCVR0001",
    )
    (neighbor,) = facts.neighbors
    assert (neighbor.interface, neighbor.remote_device, neighbor.remote_interface) == (
        "Ethernet1",
        "fra-edge1",
        "Ethernet7",
    )
    up, down = facts.bgp_sessions
    assert (up.state, up.uptime_s, up.prefixes_received, up.local_asn) == (
        BgpState.ESTABLISHED,
        300,
        12,
        65001,
    )
    assert (down.state, down.remote_asn, down.uptime_s) == (BgpState.ACTIVE, 4200000001, None)
    assert (facts.load.cpu, facts.load.memory) == (0.3, 0.25)


def test_one_leaf_a_path_says_the_same() -> None:
    assert openconfig.read(from_updates(leaves("", ROUTER)), now=NOW) == found()


def test_subtrees_in_json_say_the_same() -> None:
    updates = [(f"/{name}", value) for name, value in ROUTER.items()]
    assert openconfig.read(from_updates(updates), now=NOW) == found()
    assert openconfig.read(from_updates([("/", ROUTER)]), now=NOW) == found()


def test_xml_says_the_same() -> None:
    assert openconfig.read(from_xml(xml()), now=NOW) == found()


def test_ietf_from_xml() -> None:
    facts = ietf.read(from_xml(etree.parse(CASES / "ietf_router.xml").getroot()))
    assert facts.unparsed == ()
    assert (facts.system.hostname, facts.system.model, facts.system.serial) == (
        "fra-spine1",
        "MX204",
        "BB0001",
    )
    assert (facts.system.os_version, facts.system.uptime_s) == ("6.1", 3610)
    eth0, eth1 = facts.interfaces
    assert (eth0.description, eth0.oper, eth0.speed_bps, eth0.mtu) == ("to ams", OperState.UP, 10**10, 9000)
    assert (eth0.in_octets, eth0.out_discards, eth0.kind) == (2**64 - 1, 4, "ethernetCsmacd")
    assert (eth1.admin_up, eth1.oper) == (False, OperState.UNKNOWN)
    assert [(fact.interface, str(fact.address)) for fact in facts.addresses] == [("eth0", "198.51.100.1/31")]
    assert [(c.name, c.component_class, c.ok) for c in facts.components][1] == (
        "PEM 0",
        "power-supply",
        False,
    )
    (inlet,) = facts.sensors
    assert (inlet.value, inlet.unit) == (31.5, "°C")
    assert [(user.name, user.ssh_keys) for user in facts.users] == [("netops", ("AAAA",))]


@pytest.mark.parametrize(
    ("vendor", "announced", "expected"),
    [
        ("Arista Networks", (), ("Arista", "eos")),
        ("Juniper Networks", (), ("Juniper", "junos")),
        (None, ("http://xml.juniper.net/netconf/junos/1.0",), ("Juniper", "junos")),
        (None, ("http://cisco.com/ns/yang/Cisco-IOS-XR-um-cfg",), ("Cisco", "iosxr")),
        (None, ("urn:nokia.com:srlinux:chassis:chassis",), ("Nokia", "srlinux")),
        ("Acme Routers", ("Cisco-IOS-XR-um-cfg",), ("Acme Routers", None)),
        (None, ("urn:acme",), (None, None)),
    ],
)
def test_the_maker(vendor: str | None, announced: tuple[str, ...], expected: tuple[str, str]) -> None:
    system = named(replace(Found().system, vendor=vendor), announced)
    assert (system.vendor, system.os) == expected


def test_an_address_that_is_none_is_told() -> None:
    wrong = {"openconfig-interfaces:interfaces": {"interface": [
        {"name": "a", "subinterfaces": {"subinterface": [
            {"index": 0, "ipv4": {"addresses": {"address": [{"ip": "no address"}]}}}
        ]}}
    ]}}  # fmt: skip
    facts = openconfig.read(from_json(wrong), now=NOW)
    assert [fact.name for fact in facts.interfaces] == ["a"]
    assert [where for where, _ in facts.unparsed] == ["openconfig addresses"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["name", "state", "config", "type", "component", "interface", "index", "ip", "bgp",
                         "counters", "neighbors", "neighbor", "peer-as", "memory", "physical",
                         "subinterface", "address", "addresses",
                         "ipv4", "subinterfaces", "protocols", "protocol", "temperature", "instant"]),
        inner, max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


@given(
    st.dictionaries(
        st.sampled_from(
            [*ROUTER, "ietf-interfaces:interfaces", "ietf-hardware:hardware", "ietf-system:system"]
        ),
        JSON,
        max_size=4,
    )
)
@settings(deadline=None)
def test_nothing_that_a_device_says_raises(document: dict[str, Any]) -> None:
    openconfig.read(from_json(document), now=NOW)
    ietf.read(from_json(document))
