"""Drafts: what a design file means, object by object."""

from __future__ import annotations

import pytest

from netwright.base.errors import InputError
from netwright.intent import draft
from netwright.intent.document import parse
from netwright.intent.draft import Draft, DraftReader, plural
from netwright.inventory import KINDS


def read(text: str) -> list[Draft]:
    reader = DraftReader(KINDS)
    drafts = reader.read(parse(text.encode(), "f.yaml"))
    assert reader.problems == []
    return drafts


def keys(text: str) -> list[tuple[str, str]]:
    return [(one.kind.name, one.key) for one in read(text)]


def test_parts_are_nested_in_what_they_belong_to() -> None:
    found = keys(
        """
        sites:
          - name: ams
            racks: [r1, {name: r2}]
            devices:
              - name: r1
                interfaces:
                  - name: swp1
                    addresses: [192.0.2.0/31, {address: "2001:DB8::0/127"}]
                bgp_sessions: [192.0.2.1]
                appliance: {storage_bytes: 1}
        """
    )
    assert found == [
        ("site", "ams"),
        ("rack", "ams/r1"),
        ("rack", "ams/r2"),
        ("device", "r1"),
        ("interface", "r1/swp1"),
        ("address", "192.0.2.0/31"),
        ("address", "2001:db8::/127"),
        ("bgp_session", "r1/192.0.2.1"),
        ("appliance", "r1"),
    ]


def test_a_model_nests_what_its_devices_get() -> None:
    found = keys("models: [{name: m, components: [{name: psu1, class: fan}], interfaces: [eth0]}]")
    assert found == [("model", "m"), ("model_component", "m/psu1"), ("model_interface", "m/eth0")]


def test_parts_may_stand_alone_too() -> None:
    found = keys("interfaces: [{device: r1, name: swp1}]\nmodel_components: [{model: m, name: psu1}]")
    assert found == [("interface", "r1/swp1"), ("model_component", "m/psu1")]


def test_ranges_count() -> None:
    assert keys('regions: ["a[8-10]", "[1-2]-[0-1]x"]') == [
        ("region", name) for name in ("a8", "a9", "a10", "1-0x", "1-1x", "2-0x", "2-1x")
    ]


def test_each_of_a_range_has_the_parts() -> None:
    found = keys('sites: [{name: "s[1-2]", racks: ["r[1-2]"]}]')
    assert found == [
        ("site", "s1"),
        ("rack", "s1/r1"),
        ("rack", "s1/r2"),
        ("site", "s2"),
        ("rack", "s2/r1"),
        ("rack", "s2/r2"),
    ]


def test_ranges_of_ranges_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft, "MAX_DRAFTS", 100)
    reader = DraftReader(KINDS)
    with pytest.raises(InputError, match="more than 100 objects"):
        reader.read(parse(b'regions: ["[1-20][1-20]"]', "f.yaml"))


def test_keys_are_canonical() -> None:
    assert keys("asns: [0065001]\nprefixes: ['2001:DB8:0::/32']") == [
        ("asn", "65001"),
        ("prefix", "2001:db8::/32"),
    ]


def test_drafts_know_where_they_stand() -> None:
    (site,) = read("sites:\n  - name: ams\n    title: A\n")
    assert site.source == "f.yaml:2"
    assert site.problem("x", field="title").source == "f.yaml:3"
    assert site.problem("x", field="city").source == "f.yaml:2"


def test_every_kind_has_a_plural_of_its_own() -> None:
    names = {plural(name) for name in KINDS}
    assert len(names) == len(KINDS)
    assert {"prefixes", "addresses", "client_prefixes", "asns", "bgp_sessions"} <= names


def test_short_fields_are_fields() -> None:
    for kind, fields in draft.SHORT_FIELDS.items():
        for field in fields.values():
            KINDS[kind].field(field)
    assert set(draft.EXTRAS) <= set(KINDS)
