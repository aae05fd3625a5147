"""What a device tells over SSH, whatever it is: the platform is recognised, its own reader asks.

Of a system without a reader for command lines there is still who it is; its own words are kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from netwright.base.errors import DeviceError
from netwright.device.cli.dialogue import Dialogue
from netwright.device.session import Session
from netwright.platforms.catalog import Catalog
from netwright.platforms.facts import DeviceFacts, System
from netwright.platforms.platform import Platform
from netwright.platforms.recognise import Recognised, recognise

Opener = Callable[[Dialogue | None], Session]
_VERSION = re.compile(
    r"\b[Vv](?:ersion|RP)?:?\s+v?([0-9][\w.()/-]*)|^(?:Junos|sw-version): (\S+)", re.MULTILINE
)
_KEPT_CHARACTERS = 4000


async def terminal_facts(
    catalog: Catalog, opener: Opener, *, device: str, now: float, platform: str | None = None
) -> DeviceFacts:
    """``platform``: its name where it is known, else it is found out. Raises DeviceError when none came."""
    known = await _named(catalog, opener, platform) if platform else await recognise(catalog, opener)
    if known.platform is None:
        return _unread(device, now, known, [])
    session = opener(known.platform.dialogue)
    try:
        facts = await known.platform.facts.facts(session)
    except DeviceError as error:
        return _unread(device, now, known, [("facts", str(error))])
    finally:
        await session.close()
    told = _system(known.platform, known.said[-1][1] if known.said else "")
    system = replace(
        facts.system,
        vendor=facts.system.vendor or told.vendor,
        os=facts.system.os or told.os,
        os_version=facts.system.os_version or told.os_version,
    )
    return replace(facts, device=device, system=system)


async def _named(catalog: Catalog, opener: Opener, name: str) -> Recognised:
    """The version that a known platform tells."""
    platform = catalog.platform(name)
    command = platform.screen.commands.get("version")
    if command is None:
        return Recognised(platform, ())
    session = opener(platform.dialogue)
    try:
        reply = await session.run(command, check=False)
    finally:
        await session.close()
    return Recognised(platform, ((command, reply.output),))


def _unread(device: str, now: float, known: Recognised, problems: list[tuple[str, str]]) -> DeviceFacts:
    """Who it is, as far as its version tells; what it said is kept."""
    kept = [(command, text[:_KEPT_CHARACTERS]) for command, text in known.said if text.strip()]
    return DeviceFacts(
        device=device,
        platform=known.platform.name if known.platform else "unknown",
        observed_at=now,
        system=_system(known.platform, known.said[-1][1] if known.said else ""),
        sources=("ssh",),
        unparsed=(*problems, *kept),
    )


def _system(platform: Platform | None, said: str) -> System:
    if platform is None:
        return System(hostname="")
    match = _VERSION.search(said)
    version = next((one for one in match.groups() if one), None) if match else None
    return System(hostname="", vendor=platform.vendor or None, os=platform.title, os_version=version)
