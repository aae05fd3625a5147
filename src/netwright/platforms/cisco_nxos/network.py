"""NX-OS: interfaces, addresses, VLANs, bundles, neighbours, BGP, ARP, MAC table, routes: from JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from netwright.platforms import values
from netwright.platforms.cisco_nxos.body import body, first, rows, walk
from netwright.platforms.facts import (
    AddressFact,
    ArpFact,
    BgpFamily,
    BgpSessionFact,
    BgpState,
    Found,
    InterfaceFact,
    LaneFact,
    MacFact,
    NeighborFact,
    OperState,
    TransceiverFact,
    VlanFact,
)
from netwright.platforms.records import Rows
from netwright.platforms.text.bgp import family_name
from netwright.platforms.text.names import full

_COUNTERS = {
    "in_octets": ("eth_inbytes", "vdc_lvl_in_bytes", "mgmt_in_bytes", "svi_routed_bytes_in"),
    "out_octets": ("eth_outbytes", "vdc_lvl_out_bytes", "mgmt_out_bytes", "svi_routed_bytes_out"),
    "in_packets": ("eth_inpkts", "vdc_lvl_in_pkts", "mgmt_in_pkts"),
    "out_packets": ("eth_outpkts", "vdc_lvl_out_pkts", "mgmt_out_pkts"),
    "in_unicast": ("eth_inucast", "vdc_lvl_in_ucast"),
    "in_multicast": ("eth_inmcast", "vdc_lvl_in_mcast", "mgmt_in_mcast"),
    "in_broadcast": ("eth_inbcast", "vdc_lvl_in_bcast"),
    "out_unicast": ("eth_outucast", "vdc_lvl_out_ucast"),
    "out_multicast": ("eth_outmcast", "vdc_lvl_out_mcast"),
    "out_broadcast": ("eth_outbcast", "vdc_lvl_out_bcast"),
    "in_errors": ("eth_inerr",), "out_errors": ("eth_outerr",),
    "in_discards": ("eth_indiscard",), "out_discards": ("eth_outdiscard",),
}  # fmt: skip
_RANGE = re.compile(r"^([A-Za-z-]+)?([\d/]*?)(\d+)-(\d+)$")


def interfaces(answer: str) -> Found:
    kept, found = Rows(), rows(body(answer), "interface")
    return Found(
        interfaces=kept.of("interface", found, _interface),
        addresses=kept.of("address", found, _address),
        unparsed=kept.unparsed,
    )


def _interface(said: dict[str, Any]) -> InterfaceFact:
    state = str(first(said, "svi_line_proto", "state") or "")
    told = str(first(said, "svi_admin_state", "admin_state") or state)
    flapped = first(said, "eth_link_flapped")
    width = values.integer(first(said, "eth_bw", "svi_bw", "bw"))
    return InterfaceFact(
        name=str(said["interface"]),
        admin_up=told == "up",
        admin="up" if told == "up" else "down",
        oper=values.oper(state),
        status=state or None,
        speed_bps=None if width is None else width * 1000,
        mtu=values.integer(first(said, "eth_mtu", "svi_mtu")),
        mac=values.mac(first(said, "eth_hw_addr", "svi_mac")),
        description=str(first(said, "desc", "svi_desc") or ""),
        duplex=values.words(said.get("eth_duplex")),
        changed_s=values.age(flapped) if flapped else None,
        bundle=values.words(said.get("eth_bundle")),
        **_counted(said),
    )


def _counted(said: dict[str, Any]) -> dict[str, Any]:
    return {name: values.integer(first(said, *keys)) for name, keys in _COUNTERS.items()}


def counters(answer: str) -> Found:
    kept = Rows()
    return Found(
        interfaces=kept.of(
            "counters",
            rows(body(answer), "interface"),
            lambda said: InterfaceFact(
                str(said["interface"]), admin_up=True, oper=OperState.UNKNOWN, **_counted(said)
            ),
        ),
        unparsed=kept.unparsed,
    )


def _address(said: dict[str, Any]) -> AddressFact | None:
    text = first(said, "eth_ip_addr", "svi_ip_addr")
    if text is None:
        return None
    length = first(said, "eth_ip_mask", "svi_ip_mask")
    return AddressFact(
        str(said["interface"]), values.interface_address(text, length), prefix_known=length is not None
    )


def vlans(answer: str) -> Found:
    kept = Rows()
    said = body(answer)
    found = rows(said, "vlanbriefxbrief") or rows(said, "vlanbrief")
    return Found(vlans=kept.of("vlan", found, _vlan), unparsed=kept.unparsed)


def _vlan(said: dict[str, Any]) -> VlanFact:
    number = values.integer(first(said, "vlanshowbr-vlanid-utf", "vlanshowbr-vlanid"))
    if number is None:
        raise ValueError("no number")
    ports = said.get("vlanshowplist-ifidx") or ""
    text = ",".join(ports) if isinstance(ports, list) else str(ports)
    return VlanFact(
        number, values.words(said.get("vlanshowbr-vlanname")), tuple(_ports(text)),
        active=said.get("vlanshowbr-vlanstate") == "active",
    )  # fmt: skip


def _ports(text: str) -> Iterator[str]:
    """Ports of ``Ethernet1/1-3,port-channel12``: ranges count in their last number."""
    kind = ""
    for word in re.split(r"[,\s]+", text):
        if not word:
            continue
        span = _RANGE.match(word)
        if span:
            kind = span[1] or kind
            yield from (
                full(f"{kind}{span[2]}{n}")
                for n in range(int(span[3]), min(int(span[4]), int(span[3]) + 512) + 1)
            )
        else:
            yield full(word)


def neighbors(answer: str) -> Found:
    kept = Rows()
    said = body(answer)
    return Found(
        neighbors=kept.of("neighbour", rows(said, "nbor_detail") or rows(said, "nbor"), _neighbor),
        unparsed=kept.unparsed,
    )


def _neighbor(said: dict[str, Any]) -> NeighborFact:
    chassis = str(said.get("chassis_id") or "")
    number = values.mac(chassis) or chassis
    name = values.words(said.get("sys_name"))
    return NeighborFact(
        full(str(said["l_port_id"])), name or number, str(said.get("port_id") or ""), number or None,
        values.words(said.get("sys_desc")), values.words(first(said, "mgmt_addr", "mgmt_addr_ipv6")),
        remote_port_description=values.words(said.get("port_desc")),
        capabilities=values.capabilities(re.split(r"[,\s]+", str(said.get("system_capability") or ""))),
        enabled=values.capabilities(re.split(r"[,\s]+", str(said.get("enabled_capability") or ""))),
    )  # fmt: skip


def bgp(answer: str) -> Found:
    """``show bgp all summary vrf all``: a table for each family of each instance."""
    kept = Rows()
    sessions: dict[tuple[str, object], BgpSessionFact] = {}
    for fact in kept.of("peer", _peers(body(answer)), _session):
        key = (fact.routing_instance or "", fact.remote_address)
        known = sessions.get(key)
        sessions[key] = fact if known is None else _both(known, fact)
    return Found(bgp_sessions=tuple(sessions.values()), unparsed=kept.unparsed)


def _peers(said: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, dict[str, Any]]]:
    for vrf in rows(said, "vrf"):
        for family in walk(vrf, "saf"):
            for peer in rows(family, "neighbor"):
                yield vrf, family_name(str(family.get("af-name") or "ipv4 unicast")), peer


def _session(row: tuple[dict[str, Any], str, dict[str, Any]]) -> BgpSessionFact:
    vrf, family, said = row
    word = str(said.get("state") or "")
    state = BgpState.IDLE if word.lower().startswith("shut") else values.bgp_state(word)
    up = state is BgpState.ESTABLISHED
    count = values.integer(said.get("prefixreceived")) if up else None
    remote = values.ip(said["neighborid"])
    return BgpSessionFact(
        remote, values.asn(said["neighboras"]), state,
        uptime_s=values.age(said.get("time")) if up else None, prefixes_received=count,
        local_asn=values.asn(vrf["vrf-local-as"]) if vrf.get("vrf-local-as") else None,
        enabled="admin" not in word.lower() and not word.lower().startswith("shut"),
        routing_instance=values.words(vrf.get("vrf-name-out")),
        local_id=values.words(vrf.get("vrf-router-id")),
        families=(BgpFamily(family, received=count),),
    )  # fmt: skip


def _both(one: BgpSessionFact, other: BgpSessionFact) -> BgpSessionFact:
    counts = [n for n in (one.prefixes_received, other.prefixes_received) if n is not None]
    return replace(
        one, families=(*one.families, *other.families), prefixes_received=sum(counts) if counts else None
    )


def arp(answer: str) -> Found:
    kept = Rows()
    each = ((vrf, row) for vrf in rows(body(answer), "vrf") for row in rows(vrf, "adj"))
    return Found(arp=kept.of("neighbour", each, _arp), unparsed=kept.unparsed)


def _arp(row: tuple[dict[str, Any], dict[str, Any]]) -> ArpFact | None:
    vrf, said = row
    link = values.mac(said.get("mac"))
    if link is None:
        return None
    return ArpFact(
        full(str(said["intf-out"])), values.ip(said["ip-addr-out"]), link, values.age(said.get("time-stamp")),
        routing_instance=values.words(vrf.get("vrf-name-out")),
    )  # fmt: skip


def macs(answer: str) -> Found:
    kept = Rows()
    return Found(macs=kept.of("entry", rows(body(answer), "mac_address"), _mac), unparsed=kept.unparsed)


def _mac(said: dict[str, Any]) -> MacFact:
    link = values.mac(said["disp_mac_addr"])
    if link is None:
        raise ValueError("no MAC address")
    return MacFact(
        link, full(str(said.get("disp_port") or "")), values.integer(said.get("disp_vlan")) or 0,
        static="static" in str(said.get("disp_is_static", said.get("disp_type", ""))).lower(),
    )  # fmt: skip


def optics(answer: str) -> Found:
    """``show interface transceiver details``."""
    kept = Rows()
    return Found(
        transceivers=kept.of("optic", rows(body(answer), "interface"), _optic), unparsed=kept.unparsed
    )


def _optic(said: dict[str, Any]) -> TransceiverFact | None:
    if str(said.get("sfp", "")).startswith("not"):
        return None
    name = str(said["interface"])
    lanes = rows(said, "lane") or [said]
    return TransceiverFact(
        name, name, values.words(said.get("name")), values.words(first(said, "cisco_product_id", "partnum")),
        values.words(said.get("serialnum")), kind=values.words(said.get("type")),
        temperature_c=values.number(first(lanes[0], "temperature")),
        voltage_v=values.number(first(lanes[0], "voltage")),
        lanes=tuple(
            LaneFact(n, values.number(lane.get("rx_pwr")), values.number(lane.get("tx_pwr")),
                     values.number(lane.get("current")))
            for n, lane in enumerate(lanes) if "rx_pwr" in lane or "tx_pwr" in lane
        ),
    )  # fmt: skip
