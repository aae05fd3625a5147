"""Junos: interfaces, addresses, neighbours, ARP, MAC table, BFD, bundles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netwright.platforms import markup, values
from netwright.platforms.facts import (
    AddressFact,
    ArpFact,
    BfdFact,
    Found,
    InterfaceFact,
    LagFact,
    LagMember,
    MacFact,
    NeighborFact,
    VlanFact,
)
from netwright.platforms.markup import Element
from netwright.platforms.records import Rows

_COUNTERS = {
    "in_octets": "traffic-statistics/input-bytes", "out_octets": "traffic-statistics/output-bytes",
    "in_packets": "traffic-statistics/input-packets", "out_packets": "traffic-statistics/output-packets",
    "in_errors": "input-error-list/input-errors", "out_errors": "output-error-list/output-errors",
    "in_discards": "input-error-list/input-drops", "out_discards": "output-error-list/output-drops",
    "in_unicast": "ethernet-mac-statistics/input-unicasts",
    "out_unicast": "ethernet-mac-statistics/output-unicasts",
    "in_multicast": "ethernet-mac-statistics/input-multicasts",
    "out_multicast": "ethernet-mac-statistics/output-multicasts",
    "in_broadcast": "ethernet-mac-statistics/input-broadcasts",
    "out_broadcast": "ethernet-mac-statistics/output-broadcasts",
}  # fmt: skip


def interfaces(answer: str) -> Found:
    """``show interfaces extensive``; logical interfaces have physical ones' state and speed."""
    rows = Rows()
    ports = list(markup.document(answer, "interface-information").below("physical-interface"))
    logical = [(port, unit) for port in ports for unit in port.each("logical-interface")]
    return Found(
        interfaces=(*rows.of("interface", ports, _port), *rows.of("interface", logical, _unit)),
        addresses=rows.of("address", _addresses(logical), _address),
        unparsed=rows.unparsed,
    )


def _port(said: Element) -> InterfaceFact:
    admin, state = said.text("admin-status") or "up", said.text("oper-status") or ""
    flapped = said.attribute("interface-flapped", "seconds")
    never = said.text("interface-flapped") == "Never"
    return InterfaceFact(
        said.need("name"),
        admin_up=admin == "up",
        admin=admin,
        oper=values.oper(state),
        status=state or None,
        speed_bps=values.speed(said.text("speed")),
        mtu=values.integer(said.text("mtu")),
        mac=values.mac(said.text("current-physical-address") or said.text("hardware-physical-address")),
        description=said.text("description") or "",
        if_index=said.number("snmp-index"),
        changed_s=-1.0 if never else values.number(flapped),
        duplex=said.text("duplex"),
        **{name: said.number(path) for name, path in _COUNTERS.items()},  # type: ignore[arg-type]
    )


def _unit(row: tuple[Element, Element]) -> InterfaceFact:
    port, said = row
    flags = {one.name for one in said.below("iff-up")} | {one.name for one in said.below("iff-down")}
    told = said.text("oper-status") or (
        "down" if "iff-down" in flags else "up" if "iff-up" in flags else None
    )
    state = told or port.text("oper-status") or ""
    admin = said.text("admin-status") or port.text("admin-status") or "up"
    families = list(said.each("address-family"))
    bundle = next((text for one in families if (text := one.text("ae-bundle-name"))), None)
    return InterfaceFact(
        said.need("name"),
        admin_up=admin == "up",
        admin=admin,
        oper=values.oper(state),
        status=state or None,
        speed_bps=values.speed(port.text("speed")),
        mtu=next((n for one in families if (n := one.number("mtu")) is not None), None),
        mac=values.mac(port.text("current-physical-address")),
        description=said.text("description") or "",
        if_index=said.number("snmp-index"),
        bundle=bundle,
    )


def _addresses(logical: list[tuple[Element, Element]]) -> Iterator[tuple[str, Element]]:
    for _, unit in logical:
        for family in unit.each("address-family"):
            if family.text("address-family-name") in {"inet", "inet6"}:
                for one in family.each("interface-address"):
                    yield unit.need("name"), one


def _address(row: tuple[str, Element]) -> AddressFact | None:
    name, said = row
    local = said.text("ifa-local")
    if local is None:
        return None
    length = (said.text("ifa-destination") or "").partition("/")[2]
    return AddressFact(name, values.interface_address(local, None if "/" in local else length or None))


def neighbors(answer: str) -> Found:
    rows = Rows()
    found = markup.document(answer, "lldp-neighbors-information").below("lldp-neighbor-information")
    return Found(neighbors=rows.of("neighbour", found, _neighbor), unparsed=rows.unparsed)


def _neighbor(said: Element) -> NeighborFact | None:
    local = said.text("lldp-local-interface") or said.text("lldp-local-port-id")
    chassis = said.text("lldp-remote-chassis-id") or ""
    number = values.mac(chassis) or chassis
    name = said.text("lldp-remote-system-name")
    if local is None or not (name or number):
        return None
    return NeighborFact(
        local,
        name or number,
        said.text("lldp-remote-port-id") or said.text("lldp-remote-port-description") or "",
        number or None,
        said.text("lldp-system-description/lldp-remote-system-description"),
        said.text("lldp-remote-management-address"),
        remote_port_description=said.text("lldp-remote-port-description"),
        capabilities=values.spelled_capabilities(said.text("lldp-remote-system-capabilities-supported")),
        enabled=values.spelled_capabilities(said.text("lldp-remote-system-capabilities-enabled")),
        bundle=said.text("lldp-local-parent-interface-name"),
    )


@dataclass(frozen=True, slots=True)
class _Cache:
    """Names of the elements of a neighbour cache: ARP's and ND's are of one shape."""

    table: str
    entry: str
    link: str
    address: str
    interface: str
    age: str
    state: str


_ARP = _Cache(
    "arp-table-information", "arp-table-entry", "mac-address", "ip-address", "interface-name",
    "time-to-expire", "state",
)  # fmt: skip
_ND = _Cache(
    "ipv6-nd-information", "ipv6-nd-entry", "ipv6-nd-neighbor-l2-address", "ipv6-nd-neighbor-address",
    "ipv6-nd-interface-name", "ipv6-nd-expire", "ipv6-nd-state",
)  # fmt: skip


def arp(answer: str) -> Found:
    return _cache(_ARP, answer)


def nd(answer: str) -> Found:
    return _cache(_ND, answer)


def _cache(names: _Cache, answer: str) -> Found:
    rows = Rows()
    found = markup.document(answer, names.table).below(names.entry)
    return Found(arp=rows.of("entry", found, lambda said: _neighbour(names, said)), unparsed=rows.unparsed)


def _neighbour(names: _Cache, said: Element) -> ArpFact | None:
    """A bridge's member stands behind its interface: ``irb.10 [ge-0/0/1.0]``."""
    link = values.mac(said.text(names.link))
    if link is None:
        return None
    return ArpFact(
        said.need(names.interface).partition(" ")[0], values.ip(said.need(names.address)), link,
        values.number(said.text(names.age)), said.text(names.state),
    )  # fmt: skip


def macs(answer: str) -> Found:
    """``show bridge mac-table`` of MX, ``show ethernet-switching table`` of EX and QFX, old and new."""
    rows = Rows()
    root = markup.document(
        answer, "l2ald-rtb-macdb", "l2ng-l2ald-rtb-macdb", "ethernet-switching-table-information"
    )
    entries = [*root.below("l2ald-mac-entry"), *root.below("l2ng-mac-entry"), *root.below("mac-table-entry")]
    return Found(macs=rows.of("entry", entries, _mac), unparsed=rows.unparsed)


def _mac(said: Element) -> MacFact | None:
    text = said.text("l2-mac-address") or said.text("l2ng-l2-mac-address") or said.text("mac-address")
    link = values.mac(text)
    if link is None:
        return None
    vlan = said.text("l2-bridge-vlan") or said.text("l2ng-l2-vlan-id") or said.text("mac-vlan-tag")
    if vlan is None:
        vlan = (said.text("l2-mac-bridging-domain") or "").strip("_").rpartition("-")[2]
    flags = said.text("l2-mac-flags") or said.text("l2ng-l2-mac-flags") or said.text("mac-type") or ""
    port = (
        said.text("l2-mac-logical-interface")
        or said.text("l2ng-l2-mac-logical-interface")
        or said.text("mac-interface")
        or next((t for one in said.each("mac-interfaces-list") if (t := one.text("mac-interfaces"))), "")
    )
    return MacFact(
        link, port, values.integer(vlan) or 0, static="S" in flags.split(",") or flags.lower() == "static"
    )


def vlans(answer: str) -> Found:
    rows = Rows()
    root = markup.document(answer, "l2ng-l2ald-vlan-instance-information", "vlan-information")
    found = [*root.below("l2ng-l2ald-vlan-instance-group"), *root.below("vlan")]
    return Found(vlans=rows.of("vlan", found, _vlan), unparsed=rows.unparsed)


def _vlan(said: Element) -> VlanFact | None:
    number = said.number("l2ng-l2rtb-vlan-tag") or said.number("vlan-tag")
    if number is None:
        return None
    ports = [
        text
        for name in ("l2ng-l2rtb-vlan-member-interface", "vlan-member-interface")
        for one in said.below(name)
        if (text := values.words((one.own or "").rstrip("*")))
    ]
    return VlanFact(number, said.text("l2ng-l2rtb-vlan-name") or said.text("vlan-name"), tuple(ports))


def bundles(answer: str) -> Found:
    rows = Rows()
    found = markup.document(answer, "lacp-interface-information-list", "lacp-interface-information").below(
        "lacp-interface-information"
    )
    return Found(lags=rows.of("bundle", found, _bundle), unparsed=rows.unparsed)


def _bundle(said: Element) -> LagFact:
    members = tuple(
        LagMember(one.need("name"), active="ollecting" in (one.text("lacp-mux-state") or ""))
        for one in said.each("lag-lacp-protocol")
    )
    return LagFact(said.need("lag-lacp-header/aggregate-name"), members, lacp=True)


def bfd(answer: str) -> Found:
    rows = Rows()
    found = markup.document(answer, "bfd-session-information").below("bfd-session")
    return Found(bfd=rows.of("session", found, _bfd), unparsed=rows.unparsed)


def _bfd(said: Element) -> BfdFact:
    state = said.need("session-state")
    interval = values.number(said.text("session-transmission-interval"))
    return BfdFact(
        values.ip(said.need("session-neighbor")),
        up=state.lower() == "up",
        interface=said.text("session-interface"),
        state=state,
        transmit_ms=None if interval is None else round(interval * 1000),
        multiplier=said.number("session-adaptive-multiplier"),
        client=said.text("bfd-client/client-name"),
    )
