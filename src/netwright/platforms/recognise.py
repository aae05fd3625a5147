"""Which platform answers at an address: by what it says to the commands that ask for a version.

Exec channels are tried first: they need no prompt.
Where a platform and its base both fit, the platform is meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from netwright.base.errors import (
    AuthenticationError,
    DeviceError,
    DeviceUnreachableError,
    HostKeyChangedError,
)
from netwright.device.cli.dialogue import UNKNOWN, Dialogue
from netwright.device.session import Session
from netwright.platforms.catalog import Catalog
from netwright.platforms.platform import Platform

_HOPELESS = (AuthenticationError, DeviceUnreachableError, HostKeyChangedError)

Opener = Callable[[Dialogue | None], Session]


@dataclass(frozen=True, slots=True)
class Recognised:
    """``platform``: None for a system that no data knows. ``said``: what it answered, by command."""

    platform: Platform | None
    said: tuple[tuple[str, str], ...]


async def recognise(catalog: Catalog, opener: Opener) -> Recognised:
    """Ask on exec channels, then on a terminal. Raises what keeps the device from answering at all."""
    said: list[tuple[str, str]] = []
    failure: DeviceError | None = None
    for dialogue in (None, UNKNOWN):
        session = opener(dialogue)
        try:
            for command in questions(catalog):
                reply = await session.run(command, check=False)
                said.append((command, reply.output))
                if (found := fitting(catalog, reply.output)) is not None:
                    return Recognised(found, tuple(said))
        except _HOPELESS:
            raise
        except DeviceError as error:
            failure = error
        finally:
            await session.close()
    if failure is not None and not said:
        raise failure
    return Recognised(None, tuple(said))


def questions(catalog: Catalog) -> list[str]:
    """The commands that ask for a version, the most common first."""
    asked = [one.screen.commands.get("version", "") for one in catalog.platforms if one.screen.recognised_by]
    return sorted(
        {command for command in asked if command}, key=lambda command: (-asked.count(command), command)
    )


def fitting(catalog: Catalog, output: str) -> Platform | None:
    """The platform that ``output`` is of; the one that stands on another, where both fit."""
    found = [
        one
        for one in catalog.platforms
        if one.screen.recognised_by and re.search(one.screen.recognised_by, output, re.MULTILINE)
    ]
    bases = {catalog.platform(one.screen.base).name for one in found if one.screen.base}
    nearest = [one for one in found if one.name not in bases]
    return nearest[0] if len(nearest) == 1 else None
