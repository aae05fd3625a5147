"""The platforms that Netwright knows: an explicit tuple, nothing registers itself."""

from __future__ import annotations

from netwright.base.errors import NotFoundError
from netwright.platforms.frr.driver import FrrConfigDriver
from netwright.platforms.frr.facts import FrrFacts
from netwright.platforms.frr.secrets import SECRETS
from netwright.platforms.linux_nginx.facts import LinuxNginxFacts
from netwright.platforms.linux_nginx.running import LinuxNginxReader
from netwright.platforms.platform import Platform

PLATFORMS: tuple[Platform, ...] = (
    Platform(
        name="frr",
        title="FRRouting on Linux",
        vendor="FRRouting",
        dialect="frr",
        facts=FrrFacts("frr"),
        config=FrrConfigDriver(),
        template="netwright.platforms.frr.template",
        secrets=SECRETS,
    ),
    Platform(
        name="linux_nginx",
        title="Content server (Linux, nginx)",
        vendor="Linux",
        dialect="plain",
        facts=LinuxNginxFacts("linux_nginx"),
        reader=LinuxNginxReader(),
    ),
)

_BY_NAME = {platform.name: platform for platform in PLATFORMS}


def platform(name: str) -> Platform:
    """The platform of that name. Raises NotFoundError."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise NotFoundError(
            f"there is no platform {name!r}", remedy=f"Known are {', '.join(sorted(_BY_NAME))}."
        ) from None
