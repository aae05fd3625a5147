"""A stranger is read over what it speaks: agent, command line and API of one switch, over real sockets."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from tests.device.http.server import served
from tests.device.http.switches import PASSWORD, USER, Arista

from netwright.base.clock import SystemClock
from netwright.base.errors import AuthenticationError, DeviceUnreachableError
from netwright.base.secret import Secret
from netwright.collect.discovery.knock import NetworkKnocker
from netwright.collect.discovery.reading import DeviceReader
from netwright.device.cli.dialogue import Dialogue
from netwright.device.connect import open_session
from netwright.device.endpoint import Endpoint, Way
from netwright.device.hostkeys import MemoryHostKeys
from netwright.device.session import Session
from netwright.device.tls import Tls
from netwright.lab.terminal.character import Character
from netwright.lab.terminal.line import Line
from netwright.lab.terminal.server import SimulatedDevice
from netwright.platforms.catalog import catalog
from netwright.platforms.facts import DeviceFacts

from .agents import COMMUNITY, Port, Router, Wires, mac

HOST = "127.31.9.1"
SAID = {
    "show version": "Arista DCS-7280SR3\nSoftware image version: 4.31.2F\n",
    "show version | json": {"modelName": "DCS-7280SR3", "version": "4.31.2F", "serialNumber": "JPE14080457"},
    "show hostname | json": {"hostname": "ams-leaf1", "fqdn": "ams-leaf1.example"},
    "show inventory | json": {
        "systemInformation": {"name": "DCS-7280SR3", "serialNum": "JPE14080457", "hardwareRev": "11.01"},
        "powerSupplySlots": {"1": {"name": "PWR-500AC-R", "serialNum": "K192KW00241CZ"}},
        "xcvrSlots": {"1": {"mfgName": "Arista", "modelName": "SFP-10G-SR", "serialNum": "XCW1423FD00E"}},
    },
    "show interfaces | json": {
        "interfaces": {
            "Ethernet1": {
                "name": "Ethernet1", "lineProtocolStatus": "up", "interfaceStatus": "connected",
                "physicalAddress": mac(1), "description": "to fra", "bandwidth": 10_000_000_000, "mtu": 9214,
            }
        }
    },
    "show ip bgp summary vrf all | json": {
        "vrfs": {
            "default": {
                "routerId": "192.0.2.1", "asn": "65001",
                "peers": {
                    "198.51.100.2": {
                        "peerState": "Established", "asn": "65002", "prefixReceived": 7, "version": 4,
                        "upDownTime": 100.0,
                    }
                },
            }
        }
    },
}  # fmt: skip
ANSWERS = {name: said if isinstance(said, str) else json.dumps(said) for name, said in SAID.items()}


class Switch:
    """An agent and a command line at one address."""

    def __init__(self) -> None:
        self.wires = Wires()
        self.terminal = SimulatedDevice(
            lambda: Line(Character("ams-leaf1", ANSWERS)), username=USER, password=PASSWORD, execs=True
        )

    def endpoint(self, *ways: Way, password: str = PASSWORD) -> Endpoint:
        access = self.wires.access()
        known = replace(
            access.credentials,
            username=USER,
            password=Secret(password),
            ways=ways,
            tls=Tls(plain=True),
            snmp_community=Secret(COMMUNITY),
        )
        made = replace(access, credentials=known, ssh_port=self.terminal.port, netconf_port=1, http_port=1)
        return made.endpoint(HOST, knocking=False)


@asynccontextmanager
async def switch(*, agent: bool = True, terminal: bool = True) -> AsyncIterator[Switch]:
    made = Switch()
    if agent:
        ports = [Port("Ethernet1", mac(1), "198.51.100.1/31"), Port("Management1", mac(2))]
        runs = "Arista Networks EOS version 4.31.2F running on an Arista Networks DCS-7280SR3"
        told = Router(
            "ams-leaf1.example", "", ports=ports, descr=runs, object_id=(1, 3, 6, 1, 4, 1, 30065, 1)
        )
        await made.wires.plug(HOST, told)
    if terminal:
        await made.terminal.start(HOST)
    try:
        yield made
    finally:
        made.wires.close()
        await made.terminal.stop()


async def read(endpoint: Endpoint, *, logs_in: bool = True) -> DeviceFacts:
    hostkeys = MemoryHostKeys()

    def login(there: Endpoint, dialogue: Dialogue | None) -> Session:
        return open_session(there, hostkeys, dialogue)

    heard = await NetworkKnocker(wait_s=0.4, ports=()).knock(endpoint)
    reader = DeviceReader(catalog(), SystemClock(), login if logs_in else None, limit_s=20)
    return await reader.read(endpoint, heard)


@pytest.mark.slow
async def test_what_the_agent_does_not_tell_comes_from_the_command_line() -> None:
    async with switch() as there:
        facts = await read(there.endpoint(Way.SNMP, Way.SSH))
    system = facts.system
    assert (facts.platform, facts.sources) == ("arista_eos", ("snmp", "ssh"))
    assert (system.hostname, system.serial, system.os_version) == (
        "ams-leaf1.example",
        "JPE14080457",
        "4.31.2F",
    )
    assert system.sys_descr is not None
    (port,) = facts.interfaces
    assert (port.name, port.description, port.if_index, port.source) == (
        "Ethernet1",
        "to fra",
        1,
        "cli: show interfaces | json",
    )
    assert [(one.serial, one.source) for one in facts.transceivers] == [
        ("XCW1423FD00E", "cli: show inventory | json")
    ]
    assert [str(one.remote_address) for one in facts.bgp_sessions] == ["198.51.100.2"]
    assert [(str(one.address), one.source) for one in facts.addresses] == [("198.51.100.1/31", "snmp")]
    sources = {port.source for port in facts.interfaces} | {one.source for one in facts.addresses}
    sources |= {part.source for part in facts.components} | {one.source for one in facts.bgp_sessions}
    assert sources <= dict(facts.answered).keys()


async def test_a_device_without_an_agent_is_read_wholly_by_its_command_line() -> None:
    async with switch(agent=False) as there:
        facts = await read(there.endpoint(Way.SSH))
    assert (facts.platform, facts.sources, facts.system.model) == ("arista_eos", ("ssh",), "DCS-7280SR3")
    assert facts.system.hostname == "ams-leaf1"
    assert {part.serial for part in facts.components} >= {"JPE14080457", "K192KW00241CZ"}


@pytest.mark.slow
async def test_a_refused_login_leaves_what_the_agent_told() -> None:
    async with switch() as there:
        facts = await read(there.endpoint(Way.SNMP, Way.SSH, password="wrong"))
    assert facts.sources == ("snmp",)
    assert len(facts.interfaces) == 2
    assert "ssh" in dict(facts.unparsed)


async def test_nobody_is_given_a_password_unasked() -> None:
    async with switch(agent=False) as there:
        for endpoint, logs_in in (
            (there.endpoint(Way.SSH), False),
            (there.endpoint(Way.SNMP), True),
            (there.endpoint(Way.NETCONF), True),
        ):
            with pytest.raises(DeviceUnreachableError, match="nothing tells us what it is"):
                await read(endpoint, logs_in=logs_in)
        assert there.terminal.logins == 0


async def test_the_first_way_that_is_open_is_taken() -> None:
    with served(Arista()) as port:
        there = replace(
            Switch().endpoint(Way.NETCONF, Way.HTTP), host="127.0.0.1", http_port=port, ssh_port=1
        )
        facts = await read(there)
        wrong = replace(there, credentials=replace(there.credentials, password=Secret("wrong")))
        with pytest.raises(AuthenticationError):
            await read(wrong)
    assert (facts.platform, facts.sources, facts.system.serial) == ("arista_eos", ("eapi",), "JPE1")
    assert "eapi show vlan" in dict(facts.unparsed)
