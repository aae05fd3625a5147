"""A Redfish service that is really served: its session, its resources, its faults; and the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.device.http.server import Reply, Request, served

from netwright.base.errors import AuthenticationError, UnparsedAnswerError
from netwright.base.secret import Secret
from netwright.cli.probe import app
from netwright.device.endpoint import Credentials, Endpoint, Timeouts
from netwright.device.redfish.client import redfish_client
from netwright.device.tls import Tls
from netwright.platforms.facts import DeviceFacts, Limits, OperState
from netwright.platforms.redfish.probe import redfish_facts

RESOURCES = json.loads((Path(__file__).parents[2] / "cases/redfish/appliance.json").read_bytes())
USER, PASSWORD = "netops", "correct horse"
SESSIONS = "/redfish/v1/SessionService/Sessions"


class Service:
    """Holds resources and sessions. ``basic``: it has no sessions."""

    def __init__(self, *, basic: bool = False) -> None:
        self.resources: dict[str, Any] = dict(RESOURCES)
        self.sessions: set[str] = set()
        self.ended = 0
        self.asked: list[str] = []
        self.basic = basic

    def __call__(self, request: Request) -> Reply:
        if request.path == SESSIONS and request.method == "POST":
            return self._log_in(request)
        token = request.headers.get("x-auth-token", "")
        if self.basic:
            if not request.headers.get("authorization", "").startswith("Basic "):
                return Reply(401)
        elif token not in self.sessions:
            return Reply(401)
        if request.method == "DELETE":
            self.sessions.discard(token)
            self.ended += 1
            return Reply(204)
        self.asked.append(request.path)
        found = self.resources.get(request.path)
        return found if isinstance(found, Reply) else Reply(404 if found is None else 200, found or {})

    def _log_in(self, request: Request) -> Reply:
        if self.basic:
            return Reply(404)
        if request.body != {"UserName": USER, "Password": PASSWORD}:
            return Reply(401)
        self.sessions.add("token-1")
        return Reply(201, {"Id": "1"}, {"X-Auth-Token": "token-1", "Location": f"{SESSIONS}/1"})


async def ask(service: Service, password: str = PASSWORD, max_resources: int = 200) -> DeviceFacts:
    with served(service) as port:
        login = Credentials(USER, password=Secret(password))
        where = Endpoint("ams-cache1", "127.0.0.1", login, timeouts=Timeouts(command_s=5))
        tls = Tls(plain=True)
        async with redfish_client(where, port=port, tls=tls, max_resources=max_resources) as client:
            return await redfish_facts(client, "ams-cache1", 1_700_000_000.0)


async def test_all_that_an_appliance_has() -> None:
    service = Service()
    facts = await ask(service)
    assert facts.unparsed == ()
    assert (facts.system.vendor, facts.system.model, facts.system.serial) == ("Acme", "Flash 2U", "SRV0001")
    assert {(c.name, c.component_class, c.parent, c.serial, c.ok) for c in facts.components} == {
        ("Chassis", "chassis", None, "CHS0001", None),
        ("CPU 1", "cpu", "Chassis", None, True),
        ("DIMM A1", "module", "Chassis", "MEM1", None),
        ("DIMM A2", "module", "Chassis", "MEM2", None),
        ("NVMe 0", "disk", "Chassis", "NV0", True),
        ("NVMe 1", "disk", "Chassis", "NV1", False),
        ("ConnectX", "network-card", "Chassis", "MT1", None),
        ("PSU 1", "power-supply", "Chassis", "PSU1", True),
        ("Fan 1", "fan", "Chassis", None, True),
        ("BMC", "module", None, None, None),
        ("BIOS", "firmware", None, None, None),
    }
    by_name = {c.name: c for c in facts.components}
    assert by_name["NVMe 0"].description == "SSD NVMe 7680 GB"
    assert by_name["PSU 1"].capacity_w == 1000
    assert (by_name["BIOS"].version, by_name["BMC"].version) == ("3.1", "1.02.3")
    (port,) = facts.interfaces
    assert (port.speed_bps, port.oper, port.mac) == (100 * 10**9, OperState.UP, "02:00:00:dd:00:01")
    assert [str(fact.address) for fact in facts.addresses] == ["198.51.100.9/31", "2001:db8::9/64"]
    sensors = {sensor.name: sensor for sensor in facts.sensors}
    assert sensors["Inlet"].limits == Limits(high_warning=38, high_critical=42)
    assert (sensors["Inlet"].ok, sensors["Inlet"].state) == (False, "Critical")
    assert sensors["Humidity"].limits == Limits(high_critical=90)
    assert {name: s.value for name, s in sensors.items()} == {
        "Inlet": 44,
        "Humidity": 31,
        "12V": 12.1,
        "System Power": 412,
        "Fan 1": 9000,
        "PSU 1 input": 230,
        "PSU 1 output": 200,
    }
    assert service.ended == 1
    assert len(service.asked) == len(set(service.asked))


async def test_a_service_without_sessions_gets_the_password_each_time() -> None:
    assert (await ask(Service(basic=True))).system.serial == "SRV0001"


async def test_a_wrong_password() -> None:
    with pytest.raises(AuthenticationError) as caught:
        await ask(Service(), password="wrong")
    assert "wrong" not in str(caught.value).replace("a wrong", "")


async def test_a_part_that_fails_is_told_and_the_rest_is_there() -> None:
    service = Service()
    service.resources["/redfish/v1/Chassis/1U/Power"] = Reply(500, {"error": "sensor bus"})
    service.resources["/redfish/v1/Chassis/1U/Thermal"] = Reply(raw=b"<html>")
    service.resources["/redfish/v1/Managers"] = {"Members": [{"@odata.id": "/redfish/v1/Managers"}, 7, {}]}
    facts = await ask(service)
    problems = dict(facts.unparsed)
    assert "HTTP 500" in problems["redfish /redfish/v1/Chassis/1U/Power"]
    assert "is no JSON" in problems["redfish /redfish/v1/Chassis/1U/Thermal"]
    assert "<html>" in problems["redfish /redfish/v1/Chassis/1U/Thermal"]
    assert "NVMe 0" in {component.name for component in facts.components}


async def test_a_service_without_end_is_left() -> None:
    service = Service()
    facts = await ask(service, max_resources=10)
    assert len(service.asked) == 10
    assert any("more than 10 Redfish resources" in what for _, what in facts.unparsed)


async def test_an_address_that_is_none_is_told() -> None:
    service = Service()
    service.resources["/redfish/v1/Systems/1/EthernetInterfaces"] = {
        "Members": [{"@odata.id": "/x", "Id": "a", "IPv4Addresses": [{"Address": "nowhere"}]}]
    }
    facts = await ask(service)
    assert [port.name for port in facts.interfaces] == ["a"]
    assert "nowhere" in dict(facts.unparsed)["redfish EthernetInterfaces"]


async def test_another_protocol() -> None:
    where = Endpoint("x", "127.0.0.1", Credentials(""), timeouts=Timeouts(command_s=5))
    with served(lambda request: Reply(raw=b"hello")) as port:
        async with redfish_client(where, port=port, tls=Tls(plain=True)) as client:
            with pytest.raises(UnparsedAnswerError):
                await redfish_facts(client, "x", 0.0)


def test_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWRIGHT_DEVICE_PASSWORD", PASSWORD)
    with served(Service()) as port:
        arguments = ["redfish", f"127.0.0.1:{port}", "--user", USER, "--plaintext", "--json"]
        result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.exception
    told = json.loads(result.stdout)
    assert told["system"]["hostname"] == "ams-cache1"
    assert told["problems"] == []
