"""Facts and samples of a real content server's recorded answers."""

from __future__ import annotations

import pytest

from netwright.base.errors import DeviceTimeoutError, DeviceUnreachableError
from netwright.platforms.facts import SensorFact
from netwright.platforms.nginx_linux import shows
from netwright.platforms.nginx_linux.facts import NginxLinuxFacts

from .replay import ReplaySession

READER = NginxLinuxFacts()


@pytest.fixture
def cache() -> ReplaySession:
    return ReplaySession("ams-cache1")


async def test_facts(cache: ReplaySession) -> None:
    facts = await READER.facts(cache)
    assert facts.unparsed == ()
    assert facts.sources == ("lldp", "snmp", "ssh")
    assert (facts.system.model, facts.system.serial) == ("NW-S100", "NWAMSCACHE101")
    assert (facts.system.os, facts.system.os_version) == ("Linux nginx", "1.22.1")
    assert [n.remote_device for n in facts.neighbors] == ["ams-tor1"]
    assert {part.component_class for part in facts.components} == {
        "chassis", "power-supply", "fan", "transceiver",
    }  # fmt: skip


async def test_a_sample_says_how_the_service_does(cache: ReplaySession) -> None:
    sample = await READER.sample(cache)
    assert sample.unparsed == ()
    sensors = {sensor.name: sensor for sensor in sample.sensors}
    assert sensors["nginx"] == SensorFact("nginx", "truth-value", 1.0, "", ok=True)
    assert sensors["content-store"].ok
    assert 0 < sensors["content-store"].value < 100


async def test_a_dead_nginx_is_seen(cache: ReplaySession) -> None:
    command = shows.health_command("198.18.1.3")
    cache.garble(command, "000")
    sample = await READER.sample(cache)
    assert SensorFact("nginx", "truth-value", 0.0, "", ok=False) in sample.sensors


async def test_each_source_alone_is_enough(cache: ReplaySession) -> None:
    cache.snmp_error = DeviceTimeoutError("no SNMP answer", subject="ams-cache1")
    assert {fact.name for fact in (await READER.sample(cache)).interfaces} == {"lo", "swp1", "eth0"}
    cache.snmp_error, cache.ssh_error = None, DeviceUnreachableError("no way", subject="ams-cache1")
    facts = await READER.facts(cache)
    assert facts.system.serial == "NWAMSCACHE101"
    assert "nginx" not in {sensor.name for sensor in facts.sensors}
    cache.snmp_error = DeviceTimeoutError("no SNMP answer", subject="ams-cache1")
    with pytest.raises((DeviceUnreachableError, DeviceTimeoutError)):
        await READER.sample(cache)


@pytest.mark.parametrize(
    ("output", "share", "ok"),
    [
        (
            "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 1000 250 750 25% /srv\n",
            25.0,
            True,
        ),
        ("Filesystem 1024-blocks Used Available Capacity Mounted on\ntmpfs 100 99 1 99% /srv\n", 99.0, False),
    ],
)
def test_disk(output: str, share: float, ok: bool) -> None:
    assert shows.disk(output) == SensorFact("content-store", "percent", share, "%", ok=ok)


def test_addresses_in_urls() -> None:
    assert "http://[2001:db8::1]/health" in shows.health_command("2001:db8::1")
