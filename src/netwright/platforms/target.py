"""A device as a thing to talk to: name, platform, endpoint."""

from __future__ import annotations

from dataclasses import dataclass

from netwright.device.endpoint import Endpoint
from netwright.platforms.platform import Platform


@dataclass(frozen=True, slots=True)
class Target:
    """One device of the fleet. Built by ``app`` from inventory, credentials and overrides."""

    device: str
    platform: Platform
    endpoint: Endpoint
