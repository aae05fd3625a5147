"""A fleet of devices that exist in files: what they run, what is armed, when they go back.

They behave as the real guard on a device does: one change at a time, a timer of their own, a journal line.
Being in files they outlive a killed controller. A configuration is lines of text; ``neighbor ADDRESS``
makes a BGP session, up when the other end answers.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from netwright.base.errors import (
    BusyError,
    CommandFailedError,
    ConfigRejectedError,
    DeviceUnreachableError,
    NotFoundError,
)
from netwright.config.library import Library
from netwright.device.endpoint import Credentials, Endpoint
from netwright.device.netconf.session import NetconfSession
from netwright.device.session import Reply, Session
from netwright.platforms.facts import BgpSessionFact, BgpState, DeviceFacts, DeviceSample, System
from netwright.platforms.platform import ArmState, CheckResult, Platform
from netwright.platforms.screen import Screen
from netwright.platforms.target import Target


class FileDevice:
    """One device's state in one JSON file; each call reads and writes it."""

    def __init__(self, file: Path, now: Callable[[], float]) -> None:
        self.file = file
        self._now = now
        if not file.exists():
            self.write({"running": "hostname bare\n", "startup": "hostname bare\n", "log": [], "faults": {}})

    def read(self) -> dict[str, Any]:
        """The state now: a timer that ran out has done its work."""
        state: dict[str, Any] = json.loads(self.file.read_text())
        armed = state.get("armed")
        if armed and self._now() >= armed["until"]:
            state["running"] = armed["previous"]
            state["armed"] = None
            state["log"].append(f"{armed['token']} reverted: timer")
            self.write(state)
        return state

    def write(self, state: dict[str, Any]) -> None:
        temporary = self.file.with_suffix(".new")
        temporary.write_text(json.dumps(state))
        temporary.replace(self.file)

    def change(self, **values: Any) -> None:
        self.write({**self.read(), **values})

    def fault(self, name: str, value: Any = True) -> None:
        state = self.read()
        state["faults"][name] = value
        self.write(state)

    @property
    def running(self) -> str:
        return str(self.read()["running"])

    @property
    def log(self) -> list[str]:
        return list(self.read()["log"])

    @property
    def armed(self) -> str | None:
        armed = self.read().get("armed")
        return armed["token"] if armed else None


@dataclass
class FileSession:
    """A session with such a device."""

    device: FileDevice
    endpoint: Endpoint
    now: Callable[[], float]

    def reach(self) -> dict[str, Any]:
        state = self.device.read()
        until = state["faults"].get("unreachable_until", 0)
        if self.now() < until:
            raise DeviceUnreachableError("no route", subject=self.endpoint.device)
        return state

    async def run(
        self, command: str, *, check: bool = True, timeout_s: float | None = None, stdin: bytes | None = None
    ) -> Reply:
        raise AssertionError("the drivers here don't run commands")

    async def put(self, path: str, content: bytes, *, mode: int = 0o600) -> None:
        raise AssertionError("the drivers here don't write files")

    async def snmp_get(self, oids: Sequence[str]) -> dict[str, object]:
        return {}

    async def snmp_walk(self, oid: str) -> dict[str, object]:
        return {}

    async def snmp_table(self, columns: Sequence[str]) -> dict[str, dict[str, object]]:
        return {}

    async def netconf(self) -> NetconfSession:
        raise DeviceUnreachableError("speaks no NETCONF", subject=self.endpoint.device)

    async def close(self) -> None:
        return None


def _of(session: Session) -> FileSession:
    assert isinstance(session, FileSession)
    return session


@dataclass
class FileDriver:
    """The ConfigDriver of these devices."""

    now: Callable[[], float]

    async def read_running(self, session: Session) -> str:
        return str(_of(session).reach()["running"])

    async def check(self, session: Session, config: str) -> CheckResult:
        running = _of(session).reach()["running"]
        if "nonsense" in config:
            return CheckResult(False, errors=("line 1: unknown command nonsense",))
        before, after = running.lower().splitlines(), config.lower().splitlines()
        words = [line for line in after if line not in before]
        words += [f"no {line}" for line in before if line not in after]
        return CheckResult(True, tuple(words))

    async def arm(self, session: Session, config: str, *, token: str, timer_s: int) -> None:
        ours = _of(session)
        state = ours.reach()
        armed = state.get("armed")
        if armed and armed["token"] == token:
            return
        if armed:
            raise BusyError("pending", subject=ours.endpoint.device)
        if "rejected" in config:
            raise ConfigRejectedError("refused", subject=ours.endpoint.device, output="% rejected")
        if "half" in config:
            state["log"].append(f"{token} failed: half")
            ours.device.write(state)
            raise CommandFailedError("failed in the middle", subject=ours.endpoint.device)
        state["armed"] = {"token": token, "previous": state["running"], "until": self.now() + timer_s}
        state["running"] = config
        state["log"].append(f"{token} armed")
        cut = state["faults"].pop("cut_after_arm", None)
        if cut:
            state["faults"]["unreachable_until"] = self.now() + cut
        ours.device.write(state)
        if state["faults"].pop("no_answer_to_arm", None):
            ours.device.write(state)
            raise DeviceUnreachableError("lost", subject=ours.endpoint.device)

    async def state(self, session: Session) -> ArmState:
        state = _of(session).reach()
        armed = state.get("armed")
        finished = [line for line in state["log"] if not line.endswith(" armed")]
        return ArmState(
            armed["token"] if armed else None,
            armed["until"] - self.now() if armed else None,
            finished[-1] if finished else "",
        )

    async def confirm(self, session: Session, *, token: str) -> None:
        ours = _of(session)
        state = ours.reach()
        armed = state.get("armed")
        if armed is None and f"{token} confirmed" in state["log"]:
            return
        if armed is None or armed["token"] != token:
            raise CommandFailedError("nothing pending under this token", subject=ours.endpoint.device)
        state.update(armed=None, startup=state["running"])
        state["log"].append(f"{token} confirmed")
        lost = state["faults"].pop("no_answer_to_confirm", None)
        ours.device.write(state)
        if lost:
            raise DeviceUnreachableError("lost", subject=ours.endpoint.device)

    async def revert(self, session: Session, *, token: str, why: str) -> None:
        ours = _of(session)
        state = ours.reach()
        armed = state.get("armed")
        if armed is None or armed["token"] != token:
            if any(line.startswith(f"{token} reverted") for line in state["log"]):
                return  # as often as it is asked
            raise CommandFailedError("nothing pending under this token", subject=ours.endpoint.device)
        state.update(armed=None, running=armed["previous"])
        state["log"].append(f"{token} reverted: {why}")
        ours.device.write(state)


@dataclass
class FileFacts:
    """Their FactReader. ``world`` tells who is at an address."""

    fleet: FileFleet

    async def facts(self, session: Session) -> DeviceFacts:
        ours = _of(session)
        ours.reach()
        return DeviceFacts(
            device=ours.endpoint.device, platform="file", observed_at=0.0, system=System(ours.endpoint.device)
        )

    async def sample(self, session: Session) -> DeviceSample:
        ours = _of(session)
        running = ours.reach()["running"]
        sessions = tuple(
            BgpSessionFact(
                ip_address(line.split()[1]),
                65000,
                BgpState.ESTABLISHED if self.fleet.answers(line.split()[1]) else BgpState.ACTIVE,
                prefixes_received=self.fleet.prefixes(line.split()[1]),
            )
            for line in running.splitlines()
            if line.startswith("neighbor ")
        )
        return DeviceSample(ours.endpoint.device, self.fleet.now(), bgp_sessions=sessions)


@dataclass
class FileFleet:
    """The devices in ``folder``. ``partners``: addresses outside that answer, with prefixes they send;
    ``owners``: addresses of our own devices, up when that device's text says ``own ADDRESS``."""

    folder: Path
    now: Callable[[], float] = time.time
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._world = self.folder / "world.json"
        if not self._world.exists():
            self._world.write_text(json.dumps({"partners": {}, "owners": {}}))
        screen = self.folder / "platforms" / "file" / "platform.yaml"
        screen.parent.mkdir(parents=True, exist_ok=True)
        screen.write_text("title: Files\n")
        library = Library((screen.parents[1],))
        self.platform = Platform(
            "file", Screen(title="Files"), library, "frr", FileFacts(self), FileDriver(self.now)
        )

    def device(self, name: str) -> FileDevice:
        return FileDevice(self.folder / f"{name}.json", self.now)

    def partner(self, address: str, prefixes: int) -> None:
        world = json.loads(self._world.read_text())
        world["partners"][address] = prefixes
        self._world.write_text(json.dumps(world))

    def owner(self, address: str, device: str) -> None:
        world = json.loads(self._world.read_text())
        world["owners"][address] = device
        self._world.write_text(json.dumps(world))

    def answers(self, address: str) -> bool:
        world = json.loads(self._world.read_text())
        if address in world["owners"]:
            return f"own {address}" in self.device(world["owners"][address]).running
        return address in world["partners"]

    def prefixes(self, address: str) -> int:
        return int(json.loads(self._world.read_text())["partners"].get(address, 1))

    def targets(self, names: Collection[str] | None = None, *, site: str | None = None) -> list[Target]:
        known = self.names or sorted(file.stem for file in self.folder.glob("*.json") if file != self._world)
        for name in names or ():
            if name not in known:
                raise NotFoundError("there is no active device of this name", subject=name)
        wanted = known if names is None else names
        return [
            Target(name, self.platform, Endpoint(name, "127.0.0.1", Credentials("nobody"))) for name in wanted
        ]

    def open_session(self, target: Target, *, hold: bool = False, fresh: bool = False) -> Session:
        return FileSession(self.device(target.device), target.endpoint, self.now)
