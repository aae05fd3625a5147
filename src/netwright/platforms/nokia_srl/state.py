"""SR Linux's state tree as JSON, by the names of Nokia's YANG models.

Names of modules before a colon, as JSON-RPC writes them, are left out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson

from netwright.platforms import values
from netwright.platforms.facts import (
    AddressFact,
    BgpDetail,
    BgpFamily,
    BgpSessionFact,
    ComponentFact,
    Found,
    InterfaceFact,
    LaneFact,
    NeighborFact,
    System,
    TransceiverFact,
)
from netwright.platforms.records import Rows, listed, mapping

_PIECES = (
    ("control", "slot", "supervisor"), ("linecard", "slot", "linecard"), ("fan-tray", "id", "fan"),
    ("power-supply", "id", "power-supply"), ("fabric", "slot", "module"),
)  # fmt: skip
_COUNTERS = {
    "in_octets": "in-octets", "out_octets": "out-octets", "in_unicast": "in-unicast-packets",
    "out_unicast": "out-unicast-packets", "in_multicast": "in-multicast-packets",
    "out_multicast": "out-multicast-packets", "in_broadcast": "in-broadcast-packets",
    "out_broadcast": "out-broadcast-packets", "in_errors": "in-error-packets",
    "out_errors": "out-error-packets", "in_discards": "in-discarded-packets",
    "out_discards": "out-discarded-packets",
}  # fmt: skip


def tree(answer: str) -> dict[str, Any]:
    """Raises ValueError or TypeError for what is no object."""
    return mapping(_bare(orjson.loads(answer)))


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {key.rpartition(":")[2]: _bare(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_bare(one) for one in value]
    return value


def _latest(said: dict[str, Any], name: str) -> float | None:
    value = said.get(name)
    return values.number(mapping(value).get("latest-value") if isinstance(value, dict) else value)


def _time(text: Any) -> float | None:
    try:
        return datetime.fromisoformat(str(text).partition(" (")[0]).timestamp()
    except ValueError:
        return None


def system(answer: str) -> Found:
    """``/system``: name, release, LLDP neighbours."""
    said = mapping(tree(answer)["system"])
    told = mapping(said.get("information"))
    booted, now = _time(told.get("last-booted")), _time(told.get("current-datetime"))
    rows = Rows()
    ports = listed(mapping(said.get("lldp")).get("interface"))
    heard = ((port, one) for port in ports for one in listed(mapping(port).get("neighbor")))
    return Found(
        system=System(
            str(mapping(said.get("name")).get("host-name") or ""),
            vendor="Nokia",
            os="srlinux",
            os_version=values.words(told.get("version")),
            uptime_s=None if booted is None or now is None else now - booted,
            sys_descr=values.words(told.get("description")),
            location=values.words(told.get("location")),
            contact=values.words(told.get("contact")),
        ),
        neighbors=rows.of("neighbour", heard, _neighbor),
        unparsed=rows.unparsed,
    )


def _neighbor(row: tuple[dict[str, Any], dict[str, Any]]) -> NeighborFact:
    port, said = row
    chassis = str(said.get("chassis-id") or said.get("id") or "")
    number = values.mac(chassis) or chassis
    management = next((mapping(one).get("address") for one in listed(said.get("management-address"))), None)
    able = [mapping(one) for one in listed(said.get("capability"))]
    return NeighborFact(
        str(port["name"]),
        values.words(said.get("system-name")) or number,
        str(said.get("port-id") or ""),
        number or None,
        values.words(said.get("system-description")),
        values.words(management),
        remote_port_description=values.words(said.get("port-description")),
        capabilities=values.capabilities(str(one.get("name", "")).lower() for one in able),
        enabled=values.capabilities(str(one.get("name", "")).lower() for one in able if one.get("enabled")),
    )


def platform(answer: str) -> Found:
    """``/platform``: hardware with serial numbers."""
    said = mapping(tree(answer)["platform"])
    chassis = mapping(said.get("chassis"))
    rows = Rows()
    return Found(
        system=System(
            vendor="Nokia",
            model=values.words(chassis.get("type")),
            serial=values.words(chassis.get("serial-number")),
            mac=values.mac(chassis.get("hw-mac-address")),
        ),
        components=rows.of("component", _pieces(said, chassis), _component),
        unparsed=rows.unparsed,
    )


def _pieces(said: dict[str, Any], chassis: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    if chassis:
        yield "chassis", "chassis", chassis
    for name, key, kind in _PIECES:
        for one in listed(said.get(name)):
            yield f"{name} {mapping(one).get(key)}", kind, one


def _component(piece: tuple[str, str, Any]) -> ComponentFact | None:
    name, kind, said = piece
    state = values.words(said.get("oper-state"))
    if state in {"empty", "absent"}:
        return None
    return ComponentFact(
        name,
        kind,
        parent=None if kind == "chassis" else "chassis",
        model=values.words(said.get("type")),
        part_number=values.words(said.get("part-number")),
        serial=values.words(said.get("serial-number")),
        vendor="Nokia",
        ok=None if state is None else state == "up",
        state=state,
        capacity_w=values.number(said.get("capacity")),
    )


def interfaces(answer: str) -> Found:
    """``/interface``: ports and subinterfaces, their addresses, optics."""
    ports = [mapping(one) for one in listed(tree(answer)["interface"])]
    units = [mapping(one) for port in ports for one in listed(port.get("subinterface"))]
    rows = Rows()
    return Found(
        interfaces=(*rows.of("interface", ports, _interface), *rows.of("subinterface", units, _interface)),
        addresses=rows.of("address", _addresses(units), _address),
        transceivers=rows.of("optic", ports, _optic),
        unparsed=rows.unparsed,
    )


def _interface(said: dict[str, Any]) -> InterfaceFact:
    wire, count = mapping(said.get("ethernet")), mapping(said.get("statistics"))
    admin = str(said.get("admin-state") or "enable")
    counters: dict[str, Any] = {ours: values.integer(count.get(theirs)) for ours, theirs in _COUNTERS.items()}
    return InterfaceFact(
        str(said["name"]),
        admin_up=admin == "enable",
        admin="up" if admin == "enable" else "down",
        oper=values.oper(said.get("oper-state")),
        status=values.words(said.get("oper-state")),
        speed_bps=values.speed(wire.get("port-speed")),
        mtu=values.integer(said.get("mtu") or said.get("ip-mtu")),
        mac=values.mac(wire.get("hw-mac-address")),
        description=str(said.get("description") or ""),
        if_index=values.integer(said.get("ifindex")),
        changed_at=_time(said.get("last-change")),
        bundle=values.words(wire.get("aggregate-id")),
        **counters,
    )


def _addresses(units: list[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    for unit in units:
        for family in ("ipv4", "ipv6"):
            for one in listed(mapping(unit.get(family)).get("address")):
                yield str(unit["name"]), one


def _address(row: tuple[str, Any]) -> AddressFact:
    name, said = row
    return AddressFact(name, values.interface_address(said["ip-prefix"]))


def _optic(port: dict[str, Any]) -> TransceiverFact | None:
    said = mapping(port.get("transceiver"))
    if not values.words(said.get("serial-number")) and not said.get("channel"):
        return None
    name = str(port["name"])
    return TransceiverFact(
        name,
        name,
        vendor=values.words(said.get("vendor")),
        part_number=values.words(said.get("vendor-part-number")),
        serial=values.words(said.get("serial-number")),
        kind=values.words(said.get("ethernet-pmd")) or values.words(said.get("form-factor")),
        temperature_c=_latest(said, "temperature"),
        voltage_v=_latest(said, "voltage"),
        lanes=tuple(
            LaneFact(
                (values.integer(one.get("index")) or place + 1) - 1,
                _latest(one, "input-power"),
                _latest(one, "output-power"),
                _latest(one, "laser-bias-current"),
            )
            for place, one in enumerate(mapping(row) for row in listed(said.get("channel")))
        ),
    )


def instances(answer: str) -> Found:
    """``/network-instance``: BGP sessions of each."""
    rows = Rows()
    return Found(bgp_sessions=rows.of("peer", _peers(tree(answer)), _session), unparsed=rows.unparsed)


def _peers(said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for instance in listed(said["network-instance"]):
        bgp = mapping(mapping(mapping(instance).get("protocols")).get("bgp"))
        for peer in listed(bgp.get("neighbor")):
            yield str(instance["name"]), bgp, mapping(peer)


def _session(row: tuple[str, dict[str, Any], dict[str, Any]]) -> BgpSessionFact:
    instance, bgp, said = row
    families = tuple(
        BgpFamily(
            str(one["afi-safi-name"]).replace("evpn", "l2vpn-evpn"),
            received=values.integer(one.get("received-routes")),
            sent=values.integer(one.get("sent-routes")),
            active=values.integer(one.get("active-routes")),
        )
        for one in (mapping(row) for row in listed(said.get("afi-safi")))
        if one.get("afi-safi-name")
    )
    received = [family.received for family in families if family.received is not None]
    sent = [family.sent for family in families if family.sent is not None]
    wire, timers = mapping(said.get("transport")), mapping(said.get("timers"))
    local = bgp.get("autonomous-system")
    return BgpSessionFact(
        values.ip(said["peer-address"]),
        values.asn(said["peer-as"]),
        values.bgp_state(said.get("session-state")),
        up_since=_time(said.get("last-established")),
        prefixes_received=sum(received) if received else None,
        prefixes_sent=sum(sent) if sent else None,
        description=values.words(said.get("description")),
        local_address=values.ip_or_none(wire.get("local-address")),
        local_asn=None if local is None else values.asn(local),
        enabled=said.get("admin-state") != "disable",
        routing_instance=instance,
        remote_id=values.words(said.get("peer-router-id")),
        local_id=values.words(bgp.get("router-id")),
        families=families,
        group=values.words(said.get("peer-group")),
        detail=BgpDetail(
            hold_s=values.integer(timers.get("negotiated-hold-time")),
            keepalive_s=values.integer(timers.get("negotiated-keepalive-interval")),
            configured_hold_s=values.integer(timers.get("hold-time")),
            configured_keepalive_s=values.integer(timers.get("keepalive-interval")),
            previous_state=values.words(said.get("last-state")),
            last_event=values.words(said.get("last-event")),
            flaps=values.integer(said.get("established-transitions")),
        ),
    )
