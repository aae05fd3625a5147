"""What a rule is given, and how it says what depends on what."""

from __future__ import annotations

from dataclasses import dataclass

from netwright.collect.link import Deaths
from netwright.collect.seen import Seen, SeenDevice
from netwright.collect.wanted import Port, Wanted, WantedDevice


@dataclass(frozen=True, slots=True)
class Ground:
    """The two pictures, the dead parents among them, and the time (Unix seconds)."""

    wanted: Wanted
    seen: Seen
    deaths: Deaths
    now: float
    stale_after_s: float

    def far_via(self, port: Port) -> tuple[str, ...]:
        """What lies at the far end of a cabled port: its site when the cable leaves ours, its device."""
        link = self.wanted.link_at.get(port)
        if link is None:
            return ()
        far = link.far(port.device).device
        if self.wanted.is_between_sites(link):
            return (f"site:{self.wanted.site_of(far)}", f"device:{far}")
        return (f"device:{far}",)


@dataclass(frozen=True, slots=True)
class Subject:
    """One device that gave at least one answer: wanted and seen side by side."""

    ground: Ground
    wanted: WantedDevice
    seen: SeenDevice

    @property
    def name(self) -> str:
        return self.wanted.name

    @property
    def site(self) -> str:
        return self.wanted.site

    def port(self, interface: str) -> Port:
        return Port(self.name, interface)

    def via(self, *others: str) -> tuple[str, ...]:
        """Every finding of a device depends on its site, on the device itself, and on ``others``."""
        return (f"site:{self.site}", f"device:{self.name}", *others)
