"""A Nautobot over HTTP: recorded answers of a real one (3.2.7), and a real one if its address is given.

``tests/cases/nautobot/answers.json`` holds its lists as they were told, by path.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from tests.intent.test_parts import _referred

from netwright.base.errors import InputError
from netwright.base.secret import Secret
from netwright.exchange.nautobot.source import ASKING, NEEDED, Nautobot
from netwright.exchange.remote.reading import ListReader
from netwright.intent.importer import ImportResult
from netwright.store.problem import Severity

from .conftest import CASES, Workshop, load
from .netboxserver import serving

TOKEN = "0123456789abcdef0123456789abcdef01234567"
Lists = dict[str, list[dict[str, Any]]]


@pytest.fixture
def lists() -> Lists:
    found: Lists = json.loads((CASES / "nautobot" / "answers.json").read_text())
    return found


def _read(workshop: Workshop, url: str, token: str = TOKEN) -> ImportResult:
    reader = ListReader(
        url, Secret(token), what="Nautobot", needed=NEEDED, asking=ASKING, sleep=lambda _: None
    )
    try:
        return load(workshop, Nautobot(reader))
    finally:
        reader.close()


def _errors(result: ImportResult) -> list[str]:
    return [str(one) for one in result.problems if one.severity is Severity.ERROR]


def test_everything_with_a_home(workshop: Workshop, lists: Lists) -> None:
    with serving(lists, token=TOKEN) as (url, asked):
        result = _read(workshop, url)
        assert _errors(result) == []
        assert result.revision == 1
        assert all("depth=0&exclude_m2m=false" in one for one in asked if "limit=500" in one)
        assert not [one for one in asked if TOKEN in one or "secret" in one]
        assert _read(workshop, url).diff == ()
    said = workshop.value
    assert workshop.keys("region") == {"Europe", "Netherlands"}
    assert workshop.keys("site") == {"Amsterdam-1", "Frankfurt"}
    assert _referred(workshop, "site", "Amsterdam-1", "region_id") == "Netherlands"
    assert said("site", "Amsterdam-1", "postal_address") == "Street 1\nAmsterdam"
    assert str(said("site", "Frankfurt", "status")) == "planned"
    assert said("rack", "Amsterdam-1/R1", "custom") == {"location": "Floor 2"}
    assert workshop.keys("site_contact") == {"Amsterdam-1/Desk", "Amsterdam-1/NOC"}
    assert said("device", "ams-r1", "platform") == "arista_eos"
    assert _referred(workshop, "device", "ams-r1", "software_version_id") == "arista_eos/4.33.1F"
    assert str(said("device", "ams-r1", "management_address")) == "10.1.0.1"
    assert said("device", "ams-r1", "redundancy_group") == "ams-edge"
    assert said("device", "ams-r1", "tags") == ["rented"]
    assert said("device", "ams-r1", "custom") == {
        "owner_team": "noc",
        "tenant": "Streaming",
        "location": "Floor 2",
    }
    assert said("config_context", "ams-r1 (local)", "data") == {"snmp": "ro"}
    assert said("model_port", "PP-1/front/F2", "rear_port") == "R"
    assert _referred(workshop, "interface", "ams-r1/et-1/0", "component_id") == "ams-r1/Slot 1"
    assert _referred(workshop, "bay", "ams-r1/module/Slot 1", "component_id") == "ams-r1/Slot 1"
    assert workshop.keys("component") == {"ams-r1/Slot 1", "ams-r1/PSU 1"}
    assert _referred(workshop, "port", "pp1/front/F2", "rear_port_id") == "pp1/rear/R"
    assert workshop.keys("interface_vlan") == {"ams-r1/ae0/site-Amsterdam-1/20"}
    assert workshop.keys("prefix") == {"10.0.0.0/8", "10.1.0.0/24", "10.1.0.0/24/Lab", "10.2.0.0/24/red"}
    assert str(said("prefix", "10.1.0.0/24", "role")) == "link"
    assert said("vlan_group", "Fabric", "highest") == 200
    assert workshop.keys("address") == {"10.1.0.1/24", "10.1.0.2/24"}
    assert _referred(workshop, "cable", "C1", "a_interface_id") == "ams-r1/et-1/0"
    assert _referred(workshop, "cable", "C1", "b_circuit_end_id") == "Waves-Ltd/W-1/A"
    assert said("cable", "C1", "length_m") == 3.048
    assert len(workshop.keys("cable")) == 3


def test_what_has_no_home_is_told_and_counted(workshop: Workshop, lists: Lists) -> None:
    with serving(lists, token=TOKEN) as (url, _):
        result = _read(workshop, url)
    said = {str(one) for one in result.problems}
    for expected in (
        "dcim/devices: file: 1 times: role Access switch; taken as tor (as sw-1)",
        "dcim/devices: file: 1 times: platform weirdOS; none is set (as sw-1)",
        "dcim/locations: file: 1 times: no coordinates; put at 0, 0 (as Frankfurt)",
        "ipam/ip-addresses: file: 1 times: on no interface of a device (as 10.1.0.1/24)",
        "extras/config-contexts: file: 1 times: its reach is told by tenants (as tenants)",
    ):
        assert expected in said
    counts = {one.name: (one.read, one.taken) for one in result.lists}
    assert counts["dcim/devices"] == (3, 3)
    assert counts["dcim/locations"] == (5, 4)
    assert counts["ipam/ip-addresses"] == (3, 2)


def test_cables_of_one_end_a_side_as_before_3_2(workshop: Workshop, lists: Lists) -> None:
    for cable in lists["dcim/cables"]:
        del cable["terminations"]
    with serving(lists, token=TOKEN) as (url, _):
        _read(workshop, url)
    assert len(workshop.keys("cable")) == 3


def test_a_breakout_cable_is_told(workshop: Workshop, lists: Lists) -> None:
    one = lists["dcim/cables"][0]
    one["terminations"]["b2"] = one["terminations"]["b1"]
    with serving(lists, token=TOKEN) as (url, _):
        result = _read(workshop, url)
    assert len(workshop.keys("cable")) == 2
    assert any("its ends are not pairs" in str(one) for one in result.problems)


def test_locations_of_one_name(workshop: Workshop, lists: Lists) -> None:
    """Names are unique below one parent only."""
    places = {one["name"]: one for one in lists["dcim/locations"]}
    places["Frankfurt"]["name"] = "Amsterdam 1"
    with serving(lists, token=TOKEN) as (url, _):
        assert _errors(_read(workshop, url)) == []
        assert _read(workshop, url).diff == ()
    assert workshop.keys("site") in (
        {"Amsterdam-1", "Europe-Amsterdam-1"},
        {"Amsterdam-1", "Netherlands-Amsterdam-1"},
    )


def test_a_wrong_token_is_told_at_once(workshop: Workshop, lists: Lists) -> None:
    lists["dcim/locations"] = lists["dcim/locations"]
    with serving(lists, token=TOKEN) as (url, _), pytest.raises(InputError, match="token") as caught:
        _read(workshop, url, "wrong-one")
    assert "wrong-one" not in str(caught.value)


@pytest.mark.skipif(
    "NETWRIGHT_NAUTOBOT_URL" not in os.environ, reason="NETWRIGHT_NAUTOBOT_URL names no Nautobot"
)
def test_a_real_nautobot(workshop: Workshop) -> None:
    url, token = os.environ["NETWRIGHT_NAUTOBOT_URL"], os.environ["NETWRIGHT_NAUTOBOT_TOKEN"]
    _read(workshop, url, token)
    assert workshop.keys("site")
    assert _read(workshop, url, token).diff == ()
