"""BGP sessions as FRR tells them: the summary of a table, and each neighbour at length."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from netwright.platforms import values
from netwright.platforms.facts import (
    BgpDetail,
    BgpFamily,
    BgpSessionFact,
    BgpState,
    Found,
    System,
)
from netwright.platforms.records import Rows, mapping, tree

_MULTIPROTOCOL = re.compile(r"^(ipv4|ipv6|l2[Vv]pn)([A-Z]\w*)$")


def family_name(name: str) -> str:
    """``ipv4-unicast`` of ``ipv4Unicast``, ``l2vpn-evpn`` of ``l2VpnEvpn``."""
    match = _MULTIPROTOCOL.match(name)
    if match is None:
        return name.lower()
    first, rest = match[1].lower(), re.sub(r"(?<!^)(?=[A-Z])", "-", match[2]).lower()
    return f"vpnv{first[-1]}-unicast" if rest == "vpn" else f"{first}-{rest}"


def summary(output: str) -> Found:
    """``show bgp summary json``: families of the default instance. A router without BGP says nothing."""
    rows, peers = Rows(), dict[str, BgpSessionFact]()
    said = tree(output)
    for name, fact in rows.of("peer", _peers(said), _brief):
        known = peers.get(name)
        peers[name] = fact if known is None else _joined(known, fact)
    return Found(system=_speaker(said), bgp_sessions=tuple(peers.values()), unparsed=rows.unparsed)


def _speaker(said: dict[str, Any]) -> System:
    tables = (table for table in said.values() if isinstance(table, dict) and "routerId" in table)
    table = next(tables, None)
    if table is None:
        return System()
    return System(router_id=str(table["routerId"]), local_asn=values.integer(table.get("as")))


def _peers(said: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    for family, table in said.items():
        if isinstance(table, dict):
            for name, peer in mapping(table.get("peers")).items():
                # sessions over an interface's link-local address have no address here: the long answer has
                if peer.get("idType") != "interface":
                    yield family, name, table, peer


def _brief(row: tuple[str, str, dict[str, Any], dict[str, Any]]) -> tuple[str, BgpSessionFact]:
    family, name, table, peer = row
    state = str(peer["state"])
    up = state.lower() == BgpState.ESTABLISHED
    received, sent = (peer.get("pfxRcd"), peer.get("pfxSnt")) if up else (None, None)
    return name, BgpSessionFact(
        remote_address=ipaddress.ip_address(name),
        remote_asn=int(peer["remoteAs"]),
        state=values.bgp_state(state),
        uptime_s=peer.get("peerUptimeMsec", 0) / 1000 if up else None,
        prefixes_received=received,
        prefixes_sent=sent,
        description=peer.get("desc"),
        local_asn=values.integer(peer.get("localAs")),
        enabled="admin" not in state.lower(),
        local_id=table.get("routerId"),
        families=(BgpFamily(family_name(family), received=received, sent=sent),),
    )


def _joined(one: BgpSessionFact, other: BgpSessionFact) -> BgpSessionFact:
    return replace(
        one,
        prefixes_received=_plus(one.prefixes_received, other.prefixes_received),
        prefixes_sent=_plus(one.prefixes_sent, other.prefixes_sent),
        families=(*one.families, *other.families),
    )


def _plus(one: int | None, other: int | None) -> int | None:
    return None if one is None and other is None else (one or 0) + (other or 0)


def neighbors(output: str) -> Found:
    """``show bgp vrf all neighbors json``: by instance, each neighbour by its address, or by the interface
    of a session that has none."""
    rows = Rows()
    return Found(
        bgp_sessions=rows.of("peer", list(_instances(tree(output))), _session), unparsed=rows.unparsed
    )


def _instances(said: dict[str, Any]) -> Iterator[tuple[str | None, str, dict[str, Any]]]:
    for instance, peers in said.items():
        for name, peer in mapping(peers).items() if isinstance(peers, dict) else ():
            if isinstance(peer, dict) and "remoteAs" in peer:
                yield None if instance == "default" else instance, name, peer


def _session(row: tuple[str | None, str, dict[str, Any]]) -> BgpSessionFact | None:
    instance, name, said = row
    remote = values.ip_or_none(name)
    port = None
    if remote is None:
        remote, port = values.ip_or_none(said.get("hostForeign")), name
    if remote is None:
        return None
    state = values.bgp_state(said.get("bgpState"))
    up = state is BgpState.ESTABLISHED
    families = tuple(
        _family(family, mapping(counts), up=up)
        for family, counts in mapping(said.get("addressFamilyInfo")).items()
    )
    local = said.get("localRouterId")
    far = said.get("remoteRouterId")
    return BgpSessionFact(
        remote,
        int(said["remoteAs"]),
        state,
        uptime_s=said["bgpTimerUpMsec"] / 1000 if up and "bgpTimerUpMsec" in said else None,
        prefixes_received=_sum(one.received for one in families),
        prefixes_sent=_sum(one.sent for one in families),
        description=said.get("nbrDesc"),
        local_address=values.ip_or_none(said.get("hostLocal")),
        local_asn=values.integer(said.get("localAs")),
        enabled=not said.get("adminShutDown", False),
        routing_instance=instance,
        remote_id=None if far == "0.0.0.0" else far,
        local_id=local,
        families=families,
        detail=_detail(said),
        interface=port,
        group=said.get("peerGroup"),
    )


def _sum(counts: Iterator[int | None]) -> int | None:
    told = [count for count in counts if count is not None]
    return sum(told) if told else None


def _family(name: str, said: dict[str, Any], *, up: bool) -> BgpFamily:
    """``acceptedPrefixCounter`` are the paths in the table: what was received, less what was refused."""
    accepted = said.get("acceptedPrefixCounter") if up else None
    return BgpFamily(
        family_name(name),
        received=None,
        accepted=accepted,
        sent=said.get("sentPrefixCounter") if up else None,
    )


def _seconds(said: dict[str, Any], name: str) -> int | None:
    value = said.get(name)
    return None if value is None else int(value) // 1000


def _detail(said: dict[str, Any]) -> BgpDetail:
    messages = mapping(said.get("messageStats"))
    families = [mapping(one) for one in mapping(said.get("addressFamilyInfo")).values()]
    local, remote = said.get("portLocal"), said.get("portForeign")
    return BgpDetail(
        local_port=local if local and local > 0 else None,
        remote_port=remote if remote and remote > 0 else None,
        hold_s=_seconds(said, "bgpTimerHoldTimeMsecs"),
        keepalive_s=_seconds(said, "bgpTimerKeepAliveIntervalMsecs"),
        configured_hold_s=_seconds(said, "bgpTimerConfiguredHoldTimeMsecs"),
        configured_keepalive_s=_seconds(said, "bgpTimerConfiguredKeepAliveIntervalMsecs"),
        last_event=said.get("lastResetDueTo"),
        flaps=said.get("connectionsDropped"),
        messages_in=messages.get("totalRecv"),
        messages_out=messages.get("totalSent"),
        updates_in=messages.get("updatesRecv"),
        updates_out=messages.get("updatesSent"),
        queued_out=messages.get("depthOutq"),
        import_policy=next((one["routeMapForIncomingAdvertisements"] for one in families
                            if "routeMapForIncomingAdvertisements" in one), None),
        export_policy=next((one["routeMapForOutgoingAdvertisements"] for one in families
                            if "routeMapForOutgoingAdvertisements" in one), None),
        multihop=said.get("externalBgpNbrMaxHopsAway", 1) > 1,
    )  # fmt: skip
