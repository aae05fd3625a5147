"""A device's facts over whatever it is talked to: SNMP and command line by its platform's own reader,
NETCONF, gNMI and vendors' APIs by readers of any make.

The credentials say on what they may be tried, the best first. The agent is asked where they allow it; of the
other ways the first that answers is taken, and what failed before it is told.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import TypeAlias, TypeVar

from netwright.base.clock import Clock, SystemClock
from netwright.base.errors import DeviceError
from netwright.device.endpoint import Way
from netwright.device.session import Session
from netwright.platforms.agent import AgentFacts
from netwright.platforms.facts import DeviceFacts, DeviceSample
from netwright.platforms.facts.join import filled
from netwright.platforms.facts.sources import merged, sample_of, stamped
from netwright.platforms.platform import FactReader

SAMPLED = ("system", "interfaces", "bgp_sessions", "neighbors", "sensors", "load")
"""What a round of collection asks for."""
OF_ANY_MAKE = (Way.NETCONF, Way.GNMI, Way.HTTP)
F = TypeVar("F", DeviceFacts, DeviceSample)
_Failed: TypeAlias = list[tuple[Way, DeviceError]]


class WaysFacts:
    """``FactReader`` that goes the ways which the session's credentials allow. ``own``: the platform's reader
    over command line and SNMP. ``name``: the platform's, as it goes into the facts."""

    def __init__(self, name: str, own: FactReader, clock: Clock | None = None) -> None:
        self._name = name
        self.own = own
        self._agent = AgentFacts(name, clock)
        self._clock = clock or SystemClock()

    async def facts(self, session: Session) -> DeviceFacts:
        """Raises the error of the best way when none answered."""
        reader = self._plain(session)
        return stamped(await (reader.facts(session) if reader else self._told(session)))

    async def sample(self, session: Session) -> DeviceSample:
        reader = self._plain(session)
        return await (reader.sample(session) if reader else self._sampled(session))

    def _plain(self, session: Session) -> FactReader | None:
        """Who alone asks all there is to be asked; None where several ways must be tried."""
        ways = session.endpoint.credentials.ways
        if ways == (Way.SNMP,):
            return self._agent
        return None if set(ways) & set(OF_ANY_MAKE) else self.own

    async def _told(self, session: Session) -> DeviceFacts:
        async def by(way: Way, failed: _Failed) -> DeviceFacts:
            if way is Way.SSH:
                return await self.own.facts(session)
            return await self._with_agent(session, await ask(way, session, self._clock.now()), failed)

        return await _first(session, by, self._agent.facts)

    async def _with_agent(self, session: Session, said: DeviceFacts, failed: _Failed) -> DeviceFacts:
        found, device = said, session.endpoint.device
        if session.endpoint.credentials.allow(Way.SNMP):
            try:
                found = merged([said, await self._agent.facts(session)])
            except DeviceError as error:
                failed.append((Way.SNMP, error))
        system = replace(found.system, hostname=found.system.hostname or device)
        return replace(found, device=device, platform=self._name, system=system)

    async def _sampled(self, session: Session) -> DeviceSample:
        async def by(way: Way, failed: _Failed) -> DeviceSample:
            if way is Way.SSH:
                return await self.own.sample(session)
            return await self._sample_by(way, session, failed)

        return await _first(session, by, self._agent.sample)

    async def _sample_by(self, way: Way, session: Session, failed: _Failed) -> DeviceSample:
        """The agent is the cheapest to ask for counters; the other way tells what it does not."""
        device, agent = session.endpoint.device, None
        if session.endpoint.credentials.allow(Way.SNMP):
            try:
                agent = await self._agent.sample(session)
            except DeviceError as error:
                failed.append((Way.SNMP, error))
        subjects = [name for name in SAMPLED if agent is None or not _tells(agent, name)]
        told = sample_of(await ask(way, session, self._clock.now(), subjects))
        if agent is None:
            return replace(told, device=device)
        return replace(
            agent,
            uptime_s=agent.uptime_s if agent.uptime_s is not None else told.uptime_s,
            interfaces=agent.interfaces or told.interfaces,
            sensors=agent.sensors or told.sensors,
            load=filled(agent.load, told.load),
            bgp_sessions=told.bgp_sessions,
            neighbors=told.neighbors,
            unparsed=tuple(dict.fromkeys((*agent.unparsed, *told.unparsed))),
        )


async def _first(
    session: Session,
    by: Callable[[Way, _Failed], Awaitable[F]],
    agent: Callable[[Session], Awaitable[F]],
) -> F:
    """What the first way that answers tells, the agent last; with what failed before it."""
    failed: _Failed = []
    credentials = session.endpoint.credentials
    for way in credentials.ways:
        if way is not Way.SNMP:
            try:
                return _telling(await by(way, failed), failed)
            except DeviceError as error:
                failed.append((way, error))
    if not credentials.allow(Way.SNMP):
        raise failed[0][1]
    return _telling(await agent(session), failed)


def _telling(found: F, failed: _Failed) -> F:
    lines: list[tuple[str, str]] = [(str(way), error.what) for way, error in failed]
    return replace(found, unparsed=tuple(dict.fromkeys((*found.unparsed, *lines))))


def _tells(sample: DeviceSample, subject: str) -> bool:
    if subject == "system":
        return sample.uptime_s is not None
    if subject == "load":
        return sample.load.cpu is not None
    return bool(getattr(sample, subject))


async def ask(way: Way, session: Session, now: float, subjects: Collection[str] = ()) -> DeviceFacts:
    """The facts that a device of any make tells over NETCONF, gNMI or its API. ``subjects``: only these.
    Raises DeviceError."""
    endpoint = session.endpoint
    if way is Way.NETCONF:
        from netwright.platforms.yang.probe import netconf_facts  # noqa: PLC0415 (heavy: XML)

        return await netconf_facts(await session.netconf(), endpoint.device, now, subjects)
    if way is Way.GNMI:
        from netwright.device.gnmi.client import gnmi_client  # noqa: PLC0415 (heavy: gRPC)
        from netwright.platforms.yang.probe import gnmi_facts  # noqa: PLC0415

        async with gnmi_client(endpoint, port=endpoint.gnmi_port, tls=endpoint.credentials.tls) as client:
            return await gnmi_facts(client, endpoint.device, now, subjects)
    from netwright.platforms.webapi import web_facts  # noqa: PLC0415 (heavy: HTTP)

    return await web_facts(endpoint, endpoint.http_port, endpoint.credentials.tls, now, subjects=subjects)
