"""Parser of ``ip -j -s -d addr show`` (iproute2)."""

from __future__ import annotations

import ipaddress
from typing import Any

import orjson

from netwright.platforms.facts import AddressFact, InterfaceFact, OperState

IP_ADDRESSES = "ip -j -s -d addr show"


def interfaces(output: str) -> tuple[InterfaceFact, ...]:
    """Interfaces with state and counters, without ``lo``'s sisters in other namespaces."""
    return tuple(_interface(link) for link in orjson.loads(output))


def addresses(output: str) -> tuple[AddressFact, ...]:
    """Addresses of global scope: link-local ones and the loopback's own say nothing about a design."""
    return tuple(
        AddressFact(link["ifname"], ipaddress.ip_interface(f"{entry['local']}/{entry['prefixlen']}"))
        for link in orjson.loads(output)
        for entry in link.get("addr_info", ())
        if entry.get("scope") == "global" and "local" in entry
    )


def _interface(link: dict[str, Any]) -> InterfaceFact:
    received = link.get("stats64", {}).get("rx", {})
    sent = link.get("stats64", {}).get("tx", {})
    return InterfaceFact(
        name=link["ifname"],
        admin_up="UP" in link["flags"],
        oper=_state(link),
        admin="up" if "UP" in link["flags"] else "down",
        status=_state(link).value,
        mtu=link.get("mtu"),
        mac=link.get("address") if link.get("link_type") == "ether" else None,
        description=link.get("ifalias"),
        if_index=link.get("ifindex"),
        in_octets=received.get("bytes"),
        out_octets=sent.get("bytes"),
        in_packets=received.get("packets"),
        out_packets=sent.get("packets"),
        in_errors=received.get("errors"),
        out_errors=sent.get("errors"),
        in_discards=received.get("dropped"),
        out_discards=sent.get("dropped"),
    )


def _state(link: dict[str, Any]) -> OperState:
    """Loopbacks and tunnels say UNKNOWN and mean their flags (RFC 2863 has no word for it)."""
    state = link.get("operstate", "UNKNOWN")
    if state == "UP" or (state == "UNKNOWN" and "LOWER_UP" in link["flags"]):
        return OperState.UP
    return OperState.UNKNOWN if state == "UNKNOWN" else OperState.DOWN
