"""Parser of ``ip -j -s -d addr show`` (iproute2): interfaces, addresses, bonds, VLANs."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any

import orjson

from netwright.platforms.facts import (
    AddressFact,
    Found,
    InterfaceFact,
    LagFact,
    LagMember,
    OperState,
    VlanFact,
)
from netwright.platforms.records import Rows, listed, mapping

IP_ADDRESSES = "ip -j -s -d addr show"
_LACP = "802.3ad"


def told(output: str) -> Found:
    """All that the answer holds. A link that makes no sense is kept, and spoils no other."""
    rows, every = Rows(), [mapping(link) for link in listed(orjson.loads(output))]
    groups = rows.of("link", every, lambda link: (_interface(link), _addresses(link)))
    tagged = [link for link in every if _kind(link) == "vlan"]
    return Found(
        interfaces=tuple(interface for interface, _ in groups),
        addresses=tuple(address for _, found in groups for address in found),
        lags=rows.of("bond", every, lambda link: _bond(link, every)),
        vlans=rows.of("vlan", tagged, _vlan),
        unparsed=rows.unparsed,
    )


def interfaces(output: str) -> tuple[InterfaceFact, ...]:
    """Interfaces with state and counters, without ``lo``'s sisters in other namespaces."""
    return tuple(_interface(link) for link in orjson.loads(output))


def addresses(output: str) -> tuple[AddressFact, ...]:
    """Addresses of global scope: link-local ones and the loopback's own say nothing about a design."""
    return tuple(address for link in orjson.loads(output) for address in _addresses(link))


def _addresses(link: dict[str, Any]) -> list[AddressFact]:
    return [
        AddressFact(
            link["ifname"],
            ipaddress.ip_interface(f"{entry['local']}/{entry['prefixlen']}"),
            secondary="secondary" in entry,
            routing_instance=_vrf(link),
        )
        for entry in link.get("addr_info", ())
        if entry.get("scope") == "global" and "local" in entry
    ]


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
        in_multicast=received.get("multicast"),
        bundle=link.get("master") if _slave_kind(link) == "bond" else None,
        routing_instance=_vrf(link),
    )


def _state(link: dict[str, Any]) -> OperState:
    """Loopbacks and tunnels say UNKNOWN and mean their flags (RFC 2863 has no word for it)."""
    state = link.get("operstate", "UNKNOWN")
    if state == "UP" or (state == "UNKNOWN" and "LOWER_UP" in link["flags"]):
        return OperState.UP
    return OperState.UNKNOWN if state == "UNKNOWN" else OperState.DOWN


def _kind(link: dict[str, Any]) -> str | None:
    """What the link is: ``bond``, ``vlan``, ``vrf``, ``veth``; None for a port of a card."""
    return mapping(link.get("linkinfo")).get("info_kind")


def _slave_kind(link: dict[str, Any]) -> str | None:
    """What it is a part of."""
    return mapping(link.get("linkinfo")).get("info_slave_kind")


def _vrf(link: dict[str, Any]) -> str | None:
    return link.get("master") if _slave_kind(link) == "vrf" else None


def _bond(link: dict[str, Any], every: Iterable[dict[str, Any]]) -> LagFact | None:
    if _kind(link) != "bond":
        return None
    data = mapping(link["linkinfo"].get("info_data"))
    chosen = mapping(data.get("ad_info")).get("aggregator")
    members = [one for one in every if one.get("master") == link["ifname"] and _slave_kind(one) == "bond"]
    return LagFact(
        link["ifname"],
        tuple(LagMember(one["ifname"], active=_carries(one, chosen)) for one in members),
        lacp=data.get("mode") == _LACP if "mode" in data else None,
        oper=_state(link),
    )


def _carries(link: dict[str, Any], chosen: int | None) -> bool:
    """Whether a port is in its bond's chosen aggregator, has light and is not the spare."""
    data = mapping(link["linkinfo"].get("info_slave_data"))
    aggregator = data.get("ad_aggregator_id", chosen)
    return (
        data.get("state") == "ACTIVE"
        and data.get("mii_status") == "UP"
        and (chosen is None or chosen == aggregator)
    )


def _vlan(link: dict[str, Any]) -> VlanFact:
    return VlanFact(int(link["linkinfo"]["info_data"]["id"]), interfaces=(link["ifname"],))
