"""Asks a device that nobody told of what it is, over what it speaks and what our credentials are for.

The agent says first who it is. Then the best other way that is open tells what no agent does: serial numbers,
optics, BGP sessions. A device without an agent is read wholly that way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Protocol

from netwright.base.clock import Clock
from netwright.base.errors import AuthenticationError, DeviceError, DeviceUnreachableError, NotFoundError
from netwright.collect.discovery.knock import Fingerprint
from netwright.device.cli.dialogue import Dialogue
from netwright.device.endpoint import Endpoint, Way
from netwright.device.session import Session
from netwright.device.snmp import SnmpClient
from netwright.platforms.catalog import Catalog
from netwright.platforms.facts import DeviceFacts
from netwright.platforms.facts.sources import merged
from netwright.platforms.snmp.entity import replaceable
from netwright.platforms.snmp.probe import probe
from netwright.platforms.terminal import terminal_facts
from netwright.platforms.ways import ask

Login = Callable[[Endpoint, Dialogue | None], Session]


class Reader(Protocol):
    """Gets the facts of whoever answers at an endpoint."""

    async def read(self, endpoint: Endpoint, heard: Fingerprint) -> DeviceFacts:
        """Raises DeviceError when it does not say what it is."""
        ...


@dataclass(frozen=True, slots=True)
class DeviceReader:
    """``login``: opens a session with a stranger; None: nobody's password is given to one. ``platform``: what
    runs there, where its own words don't say."""

    catalog: Catalog
    clock: Clock
    login: Login | None = None
    platform: str = ""
    limit_s: float = 60.0

    async def read(self, endpoint: Endpoint, heard: Fingerprint) -> DeviceFacts:
        failed: list[tuple[Way, DeviceError]] = []
        agent = await self._try(Way.SNMP, self._agent(endpoint), failed) if heard.snmp is not None else None
        platform = self._platform(agent)
        said = await self._first(endpoint, heard, platform, failed)
        answers = [one for one in (said, agent) if one is not None]
        if not answers:
            raise failed[0][1] if failed else self._nothing(endpoint, heard)
        found = merged(answers)
        hostname = agent.system.hostname if agent is not None else ""
        return replace(
            found,
            platform=self._name_of(found, platform),
            system=replace(found.system, hostname=hostname or found.system.hostname),
            unparsed=tuple(
                dict.fromkeys((*found.unparsed, *((str(way), error.what) for way, error in failed)))
            ),
        )

    async def _first(
        self, endpoint: Endpoint, heard: Fingerprint, platform: str, failed: list[tuple[Way, DeviceError]]
    ) -> DeviceFacts | None:
        """What the first way tells that tells more than a name; else the little that one did."""
        little: DeviceFacts | None = None
        for way in self._open(endpoint, heard):
            said = await self._try(way, self._by(way, endpoint, platform), failed)
            if said is not None and (said.interfaces or said.components or said.system.serial):
                return said
            little = little or said
        return little

    def _open(self, endpoint: Endpoint, heard: Fingerprint) -> list[Way]:
        """The ways besides the agent that may be gone and that somebody answers on."""
        if self.login is None:
            return []
        return [
            way
            for way in endpoint.credentials.ways or (Way.SSH,)
            if way is not Way.SNMP
            and (bool(heard.banner) if way is Way.SSH else endpoint.port(way) in heard.ports)
        ]

    async def _try(
        self, way: Way, question: Awaitable[DeviceFacts], failed: list[tuple[Way, DeviceError]]
    ) -> DeviceFacts | None:
        try:
            return await question
        except DeviceError as error:
            failed.append((way, error))
            return None

    async def _agent(self, endpoint: Endpoint) -> DeviceFacts:
        """All that the agent tells, with its parts in the classes that a collection gives them."""
        client = SnmpClient(endpoint)
        try:
            facts = await probe(client, endpoint.device, self.clock.now(), limit_s=self.limit_s)
        finally:
            client.close()
        return replace(facts, components=replaceable(facts.components))

    async def _by(self, way: Way, endpoint: Endpoint, platform: str) -> DeviceFacts:
        login, now = self.login, self.clock.now()
        assert login is not None
        there = replace(endpoint, credentials=replace(endpoint.credentials, ways=(way,)))
        if way is Way.SSH:
            return await terminal_facts(
                self.catalog,
                lambda dialogue: login(there, dialogue),
                device=endpoint.device,
                now=now,
                platform=platform or None,
            )
        session = login(there, None)
        try:
            return await ask(way, session, now)
        finally:
            await session.close()

    def _platform(self, facts: DeviceFacts | None) -> str:
        """Our name of what runs there; empty when nothing tells."""
        if self.platform:
            return self.catalog.platform(self.platform).name
        return self._known(facts.system.os if facts else None)

    def _name_of(self, found: DeviceFacts, platform: str) -> str:
        """The platform of an answer: as it was known, as it was recognised, or by what it runs."""
        return platform or self._known(found.platform) or self._known(found.system.os) or found.platform

    def _known(self, name: str | None) -> str:
        try:
            return self.catalog.platform(name or "").name
        except NotFoundError:
            return ""

    def _nothing(self, endpoint: Endpoint, heard: Fingerprint) -> DeviceError:
        if heard.snmp_error:
            return AuthenticationError(heard.snmp_error, subject=endpoint.device)
        return DeviceUnreachableError(
            f"somebody is there ({heard.words()}), but nothing tells us what it is",
            subject=endpoint.device,
            remedy="Give credentials that its agent knows, or --ssh.",
        )
