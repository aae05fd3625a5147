"""The platforms that Netwright knows: each folder with a ``platform.yaml`` is one.

Code stands beside the data only where there is some: an explicit table, nothing registers itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from netwright.base.errors import NotFoundError
from netwright.config.library import PACKAGED, Library
from netwright.platforms.agent import AgentFacts
from netwright.platforms.arista_eos import shows as eos
from netwright.platforms.asked import AskedFacts
from netwright.platforms.bird import shows as bird
from netwright.platforms.cisco_ios import shows as ios
from netwright.platforms.cisco_nxos import shows as nxos
from netwright.platforms.cisco_xr import shows as xr
from netwright.platforms.frr.driver import FrrConfigDriver
from netwright.platforms.frr.facts import FrrFacts
from netwright.platforms.juniper_junos import shows as junos
from netwright.platforms.linux.reader import LinuxFacts
from netwright.platforms.nginx_linux.facts import NginxLinuxFacts
from netwright.platforms.nginx_linux.running import NginxLinuxReader
from netwright.platforms.nokia_srl import shows as srl
from netwright.platforms.platform import ConfigDriver, ConfigReader, FactReader, Platform
from netwright.platforms.screen import read_screen
from netwright.platforms.ways import WaysFacts


@dataclass(frozen=True)
class _Code:
    """What a platform has beyond data. ``compared``: the dialect that rollouts compare in."""

    facts: FactReader
    config: ConfigDriver | None = None
    reader: ConfigReader | None = None
    compared: str = "plain"


_CODE: Mapping[str, _Code] = {
    "frr": _Code(FrrFacts("frr"), config=FrrConfigDriver(), compared="frr"),
    "bird": _Code(LinuxFacts("bird", bird.QUESTIONS)),
    **{
        name: _Code(AskedFacts(name, shows))
        for name, shows in (
            ("arista_eos", eos.SHOWS),
            ("cisco_ios", ios.SHOWS),
            ("cisco_nxos", nxos.SHOWS),
            ("cisco_xe", ios.SHOWS),
            ("cisco_xr", xr.SHOWS),
            ("juniper_junos", junos.SHOWS),
            ("nokia_srl", srl.SHOWS),
        )
    },
    "nginx_linux": _Code(NginxLinuxFacts("nginx_linux"), reader=NginxLinuxReader()),
}


class Catalog:
    """Platforms by name and by alias. ``library``: the folders they are read from."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.platforms: tuple[Platform, ...] = tuple(self._platforms())
        self._by_name = {
            name: one for one in reversed(self.platforms) for name in (*one.screen.aliases, one.name)
        }

    def platform(self, name: str) -> Platform:
        """The platform of that name or alias. Raises NotFoundError."""
        try:
            return self._by_name[name]
        except KeyError:
            known = ", ".join(one.name for one in self.platforms)
            raise NotFoundError(f"there is no platform {name!r}", remedy=f"Known are {known}.") from None

    def names(self) -> list[str]:
        """Every name that stands for a platform, aliases too."""
        return sorted(self._by_name)

    def line(self, name: str) -> list[Platform]:
        """The platform and its bases, the nearest first: where what it has not is looked for."""
        found = [self.platform(name)]
        while found[-1].screen.base:
            found.append(self.platform(found[-1].screen.base))
        return found

    def rendered(self) -> list[str]:
        """Every name of the platforms that have templates."""
        return [name for name in self.names() if any(one.templates for one in self.line(name))]

    def _platforms(self) -> Iterator[Platform]:
        for name in self.library.platforms():
            code = _CODE.get(name) or _Code(AgentFacts(name))
            yield Platform(
                name=name,
                screen=read_screen(self.library, name),
                library=self.library,
                dialect=code.compared,
                facts=WaysFacts(name, code.facts),
                config=code.config,
                reader=code.reader,
            )


@lru_cache(maxsize=8)
def catalog(own: Path | None = None) -> Catalog:
    """The packaged platforms, and those in the folder ``own`` over them."""
    return Catalog(PACKAGED if own is None or not own.is_dir() else Library((own,)))


# Held here and not in the cache alone: people's own folders push the oldest out of that.
_PACKAGED_CATALOG = catalog()
PLATFORMS: tuple[Platform, ...] = _PACKAGED_CATALOG.platforms


def platform(name: str) -> Platform:
    """The packaged platform of that name or alias. Raises NotFoundError."""
    return _PACKAGED_CATALOG.platform(name)
