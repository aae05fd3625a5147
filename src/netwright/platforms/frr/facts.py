"""What an FRR router is and how it does, over SSH and SNMP side by side.

SNMP brings interfaces with counters, hardware, sensors and load; SSH brings what only FRR and lldpd know, and
stands in for the interfaces when the agent is silent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from netwright.base import address
from netwright.base.clock import Clock, SystemClock
from netwright.device.session import Session
from netwright.platforms.answers import Answers
from netwright.platforms.facts import DeviceFacts, DeviceSample, InterfaceFact, System
from netwright.platforms.frr import shows
from netwright.platforms.linux import links, lldp, question
from netwright.platforms.snmp.reader import SnmpAnswer, read_agent

_SSH, _LLDP = "ssh", "lldp"
MOST_ROUTES = 50_000
"""A router with more BGP routes is not asked for them in each round: a full table is 300 MB of JSON."""

_DISCOVERY = {
    "version": shows.VERSION,
    "interfaces": shows.INTERFACES,
    "addresses": links.IP_ADDRESSES,
    "bgp": shows.BGP_SUMMARY,
    "lldp": lldp.LLDP_NEIGHBORS,
}
_ROUND = {"bgp": shows.BGP_SUMMARY, "lldp": lldp.LLDP_NEIGHBORS}


class FrrFacts:
    """``FactReader`` for FRR on Linux. ``name``: the platform's, as it goes into the facts."""

    def __init__(self, name: str = "frr", clock: Clock | None = None) -> None:
        self._name = name
        self._clock = clock or SystemClock()

    async def facts(self, session: Session) -> DeviceFacts:
        """Raises the SSH error when neither SSH nor SNMP answered."""
        answers, at = Answers(), self._clock.now()
        said, agent = await asyncio.gather(
            answers.ask(_SSH, question.ask(session, _DISCOVERY)),
            read_agent(session, answers, hardware=True),
        )
        answers.require_any()
        said = said or {}
        neighbors = answers.read(lldp.LLDP_NEIGHBORS, lldp.neighbors, said.get("lldp")) or ()
        if neighbors:
            answers.heard(_LLDP)
        return DeviceFacts(
            device=session.endpoint.device,
            platform=self._name,
            observed_at=at,
            system=_system(session, answers, said, agent),
            interfaces=_interfaces(answers, said, agent),
            addresses=answers.read(links.IP_ADDRESSES, links.addresses, said.get("addresses")) or (),
            components=agent.hardware.components,
            sensors=agent.sensors,
            neighbors=neighbors,
            bgp_sessions=answers.read(shows.BGP_SUMMARY, shows.bgp_sessions, said.get("bgp")) or (),
            sources=answers.sources,
            unparsed=answers.unparsed,
        )

    async def sample(self, session: Session) -> DeviceSample:
        answers, at = Answers(), self._clock.now()
        said, agent = await asyncio.gather(
            answers.ask(_SSH, question.ask(session, _ROUND)), read_agent(session, answers, hardware=False)
        )
        answers.require_any()
        said = said or {}
        interfaces = agent.interfaces or await _interfaces_by_ssh(session, answers)
        return DeviceSample(
            device=session.endpoint.device,
            observed_at=at,
            uptime_s=agent.host.uptime_s,
            interfaces=interfaces,
            bgp_sessions=answers.read(shows.BGP_SUMMARY, shows.bgp_sessions, said.get("bgp")) or (),
            neighbors=answers.read(lldp.LLDP_NEIGHBORS, lldp.neighbors, said.get("lldp")) or (),
            sensors=agent.sensors,
            load=agent.host.load,
            routes=await _routes(session, answers, said.get("bgp")),
            unparsed=answers.unparsed,
        )


def _system(session: Session, answers: Answers, said: Mapping[str, str], agent: SnmpAnswer) -> System:
    return System(
        hostname=agent.host.name
        or answers.read(shows.VERSION, shows.hostname, said.get("version"))
        or session.endpoint.device,
        vendor=agent.hardware.vendor,
        model=agent.hardware.model,
        serial=agent.hardware.serial,
        os="FRRouting",
        os_version=answers.read(shows.VERSION, shows.version, said.get("version")),
        uptime_s=agent.host.uptime_s,
    )


def _interfaces(answers: Answers, said: Mapping[str, str], agent: SnmpAnswer) -> tuple[InterfaceFact, ...]:
    words: dict[str, str] = answers.read(shows.INTERFACES, shows.descriptions, said.get("interfaces")) or {}
    by_ssh = answers.read(links.IP_ADDRESSES, links.interfaces, said.get("addresses")) or ()
    found = agent.interfaces or by_ssh
    return tuple(replace(fact, description=words.get(fact.name, fact.description)) for fact in found)


async def _interfaces_by_ssh(session: Session, answers: Answers) -> tuple[InterfaceFact, ...]:
    """Without SNMP; nothing when SSH has failed already."""
    if _SSH in answers.errors:
        return ()
    said = await answers.ask(_SSH, session.run(links.IP_ADDRESSES, check=False), part="interfaces")
    output = said.output if said else None
    return answers.read(links.IP_ADDRESSES, links.interfaces, output) or ()


async def _routes(session: Session, answers: Answers, summary: str | None) -> tuple[address.Prefix, ...]:
    """BGP routes of a thin router; a router with a full table is not asked."""
    count = answers.read(shows.BGP_SUMMARY, shows.route_count, summary) or 0
    if not 0 < count <= MOST_ROUTES:
        return ()
    said = await answers.ask(_SSH, session.run(shows.BGP_IPV4_ROUTES, check=False), part="routes")
    output = said.output if said else None
    return answers.read(shows.BGP_IPV4_ROUTES, shows.ipv4_routes, output) or ()
