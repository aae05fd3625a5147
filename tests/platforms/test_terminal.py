"""A platform is recognised over SSH, on an exec channel or a terminal, and a stranger stays one."""

from __future__ import annotations

import pytest

from netwright.base.errors import AuthenticationError
from netwright.base.secret import Secret
from netwright.device.cli.dialogue import Dialogue
from netwright.device.connect import open_session
from netwright.device.endpoint import Credentials, Endpoint, Timeouts
from netwright.device.hostkeys import MemoryHostKeys
from netwright.device.session import Session
from netwright.lab.terminal.character import Character
from netwright.lab.terminal.line import Line
from netwright.lab.terminal.server import SimulatedDevice
from netwright.platforms.catalog import catalog
from netwright.platforms.facts import DeviceFacts
from netwright.platforms.recognise import fitting
from netwright.platforms.terminal import terminal_facts

XR = "Cisco IOS XR Software, Version 7.9.2\nCopyright (c) 2013-2023 by Cisco Systems, Inc.\n"
SAID = {
    "arista_eos": "Arista DCS-7280SR3-48YC8\nSoftware image version: 4.31.2F\n",
    "cisco_ios": "Cisco IOS Software, C2900 Software (C2900-UNIVERSALK9-M), Version 15.7(3)M, RELEASE\n",
    "cisco_xe": "Cisco IOS XE Software, Version 17.09.04a\nCisco IOS Software [Cupertino], Version 17.9.4a\n",
    "cisco_xr": XR,
    "cisco_nxos": "Cisco Nexus Operating System (NX-OS) Software\n  system:    version 7.3(13)N1(1)\n",
    "juniper_junos": "Hostname: r1\nModel: srx300\nJunos: 22.4R3-S2.11\n",
    "nokia_sros": "TiMOS-B-20.10.R3 both/x86_64 Nokia 7750 SR\n",
    "huawei_vrp": "Huawei Versatile Routing Platform Software\nVRP (R) software, Version 8.180\n",
    "hp_comware": "H3C Comware Software, Version 7.1.070, Release 6616\n",
    "mikrotik_routeros": "       version: 7.16 (stable)\n      platform: MikroTik\n",
}


@pytest.mark.parametrize("name", sorted(SAID))
def test_a_version_names_one_platform(name: str) -> None:
    found = fitting(catalog(), SAID[name])
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("said", ["", "Linux r1 6.1.0\n", "% Invalid input detected\n", "not found: Cisco\n"])
def test_other_words_name_none(said: str) -> None:
    assert fitting(catalog(), said) is None


async def facts(answers: dict[str, str], *, execs: bool, password: str = "simulated") -> DeviceFacts:
    device = SimulatedDevice(lambda: Line(Character("r1", answers)), execs=execs)
    await device.start()
    endpoint = Endpoint(
        "r1",
        "127.0.0.1",
        Credentials("netops", password=Secret(password)),
        ssh_port=device.port,
        timeouts=Timeouts(snmp_s=0.05),
    )
    hostkeys = MemoryHostKeys()

    def opener(dialogue: Dialogue | None) -> Session:
        return open_session(endpoint, hostkeys, dialogue)

    try:
        return await terminal_facts(catalog(), opener, device="there", now=0.0)
    finally:
        await device.stop()


@pytest.mark.parametrize("execs", [True, False], ids=["exec", "terminal"])
async def test_the_device_is_recognised(execs: bool) -> None:
    found = await facts({"show version": XR}, execs=execs)
    assert (found.device, found.platform) == ("there", "cisco_xr")
    assert found.system.vendor == "Cisco"
    assert found.system.os_version == "7.9.2"


async def test_a_stranger_is_told_with_its_words() -> None:
    found = await facts({"show version": "Strange OS 1.0\n"}, execs=False)
    assert found.platform == "unknown"
    assert found.system.vendor is None
    assert ("show version", "Strange OS 1.0\n") in found.unparsed


async def test_a_refused_login_is_no_stranger() -> None:
    with pytest.raises(AuthenticationError):
        await facts({}, execs=True, password="wrong")
