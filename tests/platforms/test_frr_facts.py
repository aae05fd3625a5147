"""Facts and samples of a real FRR router's recorded answers, whole and with parts missing or garbled."""

from __future__ import annotations

import ipaddress

import pytest

from netwright.base.errors import DeviceTimeoutError, DeviceUnreachableError
from netwright.platforms.facts import BgpState, NeighborFact, OperState
from netwright.platforms.frr import shows
from netwright.platforms.frr.facts import MOST_ROUTES, FrrFacts
from netwright.platforms.linux import links, lldp

from .replay import ReplaySession

READER = FrrFacts()
SSH_DOWN = DeviceUnreachableError("no connection", subject="ams-edge1")
SNMP_DOWN = DeviceTimeoutError("no SNMP answer", subject="ams-edge1")


@pytest.fixture
def edge() -> ReplaySession:
    return ReplaySession("ams-edge1")


async def test_facts_of_a_router(edge: ReplaySession) -> None:
    facts = await READER.facts(edge)
    assert facts.sources == ("lldp", "snmp", "ssh")
    assert facts.unparsed == ()
    system = facts.system
    assert (system.hostname, system.vendor, system.model) == ("ams-edge1", "Netwright Labs", "NW-7100")
    assert (system.serial, system.os, system.os_version) == ("NWAMSEDGE101", "FRRouting", "8.4.4")
    interfaces = {fact.name: fact for fact in facts.interfaces}
    assert sorted(interfaces) == ["eth0", "lo", *(f"swp{n}" for n in range(1, 7))]
    first = interfaces["swp1"]
    assert (first.admin_up, first.oper, first.speed_bps, first.mtu) == (True, OperState.UP, 10**10, 1500)
    assert first.description == "to fra-core1"  # only FRR knows it
    assert first.mac is not None
    assert first.in_octets is not None
    assert first.in_octets > 0
    assert {str(fact.address) for fact in facts.addresses} == {"10.254.1.1/31", "10.250.0.21/24"}
    assert facts.neighbors[0] == NeighborFact(
        "swp1", "fra-core1", "swp2", "02:84:5d:dd:12:21", "Netwright lab router NW-9200 FRR 8.4.4",
        "10.250.0.11", remote_port_description="swp2",
        capabilities=("bridge", "router", "station", "wlan-access-point"), enabled=("router",),
        source=f"cli: {lldp.LLDP_NEIGHBORS}",
    )  # fmt: skip


async def test_hardware_and_readings(edge: ReplaySession) -> None:
    facts = await READER.facts(edge)
    parts = {part.name: part for part in facts.components}
    assert parts["chassis"].part_number == "NW-7100-6X"
    assert parts["chassis"].parent is None
    assert (parts["psu1"].component_class, parts["psu1"].parent) == ("power-supply", "chassis")
    assert parts["fan3"].component_class == "fan"
    assert parts["optic-swp1"].component_class == "transceiver"
    assert parts["optic-swp1"].serial == "NWAMSEDGE101-OSWP1"
    assert "temp1" not in parts
    readings = {sensor.name: sensor for sensor in facts.sensors}
    assert readings["temp1"].sensor_class == "celsius"
    assert 20 < readings["temp1"].value < 60
    assert readings["fan1-speed"].value > 1000
    assert readings["optic-swp1-rx"].value < 0


async def test_sessions_in_their_states() -> None:
    facts = await READER.facts(ReplaySession("fra-core1"))
    sessions = {str(fact.remote_address): fact for fact in facts.bgp_sessions}
    up, shut = sessions["10.254.1.1"], sessions["10.254.9.9"]
    assert (up.state, up.remote_asn, up.description) == (BgpState.ESTABLISHED, 65001, "ams-edge1")
    assert (up.prefixes_received, up.prefixes_sent) == (1, 2)
    assert up.uptime_s
    assert (shut.state, shut.uptime_s, shut.prefixes_received) == (BgpState.IDLE, None, None)


async def test_a_sample(edge: ReplaySession) -> None:
    sample = await READER.sample(edge)
    assert sample.unparsed == ()
    assert len(sample.interfaces) == 8
    assert sample.uptime_s
    assert sample.load.cpu is not None
    assert 0 < (sample.load.memory or 0) < 1
    assert sample.routes == (ipaddress.ip_network("198.18.0.0/24"), ipaddress.ip_network("198.18.1.0/24"))
    assert [fact.state for fact in sample.bgp_sessions] == [BgpState.ESTABLISHED]
    assert len(edge.asked) == 2


async def test_a_silent_agent_leaves_what_ssh_knows(edge: ReplaySession) -> None:
    edge.snmp_error = SNMP_DOWN
    facts = await READER.facts(edge)
    assert facts.sources == ("lldp", "ssh")
    assert facts.unparsed == (("snmp", str(SNMP_DOWN)),)
    assert {fact.name: fact.description for fact in facts.interfaces}["swp1"] == "to fra-core1"
    assert facts.system.os_version == "8.4.4"
    sample = await READER.sample(edge)
    assert len(sample.interfaces) == 8
    assert len(sample.bgp_sessions) == 1


async def test_a_dead_ssh_leaves_what_snmp_knows(edge: ReplaySession) -> None:
    edge.ssh_error = SSH_DOWN
    facts = await READER.facts(edge)
    assert facts.sources == ("snmp",)
    assert facts.system.serial == "NWAMSEDGE101"
    assert facts.unparsed == (("ssh", str(SSH_DOWN)),)
    sample = await READER.sample(edge)
    assert len(sample.interfaces) == 8
    assert sample.bgp_sessions == ()


async def test_nothing_answers(edge: ReplaySession) -> None:
    edge.ssh_error, edge.snmp_error = SSH_DOWN, SNMP_DOWN
    for question in (READER.facts, READER.sample):
        with pytest.raises((DeviceUnreachableError, DeviceTimeoutError)):
            await question(edge)


@pytest.mark.parametrize("rubbish", ["", "% Command incomplete.", '{"peers": [', "[]", '{"ipv4Unicast": 3}'])
@pytest.mark.parametrize(
    "command", [shows.BGP_SUMMARY, lldp.LLDP_NEIGHBORS, links.IP_ADDRESSES, shows.VERSION]
)
async def test_what_can_not_be_understood_is_kept(edge: ReplaySession, command: str, rubbish: str) -> None:
    """Nothing of it is invented, and the rest is read all the same."""
    edge.garble(command, rubbish)
    facts = await READER.facts(edge)
    assert facts.system.serial == "NWAMSEDGE101"
    emptied = {
        shows.BGP_SUMMARY: facts.bgp_sessions,
        lldp.LLDP_NEIGHBORS: facts.neighbors,
        links.IP_ADDRESSES: facts.addresses,
        shows.VERSION: facts.system.os_version or (),
    }
    assert emptied[command] == ()
    harmless = {(shows.BGP_SUMMARY, '{"ipv4Unicast": 3}'), (lldp.LLDP_NEIGHBORS, '{"ipv4Unicast": 3}')}
    if (command, rubbish) not in harmless | {(links.IP_ADDRESSES, "[]")}:
        (kept,) = [what for where, what in facts.unparsed if where.startswith(f"cli: {command}")]
        assert rubbish.strip('{"')[:11] in kept


async def test_a_router_without_bgp_has_no_sessions(edge: ReplaySession) -> None:
    edge.garble(shows.BGP_SUMMARY, "{}")
    sample = await READER.sample(edge)
    assert (sample.bgp_sessions, sample.routes, sample.unparsed) == ((), (), ())


async def test_a_full_table_is_not_fetched(edge: ReplaySession) -> None:
    edge.garble(shows.BGP_SUMMARY, f'{{"ipv4Unicast": {{"ribCount": {MOST_ROUTES + 1}, "peers": {{}}}}}}')
    assert (await READER.sample(edge)).routes == ()
    assert shows.BGP_IPV4_ROUTES not in edge.asked
