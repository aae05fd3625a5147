"""Asks a device that nobody told of what it is: its SNMP agent, and its command line where that is wished."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from netwright.base.clock import Clock
from netwright.base.errors import AuthenticationError, DeviceError, DeviceUnreachableError, NotFoundError
from netwright.collect.discovery.knock import Fingerprint
from netwright.device.connect import open_session
from netwright.device.endpoint import Endpoint
from netwright.device.hostkeys import MemoryHostKeys
from netwright.device.session import Session
from netwright.device.snmp import SnmpClient
from netwright.platforms.catalog import Catalog
from netwright.platforms.facts import DeviceFacts
from netwright.platforms.snmp.entity import read_hardware
from netwright.platforms.snmp.probe import probe

_FRR = re.compile(r"\bFRR(?:outing)?\b")


class Reader(Protocol):
    """Gets the facts of whoever answers at an endpoint."""

    async def read(self, endpoint: Endpoint, heard: Fingerprint) -> DeviceFacts:
        """Raises DeviceError when it does not say what it is."""
        ...


@dataclass(frozen=True, slots=True)
class DeviceReader:
    """``login``: opens a session for the command line; None: nobody's password is given to strangers.
    ``platform``: what runs there, where its own words don't say."""

    catalog: Catalog
    clock: Clock
    login: Callable[[Endpoint], Session] | None = None
    platform: str = ""
    limit_s: float = 60.0

    async def read(self, endpoint: Endpoint, heard: Fingerprint) -> DeviceFacts:
        facts = await self._agent(endpoint) if heard.snmp is not None else None
        platform = self._platform(facts, heard)
        if self.login is not None and heard.banner and platform in {"frr", "linux", "nginx_linux"}:
            try:
                said = await self._command_line(endpoint, platform, self.login)
            except DeviceError as error:
                if facts is None:
                    raise
                return replace(facts, unparsed=(*facts.unparsed, ("ssh", error.what)))
            return _joined(said, facts)
        if facts is None:
            raise self._nothing(endpoint, heard)
        return replace(facts, platform=platform or facts.platform)

    async def _agent(self, endpoint: Endpoint) -> DeviceFacts:
        """All that the agent tells, with its parts in the classes that a collection gives them."""
        client, session = SnmpClient(endpoint), open_session(endpoint, MemoryHostKeys())
        try:
            facts = await probe(client, endpoint.device, self.clock.now(), limit_s=self.limit_s)
            if not facts.components:
                return facts
            try:
                hardware = await read_hardware(session)
            except DeviceError as error:
                return replace(facts, components=(), unparsed=(*facts.unparsed, ("hardware", error.what)))
            return replace(facts, components=hardware.components)
        finally:
            client.close()
            await session.close()

    async def _command_line(
        self, endpoint: Endpoint, platform: str, login: Callable[[Endpoint], Session]
    ) -> DeviceFacts:
        session = login(endpoint)
        try:
            return await self.catalog.platform(platform).facts.facts(session)
        finally:
            await session.close()

    def _platform(self, facts: DeviceFacts | None, heard: Fingerprint) -> str:
        """Our name of what runs there; empty when nothing tells."""
        if self.platform:
            return self.catalog.platform(self.platform).name
        if _FRR.search(heard.snmp or ""):
            return "frr"
        try:
            return self.catalog.platform((facts.system.os if facts else None) or "").name
        except NotFoundError:
            return ""

    def _nothing(self, endpoint: Endpoint, heard: Fingerprint) -> DeviceError:
        if heard.snmp_error:
            return AuthenticationError(heard.snmp_error, subject=endpoint.device)
        return DeviceUnreachableError(
            f"somebody is there ({heard.words()}), but no SNMP agent tells what it is",
            subject=endpoint.device,
            remedy="Give credentials that its agent knows, or --ssh with --platform.",
        )


def _joined(said: DeviceFacts, agent: DeviceFacts | None) -> DeviceFacts:
    """What the command line says, and of its agent what that left open."""
    if agent is None:
        return said
    system = said.system
    filled = {
        name: getattr(agent.system, name)
        for name in ("vendor", "model", "serial", "sys_descr", "sys_object_id", "uptime_s")
        if getattr(system, name) is None
    }
    hostname = agent.system.hostname or system.hostname
    return replace(
        said,
        system=replace(system, hostname=hostname, **filled),
        transceivers=said.transceivers or agent.transceivers,
        neighbors=said.neighbors or agent.neighbors,
    )
