"""Arista AVD's structured configurations as device views, as far as the view has a home for what they say."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from tests.platforms.richcase import read

from netwright.intent.neutral import DeviceView

Data = dict[str, Any]
_SEVERITIES = {"emergencies": "emergency", "alerts": "alert", "errors": "error", "warnings": "warning"}
_SEVERITIES |= {"notifications": "notice", "debugging": "debug"}


class Secrets(dict[str, str]):
    """Secrets by the names that the adapter gave them: a SecretStore, once wrapped."""

    def put(self, value: object) -> str:
        name = f"s{len(self)}"
        self[name] = str(value)
        return name


def view_of(data: Data, secrets: Secrets) -> DeviceView:
    """The device that AVD describes."""
    interfaces = list(_interfaces(data))
    return read(
        {
            "name": data.get("hostname") or "device",
            "platform": "arista_eos",
            "role": "edge",
            "site": "x",
            "management_address": None,
            "loopback": None,
            "system": _said(_system(data, secrets)),
            "management": _said(_management(data)),
            "ntp": _said(_ntp(data, secrets)),
            "snmp": _said(_snmp(data, secrets)),
            "logging": _logging(data),
            "lldp": {"enabled": (data.get("lldp") or {}).get("run", True) is not False},
            "interfaces": interfaces,
            "vlans": [
                {"number": int(one["id"]), "name": one.get("name") or ""} for one in data.get("vlans") or ()
            ],
            "vrfs": list(_vrfs(data, interfaces)),
            "static_routes": [_said(one) for one in _routes(data)],
            "prefix_lists": list(_prefix_lists(data)),
            "access_lists": list(_access_lists(data)),
            "bgp": _bgp(data, secrets),
        }
    )


def _said(section: Data) -> Data:
    """A section without what says nothing, below too."""
    return {
        key: [_said(one) if isinstance(one, dict) else one for one in value]
        if isinstance(value, list)
        else _said(value)
        if isinstance(value, dict)
        else value
        for key, value in section.items()
        if value not in ("", None)
    }


def _system(data: Data, secrets: Secrets) -> Data:
    servers = data.get("ip_name_servers") or ()
    banners = data.get("banners") or {}
    return {
        "hostname": data.get("hostname") or "device",
        "domain": data.get("dns_domain") or "",
        "time_zone": (data.get("clock") or {}).get("timezone") or "UTC",
        "login_banner": _text(banners.get("login")),
        "motd_banner": _text(banners.get("motd")),
        "users": [
            {
                "name": one["name"],
                "role": "admin" if one.get("role") == "network-admin" else "read-only",
                "password_secret": secrets.put(one["sha512_password"]) if "sha512_password" in one else "",
                "ssh_keys": [one["ssh_key"]] if "ssh_key" in one else [],
            }
            for one in data.get("local_users") or ()
            if not one.get("disabled")
        ],
        "dns": {
            "servers": [one["ip_address"] for one in servers],
            "vrf": next((one.get("vrf") or "" for one in servers), "").replace("default", ""),
        },
    }


def _text(banner: str | None) -> str:
    return (banner or "").removesuffix("\n").removesuffix("EOF").removesuffix("\n")


def _management(data: Data) -> Data:
    http = data.get("management_api_http") or {}
    gnmi = (data.get("management_api_gnmi") or {}).get("transport") or {}
    vrfs = [one["name"] for one in http.get("enable_vrfs") or ()]
    found: Data = {"vrf": next((one for one in vrfs if one != "default"), "")}
    if http.get("enable_https"):
        found["https_port"] = 443
    if gnmi.get("grpc"):
        found["gnmi_port"] = gnmi["grpc"][0].get("port") or 6030
    return found


def _ntp(data: Data, secrets: Secrets) -> Data:
    ntp = data.get("ntp") or {}
    local = ntp.get("local_interface") or {}
    return {
        "servers": [
            {
                "host": one["name"],
                "prefer": bool(one.get("preferred")),
                "burst": bool(one.get("iburst")),
                "key": one.get("key"),
            }
            for one in ntp.get("servers") or ()
        ],
        "keys": [
            {"number": one["id"], "algorithm": one["hash_algorithm"], "secret": secrets.put(one["key"])}
            for one in ntp.get("authentication_keys") or ()
        ],
        "source_interface": local.get("name") or "",
        "vrf": _vrf(local.get("vrf") or next((one.get("vrf") for one in ntp.get("servers") or ()), "")),
    }


def _snmp(data: Data, secrets: Secrets) -> Data:
    snmp = data.get("snmp_server") or {}
    return {
        "communities": [
            {"secret": secrets.put(one["name"]), "access": "write" if one.get("access") == "rw" else "read",
             "access_list": (one.get("access_list_ipv4") or {}).get("name") or ""}
            for one in snmp.get("communities") or ()
        ],
        "location": snmp.get("location") or "",
        "contact": snmp.get("contact") or "",
    }  # fmt: skip


def _logging(data: Data) -> Data:
    logging = data.get("logging") or {}
    buffered = logging.get("buffered") or {}
    found: Data = {"facility": logging.get("facility") or "local4"}
    if logging.get("console"):
        found["console"] = _SEVERITIES.get(logging["console"], logging["console"])
    if buffered.get("level"):
        found["buffer"] = _SEVERITIES.get(buffered["level"], buffered["level"])
    if buffered.get("size"):
        found["buffer_bytes"] = int(buffered["size"]) * 100
    return found


def _interfaces(data: Data) -> Iterator[Data]:
    bundles = {
        int(one["name"].removeprefix("Port-Channel")): one["name"]
        for one in data.get("port_channel_interfaces") or ()
        if "." not in one["name"]
    }
    modes = {
        int(group["id"]): group.get("mode") or "active"
        for one in data.get("ethernet_interfaces") or ()
        if (group := one.get("channel_group"))
    }
    for one in data.get("management_interfaces") or ():
        yield {**_common(one), "management": True}
    for one in data.get("loopback_interfaces") or ():
        yield {**_common(one), "kind": "loopback"}
    for one in data.get("vlan_interfaces") or ():
        yield {**_common(one), "kind": "vlan", "vlan": int(one["name"].removeprefix("Vlan"))}
    for one in data.get("port_channel_interfaces") or ():
        number = one["name"].removeprefix("Port-Channel")
        kind = {"kind": "subinterface"} if "." in number else {"kind": "lag"}
        bundle: Data = {}
        if "." not in number:
            lacp = modes.get(int(number), "active").replace("on", "static")
            bundle = {"bundle": {"number": int(number), "lacp": lacp}}
        yield {**_common(one), **kind, **bundle}
    for one in data.get("ethernet_interfaces") or ():
        group = int((one.get("channel_group") or {}).get("id") or 0)
        member = {"lag": bundles.get(group, f"Port-Channel{group}"), "bundle_number": group} if group else {}
        yield {**_common(one), **({"kind": "subinterface"} if "." in one["name"] else {}), **member}


def _common(one: Data) -> Data:
    addresses = [one["ip_address"]] if _is_address(one.get("ip_address")) else []
    addresses += [each for each in one.get("ip_address_secondaries") or () if _is_address(each)]
    addresses += [one["ipv6_address"]] if _is_address(one.get("ipv6_address")) else []
    found: Data = {
        "name": one["name"],
        "description": one.get("description") or "",
        "enabled": not one.get("shutdown"),
        "mtu": one.get("mtu"),
        "addresses": addresses,
        "vrf": _vrf(one.get("vrf")),
        "access_list_in": one.get("access_group_in") or "",
        "access_list_out": one.get("access_group_out") or "",
        "virtual_addresses": [one["ip_address_virtual"]]
        if _is_address(one.get("ip_address_virtual"))
        else [],
        "vlan": (one.get("encapsulation_dot1q") or {}).get("vlan"),
    }
    switchport = one.get("switchport") or {}
    if switchport and switchport.get("enabled", True) and switchport.get("mode") in {"trunk", "access"}:
        trunk = switchport.get("trunk") or {}
        native = trunk.get("native_vlan") if switchport["mode"] == "trunk" else switchport.get("access_vlan")
        tagged = sorted(set(_numbers(trunk.get("allowed_vlan"))) - {native})
        found["switchport"] = {"mode": switchport["mode"], "untagged": native, "tagged": tagged}
    return found


def _is_address(text: object) -> bool:
    try:
        ipaddress.ip_interface(str(text))
    except ValueError:
        return False
    return True


def _numbers(text: object) -> Iterator[int]:
    for part in str(text or "").split(","):
        first, _, last = part.strip().partition("-")
        if first.isdecimal():
            yield from range(int(first), int(last or first) + 1)


def _vrfs(data: Data, interfaces: list[Data]) -> Iterator[Data]:
    bgp = {one["name"]: one for one in (data.get("router_bgp") or {}).get("vrfs") or ()}
    for one in data.get("vrfs") or ():
        if one["name"] == "default":
            continue
        targets = (bgp.get(one["name"]) or {}).get("route_targets") or {}
        yield {
            "name": one["name"],
            "description": one.get("description") or "",
            "distinguisher": (bgp.get(one["name"]) or {}).get("rd") or "",
            "import_targets": _targets(targets.get("import")),
            "export_targets": _targets(targets.get("export")),
            "interfaces": [each["name"] for each in interfaces if each["vrf"] == one["name"]],
        }


def _targets(families: list[Data] | None) -> list[str]:
    return [
        target
        for one in families or ()
        if one["address_family"] == "vpn-ipv4"
        for target in one["route_targets"]
    ]


def _routes(data: Data) -> Iterator[Data]:
    for one in (*(data.get("static_routes") or ()), *(data.get("ipv6_static_routes") or ())):
        null = one.get("interface") == "Null0"
        yield {
            "prefix": one["destination_address_prefix"],
            "next_hop": one.get("gateway"),
            "interface": "" if null else (one.get("interface") or "").capitalize(),
            "discard": null,
            "vrf": _vrf(one.get("vrf")),
            "distance": one.get("distance"),
            "tag": one.get("tag"),
            "name": one.get("name") or "",
        }


def _prefix_lists(data: Data) -> Iterator[Data]:
    for key, family in (("prefix_lists", 4), ("ipv6_prefix_lists", 6)):
        for one in data.get(key) or ():
            yield {
                "name": one["name"],
                "family": family,
                "entries": [_entry(entry) for entry in one["sequence_numbers"]],
            }


def _entry(entry: Data) -> Data:
    words = entry["action"].split()
    prefix = ipaddress.ip_network(words[1])
    ge, le = (int(words[words.index(word) + 1]) if word in words else None for word in ("ge", "le"))
    shortest = ge or prefix.prefixlen
    longest = le or (prefix.max_prefixlen if ge else prefix.prefixlen)
    if "eq" in words:
        shortest = longest = int(words[words.index("eq") + 1])
    return {
        "prefix": words[1],
        "shortest": shortest,
        "longest": longest,
        "sequence": entry["sequence"],
        "permit": words[0] == "permit",
    }


def _access_lists(data: Data) -> Iterator[Data]:
    for one in data.get("ip_access_lists") or ():
        entries = [
            {
                "sequence": entry["sequence"],
                "action": entry["action"],
                "protocol": "any" if entry["protocol"] == "ip" else entry["protocol"],
                "source": _end(entry.get("source")),
                "destination": _end(entry.get("destination")),
                "log": bool(entry.get("log")),
            }
            for entry in one.get("entries") or ()
            if "sequence" in entry and entry.get("protocol") in {"ip", "tcp", "udp", "icmp"}
        ]
        yield {"name": one["name"], "entries": entries}


def _end(text: str | None) -> str | None:
    return None if text in {None, "any"} else text


def _bgp(data: Data, secrets: Secrets) -> Data | None:
    bgp = data.get("router_bgp") or {}
    if not str(bgp.get("as") or "").isdecimal():
        return None
    groups = {one["name"]: _group(one, secrets) for one in bgp.get("peer_groups") or ()}
    neighbors = [one for one in bgp.get("neighbors") or () if _is_address(one.get("ip_address"))]
    tables = [
        {
            "vrf": one["name"],
            "sessions": [
                _session(each, bgp, groups, secrets)
                for each in one.get("neighbors") or ()
                if _is_address(each.get("ip_address"))
            ],
            "networks": [],
        }
        for one in bgp.get("vrfs") or ()
        if one["name"] != "default"
    ]
    return {
        "asn": int(bgp["as"]),
        "router_id": bgp.get("router_id"),
        "networks": [
            each["prefix"]
            for key in ("address_family_ipv4", "address_family_ipv6")
            for each in (bgp.get(key) or {}).get("networks") or ()
        ],
        "groups": list(groups.values()),
        "sessions": [_session(one, bgp, groups, secrets) for one in neighbors],
        "vrfs": tables,
        "max_paths": (bgp.get("maximum_paths") or {}).get("paths") or 1,
    }


def _group(one: Data, secrets: Secrets) -> Data:
    hops = one.get("ebgp_multihop")
    return {
        "name": one["name"],
        "role": "backbone",
        "internal": bool(one.get("next_hop_self")),
        "policy_in": one.get("route_map_in") or "",
        "policy_out": one.get("route_map_out") or "",
        "max_prefixes": one.get("maximum_routes"),
        "multihop": hops,
        "password_secret": secrets.put(one["password"]) if "password" in one else "",
        "bfd": bool(one.get("bfd")),
        "description": one.get("description") or "",
    }


def _session(one: Data, bgp: Data, groups: dict[str, Data], secrets: Secrets) -> Data:
    group = groups.get(one.get("peer_group") or "")
    raw: Data = next(
        (each for each in bgp.get("peer_groups") or () if group and each["name"] == group["name"]), {}
    )
    address = ipaddress.ip_address(one["ip_address"])
    remote = str(one.get("remote_as") or raw.get("remote_as") or bgp["as"])
    inherited = group or {}
    return {
        "remote_address": str(address),
        "remote_asn": int(remote) if remote.isdecimal() else 0,
        "local_address": str(address),
        "role": "backbone",
        "family": address.version,
        "group": group,
        "description": one.get("description") or inherited.get("description", ""),
        "policy_in": one.get("route_map_in") or inherited.get("policy_in", ""),
        "policy_out": one.get("route_map_out") or inherited.get("policy_out", ""),
        "bfd": bool(one.get("bfd")) or bool(inherited.get("bfd")),
        "internal": bool(inherited.get("internal")),
        "multihop": one.get("ebgp_multihop") or inherited.get("multihop"),
        "max_prefixes": one.get("maximum_routes") or inherited.get("max_prefixes"),
        "password_secret": secrets.put(one["password"])
        if "password" in one
        else inherited.get("password_secret", ""),
        "update_source": str(address) if one.get("update_source") else None,
        "local_interface": one.get("update_source") or "",
        "enabled": not one.get("shutdown"),
    }  # fmt: skip


def _vrf(name: object) -> str:
    return "" if name in {None, "default"} else str(name)
