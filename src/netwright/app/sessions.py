"""How sessions with devices are opened: through which jump host, and so many at once.

::

    [jump.emea]
    regions = ["EMEA"]
    host = "bastion.emea.example.net"
    credentials = "bastion"

    [sessions]
    at_once = 500
    opens_per_s = 50

    [sessions.limits.old-switches]
    platforms = ["ios"]
    per_device = 2
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from netwright.app.conditions import Conditions, Placed, ask_places, first_fit
from netwright.device.endpoint import Credentials, Endpoint, Share


class _Part(Conditions):
    @model_validator(mode="after")
    def _for_somebody(self) -> Self:
        if self.by_name_only:
            raise ValueError(
                'is for no device: give `devices` (`["*"]`: all), sites, regions, roles or platforms'
            )
        return self


class JumpHost(_Part):
    """A host that SSH to some devices goes through."""

    host: str = ""
    """Name or address; empty: these devices are reached directly."""
    ssh_port: int = Field(default=22, ge=1, le=65535)
    """TCP port of its SSH."""
    credentials: str = "default"
    """The set of credentials that it is logged in to with."""


class SessionLimit(_Part):
    """Limits for some devices."""

    per_device: int | None = Field(default=None, ge=0)
    """SSH sessions at once with one of these devices; 0: any number."""
    per_site: int | None = Field(default=None, ge=0)
    """SSH sessions at once with all of these devices at one site; 0: any number."""


class SessionSettings(BaseModel):
    """Limits of one process, and how long sessions are held."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_once: int = Field(default=0, ge=0)
    """SSH sessions open at once; 0: as many as are worked on (`concurrency`) and held."""
    per_site: int = Field(default=0, ge=0)
    """SSH sessions at once with the devices of one site; 0: any number."""
    per_device: int = Field(default=0, ge=0)
    """SSH sessions at once with one device; 0: any number."""
    opens_per_s: float = Field(default=0.0, ge=0)
    """Sessions opened a second; 0: as fast as it goes."""
    wait_s: float = Field(default=60.0, gt=0)
    """Seconds that a session waits for its place."""
    idle_s: float = Field(default=120.0, ge=0)
    """Seconds that the worker holds a session that nobody uses."""
    limits: dict[str, SessionLimit] = {}
    """Limits for parts of the network; `[sessions.limits.NAME]`, the first that fits is used."""


@dataclass(frozen=True)
class SessionRules:
    """``credentials``: those of a set, by its name."""

    jumps: Mapping[str, JumpHost]
    sessions: SessionSettings
    credentials: Callable[[str], Credentials]

    @property
    def placed_matter(self) -> bool:
        """Whether it has to be known where a device is."""
        sessions = self.sessions
        return bool(sessions.per_site or ask_places(self.jumps) or ask_places(sessions.limits))

    def jump_for(self, device: Placed) -> str | None:
        """Name of the jump host of a device; None when it is reached directly."""
        name = first_fit(self.jumps, device)
        return name if name is not None and self.jumps[name].host else None

    def jump(self, device: Placed) -> Endpoint | None:
        name = self.jump_for(device)
        if name is None:
            return None
        host = self.jumps[name]
        return Endpoint(name, host.host, self.credentials(host.credentials), host.ssh_port)

    def limit_for(self, device: Placed) -> str | None:
        """Name of the limits that are made for a device and others like it."""
        return first_fit(self.sessions.limits, device)

    def share(self, device: Placed | None) -> Share:
        """Without a place there is no limit that asks for one."""
        general = self.sessions
        name = self.limit_for(device) if device is not None else None
        own = general.limits.get(name) if name is not None else None
        per_device = general.per_device if own is None or own.per_device is None else own.per_device
        if device is None:
            return Share(per_device=per_device)
        if own is not None and own.per_site is not None:
            return Share(f"{name} at site {device.site}", per_device, own.per_site)
        return Share(f"site {device.site}", per_device, general.per_site)
