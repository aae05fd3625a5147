"""Our facts in the shape of NAPALM's getters, so that its recordings can judge them.

``...`` stands where NAPALM tells something that is no fact of ours: such a field is not counted."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from netwright.platforms.facts import (
    ArpFact,
    BgpDetail,
    BgpSessionFact,
    BgpState,
    Found,
    InterfaceFact,
    Limits,
)
from netwright.platforms.text.names import full
from netwright.platforms.values import mac

Shape = Callable[[Found, Any], Any]


def shape(getter: str, found: Found, expected: Any) -> Any:
    """What NAPALM's ``getter`` would have said. Raises KeyError for a getter that is no business of facts."""
    return SHAPES[getter](found, expected)


def _upper(text: str | None) -> str:
    return (text or "").upper()


def _facts(found: Found, expected: Any) -> Any:
    said = found.system
    host = said.hostname
    return {
        "hostname": host,
        "fqdn": said.fqdn or host,
        "vendor": said.vendor,
        "model": said.model or "",
        "os_version": said.os_version,
        "serial_number": said.serial or "",
        "uptime": said.uptime_s if said.uptime_s is not None else -1.0,
        "interface_list": [one.name for one in found.interfaces],
    }


def _interfaces(found: Found, expected: Any) -> Any:
    return {one.name: _interface(one, expected.get(one.name, {})) for one in found.interfaces}


def _interface(one: InterfaceFact, expected: Any) -> Any:
    flapped = one.changed_at if one.changed_at is not None else one.changed_s
    return {
        "is_up": one.oper == "up",
        "is_enabled": one.admin_up,
        "description": one.description or "",
        "last_flapped": -1.0 if flapped is None else flapped,
        "mac_address": _upper(one.mac),
        "mtu": -1 if one.mtu is None else one.mtu,
        "speed": -1.0 if one.speed_bps is None else one.speed_bps / 1_000_000,
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
                row[f"{way}_{name}"] = -1 if value is None else value
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
                "remote_port_description": one.remote_port_description or "",
                "remote_system_name": "" if one.remote_device == chassis else one.remote_device,
                "remote_system_description": _first_line(one.remote_description or ""),
                "remote_chassis_id": chassis.upper()
                if re.fullmatch(r"([0-9a-f]{2}:){5}..", chassis)
                else chassis,
                "remote_system_capab": sorted(one.capabilities),
                "remote_system_enable_capab": sorted(one.enabled),
            }
        )
    return result


def _first_line(text: str) -> str:
    """All that NAPALM keeps of a description on Cisco's systems; one line on others anyway."""
    return text.splitlines()[0].strip() if text else ""


def _arp(found: Found, expected: Any) -> Any:
    ages = {(row["interface"], row["ip"].lower()): row["age"] for row in expected}

    def age(one: ArpFact) -> float:
        """In minutes where NAPALM hands on IOS's minutes."""
        told = ages.get((one.interface, str(one.address)))
        if one.age_s is None:
            return -1.0
        return told if told is not None and told * 60 == one.age_s else one.age_s

    return [
        {"interface": one.interface, "mac": _upper(one.mac), "ip": str(one.address),
         "age": age(one), "state": one.state or ""}
        for one in found.arp
    ]  # fmt: skip


def _macs(found: Found, expected: Any) -> Any:
    ports = {row["interface"] for row in expected}
    return [
        {"mac": _upper(one.mac), "interface": "" if one.interface == "Router" not in ports else one.interface,
         "vlan": one.vlan, "static": one.static,
         "active": one.active, "moves": -1 if one.moves is None else one.moves,
         "last_move": next((t for t in (one.moved_at, one.moved_s) if t is not None), -1.0)}
        for one in found.macs
    ]  # fmt: skip


def _vlans(found: Found, expected: Any) -> Any:
    return {
        str(one.vlan_id): {"name": one.name or "", "interfaces": list(one.interfaces)} for one in found.vlans
    }


def _optics(found: Found, expected: Any) -> Any:
    def state(value: float | None) -> Any:
        return {"instant": 0.0 if value is None else value, "avg": ..., "min": ..., "max": ...}

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
        one.name: {"level": one.level or 0, "password": ..., "sshkeys": list(one.ssh_keys)}
        for one in found.users
    }


def _ntp_servers(found: Found, expected: Any) -> Any:
    names = ("address", "association_type", "network_instance")
    if any("address" in one for one in expected.values()):
        rows = {
            one.address: dict(
                zip(
                    names,
                    (one.address, (one.association or "").upper(), one.routing_instance or ""),
                    strict=True,
                )
            )
            for one in found.ntp
        }
        return {name: {**dict.fromkeys(expected.get(name, {}), ...), **row} for name, row in rows.items()}
    return {one.address: {} for one in found.ntp}


def _ntp_stats(found: Found, expected: Any) -> Any:
    return [
        {"remote": one.address, "referenceid": one.reference or "", "synchronized": bool(one.synchronized),
         "stratum": one.stratum, "type": one.kind or "", "when": one.when or "", "hostpoll": one.poll_s,
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
            supply(one.name): {"status": one.ok, "capacity": _known(one.capacity_w),
                       "output": outputs.get(one.name, -1.0)}
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
    return {value // unit**power for unit in (1000, 1024) for power in range(4)}


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
        theirs = expected.get(_instance(one), {}).get("peers", {}).get(str(one.remote_address), {})
        unknown = theirs.get("remote_id") in (str(one.remote_address), "0.0.0.0") or not one.remote_id
        table["peers"][str(one.remote_address)] = {
            "local_as": one.local_asn, "remote_as": one.remote_asn,
            "remote_id": ... if unknown else one.remote_id,
            "is_up": up, "is_enabled": one.enabled is not False, "description": one.description or "",
            "uptime": ... if theirs.get("uptime") == -1 else _whole(one.uptime_s if up else None),
            "address_family": {
                _family(family.name, expected): {
                    "received_prefixes": _count(family.received),
                    "accepted_prefixes": _count(family.accepted),
                    "sent_prefixes": _count(family.sent)}
                for family in one.families
            },
        }  # fmt: skip
    return result


def _unasked(name: str, expected: Any) -> Any:
    """``invalid`` is NAPALM's mark that it did not ask."""
    return {"invalid": ...} if "invalid" in expected.get(name, {}) else {}


def _known(value: float | None) -> float:
    return -1.0 if value is None else value


def _whole(seconds: float | None) -> int:
    return -1 if seconds is None else int(seconds)


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


def _count(value: int | None) -> int:
    return -1 if value is None else value


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
        "router_id": one.remote_id or "", "local_address": str(one.local_address or ""),
        "remote_address": str(one.remote_address), "connection_state": one.state.value,
        "local_port": detail.local_port, "remote_port": detail.remote_port, "holdtime": detail.hold_s,
        "keepalive": detail.keepalive_s, "configured_holdtime": detail.configured_hold_s,
        "configured_keepalive": detail.configured_keepalive_s, "flap_count": detail.flaps,
        "previous_connection_state": detail.previous_state, "last_event": detail.last_event,
        "input_messages": detail.messages_in, "output_messages": detail.messages_out,
        "input_updates": detail.updates_in, "output_updates": detail.updates_out,
        "messages_queued_out": detail.queued_out, "import_policy": detail.import_policy or "",
        "export_policy": detail.export_policy or "", "multihop": bool(detail.multihop),
        "received_prefix_count": family.received if family else None,
        "advertised_prefix_count": family.sent if family else None,
        "accepted_prefix_count": family.accepted if family else None,
        "active_prefix_count": family.active if family else None,
        "routing_table": ..., "suppress_4byte_as": ..., "local_as_prepend": ..., "remove_private_as": ...,
        "multipath": ..., "suppressed_prefix_count": ..., "local_address_configured": ...,
    }  # fmt: skip


def _routes(found: Found, expected: Any) -> Any:
    via = {(one.routing_instance, one.prefix, one.next_hop): one for one in found.routes if one.path is None}
    result: dict[str, Any] = {}
    paths = [one for one in found.routes if one.path is not None] or list(found.routes)
    for one in paths:
        route = via.get((one.routing_instance, one.prefix, one.next_hop), one)
        path = one.path
        result.setdefault(str(one.prefix), []).append(
            {
                "current_active": one.active, "last_active": one.active, "age": ...,
                "next_hop": one.next_hop or "",
                "protocol": ..., "outgoing_interface": route.interface or "", "preference": route.preference,
                "inactive_reason": one.why_not or "", "routing_table": one.routing_instance,
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

_ROW_KEYS = (
    "remote_port",
    "remote_chassis_id",
    "hostname",
    "port",
    "remote_address",
    "mac",
    "ip",
    "next_hop",
    "remote",
    "index",
    "interface",
    "vlan",
)


def leaves(value: Any, where: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Each single value by its path. Rows of a list are known by what is in them, not by place."""
    if isinstance(value, dict):
        if not value:
            return {where: {}}
        return functools.reduce(
            lambda all_, item: {**all_, **leaves(item[1], (*where, _address(item[0])))}, value.items(), {}
        )
    if isinstance(value, list) and value and isinstance(value[0], dict):
        result: dict[tuple[str, ...], Any] = {}
        for row in value:
            names = [*_flat(row)]
            base = ",".join(_address(row[key]) for key in _ROW_KEYS if key in row and key in names)
            place, key = 0, base
            while (*where, key) in {path[: len(where) + 1] for path in result}:
                place += 1
                key = f"{base}#{place}"
            result.update(leaves(row, (*where, key)))
        return result
    if isinstance(value, list):
        return {where: sorted(map(str, value))}
    return {where: value}


def _flat(row: dict[str, Any]) -> list[str]:
    return [key for key, value in row.items() if not isinstance(value, dict | list)]


def _address(text: Any) -> str:
    """An address, a link address, an interface's name in one writing."""
    link = mac(text) if re.fullmatch(r"[0-9A-Fa-f.:]{12,17}", str(text)) else None
    if link:
        return link
    if text == "Management0":
        return "mgmt0"
    if re.fullmatch(r"[A-Z][a-z]{1,2}\d[\d/.]*", str(text)):
        return full(str(text))
    try:
        return str(ip_address(str(text)))
    except ValueError:
        return str(text)


def equal(one: Any, other: Any) -> bool:
    """The same, letters' case, a number's kind and an address's writing aside. What we do not
    know is what NAPALM writes as 0, -1 or nothing. It tells memory in the device's unit, we in octets."""
    if one is None or one in (-1, ""):
        return other in (None, 0, -1, "", False)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= max(0.011, abs(one) * 1e-4)
    return _address(str(one).strip()).lower() == _address(str(other).strip()).lower()


def compared(ours: Any, expected: Any) -> tuple[int, list[tuple[str, Any, Any]]]:
    """How many fields were compared, and those that differ: path, ours, theirs."""
    mine = leaves(ours)
    misses, total = [], 0
    for path, value in leaves(expected).items():
        got = mine.get(path, "absent")
        if got is ... or value == "..." or any(mine.get(path[:n]) is ... for n in range(len(path))):
            continue
        total += 1
        if not equal(got, value):
            misses.append(("/".join(path), got, value))
    return total, misses
