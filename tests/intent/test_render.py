"""Rendered configurations: whole, word for word, and with errors that name template, line and device.

Golden files change by an explicit ``UPDATE_GOLDEN=1 pytest`` only.
"""

from __future__ import annotations

import os
from dataclasses import replace
from ipaddress import ip_interface
from pathlib import Path

import pytest

from netwright.base.errors import InputError, NotFoundError
from netwright.base.secret import Secret
from netwright.intent.neutral.interface import InterfaceKind, InterfaceView
from netwright.intent.render import MaskedSecrets, Renderer
from netwright.intent.view import DeviceView, build_views

from .conftest import CASES, Workshop

GOLDEN = CASES / "render"
EVERYTHING = """
    prefixes:
      - {prefix: "2001:db8:5::/48", role: service, site: ams}
      - {prefix: "2001:db8:ff::/48", role: loopback}
    isps: [{name: empty, asn: 64511}]
    interfaces:
      - {device: ams-r1, name: swp5, enabled: false}
      - {device: ams-r1, name: swp6, description: spare, addresses: [10.1.1.202/31, "2001:db8:1::2/64"]}
    cables:
      - {a: ams-r1/swp3, b: par-r1/swp3, subnet: [10.1.1.20/31, "2001:db8::/127"], bgp: backbone, bfd: true}
    bgp_sessions:
      - {device: ams-r1, local_address: 10.255.0.1, remote_address: 10.255.0.2,
         remote_asn: 65002, role: fabric}
      - {device: par-r1, local_address: 10.255.0.2, remote_address: 10.255.0.1,
         remote_asn: 65001, role: fabric}
      - {device: ams-r1, local_address: 10.1.1.202, remote_address: 10.1.1.203, remote_asn: 64511, role: isp,
         isp: empty, password_secret: md5, enabled: false, description: not yet}
"""


POLICED = """
    regions: [{name: eu}]
    sites: [{name: ams, region: eu}]
    communities:
      - {name: from-transit, value: "65001:100"}
      - {name: large-one, value: "65001:1:2", community_type: large}
      - {name: target, value: "65001:7", community_type: extended}
    prefix_lists: [{name: ours}, {name: ours6, family: ipv6}]
    prefix_list_entries:
      - {prefix_list: ours, sequence: 5, permit: false, prefix: 10.0.0.0/8, longer_than: 25}
      - {prefix_list: ours, sequence: 10, prefix: 198.51.100.0/22, longer_than: 23, shorter_than: 24}
      - {prefix_list: ours, sequence: 15, prefix: 192.0.2.0/24}
      - {prefix_list: ours6, sequence: 5, prefix: "2001:db8::/32", shorter_than: 48}
    routing_policies:
      - {name: transit-in, otherwise: reject, description: what we believe}
      - {name: transit-out, otherwise: accept}
      - {name: nothing}
    routing_policy_terms:
      - {routing_policy: transit-in, sequence: 10, match_prefix_list: ours, action: reject}
      - {routing_policy: transit-in, sequence: 20, match_as_path: "_64500_", set_local_preference: 200,
         add_community: from-transit, description: through a friend}
      - {routing_policy: transit-in, sequence: 30, match_community: from-transit, action: next, set_med: 5}
      - {routing_policy: transit-in, sequence: 40, match_community: large-one, add_community: large-one}
      - {routing_policy: transit-out, sequence: 10, match_prefix_list: ours6, prepend: 2}
      - {routing_policy: transit-out, sequence: 20, match_community: target, action: reject}
    vrfs: [{name: red, distinguisher: "65001:10"}]
    vrf_targets:
      - {vrf: red, target: "65001:1"}
      - {vrf: red, target: "65001:2", direction: import}
    asns: [{number: 64501, name: transit}]
    isps: [{name: carrier, asn: 64501}]
    bgp_groups:
      - {name: transit, role: isp, import_policy: transit-in, export_policy: transit-out, max_prefixes: 1000,
         hold_time_s: 30, multihop: 3, password_secret: md5, bfd: true, description: carriers}
      - {name: peers, role: isp, import_policy: nothing}
    interfaces:
      - {device: ams-r1, name: swp7, addresses: [10.1.2.0/31, 10.1.2.2/31, "2001:db8:7::1/64"]}
      - {device: ams-r1, name: swp8, vrf: red, description: to a customer,
         addresses: [{address: 10.7.0.0/31, vrf: red}]}
    bgp_sessions:
      - {device: ams-r1, local_address: 10.1.2.0, remote_address: 10.1.2.1, remote_asn: 64501, role: isp,
         isp: carrier, bgp_group: transit}
      - {device: ams-r1, local_address: 10.1.2.2, remote_address: 10.1.2.3, remote_asn: 64501, role: isp,
         isp: carrier, bgp_group: transit, max_prefixes: 50, import_policy: nothing, description: the other}
      - {device: ams-r1, local_address: "2001:db8:7::1", remote_address: "2001:db8:7::8", remote_asn: 64501,
         role: isp, isp: carrier, bgp_group: transit}
      - {device: ams-r1, local_address: "2001:db8:7::1", remote_address: "2001:db8:7::9", remote_asn: 64501,
         role: isp, isp: carrier, bgp_group: peers}
      - {device: ams-r1, local_address: 10.7.0.0, remote_address: 10.7.0.1, remote_asn: 64501, role: isp,
         isp: carrier, vrf: red}
    config_contexts:
      - name: everywhere
        data:
          bfd: {multiplier: 3}
          static_routes:
            - {prefix: 0.0.0.0/0, next_hop: 10.1.2.1, distance: 200}
            - {prefix: 10.99.0.0/16, next_hop: 10.7.0.1, vrf: red}
            - {prefix: 10.98.0.0/16, discard: true, tag: 7}
"""


class Secrets:
    def __init__(self, **secrets: str) -> None:
        self._secrets = secrets

    def get(self, name: str) -> Secret:
        if name not in self._secrets:
            raise NotFoundError(f"there is no secret {name!r}")
        return Secret(self._secrets[name])


def view_of(workshop: Workshop, name: str) -> DeviceView:
    with workshop.database.read() as session:
        return build_views(session, [name])[name]


def compare(text: str, name: str) -> None:
    file = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text)
    assert text == file.read_text()


@pytest.mark.parametrize("device", ["par-edge1", "fra-core1", "nyc-tor1"])
def test_the_demo_s_routers(demo: Workshop, device: str) -> None:
    compare(Renderer().render(view_of(demo, device), MaskedSecrets()), f"{device}.conf")


def test_everything_a_router_can_be_wanted_to_have(base: Workshop) -> None:
    """What this file holds was loaded into FRR 8.4.4, which printed it back word for word."""
    assert base.said(base.load_text(EVERYTHING)) == []
    compare(Renderer().render(view_of(base, "ams-r1"), MaskedSecrets()), "everything.conf")


def test_groups_policies_and_routing_tables(base: Workshop) -> None:
    """As above: FRR 8.4.4 printed it back word for word (tests/e2e/test_render_frr.py)."""
    assert base.said(base.load_text(POLICED)) == []
    compare(Renderer().render(view_of(base, "ams-r1"), MaskedSecrets()), "policed.conf")


def test_a_router_without_bgp(base: Workshop) -> None:
    view = replace(view_of(base, "par-r1"), bgp=None, loopback=None)
    text = Renderer().render(view, MaskedSecrets())
    assert "router bgp" not in text
    assert "interface lo" not in text
    assert text.startswith("frr defaults traditional\nhostname par-r1\n")


@pytest.mark.parametrize(
    ("platform", "line"),
    [
        ("arista_eos", "interface Loopback0\n   ip address 10.255.0.1/32\n"),
        ("cisco_ios", "interface Loopback0\n ip address 10.255.0.1 255.255.255.255\n"),
        ("cisco_xe", "interface Loopback0\n ip address 10.255.0.1 255.255.255.255\n"),
        ("cisco_xr", "interface Loopback0\n ipv4 address 10.255.0.1 255.255.255.255\n"),
        ("cisco_nxos", "interface loopback0\n  ip address 10.255.0.1/32\n"),
        (
            "juniper_junos",
            "    lo0 {\n        unit 0 {\n            family inet {\n                address 10.255.0.1/32;",
        ),
        ("nokia_srl", "interface system0 {\n"),
        ("frr", "interface lo\n ip address 10.255.0.1/32\n"),
    ],
)
def test_an_own_address_on_no_interface_gets_the_platforms_loopback(
    base: Workshop, platform: str, line: str
) -> None:
    view = replace(view_of(base, "ams-r1"), platform=platform)
    assert not any(one.kind is InterfaceKind.LOOPBACK for one in view.interfaces)
    assert line in Renderer().render(view, MaskedSecrets())
    held = (InterfaceView("lo7", addresses=(ip_interface("10.255.0.1/32"),), kind=InterfaceKind.LOOPBACK),)
    text = Renderer().render(replace(view, interfaces=held + view.interfaces), MaskedSecrets())
    assert line not in text
    assert "lo7" in text
    bare = (InterfaceView("lo7", kind=InterfaceKind.LOOPBACK),)
    mended = replace(view, interfaces=bare + view.interfaces).with_loopback("lo0")
    assert [one.addresses for one in mended.interfaces if one.kind is InterfaceKind.LOOPBACK] == [
        held[0].addresses
    ]


def test_one_renderer_serves_all(demo: Workshop) -> None:
    renderer = Renderer()
    with demo.database.read() as session:
        views = build_views(session)
    texts = {
        name: renderer.render(view, MaskedSecrets())
        for name, view in views.items()
        if renderer.renders(view.platform)
    }
    assert len(texts) == 18
    for name, text in texts.items():
        own = f"X-Served-By {name} " if views[name].content else f"hostname {name}\n"
        assert own in text
    assert texts["par-edge1"] == (GOLDEN / "par-edge1.conf").read_text()


def test_secrets_come_from_the_store(demo: Workshop) -> None:
    view = view_of(demo, "ams-edge1")
    text = Renderer().render(view, Secrets(**{"isp-aurora-md5": "s3cret"}))
    assert " neighbor 198.19.0.1 password s3cret\n" in text


def test_a_secret_that_is_not_set_names_device_and_secret(demo: Workshop) -> None:
    with pytest.raises(NotFoundError, match="there is no secret 'isp-aurora-md5'") as error:
        Renderer().render(view_of(demo, "ams-edge1"), Secrets())
    assert error.value.subject == "ams-edge1"


@pytest.mark.parametrize("value", ["", "two words", "a\nneighbor 192.0.2.1 shutdown", "\x07"])
def test_a_secret_that_would_break_the_configuration_is_refused_unseen(demo: Workshop, value: str) -> None:
    with pytest.raises(InputError, match="'isp-aurora-md5' is empty, or has blanks") as error:
        Renderer().render(view_of(demo, "ams-edge1"), Secrets(**{"isp-aurora-md5": value}))
    assert not value or value not in str(error.value)


def test_a_platform_without_template(demo: Workshop) -> None:
    renderer = Renderer()
    assert not renderer.renders("bird")
    view = replace(view_of(demo, "ams-cache1"), platform="bird")
    with pytest.raises(NotFoundError, match="has no template") as error:
        renderer.render(view, MaskedSecrets())
    assert error.value.subject == "ams-cache1"


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    (folder / "frr").mkdir(parents=True)
    return folder


def test_an_overlay_replaces_a_section_or_adds_lines(demo: Workshop, overlay: Path) -> None:
    view = view_of(demo, "nyc-tor1")
    (overlay / "frr" / "extra.j2").write_text("ip prefix-list mine seq 5 deny any\n!\n")
    (overlay / "frr" / "bgp.j2").write_text("! no BGP at {{ device.site }}\n")
    plain = Renderer().render(view, MaskedSecrets())
    text = Renderer(overlay).render(view, MaskedSecrets())

    assert "ip prefix-list mine seq 5 deny any\n!\n" in text
    assert "! no BGP at nyc\n" in text
    assert "router bgp" not in text
    assert text.startswith(plain[: plain.index("router bgp")])


def test_an_overlay_gives_a_platform_its_template(demo: Workshop, overlay: Path) -> None:
    (overlay / "bird").mkdir()
    (overlay / "bird" / "config.j2").write_text("server {{ device.name }}\n")
    view = replace(view_of(demo, "ams-cache1"), platform="bird")
    assert Renderer(overlay).render(view, MaskedSecrets()) == "server ams-cache1\n"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (
            "x\n{{ device.nmae }}\n",
            "frr/bgp.j2:2: 'netwright.intent.neutral.device.DeviceView object' has no attribute",
        ),
        ("{{ nothing }}", "frr/bgp.j2:1: 'nothing' is undefined"),
        ("a\nb\n{% if %}", "frr/bgp.j2:3: Expected an expression"),
        ("{% for x in device.interfaces %}", "frr/bgp.j2:1: Unexpected end of template"),
        ("\n{{ 1 / 0 }}", "frr/bgp.j2:2: division by zero"),
        ("{{ device.name + 1 }}", "frr/bgp.j2:1: can only concatenate str"),
        ("{% include 'frr/missing.j2' %}", "frr/bgp.j2:1: there is no template frr/missing.j2"),
        ("{% include 'frr/../config.j2' %}", "there is no template frr/../config.j2"),
        ("{{ range(10 ** 9) | list }}", "Range too big"),
        (
            "{{ device.__class__.__mro__ }}",
            "access to attribute '__class__' of 'DeviceView' object is unsafe",
        ),
        ("{{ device.name.__class__ }}", "access to attribute '__class__' of 'str' object is unsafe"),
        ("{{ device.interfaces[0].__init__.__globals__ }}", "is unsafe"),
        ("{{ ''.format_map(device) }}{{ secret.__globals__ }}", "is unsafe"),
        ("{% set _ = {}.update({1: 2}) %}", "access to attribute 'update' of 'dict' object is unsafe"),
    ],
)
def test_a_template_s_fault_names_template_line_and_device(
    demo: Workshop, overlay: Path, template: str, said: str
) -> None:
    (overlay / "frr" / "bgp.j2").write_text(template)
    with pytest.raises(InputError) as error:
        Renderer(overlay).render(view_of(demo, "nyc-tor1"), MaskedSecrets())
    assert said in str(error.value)
    assert error.value.subject == "nyc-tor1"


def test_a_folder_of_templates_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no such folder of templates"):
        Renderer(tmp_path / "nowhere")
