"""What a platform declares, and what its code can be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Protocol

from netwright.base.secret import Secret
from netwright.config.library import Library
from netwright.config.schema import Schema, schema
from netwright.config.scrub import scrub_config
from netwright.device.cli.dialogue import Dialogue
from netwright.device.session import Session
from netwright.platforms.facts import DeviceFacts, DeviceSample
from netwright.platforms.screen import Screen

OWN_PLATFORMS = "netwright_own_platforms"
"""Option of a database under which stands the folder of people's own platforms."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What the device's own software says it would change. ``commands`` are its words; empty and ``ok``
    means the device already runs the configuration."""

    ok: bool
    commands: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArmState:
    """What is pending on a device. ``token`` is the id it was armed with, None when nothing is pending;
    ``remaining_s`` until the device reverts by itself; ``last`` the last line of its journal about a
    finished change, as ``TOKEN confirmed|reverted|failed: why``."""

    token: str | None
    remaining_s: float | None = None
    last: str = ""


class ConfigReader(Protocol):
    """Reads what a device runs."""

    async def read_running(self, session: Session) -> str:
        """The running configuration as text, whole or not at all; comparable with what ``render`` gives
        where the platform's configuration is rendered."""
        ...


class ConfigDriver(ConfigReader, Protocol):
    """Changes a device's whole configuration with a way back that lives on the device.

    Every call may be repeated with the same token after a crash of ours: ``arm`` of a token already
    armed answers without doing it again; ``confirm`` of a token already confirmed is no error.
    """

    async def check(self, session: Session, config: str) -> CheckResult:
        """Ask the device's own software what it would do. Changes nothing."""
        ...

    async def arm(self, session: Session, config: str, *, token: str, timer_s: int) -> None:
        """Apply ``config``; the device reverts by itself after ``timer_s`` unless confirmed.

        Raises ConfigRejectedError (nothing changed), CommandFailedError (applied in part, already
        restored), BusyError (another token is pending)."""
        ...

    async def state(self, session: Session) -> ArmState: ...

    async def confirm(self, session: Session, *, token: str) -> None:
        """Keep what was armed, also over a reboot. Call it over a NEW session."""
        ...

    async def revert(self, session: Session, *, token: str, why: str) -> None:
        """Go back now, without waiting for the timer."""
        ...


class FactReader(Protocol):
    """Asks a device about itself."""

    async def facts(self, session: Session) -> DeviceFacts: ...

    async def sample(self, session: Session) -> DeviceSample: ...


@dataclass(frozen=True, slots=True)
class Platform:
    """A network operating system as Netwright knows it: the data of its folder, and code where there is some.

    ``dialect``: how rollouts compare its configurations (``config.dialect``). ``library``: the folders that
    it was read from.
    """

    name: str
    screen: Screen
    library: Library
    dialect: str
    facts: FactReader
    config: ConfigDriver | None = None
    reader: ConfigReader | None = None
    """Reads the configuration of a platform that has no driver, for backups."""

    @property
    def title(self) -> str:
        return self.screen.title

    @property
    def vendor(self) -> str:
        return self.screen.vendor

    @property
    def dialogue(self) -> Dialogue | None:
        """How its command line talks, for sessions; None where commands go to a shell of Linux."""
        return self.screen.session.dialogue() if self.screen.session else None

    @property
    def rules(self) -> Schema:
        """What the configuration engine knows of its language."""
        return schema(self.name, self.library)

    @property
    def templates(self) -> tuple[Traversable, ...]:
        """The folders of its own templates; none where its configuration is not rendered, or where they are
        its base's."""
        folders = (folder / self.name / "template" for folder in self.library.folders)
        return tuple(folder for folder in folders if folder.is_dir())

    @property
    def readable(self) -> ConfigReader | None:
        """What reads its running configuration, if anything does."""
        return self.config or self.reader

    def scrub(self, text: str, key: Secret) -> str:
        """``text`` with each secret replaced by a keyed hash: a change of it stays visible, its value
        does not."""
        return scrub_config(text, self.rules, key)
