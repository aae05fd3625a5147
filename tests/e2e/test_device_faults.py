"""A real router hurt in real ways: what the sessions and the fact reader make of it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from netwright.base.errors import (
    AuthenticationError,
    CommandFailedError,
    DeviceTimeoutError,
    DeviceUnreachableError,
    HostKeyChangedError,
)
from netwright.base.secret import Secret
from netwright.device.connect import open_session
from netwright.device.endpoint import Endpoint, Timeouts
from netwright.device.hostkeys import MemoryHostKeys
from netwright.platforms.catalog import platform
from netwright.platforms.facts import OperState

from .one_router import OneRouter, one_router

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(os.geteuid() != 0, reason="NOT RUN: needs root for network namespaces"),
]

RESTART_SSH = (
    "p=$(cat /run/sshd.pid); kill $p; while kill -0 $p 2>/dev/null; do sleep 0.05; done;"
    " /usr/sbin/sshd -f /run/sshd_config"
)
READER = platform("frr").facts


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneRouter]:
    with one_router(tmp_path_factory.mktemp("shared") / "router") as router:
        yield router


@pytest.fixture
def router(shared: OneRouter) -> OneRouter:
    return shared


def impatient(router: OneRouter, **timeouts: float) -> Endpoint:
    short = {"connect_s": 1.0, "login_s": 2.0, "command_s": 2.0, "snmp_s": 0.3}
    return replace(router.endpoint, timeouts=Timeouts(**{**short, **timeouts}))


async def test_facts_of_a_live_router(router: OneRouter) -> None:
    session = open_session(router.endpoint, MemoryHostKeys())
    facts = await READER.facts(session)
    assert facts.unparsed == ()
    assert facts.sources == ("snmp", "ssh")
    assert (facts.system.hostname, facts.system.os_version) == ("r1", "8.4.4")
    assert {fact.name: fact.oper for fact in facts.interfaces}["swp1"] == OperState.UP
    assert [str(fact.address) for fact in facts.addresses] == ["10.9.0.2/24"]
    sample = await READER.sample(session)
    assert sample.unparsed == ()
    assert sample.load.memory is not None
    await session.close()


async def test_a_stopped_agent_leaves_ssh(router: OneRouter) -> None:
    router.run("kill -STOP $(cat /run/snmpd.pid)")
    session = open_session(impatient(router, command_s=10), MemoryHostKeys())
    try:
        sample = await READER.sample(session)
    finally:
        router.run("kill -CONT $(cat /run/snmpd.pid)")
        await session.close()
    assert [source for source, _ in sample.unparsed] == ["snmp"]
    assert "swp1" in {fact.name for fact in sample.interfaces}


async def test_a_stopped_ssh_server(router: OneRouter) -> None:
    router.run("kill -STOP $(cat /run/sshd.pid)")
    session = open_session(impatient(router), MemoryHostKeys())
    try:
        with pytest.raises(DeviceTimeoutError, match="login"):
            await session.run("true")
        assert (await READER.sample(session)).interfaces
    finally:
        router.run("kill -CONT $(cat /run/sshd.pid)")
        await session.close()


async def test_a_router_cut_off(router: OneRouter) -> None:
    session = open_session(impatient(router), MemoryHostKeys())
    await session.run("true")
    router.cut_management()
    try:
        with pytest.raises((DeviceTimeoutError, DeviceUnreachableError)):
            await session.run("true")
        with pytest.raises((DeviceTimeoutError, DeviceUnreachableError)):
            await READER.sample(session)
    finally:
        router.heal_management()
        await session.close()


async def test_a_link_cut_in_mid_answer(router: OneRouter) -> None:
    session = open_session(impatient(router), MemoryHostKeys())
    await session.run("true")
    answer = asyncio.create_task(session.run("echo begun; sleep 60"))
    while "sleep 60" not in await asyncio.to_thread(router.run, "ps -eo args"):  # noqa: ASYNC110
        await asyncio.sleep(0.05)  # a router's shell sends no events
    router.cut_management()
    try:
        with pytest.raises(DeviceTimeoutError, match="6 bytes had arrived"):
            await answer
    finally:
        router.heal_management()
        await session.close()


async def test_nobody_at_the_address_and_no_way_there(router: OneRouter) -> None:
    for host in ("10.9.0.77", "203.0.113.9"):
        session = open_session(replace(impatient(router, connect_s=8), host=host), MemoryHostKeys())
        with pytest.raises((DeviceUnreachableError, DeviceTimeoutError), match=host):
            await session.run("true")
        await session.close()


async def test_a_wrong_password_and_a_user_without_rights(router: OneRouter) -> None:
    credentials = replace(router.endpoint.credentials, private_key=None, password=Secret("wrong"))
    session = open_session(replace(router.endpoint, credentials=credentials), MemoryHostKeys())
    with pytest.raises(AuthenticationError, match="netops"):
        await session.run("true")
    await session.close()
    config = platform("frr").config
    assert config is not None
    router.run("mv /etc/sudoers.d/netops /root/sudoers")
    session = open_session(router.endpoint, MemoryHostKeys())
    try:
        with pytest.raises(CommandFailedError, match="sudo"):
            await config.state(session)
    finally:
        router.run("mv /root/sudoers /etc/sudoers.d/netops")
        await session.close()


async def test_a_reinstalled_router_is_not_trusted(router: OneRouter, tmp_path: Path) -> None:
    hostkeys = MemoryHostKeys()
    session = open_session(router.endpoint, hostkeys)
    await session.run("true")
    await session.close()
    router.run("mv /etc/hostkey /root/hostkey; ssh-keygen -q -t ed25519 -N '' -f /etc/hostkey")
    router.run(RESTART_SSH)
    session = open_session(router.endpoint, hostkeys)
    try:
        with pytest.raises(HostKeyChangedError, match="netwright hostkey accept r1"):
            await session.run("true")
        hostkeys.keys["r1"] = hostkeys.refused["r1"]
        assert (await session.run("echo in")).output == "in\n"
    finally:
        await session.close()
        router.run(f"mv /root/hostkey /etc/hostkey; {RESTART_SSH}")
