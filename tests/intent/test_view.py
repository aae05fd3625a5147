"""Device views: the network's policy in neutral words, for any number of devices at one price."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.orm import Session

from netwright.intent.view import DeviceView, build_views, natural
from netwright.inventory.routing import SessionRole

from .conftest import Workshop


def view_of(workshop: Workshop, name: str) -> DeviceView:
    with workshop.database.read() as session:
        return build_views(session, [name])[name]


def test_every_active_device_has_a_view(demo: Workshop) -> None:
    assert demo.load_text("devices: [{name: par-cache2, status: planned}]").ok
    with demo.database.read() as session:
        views = build_views(session)
        assert len(views) == 17
        assert list(views) == sorted(views)
        assert set(build_views(session, ["par-cache2", "nobody"])) == {"par-cache2"}
        assert build_views(session, []) == {}


def test_interfaces_are_in_their_natural_order_with_their_neighbours(demo: Workshop) -> None:
    view = view_of(demo, "ams-edge1")

    assert [one.name for one in view.interfaces] == ["eth0", *(f"swp{n}" for n in range(1, 7))]
    first = view.interfaces[1]
    assert first.neighbor == ("fra-core1", "swp2")
    assert first.description == "to fra-core1 swp2"
    assert first.addresses == (ip_interface("10.254.1.1/31"),)
    assert view.interfaces[5].description == "to isp-aurora swp1"
    assert view.interfaces[0].management


def test_sessions_say_who_is_there_and_what_may_pass(demo: Workshop) -> None:
    view = view_of(demo, "par-edge1")
    bgp = view.bgp
    assert bgp is not None
    assert bgp.asn == 65002
    assert bgp.router_id == ip_address("10.255.2.1")
    said = [
        (one.description, one.remote_asn, one.role, one.internal, one.policy_in, one.policy_out)
        for one in bgp.sessions
    ]
    assert said == [
        ("fra-core1", 64500, SessionRole.BACKBONE, False, "inside", "inside"),
        ("iad-core1", 64500, SessionRole.BACKBONE, False, "inside", "inside"),
        ("par-edge2", 65002, SessionRole.FABRIC, True, "", ""),
        ("par-tor1", 4200000002, SessionRole.FABRIC, False, "inside", "inside"),
        ("isp-aurora", 64496, SessionRole.ISP, False, "from-isp-aurora", "to-isps"),
        ("isp-borealis", 64511, SessionRole.ISP, False, "from-isp-borealis", "to-isps"),
    ]
    lists = {one.name: [str(entry.prefix) for entry in one.entries] for one in view.prefix_lists}
    assert lists["clients-of-isp-aurora"] == ["198.51.100.0/25", "198.51.100.128/25"]
    assert lists["services-of-pops"] == ["198.18.1.0/24", "198.18.2.0/24", "198.18.3.0/24"]
    assert lists["services"] == ["198.18.0.0/24", *lists["services-of-pops"]]
    (loopbacks,) = [one for one in view.prefix_lists if one.name == "loopbacks"]
    assert [(entry.shortest, entry.longest, entry.exact) for entry in loopbacks.entries] == [(32, 32, False)]


def test_policies_that_no_session_uses_are_left_out(demo: Workshop) -> None:
    view = view_of(demo, "ams-tor1")
    assert [policy.name for policy in view.policies] == ["inside"]
    assert {one.name for one in view.prefix_lists} == {"loopbacks", "services", "clients"}


@pytest.mark.parametrize(
    ("device", "starts"),
    [("ams-tor1", ["198.18.1.0/24"]), ("fra-core1", ["198.18.0.0/24"]), ("iad-core1", []), ("ams-edge1", [])],
)
def test_service_prefixes_start_at_switches_or_else_at_cores(
    demo: Workshop, device: str, starts: list[str]
) -> None:
    view = view_of(demo, device)
    assert view.bgp is not None
    assert [str(one) for one in view.blackholes] == starts
    own = f"{view.loopback}/32"
    assert {str(one) for one in view.bgp.networks} == {own, *starts}


def test_an_isp_without_clients_gives_a_policy_that_lets_nothing_pass(base: Workshop) -> None:
    text = """
        isps: [{name: empty, asn: 64511}]
        interfaces: [{device: par-r1, name: swp4, addresses: [10.1.1.200/31]}]
        bgp_sessions:
          - {device: par-r1, local_address: 10.1.1.200, remote_address: 10.1.1.201, remote_asn: 64511,
             role: isp, isp: empty}
    """
    assert base.said(base.load_text(text)) == []
    (policy,) = [one for one in view_of(base, "par-r1").policies if one.name == "from-empty"]
    assert policy.terms == ()


def test_six_is_spoken_where_it_is_addressed(base: Workshop) -> None:
    text = """
        prefixes: [{prefix: "2001:db8:5::/48", role: service, site: ams}]
        cables: [{a: ams-r1/swp3, b: par-r1/swp3, subnet: "2001:db8::/127", bgp: backbone}]
    """
    assert base.said(base.load_text(text)) == []
    view = view_of(base, "ams-r1")
    assert view.bgp is not None
    assert view.has_ipv6
    assert view.bgp.families == (4, 6)
    assert ip_network("2001:db8:5::/48") in view.bgp.networks
    assert [one.family for one in view.bgp.sessions] == [4, 4, 6]
    assert not view_of(base, "ams-c1").has_ipv6


def test_a_session_from_the_loopback_says_so(base: Workshop) -> None:
    text = """
        bgp_sessions:
          - {device: ams-r1, local_address: 10.255.0.1, remote_address: 10.255.0.2,
             remote_asn: 65002, role: fabric}
          - {device: par-r1, local_address: 10.255.0.2, remote_address: 10.255.0.1,
             remote_asn: 65001, role: fabric}
    """
    assert base.said(base.load_text(text)) == []
    bgp = view_of(base, "ams-r1").bgp
    assert bgp is not None
    sources = {str(one.remote_address): str(one.update_source) for one in bgp.sessions}
    assert sources == {"10.1.1.1": "None", "10.1.1.101": "None", "10.255.0.2": "10.255.0.1"}


def statements(session: Session, workshop: Workshop, names: list[str]) -> int:
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(workshop.database.engine, "before_cursor_execute", note)
    build_views(session, names)
    event.remove(workshop.database.engine, "before_cursor_execute", note)
    return len(said)


def test_many_views_cost_as_many_statements_as_one(demo: Workshop) -> None:
    """What no device of those asked for has is not read: so one of each role is held against all."""
    names = sorted(demo.keys("device"))
    with demo.database.read() as session:
        views = build_views(session, names)  # the transaction has begun
        few = list({view.role: name for name, view in views.items()}.values())
        assert len(few) < len(names) / 2
        assert statements(session, demo, names) == statements(session, demo, few) > 0


@given(st.lists(st.tuples(st.sampled_from(["swp", "eth", "xe-"]), st.integers(0, 10**6)), max_size=20))
def test_natural_order_counts(names: list[tuple[str, int]]) -> None:
    written = [f"{word}{number}" for word, number in names]
    assert sorted(written, key=natural) == [f"{word}{number}" for word, number in sorted(names)]


def test_bundles_vlans_and_tables_are_in_the_view(base: Workshop) -> None:
    text = """
        vlan_groups: [{name: ams}]
        vlans: [{vlan_group: ams, number: 10, name: servers}, {vlan_group: ams, number: 20}]
        vrfs: [{name: red, distinguisher: "65001:1"}]
        vrf_targets: [{vrf: red, target: "65001:9", direction: import}]
        interfaces:
          - {device: par-r1, name: bond3, interface_type: lag}
          - {device: par-r1, name: swp2, lag: bond3}
          - {device: par-r1, name: swp3, lag: bond3}
          - {device: par-r1, name: bond3.20, parent: bond3, vlan: ams/20, vrf: red}
          - {device: par-r1, name: swp4, vlan_mode: trunk, vlan: ams/20}
          - {device: par-r1, name: vlan10, interface_type: virtual, vlan: ams/10}
        interface_vlans: [{interface: par-r1/swp4, vlan: ams/10}]
        config_contexts:
          - {name: rules, data: {interfaces: {bundles: {kinds: [lag], lacp: passive, min_links: 2}}}}
    """
    assert base.said(base.load_text(text)) == []
    view = view_of(base, "par-r1")
    assert view.fault is None
    by_name = {one.name: one for one in view.interfaces}
    bundle = by_name["bond3"].bundle
    assert bundle is not None
    assert (bundle.members, bundle.number, bundle.lacp, bundle.min_links) == (
        ("swp2", "swp3"),
        3,
        "passive",
        2,
    )
    assert (by_name["swp2"].lag, by_name["swp2"].bundle_number) == ("bond3", 3)
    lower = by_name["bond3.20"]
    assert (lower.kind, lower.parent, lower.vlan, lower.vrf) == ("subinterface", "bond3", 20, "red")
    trunk = by_name["swp4"].switchport
    assert trunk is not None
    assert (trunk.mode, trunk.untagged, trunk.tagged, trunk.vlans) == ("trunk", 20, (10,), (10, 20))
    assert (by_name["vlan10"].kind, by_name["vlan10"].vlan) == ("vlan", 10)
    assert [(one.number, one.name, one.interface) for one in view.vlans] == [
        (10, "servers", "vlan10"),
        (20, "", ""),
    ]
    (red,) = view.vrfs
    assert (red.import_targets, red.export_targets, red.interfaces) == (("65001:9",), (), ("bond3.20",))
