"""Apache Traffic Control's files: a CDN of them, every sample, and files that are broken in any way."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.intent.test_parts import _referred

from netwright.base.errors import InputError
from netwright.exchange.formats import Format
from netwright.exchange.trafficcontrol.source import TrafficControl
from netwright.intent.importer import ImportResult
from netwright.intent.source import Drafts
from netwright.store.problem import Severity, broken

from .conftest import Workshop, load_paths, samples

CDN: dict[str, list[dict[str, Any]]] = {
    "cdns": [{"name": "video", "domainName": "video.example", "dnssecEnabled": False}],
    "divisions": [{"name": "Europe"}],
    "regions": [{"name": "Benelux", "divisionName": "Europe"}, {"name": "Europe", "divisionName": "Europe"}],
    "physLocations": [
        {
            "name": "Amsterdam One",
            "shortName": "ams1",
            "address": "Street 1",
            "city": "Amsterdam",
            "zip": "1012",
            "region": "Benelux",
            "poc": "Desk",
            "email": "desk@example.com",
        }
    ],
    "cachegroups": [
        {"name": "edge-ams", "shortName": "ea", "latitude": 52.3, "longitude": 4.9, "typeName": "EDGE_LOC"},
        {
            "name": "mid-fra",
            "shortName": "mf",
            "latitude": 50.1,
            "longitude": 8.7,
            "typeName": "MID_LOC",
            "parentCachegroupName": "origin",
            "fallbacks": ["edge-ams"],
        },
    ],
    "serverCapabilities": [{"name": "SSD"}],
    "serverServerCapabilities": [{"serverHostName": "edge1", "serverCapability": "SSD"}],
    "parameters": [
        {"name": "health.timeout", "configFile": "rascal.properties", "value": "2000", "profiles": ["EDGE"]},
        {"name": "key", "configFile": "x", "value": "hidden", "secure": True, "profiles": ["EDGE"]},
    ],
    "profiles": [
        {
            "name": "EDGE",
            "cdnName": "video",
            "params": [
                {"name": "port", "configFile": "records.config", "value": "80"},
                {"name": "port", "configFile": "records.config", "value": "8080"},
            ],
        }
    ],
    "servers": [
        {
            "hostName": "edge1",
            "domainName": "video.example",
            "cdnName": "video",
            "cachegroup": "edge-ams",
            "physLocation": "Amsterdam One",
            "profileNames": ["EDGE"],
            "rack": "r1",
            "status": "REPORTED",
            "type": "EDGE",
            "tcpPort": 8080,
            "iloIpAddress": "10.0.0.9",
            "iloIpNetmask": "255.255.255.0",
            "iloPassword": "hidden",
            "mgmtIpAddress": "10.0.0.1/24",
            "interfaces": [
                {
                    "name": "eth1",
                    "mtu": 9000,
                    "maxBandwidth": 10_000_000,
                    "routerHostName": "tor1",
                    "routerPortName": "swp1",
                    "ipAddresses": [
                        {"address": "192.0.2.10/24", "serviceAddress": True},
                        {"address": "2001:db8::10/64", "serviceAddress": True},
                    ],
                }
            ],
        },
        {
            "hostName": "mid1",
            "cachegroup": "mid-fra",
            "type": "MID",
            "status": "OFFLINE",
            "interfaceName": "eth0",
            "ipAddress": "192.0.2.20",
            "ipNetmask": "255.255.255.0",
        },
        {"hostName": "ops", "cachegroup": "edge-ams", "physLocation": "Amsterdam One", "type": "TRAFFIC_OPS"},
        {"hostName": "lost", "cachegroup": "nowhere", "type": "EDGE"},
    ],
    "deliveryServices": [{"xmlId": "demo1"}],
    "users": [{"username": "admin", "localPasswd": "hidden"}],
}


def _write(folder: Path, cdn: Any, name: str = "fixtures.json") -> Path:
    file = folder / name
    file.write_text(json.dumps(cdn))
    return file


def _take(workshop: Workshop, *paths: Path) -> ImportResult:
    return load_paths(workshop, *paths, format_=Format.TRAFFICCONTROL)


def test_everything_with_a_home(workshop: Workshop, tmp_path: Path) -> None:
    file = _write(tmp_path, CDN)
    result = _take(workshop, file)
    assert [str(one) for one in result.problems if one.severity is Severity.ERROR] == []
    assert result.revision == 1
    assert _take(workshop, file).diff == ()
    said = workshop.value
    assert workshop.keys("region") == {"Europe", "Benelux", "Europe-region", "unplaced"}
    assert workshop.keys("site") == {"ams1", "mf"}
    assert said("site", "ams1", "latitude") == 52.3
    assert said("site", "ams1", "postal_address") == "Street 1\n1012 Amsterdam"
    assert workshop.keys("site_contact") == {"ams1/Desk"}
    assert _referred(workshop, "cluster", "ea", "site_id") == "ams1"
    assert said("cluster", "mf", "custom") == {
        "type": "MID_LOC",
        "parents": "origin",
        "fallbacks": "edge-ams",
    }
    assert workshop.keys("device") == {"edge1", "mid1", "ops"}
    assert str(said("device", "edge1", "role")) == "cache"
    assert str(said("device", "mid1", "status")) == "maintenance"
    assert str(said("device", "ops", "role")) == "management"
    assert said("device", "edge1", "tags") == ["SSD", "video"]
    assert str(said("device", "edge1", "management_address")) == "10.0.0.1"
    assert _referred(workshop, "device", "edge1", "rack_id") == "ams1/r1"
    assert workshop.keys("interface") == {"edge1/eth1", "edge1/ilo", "mid1/eth0"}
    assert workshop.keys("address") == {
        "192.0.2.10/24",
        "2001:db8::10/64",
        "10.0.0.9/24",
        "192.0.2.20/24",
    }
    assert str(said("appliance", "edge1", "service_address")) == "192.0.2.10"
    assert said("appliance", "edge1", "service_port") == 8080
    assert said("appliance", "edge1", "capacity_bps") == 10**10
    assert _referred(workshop, "appliance", "mid1", "cluster_id") == "mf"
    assert said("config_context", "EDGE at edge1", "data") == {
        "rascal.properties": {"health.timeout": "2000"},
        "records.config": {"port": ["80", "8080"]},
    }


def test_what_has_no_home_is_told_and_secrets_are_never_read(workshop: Workshop, tmp_path: Path) -> None:
    result = _take(workshop, _write(tmp_path, CDN))
    said = {str(one) for one in result.problems}
    assert "servers: file: 1 times: its location and cache group are not among these (as lost)" in said
    assert "profiles: file: 1 times: secure parameters are secrets (as key)" in said
    assert any(one.startswith("deliveryservices: file: 1 times") for one in said)
    assert "hidden" not in str(result)
    counts = {one.name: (one.read, one.taken) for one in result.lists}
    assert counts["servers"] == (4, 3)
    assert counts["users"] == (1, 0)


def test_the_ways_that_files_are_laid_out(workshop: Workshop, tmp_path: Path) -> None:
    """One file of many lists, answers of the API, and a folder a list with an object a file give the same."""
    _take(workshop, _write(tmp_path, CDN))
    answers = tmp_path / "answers"
    answers.mkdir()
    for name, objects in CDN.items():
        _write(answers, {"response": objects}, f"{name}.json")
    folders = tmp_path / "folders"
    for name, objects in CDN.items():
        spelt = {"physLocations": "phys_locations"}.get(name, name)
        (folders / spelt).mkdir(parents=True)
        for number, one in enumerate(objects):
            _write(folders / spelt, one, f"{number:03}.json")
    assert _take(workshop, answers).diff == ()
    assert _take(workshop, folders).diff == ()


def test_a_snapshot_of_the_routers(workshop: Workshop, tmp_path: Path) -> None:
    snapshot = {
        "config": {"domain_name": "cdn.example"},
        "stats": {"CDN_name": "cdn1"},
        "edgeLocations": {"cg1": {"latitude": 1.5, "longitude": 2.5, "backupLocations": {"list": ["cg2"]}}},
        "trafficRouterLocations": {"tr": {"latitude": 3, "longitude": 4}},
        "contentServers": {
            "e1": {
                "cacheGroup": "cg1",
                "ip": "192.0.2.1",
                "ip6": "2001:db8::1/64",
                "port": 80,
                "interfaceName": "eth0",
                "type": "EDGE",
                "status": "ONLINE",
                "profile": "EDGE",
            }
        },
        "contentRouters": {"r1": {"location": "tr", "ip": "192.0.2.2", "status": "ONLINE"}},
        "deliveryServices": {"ds": {}},
    }
    result = _take(workshop, _write(tmp_path, snapshot, "CRConfig.json"))
    assert not broken(result.problems)
    assert workshop.keys("device") == {"e1", "r1"}
    assert workshop.value("device", "e1", "tags") == ["cdn1"]
    assert workshop.value("cluster", "cg1", "custom") == {"fallbacks": "cg2"}
    assert str(workshop.value("appliance", "e1", "service_address")) == "192.0.2.1"


def test_every_sample(workshop: Workshop) -> None:
    folder = samples("trafficcontrol")
    files = sorted(folder.rglob("*.json"))
    result = _take(workshop, *files)
    assert not broken(result.problems), [str(one) for one in result.problems]
    assert sum(one.read for one in result.lists) >= len(files)
    assert len(workshop.keys("cluster")) == 9
    assert len(workshop.keys("config_context")) == 14
    assert _take(workshop, *files).diff == ()


def test_each_sample_alone(workshop: Workshop) -> None:
    for file in sorted(samples("trafficcontrol").rglob("*.json")):
        assert not broken(_take(workshop, file).problems), file


def test_what_is_no_list_of_it_is_told(workshop: Workshop, tmp_path: Path) -> None:
    result = _take(workshop, _write(tmp_path, {"a": 1}, "x.json"), _write(tmp_path, [1], "servers.json"))
    said = [str(one) for one in result.problems]
    assert any("x is no list of Traffic Control" in one for one in said)
    assert any("wants an object, not int" in one for one in said)
    (tmp_path / "y.json").write_text("{")
    with pytest.raises(InputError, match="not JSON"):
        _take(workshop, tmp_path / "y.json")


_ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_broken_value_never_breaks_the_reading(
    workshop: Workshop, tmp_path: Path, data: st.DataObject
) -> None:
    """Any value of any field may be anything."""
    cdn = copy.deepcopy(CDN)
    for _ in range(3):
        one = data.draw(st.sampled_from([each for objects in cdn.values() for each in objects]))
        if one:
            one[data.draw(st.sampled_from(sorted(one)))] = data.draw(_ANY)
    with workshop.database.read() as session:
        assert isinstance(TrafficControl([_write(tmp_path, cdn)]).drafts(session), Drafts)
