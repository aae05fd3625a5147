"""What a content server is and how it does, over SSH and SNMP side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from netwright.base.clock import Clock, SystemClock
from netwright.device.session import Session
from netwright.platforms.answers import Answers
from netwright.platforms.facts import (
    AddressFact,
    DeviceFacts,
    DeviceSample,
    InterfaceFact,
    SensorFact,
    System,
)
from netwright.platforms.linux import links, lldp, question
from netwright.platforms.nginx_linux import shows
from netwright.platforms.snmp.reader import SnmpAnswer, read_agent

MANAGEMENT_PORTS = frozenset({"eth0", "mgmt0"})
"""Ports that clients don't reach: nginx is not asked there."""

_SSH, _LLDP = "ssh", "lldp"
_ROUND = {"addresses": links.IP_ADDRESSES, "lldp": lldp.LLDP_NEIGHBORS, "disk": shows.DISK}
_DISCOVERY = {**_ROUND, "version": shows.NGINX_VERSION}


class NginxLinuxFacts:
    """``FactReader`` for content servers. Their sensors include ``nginx`` (1: answers on each service
    address) and ``content-store`` (how full it is)."""

    def __init__(self, name: str = "nginx_linux", clock: Clock | None = None) -> None:
        self._name = name
        self._clock = clock or SystemClock()

    async def facts(self, session: Session) -> DeviceFacts:
        """Raises the SSH error when neither SSH nor SNMP answered."""
        answers, at = Answers(), self._clock.now()
        said, agent = await _ask(session, answers, _DISCOVERY, hardware=True)
        addresses = _addresses(answers, said)
        neighbors = answers.read(lldp.LLDP_NEIGHBORS, lldp.neighbors, said.get("lldp")) or ()
        if neighbors:
            answers.heard(_LLDP)
        sensors = (*agent.sensors, *await _service(session, answers, said, addresses))
        return DeviceFacts(
            device=session.endpoint.device,
            platform=self._name,
            observed_at=at,
            system=_system(session, answers, said, agent),
            interfaces=_interfaces(answers, said, agent),
            addresses=addresses,
            components=agent.hardware.components,
            sensors=sensors,
            neighbors=neighbors,
            sources=answers.sources,
            unparsed=answers.unparsed,
        )

    async def sample(self, session: Session) -> DeviceSample:
        answers, at = Answers(), self._clock.now()
        said, agent = await _ask(session, answers, _ROUND, hardware=False)
        sensors = (*agent.sensors, *await _service(session, answers, said, _addresses(answers, said)))
        return DeviceSample(
            device=session.endpoint.device,
            observed_at=at,
            uptime_s=agent.host.uptime_s,
            interfaces=_interfaces(answers, said, agent),
            neighbors=answers.read(lldp.LLDP_NEIGHBORS, lldp.neighbors, said.get("lldp")) or (),
            sensors=sensors,
            load=agent.host.load,
            unparsed=answers.unparsed,
        )


async def _ask(
    session: Session, answers: Answers, commands: Mapping[str, str], *, hardware: bool
) -> tuple[Mapping[str, str], SnmpAnswer]:
    said, agent = await asyncio.gather(
        answers.ask(_SSH, question.ask(session, commands)), read_agent(session, answers, hardware=hardware)
    )
    answers.require_any()
    return said or {}, agent


def _addresses(answers: Answers, said: Mapping[str, str]) -> tuple[AddressFact, ...]:
    return answers.read(links.IP_ADDRESSES, links.addresses, said.get("addresses")) or ()


def _interfaces(answers: Answers, said: Mapping[str, str], agent: SnmpAnswer) -> tuple[InterfaceFact, ...]:
    return agent.interfaces or answers.read(links.IP_ADDRESSES, links.interfaces, said.get("addresses")) or ()


async def _service(
    session: Session, answers: Answers, said: Mapping[str, str], addresses: tuple[AddressFact, ...]
) -> tuple[SensorFact, ...]:
    """The content store, and nginx on the addresses that are not for management. Nothing without SSH."""
    sensors: list[SensorFact] = []
    if "disk" in said:
        disk = answers.read(shows.DISK, shows.disk, said["disk"])
        sensors += [disk] if disk else []
    hosts = [str(a.address.ip) for a in addresses if a.interface not in MANAGEMENT_PORTS]
    if not hosts:
        return tuple(sensors)
    asked = {str(number): shows.health_command(host) for number, host in enumerate(hosts)}
    replies = await answers.ask(_SSH, question.ask(session, asked), part="nginx") or {}
    found = [answers.read(asked[key], shows.health, reply) for key, reply in replies.items()]
    heard = [sensor for sensor in found if sensor is not None]
    if heard:
        sensors.append(min(heard, key=lambda sensor: sensor.value))
    return tuple(sensors)


def _system(session: Session, answers: Answers, said: Mapping[str, str], agent: SnmpAnswer) -> System:
    return System(
        hostname=agent.host.name or session.endpoint.device,
        vendor=agent.hardware.vendor,
        model=agent.hardware.model,
        serial=agent.hardware.serial,
        os="Linux nginx",
        os_version=answers.read(shows.NGINX_VERSION, shows.nginx_version, said.get("version")),
        uptime_s=agent.host.uptime_s,
    )
