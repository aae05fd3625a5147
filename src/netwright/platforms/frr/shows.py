"""Parsers of what FRR's ``vtysh`` prints. The JSON has been the same from FRR 8 on."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Any

import orjson

from netwright.base import address
from netwright.platforms.facts import BgpSessionFact, BgpState

VERSION = "vtysh -c 'show version'"
INTERFACES = "vtysh -c 'show interface json'"
BGP_SUMMARY = "vtysh -c 'show bgp summary json'"
BGP_IPV4_ROUTES = "vtysh -c 'show bgp ipv4 unicast json'"

_STATES = {state.value: state for state in BgpState}
_VERSION = re.compile(r"^FRRouting (\S+)", re.MULTILINE)
_HOSTNAME = re.compile(r"^FRRouting \S+ \(([^()\s]+)\)", re.MULTILINE)


def version(output: str) -> str:
    """FRR's release, as ``8.4.4``."""
    match = _VERSION.search(output)
    if match is None:
        raise ValueError("no line begins with FRRouting")
    return match[1]


def hostname(output: str) -> str | None:
    """The router's name, which stands behind the release: ``FRRouting 8.4.4 (ams-edge1) on Linux``."""
    match = _HOSTNAME.search(output)
    return match[1] if match else None


def descriptions(output: str) -> dict[str, str]:
    """Interface -> description: Linux and SNMP don't know what FRR was told."""
    return {
        name: interface["description"]
        for name, interface in orjson.loads(output).items()
        if interface.get("description")
    }


def bgp_sessions(output: str) -> tuple[BgpSessionFact, ...]:
    """Sessions with their counts over all address families. A router without BGP has none."""
    peers: dict[str, BgpSessionFact] = {}
    for name, peer in _peers(orjson.loads(output)):
        fact = _session(name, peer)
        known = peers.get(name)
        peers[name] = fact if known is None else _joined(known, fact)
    return tuple(peers.values())


def route_count(output: str) -> int:
    """Prefixes in the IPv4 unicast table."""
    return int(orjson.loads(output).get("ipv4Unicast", {}).get("ribCount", 0))


def ipv4_routes(output: str) -> tuple[address.Prefix, ...]:
    """Prefixes that have a valid best path."""
    return tuple(
        ipaddress.ip_network(prefix)
        for prefix, paths in orjson.loads(output).get("routes", {}).items()
        if any(path.get("valid") and _is_best(path) for path in paths)
    )


def _is_best(path: dict[str, Any]) -> bool:
    """``true``, or ``{"overall": true}`` in the detailed form."""
    best = path.get("bestpath", False)
    return bool(best.get("overall") if isinstance(best, dict) else best)


def _peers(summary: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for family in summary.values():
        if isinstance(family, dict):
            # sessions over an interface's link-local address have no address in the configuration either
            yield from (
                (name, peer)
                for name, peer in family.get("peers", {}).items()
                if peer.get("idType") != "interface"
            )


def _session(name: str, peer: dict[str, Any]) -> BgpSessionFact:
    state = str(peer["state"]).split(" ")[0].lower()
    established = state == BgpState.ESTABLISHED
    return BgpSessionFact(
        remote_address=ipaddress.ip_address(name),
        remote_asn=int(peer["remoteAs"]),
        state=_STATES.get(state, BgpState.UNKNOWN),
        uptime_s=peer.get("peerUptimeMsec", 0) / 1000 if established else None,
        prefixes_received=peer.get("pfxRcd") if established else None,
        prefixes_sent=peer.get("pfxSnt") if established else None,
        description=peer.get("desc"),
    )


def _joined(one: BgpSessionFact, other: BgpSessionFact) -> BgpSessionFact:
    return BgpSessionFact(
        one.remote_address,
        one.remote_asn,
        one.state,
        one.uptime_s,
        _plus(one.prefixes_received, other.prefixes_received),
        _plus(one.prefixes_sent, other.prefixes_sent),
        one.description,
    )


def _plus(one: int | None, other: int | None) -> int | None:
    return None if one is None and other is None else (one or 0) + (other or 0)
