"""EOS: BGP sessions, from the summary and from the neighbours at length."""

from __future__ import annotations

import re
from typing import Any

from netwright.platforms import values
from netwright.platforms.facts import BgpDetail, BgpFamily, BgpSessionFact, Found, System
from netwright.platforms.records import Rows, listed, mapping, tree

_FAMILIES = (("v4", "ipv4-unicast"), ("v6", "ipv6-unicast"), ("evpn", "l2vpn-evpn"))


def summary(answer: str) -> Found:
    """``show ip bgp summary vrf all``, its IPv6 twin, and ``show bgp summary vrf all``."""
    rows = Rows()
    sessions: list[BgpSessionFact] = []
    system = System()
    for vrf, said in mapping(tree(answer)["vrfs"]).items():
        local = values.asn(said["asn"]) if said.get("asn") else None
        identity = values.words(said.get("routerId"))
        if vrf == "default":
            system = System(router_id=identity, local_asn=local)
        sessions += rows.of(
            "peer", ((vrf, local, identity, item) for item in mapping(said.get("peers")).items()), _peer
        )
    return Found(system=system, bgp_sessions=tuple(sessions), unparsed=rows.unparsed)


def _peer(row: tuple[str, int | None, str | None, tuple[str, Any]]) -> BgpSessionFact:
    vrf, local, identity, (name, said) = row
    address = values.ip(name)
    state = values.bgp_state(said.get("peerState"))
    received = values.integer(said.get("prefixReceived"))
    family = BgpFamily(
        f"ipv{address.version}-unicast",
        received=received,
        accepted=values.integer(said.get("prefixAccepted")),
    )
    return BgpSessionFact(
        remote_address=address,
        remote_asn=values.asn(said["asn"]),
        state=state,
        up_since=values.number(said.get("upDownTime")),
        prefixes_received=received,
        description=values.words(said.get("description")),
        local_asn=local,
        local_id=identity,
        enabled=said.get("peerStateIdleReason") != "Admin",
        routing_instance=vrf,
        families=(family,) if received is not None else (),
    )


def neighbors(answer: str) -> Found:
    """``show ip bgp neighbors vrf all`` as JSON."""
    rows = Rows()
    peers = (
        one for vrf in mapping(tree(answer)["vrfs"]).values() for one in listed(mapping(vrf).get("peerList"))
    )
    return Found(bgp_sessions=rows.of("peer", peers, _neighbor), unparsed=rows.unparsed)


def _neighbor(said: dict[str, Any]) -> BgpSessionFact:
    families = tuple(_families(said))
    counted = [family for family in families if family.received is not None]
    reset = values.words(said.get("idleReason"))
    return BgpSessionFact(
        remote_address=values.ip(said["peerAddress"]),
        remote_asn=values.asn(said["asn"]),
        state=values.bgp_state(said["state"]),
        uptime_s=values.number(said.get("establishedTime")),
        prefixes_received=sum(family.received or 0 for family in counted) if counted else None,
        prefixes_sent=sum(family.sent or 0 for family in counted) if counted else None,
        description=values.words(said.get("description")),
        local_address=values.ip_or_none(said.get("updateSource")),
        local_asn=values.asn(said["localAsn"]) if said.get("localAsn") else None,
        enabled=reset is None or not re.search("admin", reset, re.IGNORECASE),
        routing_instance=values.words(said.get("vrf")),
        remote_id=values.words(said.get("routerId")),
        local_id=values.words(said.get("localRouterId")),
        families=families,
        interface=values.words(said.get("ifName")) if "%" in str(said["peerAddress"]) else None,
        group=values.words(said.get("peerGroupName")),
        detail=_detail(said),
    )


def _families(said: dict[str, Any]) -> list[BgpFamily]:
    found = []
    for word, name in _FAMILIES:
        received = said.get("prefixesReceived" if word == "v4" else f"{word}PrefixesReceived")
        sent = said.get("prefixesSent" if word == "v4" else f"{word}PrefixesSent")
        if received is not None or sent is not None:
            found.append(BgpFamily(name, received=values.integer(received), sent=values.integer(sent)))
    return found


def _detail(said: dict[str, Any]) -> BgpDetail:
    policies = mapping(said.get("routeMapInfo"))
    return BgpDetail(
        local_port=values.integer(said.get("localPort")),
        remote_port=values.integer(said.get("remotePort")),
        hold_s=values.integer(said.get("holdTime")),
        keepalive_s=values.integer(said.get("keepaliveTime")),
        configured_hold_s=values.integer(said.get("confHoldTime")),
        configured_keepalive_s=values.integer(said.get("configuredKeepaliveTime")),
        previous_state=values.words(said.get("lastState")),
        last_event=values.words(said.get("lastEvent")),
        flaps=values.integer(said.get("establishedTransitions")),
        messages_in=values.integer(said.get("receivedMessages")),
        messages_out=values.integer(said.get("sentMessages")),
        updates_in=values.integer(said.get("receivedUpdates")),
        updates_out=values.integer(said.get("sentUpdates")),
        queued_out=values.integer(mapping(said.get("outMessageStats")).get("queueDepth")),
        import_policy=values.words(policies.get("inbound") or policies.get("routeMapIn")),
        export_policy=values.words(policies.get("outbound") or policies.get("routeMapOut")),
        multihop=(values.integer(said.get("maxTtlHops")) or 1) > 1,
        local_address_configured=said.get("updateSource") is not None,
    )
