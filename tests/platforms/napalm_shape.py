"""Our facts in the shape of NAPALM's getters, so that its recordings can judge them.

``...`` stands where NAPALM tells something that is no fact of ours: such a field is not counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from netwright.platforms.facts import (
    ArpFact,
    BgpDetail,
    BgpSessionFact,
    BgpState,
    Found,
    InterfaceFact,
    Limits,
    RouteFact,
)

from .truth import PARENT, Conventions

Shape = Callable[[Found, Any], Any]


def shape(getter: str, found: Found, expected: Any) -> Any:
    """What NAPALM's ``getter`` would have said. Raises KeyError for a getter that is no business of facts."""
    return SHAPES[getter](found, expected)


def _facts(found: Found, expected: Any) -> Any:
    said = found.system
    host = said.hostname
    return {
        "hostname": host,
        "fqdn": said.fqdn or host,
        "vendor": said.vendor,
        "model": said.model,
        "os_version": said.os_version,
        "serial_number": said.serial,
        "uptime": said.uptime_s,
        "interface_list": [one.name for one in found.interfaces],
    }


def _interfaces(found: Found, expected: Any) -> Any:
    return {one.name: _interface(one, expected.get(one.name, {})) for one in found.interfaces}


def _interface(one: InterfaceFact, expected: Any) -> Any:
    flapped = one.changed_at if one.changed_at is not None else one.changed_s
    return {
        "is_up": one.oper == "up",
        "is_enabled": one.admin_up,
        "description": one.description,
        "last_flapped": flapped,
        "mac_address": one.mac,
        "mtu": one.mtu,
        "speed": None if one.speed_bps is None else one.speed_bps / 1_000_000,
    }


def _counters(found: Found, expected: Any) -> Any:
    ours = {
        "octets": ("in_octets", "out_octets"), "unicast_packets": ("in_unicast", "out_unicast"),
        "multicast_packets": ("in_multicast", "out_multicast"), "discards": ("in_discards", "out_discards"),
        "broadcast_packets": ("in_broadcast", "out_broadcast"), "errors": ("in_errors", "out_errors"),
    }  # fmt: skip
    result: dict[str, Any] = {}
    for one in found.interfaces:
        row = result[one.name] = {}
        for name, (incoming, outgoing) in ours.items():
            for way, field in (("rx", incoming), ("tx", outgoing)):
                value = getattr(one, field)
                if value is None and name == "unicast_packets":
                    value = one.in_packets if way == "rx" else one.out_packets  # IOS tells them together
                row[f"{way}_{name}"] = value
    return result


def _addresses(found: Found, expected: Any) -> Any:
    result: dict[str, Any] = {}
    for one in found.addresses:
        if one.interface in expected or not one.address.ip.is_link_local:
            family = result.setdefault(one.interface, {}).setdefault(f"ipv{one.address.version}", {})
            family[str(one.address.ip)] = {"prefix_length": one.address.network.prefixlen}
    return result


def _lldp(found: Found, expected: Any) -> Any:
    result: dict[str, Any] = {}
    for one in found.neighbors:
        result.setdefault(one.interface, []).append(
            {"hostname": one.remote_device, "port": one.remote_interface}
        )
    return result


def _lldp_detail(found: Found, expected: Any) -> Any:
    result: dict[str, Any] = {}
    for one in found.neighbors:
        chassis = one.remote_chassis or ""
        result.setdefault(one.interface, []).append(
            {
                "parent_interface": ...,
                "remote_port": one.remote_interface,
                "remote_port_description": one.remote_port_description,
                "remote_system_name": None if one.remote_device == chassis else one.remote_device,
                "remote_system_description": _first_line(one.remote_description),
                "remote_chassis_id": one.remote_chassis,
                "remote_system_capab": sorted(one.capabilities),
                "remote_system_enable_capab": sorted(one.enabled),
            }
        )
    return result


def _first_line(text: str | None) -> str | None:
    """All that NAPALM keeps of a description on Cisco's systems; one line on others anyway."""
    return text.splitlines()[0].strip() if text else None


def _arp(found: Found, expected: Any) -> Any:
    ages = {(row["interface"], row["ip"].lower()): row["age"] for row in expected}

    def age(one: ArpFact) -> float | None:
        """In minutes where NAPALM hands on IOS's minutes."""
        told = ages.get((one.interface, str(one.address)))
        if one.age_s is None:
            return None
        return told if told is not None and told * 60 == one.age_s else one.age_s

    return [
        {"interface": one.interface, "mac": one.mac, "ip": str(one.address),
         "age": age(one), "state": one.state}
        for one in found.arp
    ]  # fmt: skip


def _macs(found: Found, expected: Any) -> Any:
    ports = {row["interface"] for row in expected}
    return [
        {"mac": one.mac, "interface": "" if one.interface == "Router" not in ports else one.interface,
         "vlan": one.vlan, "static": one.static,
         "active": one.active, "moves": one.moves,
         "last_move": next((t for t in (one.moved_at, one.moved_s) if t is not None), None)}
        for one in found.macs
    ]  # fmt: skip


def _vlans(found: Found, expected: Any) -> Any:
    return {str(one.vlan_id): {"name": one.name, "interfaces": list(one.interfaces)} for one in found.vlans}


def _optics(found: Found, expected: Any) -> Any:
    def state(value: float | None) -> Any:
        return {"instant": value, "avg": ..., "min": ..., "max": ...}

    return {
        one.interface or one.name: {
            "physical_channels": {
                "channel": [
                    {"index": lane.index, "state": {"input_power": state(lane.rx_dbm),
                     "output_power": state(lane.tx_dbm), "laser_bias_current": state(lane.bias_ma)}}
                    for lane in one.lanes
                ]
            }
        }
        for one in found.transceivers if one.lanes
    }  # fmt: skip


def _users(found: Found, expected: Any) -> Any:
    return {
        one.name: {"level": one.level, "password": ..., "sshkeys": list(one.ssh_keys)} for one in found.users
    }


def _ntp_servers(found: Found, expected: Any) -> Any:
    names = ("address", "association_type", "network_instance")
    if any("address" in one for one in expected.values()):
        rows = {
            one.address: dict(
                zip(
                    names,
                    (one.address, (one.association or "").upper() or None, one.routing_instance),
                    strict=True,
                )
            )
            for one in found.ntp
        }
        return {name: {**dict.fromkeys(expected.get(name, {}), ...), **row} for name, row in rows.items()}
    return {one.address: {} for one in found.ntp}


def _ntp_stats(found: Found, expected: Any) -> Any:
    return [
        {"remote": one.address, "referenceid": one.reference, "synchronized": one.synchronized,
         "stratum": one.stratum, "type": one.kind, "when": one.when, "hostpoll": one.poll_s,
         "reachability": one.reachability, "delay": one.delay_ms, "offset": one.offset_ms,
         "jitter": one.jitter_ms}
        for one in found.ntp
    ]  # fmt: skip


def _environment(found: Found, expected: Any) -> Any:
    load = found.load
    temperatures: dict[str, Any] = {}
    names = expected.get("temperature", {})
    for place, one in enumerate((one for one in found.sensors if one.sensor_class == "celsius"), 1):
        limits = one.limits or Limits()
        high = [value for value in (limits.high_warning, limits.high_critical) if value is not None]
        module, base = (one.component or "").removeprefix("module "), re.sub(r" #\d+$", "", one.name)
        shown = (
            one.name,
            f"{base}-{module}",
            f"{module}-{place} {base}",
            (one.component or "") if base.endswith("Inlet") else "",
        )
        temperatures[next((name for name in shown if name in names), one.name)] = {
            "temperature": one.value,
            "is_alert": bool(high and one.value >= high[0]) or not one.ok,
            "is_critical": bool(high and one.value >= high[-1]),
        }
    outputs = {one.component: one.value for one in found.sensors if one.sensor_class == "watts"}

    def supply(name: str) -> str:
        """NAPALM's word for Junos' PEM."""
        other = name.replace("PEM", "Power Supply")
        return other if other in expected.get("power", {}) else name

    return {
        "fans": {**_unasked("fans", expected), **{
            one.name: {"status": one.ok} for one in found.components if one.component_class == "fan"
        }},
        "temperature": temperatures,
        "power": {
            **_unasked("power", expected), **{
            supply(one.name): {"status": one.ok, "capacity": one.capacity_w,
                       "output": outputs.get(one.name)}
            for one in found.components if one.component_class == "power-supply"
        }},
        "cpu": {one.name: {"%usage": round(one.use * 100, 2)} for one in load.cpus},
        "memory": _memory(load.memory_total, load.memory_used, expected.get("memory", {})),
    }  # fmt: skip


def _memory(total: int | None, used: int | None, expected: Any) -> Any:
    """In the unit that NAPALM has it in: it hands on the device's."""
    ours = {"available_ram": total, "used_ram": used}
    return {
        name: expected.get(name) if value is not None and expected.get(name) in _scales(value) else value
        for name, value in ours.items()
    }


def _scales(value: int) -> set[int]:
    """In each unit, cut off and rounded."""
    sizes = [value / unit**power for unit in (1000, 1024) for power in range(4)]
    return {int(size) for size in sizes} | {round(size) for size in sizes}


def _bgp(found: Found, expected: Any) -> Any:
    result: dict[str, Any] = {}
    for instance in {"global", *(_instance(one) for one in found.bgp_sessions)}:
        result[instance] = {
            "router_id": found.system.router_id if instance == "global" else None,
            "peers": {},
        }
    for one in found.bgp_sessions:
        table = result[_instance(one)]
        table["router_id"] = one.local_id or table["router_id"]
        up = one.state is BgpState.ESTABLISHED
        table["peers"][str(one.remote_address)] = {
            "local_as": one.local_asn, "remote_as": one.remote_asn,
            "remote_id": one.remote_id,
            "is_up": up, "is_enabled": one.enabled, "description": one.description,
            "uptime": int(one.uptime_s) if one.uptime_s is not None else None,
            "address_family": {
                _family(family.name, expected): {
                    "received_prefixes": family.received,
                    "accepted_prefixes": family.accepted,
                    "sent_prefixes": family.sent}
                for family in one.families
            },
        }  # fmt: skip
    return result


def _unasked(name: str, expected: Any) -> Any:
    """``invalid`` is NAPALM's mark that it did not ask."""
    return {"invalid": ...} if "invalid" in expected.get(name, {}) else {}


def _family(name: str, expected: Any) -> str:
    """IOS's own words where NAPALM hands those on; SAFI of VPNs left out where it leaves it out."""
    words = {
        key
        for table in expected.values()
        for peer in table["peers"].values()
        for key in peer["address_family"]
    }
    ours = (name, name.replace("-", " "), name.removesuffix("-unicast"), name.partition("-")[0])
    return next((one for one in ours if one in words), name)


def _instance(one: BgpSessionFact) -> str:
    return "global" if one.routing_instance in (None, "default", "master") else str(one.routing_instance)


def _bgp_detail(found: Found, expected: Any) -> Any:
    result: dict[str, Any] = {}
    for one in found.bgp_sessions:
        name = "default" if "default" in expected and _instance(one) == "global" else _instance(one)
        result.setdefault(name, {}).setdefault(str(one.remote_asn), []).append(_session(one))
    return result


def _session(one: BgpSessionFact) -> Any:
    detail = one.detail or BgpDetail()
    families = [
        family for family in one.families if family.name == f"ipv{one.remote_address.version}-unicast"
    ]
    family = next(iter((*families, *one.families)), None)
    return {
        "up": one.state is BgpState.ESTABLISHED, "local_as": one.local_asn, "remote_as": one.remote_asn,
        "router_id": one.remote_id, "local_address": str(one.local_address) if one.local_address else None,
        "remote_address": str(one.remote_address), "connection_state": one.state.value,
        "local_port": detail.local_port, "remote_port": detail.remote_port, "holdtime": detail.hold_s,
        "keepalive": detail.keepalive_s, "configured_holdtime": detail.configured_hold_s,
        "configured_keepalive": detail.configured_keepalive_s, "flap_count": detail.flaps,
        "previous_connection_state": detail.previous_state, "last_event": detail.last_event,
        "input_messages": detail.messages_in, "output_messages": detail.messages_out,
        "input_updates": detail.updates_in, "output_updates": detail.updates_out,
        "messages_queued_out": detail.queued_out, "import_policy": detail.import_policy,
        "export_policy": detail.export_policy, "multihop": detail.multihop,
        "received_prefix_count": family.received if family else None,
        "advertised_prefix_count": family.sent if family else None,
        "accepted_prefix_count": family.accepted if family else None,
        "active_prefix_count": family.active if family else None,
        "routing_table": ..., "suppress_4byte_as": ..., "local_as_prepend": ..., "remove_private_as": ...,
        "multipath": ..., "suppressed_prefix_count": ..., "local_address_configured": ...,
    }  # fmt: skip


def _routes(found: Found, expected: Any) -> Any:
    def key(one: RouteFact) -> tuple[str, Any, str | None]:
        return one.routing_instance or "default", one.prefix, one.next_hop

    via = {key(one): one for one in found.routes if one.path is None}
    result: dict[str, Any] = {}
    paths = [one for one in found.routes if one.path is not None] or list(found.routes)
    for one in paths:
        route = via.get(key(one), one)
        path = one.path
        result.setdefault(str(one.prefix), []).append(
            {
                "current_active": one.active, "last_active": one.active, "age": ...,
                "next_hop": one.next_hop or "",
                "protocol": ..., "outgoing_interface": route.interface, "preference": route.preference,
                "inactive_reason": one.why_not, "routing_table": one.routing_instance or "default",
                "selected_next_hop": one.active,
                "protocol_attributes": {
                    "metric": path.metric, "as_path": path.as_path, "local_preference": path.local_preference,
                    "local_as": path.local_asn, "remote_as": path.remote_asn,
                    "remote_address": path.remote_address, "preference2": ...,
                    "communities": list(path.communities),
                } if path else ...,
            }
        )  # fmt: skip
    return result


SHAPES: dict[str, Shape] = {
    "get_facts": _facts, "get_interfaces": _interfaces, "get_interfaces_counters": _counters,
    "get_interfaces_ip": _addresses, "get_lldp_neighbors": _lldp, "get_lldp_neighbors_detail": _lldp_detail,
    "get_arp_table": _arp, "get_arp_table_with_vrf": _arp, "get_ipv6_neighbors_table": _arp,
    "get_mac_address_table": _macs, "get_vlans": _vlans, "get_optics": _optics, "get_users": _users,
    "get_ntp_servers": _ntp_servers, "get_ntp_peers": _ntp_servers, "get_ntp_stats": _ntp_stats,
    "get_environment": _environment, "get_bgp_neighbors": _bgp, "get_bgp_neighbors_detail": _bgp_detail,
    "get_route_to": _routes, "get_route_to_longer": _routes,
}  # fmt: skip

_MINUS = (-1,)
_NOTHING = ("",)
_COUNTERS = tuple(
    f"{way}_{what}"
    for way in ("rx", "tx")
    for what in ("octets", "unicast_packets", "multicast_packets", "broadcast_packets", "discards", "errors")
)
UNKNOWN: Conventions = {
    "age": _MINUS, "last_flapped": _MINUS, "mtu": _MINUS, "speed": _MINUS, "uptime": _MINUS,
    "capacity": _MINUS, "output": _MINUS, **dict.fromkeys(_COUNTERS, _MINUS),
    "received_prefixes": _MINUS, "accepted_prefixes": _MINUS, "sent_prefixes": _MINUS,
    "moves": (-1, 0), "last_move": (-1, 0.0),
    "mac_address": _NOTHING, "description": _NOTHING, "serial_number": _NOTHING, "model": _NOTHING,
    "state": _NOTHING, "inactive_reason": _NOTHING, "outgoing_interface": _NOTHING, "name": _NOTHING,
    "remote_port_description": _NOTHING, "remote_system_name": _NOTHING,
    "remote_system_description": _NOTHING, "import_policy": _NOTHING, "export_policy": _NOTHING,
    "last_event": _NOTHING,
    "previous_connection_state": _NOTHING, "router_id": _NOTHING, "network_instance": _NOTHING,
    "local_address": ("", "0.0.0.0", "::"), "local_port": (0,), "remote_port": (0,),
    "remote_id": ("", "0.0.0.0", PARENT),
    "type": _NOTHING, "when": _NOTHING, "referenceid": _NOTHING,
    "instant": (0.0, -100.0),
}  # fmt: skip
"""What NAPALM writes for "not known", by field. ``moves`` are 0 of drivers that don't count them;
``remote_id`` of NX-OS is the address of the peer; ``instant`` of a dark lane is 0 or -100."""
OF_PLATFORM: Mapping[str, Conventions] = {
    "eos": {"active_prefix_count": (0,)},
    "junos": {"local_port": (0, 179), "remote_port": (0, 179)},
    "nxos": {"jitter": (0.0,), "offset": (0.0,)},
    "nxos_ssh": {"rx_errors": (0,), "tx_errors": (0,), "rx_discards": (0,), "tx_discards": (0,)},
}
"""Zeros that one platform's driver writes whatever the device says: it never reads the field."""


def conventions(platform: str) -> Conventions:
    return {**UNKNOWN, **OF_PLATFORM.get(platform, {})}
