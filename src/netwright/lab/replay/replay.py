"""A recorded device on loopback: what was said with it is said again, over the protocols themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from netwright.base.errors import InputError
from netwright.base.secret import Secret
from netwright.device.cli.dialogue import Dialogue
from netwright.device.connect import open_session
from netwright.device.endpoint import Credentials, Endpoint, Timeouts
from netwright.device.gnmi.client import gnmi_client
from netwright.device.hostkeys import MemoryHostKeys
from netwright.device.netconf.session import netconf_session
from netwright.device.redfish.client import redfish_client
from netwright.device.session import Session
from netwright.device.snmp import SnmpClient
from netwright.device.tls import Tls
from netwright.lab.replay.answers import REMARK
from netwright.lab.replay.gnmi import GnmiReplay
from netwright.lab.replay.http import HttpReplay
from netwright.lab.replay.recording import Recording, read_recording
from netwright.lab.replay.snmp import COMMUNITY, SnmpReplay
from netwright.lab.replay.ssh import SshReplay
from netwright.platforms.catalog import catalog
from netwright.platforms.document import Document, document
from netwright.platforms.facts import DeviceFacts
from netwright.platforms.redfish.probe import redfish_facts
from netwright.platforms.snmp.probe import probe as snmp_facts
from netwright.platforms.snmp.vendors import vendors
from netwright.platforms.terminal import terminal_facts
from netwright.platforms.webapi import web_facts
from netwright.platforms.yang.probe import gnmi_facts, netconf_facts

_LOGIN = Secret("replay")
_AUTO = "auto"
PLAIN = Tls(plain=True)


@dataclass
class Replay:
    """Made by ``replaying``. ``unknown``: what was asked and stands in no recording, in its order."""

    recording: Recording
    unknown: list[str] = field(default_factory=list)
    ssh_port: int = 0
    snmp_port: int = 0
    http_port: int = 0
    gnmi_port: int = 0

    @property
    def endpoint(self) -> Endpoint:
        """Under the name that the device had."""
        enable = _LOGIN if self.recording.about("enable") else None
        community = Secret(COMMUNITY) if self.snmp_port else None
        known = Credentials("replay", password=_LOGIN, enable=enable, snmp_community=community)
        limits = Timeouts(command_s=10.0)
        device = self.recording.device
        return Endpoint(device, "127.0.0.1", known, self.ssh_port or 9, self.snmp_port or 9, limits)

    def session(self, dialogue: Dialogue | None) -> Session:
        return open_session(self.endpoint, MemoryHostKeys(), dialogue)

    async def facts(self) -> DeviceFacts:
        """What is read from the device, asked as it was when it was recorded, and of that time. Raises
        InputError where that can't be told from the recording."""
        return self.dated(await self._ask())

    def dated(self, facts: DeviceFacts) -> DeviceFacts:
        """Readers look at the clock of today, and take what is not recorded for refused: neither is told."""
        at = self.recording.at
        lost = {name for name, said in facts.unparsed if self._misses(name, said)}
        return replace(
            facts,
            observed_at=at,
            answered=tuple(
                (name, at) for name, _ in facts.answered if name not in lost and not self._misses(name)
            ),
            unparsed=tuple(one for one in facts.unparsed if one[0] not in lost),
        )

    def _misses(self, name: str, said: str = "") -> bool:
        """Whether the question of that name is one that was never recorded."""
        return name.partition(": ")[2] in self.unknown or REMARK in said

    async def _ask(self) -> DeviceFacts:
        device, now = self.recording.device, self.recording.at
        match self.recording.about("probe"):
            case "ssh":
                named = self._about("platform")
                return await terminal_facts(catalog(), self.session, device=device, now=now, platform=named)
            case "netconf":
                async with netconf_session(self.endpoint, MemoryHostKeys()) as netconf:
                    return await netconf_facts(netconf, device, now)
            case "gnmi":
                async with gnmi_client(self.endpoint, port=self.gnmi_port, tls=PLAIN) as gnmi:
                    return await gnmi_facts(gnmi, device, now)
            case "redfish":
                async with redfish_client(self.endpoint, port=self.http_port, tls=PLAIN) as redfish:
                    return await redfish_facts(redfish, device, now)
            case "http":
                api = self._about("api") or _AUTO
                return await web_facts(self.endpoint, self.http_port, PLAIN, now, api=api)
            case "snmp":
                return await self._snmp(device, now)
        raise InputError(
            "was recorded by no probe", subject=device, remedy="Open sessions with the replay yourself."
        )

    async def _snmp(self, device: str, now: float) -> DeviceFacts:
        named = self._about("platform")
        client = SnmpClient(self.endpoint)
        try:
            return await snmp_facts(client, device, now, system=vendors().named(named) if named else None)
        finally:
            client.close()

    def _about(self, name: str) -> str | None:
        told = self.recording.about(name, _AUTO)
        return None if told == _AUTO else told

    def miss(self, asked: str) -> None:
        if asked not in self.unknown:
            self.unknown.append(asked)

    def complain(self) -> None:
        """Raises InputError when something was asked that stands in no recording."""
        if self.unknown:
            shown = ", ".join(f"`{one[:120]}`" for one in self.unknown[:10])
            more = f" and {len(self.unknown) - 10} more" if len(self.unknown) > 10 else ""
            raise InputError(
                f"the recording has no answer to {shown}{more}",
                subject=self.recording.device,
                remedy="It was made when less was asked: record the device again.",
            )


@asynccontextmanager
async def replaying(folder: Path, device: str | None = None) -> AsyncIterator[Replay]:
    """The device of that name (or the only one) of a recording, answering on loopback. Raises InputError,
    NotFoundError."""
    replay = Replay(read_recording(folder, device))
    recording, ways = replay.recording, replay.recording.ways
    async with AsyncExitStack() as open_:
        if {"exec", "terminal", "netconf"} & set(ways):
            replay.ssh_port = await _serve(open_, SshReplay(recording, replay.miss))
        if "http" in ways:
            replay.http_port = await _serve(open_, HttpReplay(recording, replay.miss))
        if "gnmi" in ways:
            replay.gnmi_port = await _serve(open_, GnmiReplay(recording, replay.miss))
        if "snmp" in ways:
            replay.snmp_port = await _serve(open_, SnmpReplay(recording, replay.miss))
        yield replay


async def replayed(folder: Path) -> Document:
    """What is read from a recording, as a probe prints it: for tests, to be compared with what was right.
    What is asked today and was not then stands under ``not_recorded``, and nowhere else."""
    async with replaying(folder) as replay:
        told = document(await replay.facts())
        return {**told, "not_recorded": list(replay.unknown)}


async def _serve(open_: AsyncExitStack, server: SshReplay | HttpReplay | GnmiReplay | SnmpReplay) -> int:
    open_.push_async_callback(server.stop)
    await server.start()
    return server.port
