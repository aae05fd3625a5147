"""What a cache server or origin serves, and from where."""

from __future__ import annotations

from dataclasses import dataclass

from netwright.base import address


@dataclass(frozen=True, slots=True)
class ContentView:
    """A content node. ``role`` of the device says whether it is a cache or an origin."""

    service_address: address.Address
    service_port: int
    content_root: str
    storage_bytes: int
    capacity_bps: int
    cluster: str = ""
