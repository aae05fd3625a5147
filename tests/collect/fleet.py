"""Devices in memory that speak to the collection through the real contracts: they can be told to fail, hang,
change, and they count what is asked of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, cast

from netwright.base.errors import DeviceUnreachableError, SessionClosedError
from netwright.collect.wanted import Wanted
from netwright.config.library import PACKAGED
from netwright.device.cli.dialogue import Dialogue
from netwright.device.endpoint import Credentials, Endpoint
from netwright.device.hostkeys import MemoryHostKeys
from netwright.device.pool import Holdable, Lease, SessionPool
from netwright.device.session import Reply, Session
from netwright.platforms.facts import DeviceFacts, DeviceSample
from netwright.platforms.platform import ConfigDriver, FactReader, Platform
from netwright.platforms.screen import Screen
from netwright.platforms.target import Target

from .network import change, facts_as_wanted, sample_of


@dataclass
class FakeDevice:
    """One device. ``fault`` is raised by whatever is asked; ``hang`` is waited for before each answer."""

    facts: DeviceFacts
    running: str = "hostname x\n"
    fault: Exception | None = None
    hang: asyncio.Event | None = None
    asked: list[str] = field(default_factory=list)
    sessions: int = 0
    busy: int = 0
    busiest: int = 0

    async def answer(self, what: str) -> None:
        self.asked.append(what)
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            if self.hang is not None:
                await self.hang.wait()
            if self.fault is not None:
                raise self.fault
        finally:
            self.busy -= 1

    def says(self, **changes: Any) -> None:
        self.facts = change(self.facts, changes)

    def crash(self) -> None:
        self.fault = DeviceUnreachableError("no connection (no route to host)", subject=self.facts.device)


class FakeSession:
    """A session that can break; ``run`` asks for facts, sample or configuration."""

    def __init__(self, device: FakeDevice, endpoint: Endpoint) -> None:
        self.device = device
        self.endpoint = endpoint
        self.broken = False
        self.closed = False
        device.sessions += 1

    is_connected = True

    @property
    def is_reusable(self) -> bool:
        return not self.closed

    def rest(self) -> None:
        assert not self.closed

    async def run(self, command: str, **_: Any) -> Reply:
        assert not self.closed
        if self.broken:
            raise SessionClosedError("the session closed", subject=self.endpoint.device)
        await self.device.answer(command)
        return Reply(command, self.device.running, "", 0)

    async def close(self) -> None:
        self.closed = True


class FakeReader:
    """``FactReader`` over fake sessions; stamps answers with the clock given."""

    def __init__(self, devices: dict[str, FakeDevice], now: Callable[[], float]) -> None:
        self._devices = devices
        self._now = now

    async def facts(self, session: Session) -> DeviceFacts:
        await session.run("facts")
        return replace(self._devices[session.endpoint.device].facts, observed_at=self._now())

    async def sample(self, session: Session) -> DeviceSample:
        await session.run("sample")
        return sample_of(self._devices[session.endpoint.device].facts, self._now())


class FakeDriver:
    """The reading part of ``ConfigDriver``."""

    async def read_running(self, session: Session) -> str:
        return (await session.run("config")).output


class Fleet:
    """All devices of the small network, as wanted at first."""

    def __init__(self, wanted: Wanted, now: Callable[[], float]) -> None:
        driver = cast("ConfigDriver", FakeDriver())
        self.devices = {name: FakeDevice(facts_as_wanted(wanted, name)) for name in wanted.devices}
        reader: FactReader = FakeReader(self.devices, now)
        self.platform = Platform("fake", Screen(title="Fake"), PACKAGED, "frr", reader, driver)
        self.open: dict[str, FakeSession] = {}
        self.pool = SessionPool(MemoryHostKeys(), opener=self._opener)
        self.present = list(self.devices)

    def __getitem__(self, name: str) -> FakeDevice:
        return self.devices[name]

    def targets(self, names: Iterable[str] | None = None) -> list[Target]:
        return [
            Target(name, self.platform, Endpoint(name, "192.0.2.1", Credentials("netwright")))
            for name in (self.present if names is None else names)
        ]

    def open_session(self, target: Target, *, hold: bool = False, fresh: bool = False) -> Lease:
        return self.pool.open(target.endpoint, hold=hold, fresh=fresh)

    def _opener(self, endpoint: Endpoint, _: Dialogue | None) -> Holdable:
        session = self.open[endpoint.device] = FakeSession(self.devices[endpoint.device], endpoint)
        return cast("Holdable", session)
