"""EOS: ARP and neighbour cache, MAC table, routes, BFD."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netwright.platforms import values
from netwright.platforms.facts import ArpFact, BfdFact, Found, MacFact, PathFact, RouteFact, RouteSummary
from netwright.platforms.records import Rows, listed, mapping, tree

_PROTOCOLS = {
    "ebgp": "bgp",
    "ibgp": "bgp",
    "bgp": "bgp",
    "bgpaggregate": "bgp",
    "connected": "connected",
    "static": "static",
}


def _instances(answer: str) -> list[tuple[str, dict[str, Any]]]:
    return [(vrf, mapping(one)) for vrf, one in mapping(tree(answer)["vrfs"]).items()]


def arp(answer: str) -> Found:
    rows = Rows()
    each = ((vrf, row) for vrf, one in _instances(answer) for row in listed(one.get("ipV4Neighbors")))
    return Found(arp=rows.of("neighbour", each, _arp), unparsed=rows.unparsed)


def nd(answer: str) -> Found:
    rows = Rows()
    each = ((vrf, row) for vrf, one in _instances(answer) for row in listed(one.get("ipV6Neighbors")))
    return Found(arp=rows.of("neighbour", each, _arp), unparsed=rows.unparsed)


def _arp(row: tuple[str, Any]) -> ArpFact | None:
    vrf, said = row
    link = values.mac(said["hwAddress"])
    if link is None:
        return None
    return ArpFact(
        str(said["interface"]),
        values.ip(said["address"]),
        link,
        values.number(said.get("age")),
        routing_instance=vrf,
    )


def macs(answer: str) -> Found:
    rows, said = Rows(), tree(answer)
    entries = (
        row
        for table in ("unicastTable", "multicastTable")
        for row in listed(mapping(said.get(table)).get("tableEntries"))
    )
    return Found(macs=rows.of("entry", entries, _mac), unparsed=rows.unparsed)


def _mac(said: dict[str, Any]) -> MacFact:
    link = values.mac(said["macAddress"])
    if link is None:
        raise ValueError("no MAC address")
    return MacFact(
        link,
        str(said.get("interface") or ", ".join(map(str, listed(said.get("interfaces"))))),
        vlan=int(said.get("vlanId") or 0),
        static=said.get("entryType") == "static",
        moves=values.integer(said.get("moves")),
        moved_at=values.number(said.get("lastMove")),
    )


def routes(answer: str) -> Found:
    """``show ip route vrf all`` and its kin with a prefix: one fact a next hop."""
    rows = Rows()
    found = rows.of("route", _vias(answer), _route)
    return Found(routes=found, unparsed=rows.unparsed)


def _vias(answer: str) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    for vrf, one in _instances(answer):
        for prefix, route in mapping(one.get("routes")).items():
            for via in listed(mapping(route).get("vias")) or [{}]:
                yield vrf, prefix, route, mapping(via)


def _route(row: tuple[str, str, dict[str, Any], dict[str, Any]]) -> RouteFact:
    vrf, prefix, said, via = row
    return RouteFact(
        values.prefix(prefix),
        _protocol(said.get("routeType")),
        next_hop=values.words(via.get("nexthopAddr") or via.get("vtepAddr")),
        interface=values.words(via.get("interface")) or ("vxlan1" if via.get("vtepAddr") else None),
        preference=values.integer(said.get("preference")),
        metric=values.integer(said.get("metric")),
        routing_instance=vrf,
    )


def _protocol(word: Any) -> str:
    text = str(word or "").lower()
    if text.startswith("ospf"):
        return "ospf"
    if text.startswith("isis"):
        return "isis"
    return _PROTOCOLS.get(text, text or "unknown")


def paths(answer: str) -> Found:
    """``show ip bgp vrf all``: what BGP knows, used or not."""
    rows = Rows()
    each = (
        (vrf, values.asn(one["asn"]) if one.get("asn") else None, prefix, path)
        for vrf, one in _instances(answer)
        for prefix, entry in mapping(one.get("bgpRouteEntries")).items()
        for path in listed(mapping(entry).get("bgpRoutePaths"))
    )
    return Found(routes=rows.of("path", each, _path), unparsed=rows.unparsed)


def _path(row: tuple[str, int | None, str, dict[str, Any]]) -> RouteFact:
    vrf, local, prefix, said = row
    chain = str(mapping(said.get("asPathEntry")).get("asPath") or "")
    last = next((word for word in reversed(chain.split()) if word.isdigit()), None)
    detail, peer = mapping(said.get("routeDetail")), mapping(said.get("peerEntry"))
    why = values.words(said.get("reasonNotBestpath"))
    return RouteFact(
        values.prefix(prefix),
        "bgp",
        next_hop=values.words(said.get("nextHop")),
        metric=values.integer(said.get("med")),
        active=bool(mapping(said.get("routeType")).get("active")),
        routing_instance=vrf,
        path=PathFact(
            as_path=chain,
            remote_address=values.words(peer.get("peerAddr")),
            remote_asn=int(last) if last else None,
            local_asn=local,
            local_preference=values.integer(said.get("localPreference")),
            communities=tuple(map(str, listed(detail.get("communityList")))),
            metric=values.integer(said.get("med")),
        ),
        why_not=why,
    )


def summary(answer: str) -> Found:
    """``show ip route vrf all summary``; the IPv6 twin has the same shape."""
    family = "ipv6" if "v6" in answer[:400].lower() else "ipv4"
    found = []
    for vrf, said in _instances(answer):
        for protocol, key in (
            ("connected", "connected"),
            ("static", "static"),
            ("bgp", "bgpCounts"),
            ("ospf", "ospfCounts"),
            ("isis", "isisCounts"),
        ):
            value = said.get(key)
            count = mapping(value).get(f"{protocol}Total") if isinstance(value, dict) else value
            number = values.integer(count)
            if number is not None:
                found.append(RouteSummary(family, protocol, number, vrf))
    return Found(route_summary=tuple(found))


def bfd(answer: str) -> Found:
    rows = Rows()
    return Found(bfd=rows.of("session", _bfd_rows(answer), _bfd), unparsed=rows.unparsed)


def _bfd_rows(answer: str) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for vrf, one in _instances(answer):
        for key in ("ipv4Neighbors", "ipv6Neighbors"):
            for peer, said in mapping(one.get(key)).items():
                stats = mapping(mapping(said).get("peerStats"))
                for port, state in stats.items():
                    yield vrf, peer, port, mapping(state)


def _bfd(row: tuple[str, str, str, dict[str, Any]]) -> BfdFact:
    vrf, peer, port, said = row
    state = str(said.get("status", ""))
    return BfdFact(
        values.ip(peer),
        up=state.lower() == "up",
        interface=port or None,
        state=state or None,
        transmit_ms=values.integer(mapping(said.get("peerStatsDetail")).get("operTxInterval")),
        routing_instance=vrf,
    )
