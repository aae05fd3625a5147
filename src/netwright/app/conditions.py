"""The conditions by which a part of the settings (credentials, jump hosts, limits) is for some devices only.

One rule for all: the parts are tried in the order of the settings, and the first that fits decides. Of
several conditions a device has to meet all. A part without conditions fits no device.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TypeVar

from pydantic import BaseModel, ConfigDict


class Placed(BaseModel):
    """What conditions ask of a device. ``regions``: its own and all above."""

    model_config = ConfigDict(frozen=True)

    name: str
    platform: str
    site: str
    role: str
    regions: frozenset[str] = frozenset()


class Conditions(BaseModel):
    """The conditions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    devices: list[str] = []
    """Names of devices it is for; `*` and `?` stand for any letters, any letter."""
    sites: list[str] = []
    """Sites it is for."""
    regions: list[str] = []
    """Regions it is for, with all below them."""
    roles: list[str] = []
    """Roles of devices it is for."""
    platforms: list[str] = []
    """Platforms it is for."""

    @property
    def by_name_only(self) -> bool:
        """It has no conditions."""
        return not (self.devices or self.sites or self.regions or self.roles or self.platforms)

    def fits(self, device: Placed) -> bool:
        """Whether a device meets all conditions that are given."""
        return not self.by_name_only and (
            (not self.devices or any(fnmatchcase(device.name, pattern) for pattern in self.devices))
            and (not self.sites or device.site in self.sites)
            and (not self.regions or not device.regions.isdisjoint(self.regions))
            and (not self.roles or device.role in self.roles)
            and (not self.platforms or device.platform in self.platforms)
        )

    def words(self) -> str:
        """The conditions, for people."""
        given = (
            ("devices", self.devices), ("sites", self.sites), ("regions", self.regions),
            ("roles", self.roles), ("platforms", self.platforms),
        )  # fmt: skip
        return "; ".join(f"{name} {', '.join(values)}" for name, values in given if values) or "where named"


S = TypeVar("S", bound=Conditions)


def first_fit(parts: Mapping[str, S], device: Placed) -> str | None:
    """Name of the part that decides for a device."""
    return next((name for name, part in parts.items() if part.fits(device)), None)


def ask_places(parts: Mapping[str, S]) -> bool:
    """Whether any of them asks where a device is."""
    return any(not part.by_name_only for part in parts.values())
