"""A device of the inventory is collected over the ways that its credentials name, over real sockets."""

from __future__ import annotations

import pytest
from tests.device.http.server import served
from tests.device.http.switches import PASSWORD, USER, Arista

from netwright.base.errors import AuthenticationError, DeviceError
from netwright.base.secret import Secret
from netwright.device.connect import open_session
from netwright.device.endpoint import Credentials, Endpoint, Timeouts, Way
from netwright.device.hostkeys import MemoryHostKeys
from netwright.device.tls import Tls
from netwright.lab.terminal.character import Character
from netwright.lab.terminal.line import Line
from netwright.lab.terminal.server import SimulatedDevice
from netwright.platforms.catalog import platform
from netwright.platforms.facts import DeviceFacts, DeviceSample

SUMMARY = (
    '{"vrfs": {"default": {"routerId": "192.0.2.1", "asn": "65001", "peers": {"198.51.100.2":'
    ' {"peerState": "Established", "asn": "65002", "prefixReceived": 7, "version": 4}}}}}'
)


def endpoint(*ways: Way, http: int = 1, ssh: int = 1, password: str = PASSWORD) -> Endpoint:
    known = Credentials(USER, password=Secret(password), ways=ways, tls=Tls(plain=True))
    waits = Timeouts(connect_s=2, login_s=2, command_s=5, snmp_s=0.05)
    return Endpoint("leaf1", "127.0.0.1", known, ssh, 1, waits, netconf_port=1, http_port=http)


async def facts(there: Endpoint) -> DeviceFacts:
    session = open_session(there, MemoryHostKeys(), platform("eos").dialogue)
    try:
        return await platform("eos").facts.facts(session)
    finally:
        await session.close()


async def sample(there: Endpoint) -> DeviceSample:
    session = open_session(there, MemoryHostKeys(), platform("eos").dialogue)
    try:
        return await platform("eos").facts.sample(session)
    finally:
        await session.close()


async def test_the_api_tells_and_what_failed_before_it_is_told() -> None:
    with served(Arista()) as port:
        found = await facts(endpoint(Way.NETCONF, Way.HTTP, http=port))
        taken = await sample(endpoint(Way.HTTP, http=port))
    assert (found.device, found.platform, found.system.serial) == ("leaf1", "arista_eos", "JPE1")
    assert found.sources == ("eapi",)
    assert "netconf" in dict(found.unparsed)
    assert "snmp" not in dict(found.unparsed)
    assert (taken.device, taken.uptime_s) == ("leaf1", 100.0)


async def test_the_command_line_gives_the_samples_of_a_device_without_an_agent() -> None:
    said = {"show ip bgp summary vrf all | json": SUMMARY}
    device = SimulatedDevice(
        lambda: Line(Character("leaf1", said)), username=USER, password=PASSWORD, execs=True
    )
    await device.start()
    try:
        taken = await sample(endpoint(Way.HTTP, Way.SSH, ssh=device.port))
    finally:
        await device.stop()
    assert [str(one.remote_address) for one in taken.bgp_sessions] == ["198.51.100.2"]
    assert "http" in dict(taken.unparsed)
    assert "snmp" not in dict(taken.unparsed)


async def test_the_error_of_the_best_way_is_told_when_none_answers() -> None:
    with served(Arista()) as port:
        with pytest.raises(AuthenticationError):
            await facts(endpoint(Way.HTTP, Way.NETCONF, http=port, password="wrong"))
        with pytest.raises(DeviceError, match="SNMP"):
            await facts(endpoint(Way.SNMP))
