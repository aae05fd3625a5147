"""A platform as its ``platform.yaml`` introduces it: a screen of data, read and checked.

What is not said comes from ``base``, another platform: all of ``session``, single ``commands``. Templates
that a platform has not come from its base too.
"""

from __future__ import annotations

import enum
import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from netwright.base.errors import InputError
from netwright.config.library import SCREEN, Library
from netwright.device.cli.dialogue import Dialogue


class Capability(enum.StrEnum):
    """What a system can do for whoever changes it."""

    CANDIDATE = "candidate"
    """Changes are collected and hold together, at the commit."""
    COMMIT_CONFIRM = "commit-confirm"
    """A commit that is not confirmed is taken back by the device."""
    REPLACE = "replace"
    """A whole configuration is loaded and the device finds the way there."""
    ROLLBACK = "rollback"
    """Earlier configurations can be gone back to by name or number."""
    TIMER = "timer"
    """The device itself goes back after a time, whatever becomes of the session."""


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is not a regular expression: {error}") from None
    return text


Expression = Annotated[str, AfterValidator(_expression)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pager(_Part):
    """``disable``: the command that turns it off. ``more``: what it shows when it waits."""

    disable: str
    more: Expression = ""


class Enable(_Part):
    """The step to more rights: ``command``, and the question for the password that it may bring."""

    command: str
    asks: Expression = ""


class Talk(_Part):
    """How a command line talks. ``prompt`` fits the last line of a device that waits, in any mode; ``modes``
    tell which; ``errors`` fit lines that refuse a command; ``wide`` keeps it from breaking lines. ``exec``:
    commands run on exec channels, ``channels`` of them side by side; else on a terminal."""

    exec: bool = False
    channels: Annotated[int, Field(ge=1, le=64)] = 1
    opening: list[str] = []
    """More to send at login."""
    newline: str = "\n"
    prompt: Expression
    modes: dict[str, Expression] = {}
    pager: Pager | None = None
    enable: Enable | None = None
    wide: str = ""
    errors: list[Expression] = []

    def mode(self, line: str) -> str:
        """The mode that a prompt stands for, "" if it is of none."""
        return self.dialogue().mode(line)

    def dialogue(self) -> Dialogue:
        """The same as sessions take it."""
        pager = self.pager or Pager(disable="")
        return Dialogue(
            prompt=re.compile(self.prompt),
            modes=tuple((name, re.compile(pattern)) for name, pattern in self.modes.items()),
            more=re.compile(pager.more.strip()) if pager.more else None,
            enable=self.enable.command if self.enable else "",
            enable_asks=re.compile(self.enable.asks) if self.enable and self.enable.asks else None,
            opening=tuple(command for command in (pager.disable, self.wide, *self.opening) if command),
            errors=tuple(re.compile(pattern) for pattern in self.errors),
            exec=self.exec,
            channels=self.channels,
            newline=self.newline,
        )


class Screen(_Part):
    """``platform.yaml``. In ``commands``, words in braces are filled in by the caller: ``token`` (a name for
    the change), ``timer`` (HH:MM:SS), ``minutes``, ``file``."""

    title: str
    vendor: str = ""
    aliases: list[str] = []
    """Other names that are taken for it."""
    dialect: str = "indent"
    """``indent``, ``brace`` or ``section``."""
    base: str = ""
    recognised_by: Expression = ""
    """Fits a line of what its ``version`` command prints, and of no other system's."""
    session: Talk | None = None
    commands: dict[str, str] = {}
    capabilities: list[Capability] = []
    loopback: str = ""
    """The interface that gets a device's own address where its inventory puts it on none."""
    unrendered: dict[str, str] = {}
    """Fields of the device view that the templates leave out, with the reason; told where a device wants one
    (``intent.omission``)."""
    unneeded: dict[str, str] = {}
    """Fields that the templates need not write, for nothing is lost: with what says the same."""


def read_screen(library: Library, name: str, seen: tuple[str, ...] = ()) -> Screen:
    """The screen of a platform with what its base gives it. Raises InputError, NotFoundError."""
    if name in seen:
        raise InputError("a platform can't be its own base", subject=f"{name}/{SCREEN}")
    try:
        own = Screen.model_validate(library.screen(name))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(
            f"{where}: {first['msg']}",
            subject=f"{name}/{SCREEN}",
            remedy="docs/new-platform.md says what can stand there.",
        ) from None
    if not own.base:
        return own
    base = read_screen(library, library.name(own.base), (*seen, name))
    return own.model_copy(
        update={
            "session": own.session or base.session,
            "commands": {**base.commands, **own.commands},
            "loopback": own.loopback or base.loopback,
            "unrendered": {**base.unrendered, **own.unrendered},
            "unneeded": {**base.unneeded, **own.unneeded},
        }
    )
