"""Where a webhook may lead: resolved before each delivery, and reached by the address that was judged."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from netwright.base.address import Address, Prefix
from netwright.base.errors import InputError

_METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in ("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "192.0.0.192", "168.63.129.16")
)
"""Where clouds give a machine its credentials (AWS, GCP, Azure, Alibaba, Oracle)."""


class TargetRefusedError(InputError):
    """The target is no place to send anything to."""


@dataclass(frozen=True, slots=True)
class Target:
    """A judged target: connect to ``address``, speak to ``host``."""

    url: str
    host: str
    address: Address


def check_url(url: str) -> str:
    """The URL if it is one that can be posted to. Raises InputError."""
    parts = urlsplit(url)
    try:
        port_ok = parts.port is None or 0 < parts.port < 65536
    except ValueError:
        port_ok = False
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_ok:
        raise InputError("not a URL to post to", subject=url, remedy="Write https://host/path.")
    if parts.username or parts.password or parts.fragment:
        raise InputError(
            "a webhook's URL holds no user, password or fragment",
            subject=parts.hostname,
            remedy="Receivers know us by the signature.",
        )
    return url


async def resolve_target(url: str, allowed: Sequence[Prefix]) -> Target:
    """Where the URL leads now. Raises TargetRefusedError when any of its addresses is link-local, multicast,
    or gives out a machine's credentials, unless it is in ``allowed``; OSError when it has none."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [_plain(ipaddress.ip_address(str(entry[4][0]).partition("%")[0])) for entry in found]
    for address in addresses:
        if _forbidden(address) and not any(address in prefix for prefix in allowed):
            raise TargetRefusedError(
                f"leads to {address}, which no webhook may ask",
                subject=host,
                remedy="Choose another target, or allow it in the setting webhook_allow.",
            )
    return Target(url, host, addresses[0])


def _plain(address: Address) -> Address:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _forbidden(address: Address) -> bool:
    odd = address.is_link_local or address.is_multicast or address.is_unspecified
    return odd or address in _METADATA
