"""A NetBox over HTTP: what becomes of its objects, what has no home; a second run changes nothing."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from tests.intent.test_parts import _referred

from netwright.base.errors import InputError
from netwright.base.secret import Secret
from netwright.exchange.netbox.source import NEEDED, NetBox
from netwright.exchange.remote.reading import ListReader
from netwright.intent.importer import ImportResult
from netwright.store.problem import Severity

from .conftest import CASES, Workshop, load
from .netboxserver import TOKEN, answers, serving


def _reader(url: str, token: str = TOKEN, **options: Any) -> ListReader:
    options = {"sleep": lambda _seconds: None, **options}
    return ListReader(url, Secret(token), what="NetBox", needed=NEEDED, **options)


def _read(workshop: Workshop, url: str, token: str = TOKEN) -> ImportResult:
    reader = _reader(url, token)
    try:
        return load(workshop, NetBox(reader))
    finally:
        reader.close()


def _errors(result: ImportResult) -> list[str]:
    return [str(one) for one in result.problems if one.severity is Severity.ERROR]


@pytest.mark.parametrize("cursor", [False, True], ids=["offset", "cursor"])
def test_everything_with_a_home(workshop: Workshop, cursor: bool) -> None:
    with serving(answers(), cursor=cursor) as (url, asked):
        result = _read(workshop, url)
        assert _errors(result) == []
        assert result.revision == 1
        assert not [one for one in asked if TOKEN in one]
        assert _read(workshop, url).diff == ()
    said = workshop.value
    assert said("site", "ams1", "title") == "Amsterdam 1"
    assert said("site", "ams1", "postal_address") == "Street 1\nAmsterdam"
    assert said("site", "ams1", "custom") == {"team": "noc"}
    assert said("site", "ams1", "tags") == ["old"]
    assert workshop.keys("region") == {"eu", "benelux", "unplaced"}
    assert said("device", "r1", "platform") == "frr"
    assert said("device", "r1", "position_u") == 10.0
    assert said("device", "sw-1", "platform") == ""
    assert said("model_interface", "LC/et-{module}/0", "interface_type") == "100gbase-x-qsfp28"
    assert said("model_port", "SW/power-outlet/out", "power_port") == "in"
    assert said("interface", "r1/et-1/0", "speed_bps") == 10**11
    assert _referred(workshop, "interface", "r1/et-1/0", "lag_id") == "r1/ae0"
    assert _referred(workshop, "interface", "r1/et-1/0", "component_id") == "r1/Slot 1"
    assert _referred(workshop, "bay", "r1/module/MIC 1", "carrier_id") == "r1/Slot 1"
    assert _referred(workshop, "bay", "r1/module/MIC 1", "component_id") == "r1/MIC 1"
    assert _referred(workshop, "port", "sw-1/front/F", "rear_port_id") == "sw-1/rear/R"
    assert workshop.keys("interface_vlan") == {"r1/ae0/fabric/10", "r1/ae0/site-ams1/20"}
    assert workshop.keys("prefix") == {"10.0.0.0/8", "10.1.0.0/16", "10.0.0.0/8/Red-net", "192.0.2.0/24"}
    assert workshop.keys("address") == {"10.1.0.1/24", "10.1.0.2/24"}
    assert workshop.keys("cable") == {"C1", "netbox-2/1", "netbox-2/2"}
    assert said("cable", "C1", "length_m") == 3.048
    assert _referred(workshop, "cable", "C1", "b_circuit_end_id") == "waves/W-1/A"
    assert said("config_context", "eu", "data") == {"ntp": ["10.0.0.1"]}
    assert workshop.keys("contact") == {"NOC"}
    assert workshop.keys("site_contact") == {"ams1/NOC"}
    assert str(said("device", "r1", "management_address")) == "10.1.0.2"
    assert said("device", "r1", "custom") == {
        "team": "dev",
        "tenant": "T",
        "virtual_chassis": "stack position 2",
    }
    assert said("device", "sw-1", "custom") == {"their_role": "access-switch", "their_platform": "weird-os"}
    assert workshop.keys("component") >= {"r1/PSU 1", "r1/Fan", "r1/PSU 2", "r1/PSU 2/Fan"}
    assert str(said("component", "r1/PSU 1", "component_class")) == "power-supply"
    assert said("config_context", "r1 (local)", "data") == {"snmp": "ro"}
    assert {"both (ams1)", "both (fra1)"} <= workshop.keys("config_context")


def test_what_has_no_home_is_counted_with_examples(workshop: Workshop) -> None:
    with serving(answers()) as (url, _):
        said = {str(one) for one in _read(workshop, url).problems}
    for expected in (
        "dcim/locations: file: 1 times: kept as a word of its racks and devices (as Hall)",
        "tenancy/tenants: file: 1 times: there is no such kind here",
        "extras/journal-entries: file: 1 times: there is no such kind here",
        "dcim/devices: file: 1 times: role access-switch; taken as tor (as sw-1)",
        "dcim/devices: file: 1 times: a second way to manage it (oob_ip) (as r1)",
        "dcim/devices: file: 1 times: field airflow (as r1)",
        "dcim/inventory-items: file: 1 times: field manufacturer (as PSU 2)",
        "tenancy/contact-assignments: file: 1 times: of dcim.rack; only sites and providers have contacts",
        "dcim/devices: file: 1 times: platform weird-os; none is set (as sw-1)",
        "dcim/sites: file: 1 times: status candidate; taken as active (as Fra 1)",
        "dcim/sites: file: 1 times: no region; put into unplaced (as fra1)",
        "dcim/sites: file: 1 times: custom field links (as Amsterdam 1)",
        "dcim/cables: file: 1 times: its ends are not pairs of things that we have (as odd)",
        "extras/config-contexts: file: 1 times: its reach is told by tags (as tagged)",
    ):
        assert expected in said
    assert any("virtualization.vminterface" in one for one in said)


def test_what_was_read_and_taken_is_counted(workshop: Workshop) -> None:
    with serving(answers()) as (url, _):
        counts = {one.name: (one.read, one.taken) for one in _read(workshop, url).lists}
    assert counts["dcim/devices"] == (2, 2)
    assert counts["ipam/ip-addresses"] == (3, 2)
    assert counts["extras/config-contexts"] == (3, 2)
    assert counts["tenancy/tenants"] == (1, 0)


def test_a_list_that_can_t_be_read_is_told_and_the_rest_taken(workshop: Workshop) -> None:
    refused = {"tenancy/contacts": 403, "dcim/cables": 404, "ipam/vrfs": 500, "extras/journal-entries": 403}
    with serving(answers(), refused=refused) as (url, _):
        result = _read(workshop, url)
    assert _errors(result) == []
    said = {str(one) for one in result.problems}
    assert "tenancy/contacts: file: 1 times: the list is refused (status 403)" in said
    assert "dcim/cables: file: 1 times: the list is refused (status 404)" in said
    assert "ipam/vrfs: file: 1 times: the list keeps failing (status 500)" in said
    assert workshop.keys("device") == {"r1", "sw-1"}
    assert workshop.keys("cable") == set()


def test_custom_fields_of_our_own_stay(workshop: Workshop) -> None:
    with serving(answers()) as (url, _):
        _read(workshop, url)
        assert workshop.load_text("custom_fields: [{on_kind: site, name: ours}]").ok
        mine = "sites: [{name: ams1, custom: {team: noc, ours: x}}]"
        assert workshop.load_text(mine).ok
        assert _read(workshop, url).diff == ()
    assert workshop.value("site", "ams1", "custom") == {"team": "noc", "ours": "x"}


def test_a_guess_is_never_repeated(workshop: Workshop) -> None:
    with serving(answers()) as (url, _):
        _read(workshop, url)
        assert workshop.load_text("sites: [{name: fra1, kind: exchange, latitude: 50.1, longitude: 8.7}]").ok
        assert workshop.load_text("devices: [{name: sw-1, role: tor}]").ok
        assert _read(workshop, url).diff == ()


def test_a_change_there_is_a_small_change_here(workshop: Workshop) -> None:
    lists = answers()
    with serving(lists) as (url, _):
        _read(workshop, url)
        lists["dcim/sites"][0]["name"] = "Amsterdam East"
        result = _read(workshop, url)
    assert [(one.key, dict(one.fields)) for one in result.diff] == [
        ("ams1", {"title": ("Amsterdam 1", "Amsterdam East")})
    ]


def test_refusals_name_the_place_and_never_the_token(workshop: Workshop) -> None:
    with serving(answers()) as (url, _), pytest.raises(InputError, match="403") as caught:
        _read(workshop, url, "wrong-token")
    assert "wrong-token" not in str(caught.value)
    with pytest.raises(InputError, match="does not answer"):
        _read(workshop, "http://127.0.0.1:9")
    with pytest.raises(InputError, match="no address") as refused:
        _read(workshop, "http://me:secret@127.0.0.1")
    assert "secret" not in str(refused.value)


def test_the_deadline_holds(workshop: Workshop) -> None:
    times = iter(range(0, 10_000, 10))
    with serving(answers()) as (url, _):
        reader = _reader(url, deadline_s=100, clock=lambda: next(times))
        with pytest.raises(InputError, match="deadline"):
            load(workshop, NetBox(reader))
        reader.close()


def test_answers_of_a_real_one(workshop: Workshop) -> None:
    """Recorded from NetBox 4.7.3, list by list."""
    lists = json.loads((CASES / "netbox" / "answers.json").read_text())
    token = "0123456789abcdef0123456789abcdef01234567"
    with serving(lists, token=token) as (url, _):
        result = _read(workshop, url, token)
        assert _errors(result) == []
        assert _read(workshop, url, token).diff == ()
    said = workshop.value
    assert workshop.keys("site") == {"ams1", "fra"}
    assert said("device", "ams-r1", "platform") == "arista_eos"
    assert str(said("device", "ams-r1", "management_address")) == "10.1.0.1"
    assert said("device", "ams-r1", "custom") == {
        "owner_team": "noc",
        "tenant": "Streaming",
        "location": "Floor 2",
    }
    assert said("device", "sw-1", "custom") == {
        "their_platform": "weird-os",
        "their_role": "access-switch",
        "virtual_chassis": "stack position 1",
    }
    assert said("model_port", "PP-1/front/F2", "rear_port") == "R"
    assert said("model_port", "PP-1/front/F2", "rear_position") == 2
    assert _referred(workshop, "port", "pp1/front/F2", "rear_port_id") == "pp1/rear/R"
    assert said("port", "pp1/front/F2", "rear_position") == 2
    assert _referred(workshop, "interface", "ams-r1/et-1/0", "lag_id") == "ams-r1/ae0"
    assert _referred(workshop, "provider", "waves", "asn_id") == "64512"
    assert workshop.keys("prefix") == {"10.0.0.0/8", "10.1.0.0/24", "10.1.0.0/24/red"}
    assert workshop.keys("component") == {"ams-r1/Slot 1", "ams-r1/PSU 1", "ams-r1/Fan 1"}
    assert _referred(workshop, "cable", "C1", "b_circuit_end_id") == "waves/W-1/A"
    assert workshop.keys("site_contact") == {"ams1/NOC"}
    assert said("config_context", "ams-r1 (local)", "data") == {"snmp": "ro"}
    unread = {(one.source, one.message) for one in result.problems if "times: field " in one.message}
    assert unread == {("dcim/inventory-items", "1 times: field manufacturer (as PSU 1)")}


@pytest.mark.skipif("NETWRIGHT_NETBOX_URL" not in os.environ, reason="NETWRIGHT_NETBOX_URL names no NetBox")
def test_a_real_netbox(workshop: Workshop) -> None:
    url, token = os.environ["NETWRIGHT_NETBOX_URL"], os.environ["NETWRIGHT_NETBOX_TOKEN"]
    assert _errors(_read(workshop, url, token)) == []
    assert _read(workshop, url, token).diff == ()
