"""BGP sessions as a device sees them."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from netwright.base import address


class BgpState(enum.StrEnum):
    """State of a BGP session's machine (RFC 4271, 8.2.2)."""

    IDLE = "idle"
    CONNECT = "connect"
    ACTIVE = "active"
    OPENSENT = "opensent"
    OPENCONFIRM = "openconfirm"
    ESTABLISHED = "established"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class BgpFamily:
    """Prefixes of one address family, named as OpenConfig does: ``ipv4-unicast``, ``l2vpn-evpn``."""

    name: str
    received: int | None = None
    accepted: int | None = None
    sent: int | None = None
    active: int | None = None


@dataclass(frozen=True, slots=True)
class BgpDetail:
    """What a long answer tells of a session. Times in seconds. Policies: of the first family that has one."""

    local_port: int | None = None
    remote_port: int | None = None
    hold_s: int | None = None
    keepalive_s: int | None = None
    configured_hold_s: int | None = None
    configured_keepalive_s: int | None = None
    previous_state: str | None = None
    last_event: str | None = None
    flaps: int | None = None
    messages_in: int | None = None
    messages_out: int | None = None
    updates_in: int | None = None
    updates_out: int | None = None
    queued_out: int | None = None
    import_policy: str | None = None
    export_policy: str | None = None
    multihop: bool | None = None
    multipath: bool | None = None
    remove_private_as: bool | None = None
    local_address_configured: bool | None = None


@dataclass(frozen=True, slots=True)
class BgpSessionFact:
    """A BGP session as the device sees it. Prefix counts are of all address families together.
    ``remote_id`` is the peer's router id, ``local_id`` the device's own in that instance."""

    remote_address: address.Address
    remote_asn: int
    state: BgpState
    uptime_s: float | None = None
    prefixes_received: int | None = None
    prefixes_sent: int | None = None
    description: str | None = None
    local_address: address.Address | None = None
    local_asn: int | None = None
    enabled: bool | None = None
    routing_instance: str | None = None
    source: str = ""
    remote_id: str | None = None
    local_id: str | None = None
    families: tuple[BgpFamily, ...] = ()
    detail: BgpDetail | None = None
    up_since: float | None = None
    """When it came up (or went down), where the device tells a time and not an age."""
    interface: str | None = None
    """Of an unnumbered session."""
    group: str | None = None
