"""ntc-templates' test captures: raw answers on command lines, and the rows that its templates make of them.

A template's row is text, so ours are written as text too. A field that the device left empty is ``""``.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from netwright.platforms.facts import Found
from netwright.platforms.show import Show, Via, read
from netwright.platforms.text.names import full
from netwright.platforms.values import age, mac, words

from .napalm_replies import word
from .truth import Conventions, Score, compared

Judged = tuple[str, str, str, Score]
Row = Mapping[str, Any]
Table = dict[str, Any]
PLATFORMS = ("arista_eos", "cisco_ios", "cisco_nxos", "cisco_xr", "juniper_junos")


def _interfaces(found: Found) -> Table:
    return {
        full(one.name): {
            "description": one.description, "mtu": one.mtu, "mac_address": one.mac,
            "protocol_status": None if one.oper == "unknown" else "up" if one.oper == "up" else "down",
        }
        for one in found.interfaces
    }  # fmt: skip


def _interface_rows(rows: list[Row]) -> Table:
    return {
        full(row["interface"]): {
            "description": row["description"], "mtu": row["mtu"],
            "mac_address": mac(row["mac_address"]) or "",
            "protocol_status": "up" if row["protocol_status"].split()[0:1] == ["up"] else "down",
        }
        for row in rows
    }  # fmt: skip


def _status(found: Found) -> Table:
    return {full(one.name): {"name": one.description, "up": one.oper == "up"} for one in found.interfaces}


def _status_rows(rows: list[Row]) -> Table:
    return {
        full(row["port"]): {
            "name": words(row["name"]) or "", "up": row["status"].lower().startswith("connected")
        }
        for row in rows
    }  # fmt: skip


def _vlans(found: Found) -> Table:
    return {
        str(one.vlan_id): {"name": one.name, "interfaces": list(one.interfaces), "active": one.active}
        for one in found.vlans
    }


def _vlan_rows(rows: list[Row]) -> Table:
    return {
        row["vlan_id"]: {
            "name": row["vlan_name"], "interfaces": list(row["interfaces"]),
            "active": row["status"].startswith("act"),
        }
        for row in rows
    }  # fmt: skip


def _lldp(found: Found) -> Table:
    return {
        f"{full(one.interface)} {one.remote_interface}": {"neighbor": one.remote_device}
        for one in found.neighbors
    }


def _lldp_rows(rows: list[Row]) -> Table:
    return {
        f"{full(row['local_interface'])} {row['neighbor_interface']}": {
            "neighbor": mac(row["neighbor_name"]) or words(row["neighbor_name"]) or ""
        }
        for row in rows
    }


def _inventory(found: Found) -> Table:
    return {
        one.name: {"pid": one.part_number, "sn": one.serial, "vid": one.version, "descr": one.description}
        for one in found.components
    }


def _inventory_rows(rows: list[Row]) -> Table:
    return {
        row["name"]: {name: words(row[name]) or "" for name in ("pid", "sn", "vid", "descr")} for row in rows
    }


def _system(found: Found) -> Table:
    said = found.system
    return {
        "version": said.os_version, "hostname": said.hostname or None, "serial": said.serial,
        "hardware": said.model, "reload_reason": said.reboot_reason,
        "running_image": (said.image or "").rpartition(":")[2] or None,
        "uptime_s": None if said.uptime_s is None else said.uptime_s // 60 * 60,
    }  # fmt: skip


def _system_rows(rows: list[Row]) -> Table:
    row = rows[0]

    def first(name: str) -> Any:
        value = row.get(name, "")
        return (value[0] if value else "") if isinstance(value, list) else value

    told = {name: first(name) for name in ("version", "hostname", "serial", "hardware", "running_image",
                                           "reload_reason") if name in row}  # fmt: skip
    return {**told, "uptime_s": age(row["uptime"]) or ""}


def _temperatures(found: Found) -> Table:
    return {
        f"{one.component} {one.name}": {
            "value": one.value, "minor": one.limits.high_warning if one.limits else None,
            "major": one.limits.high_critical if one.limits else None, "ok": one.ok,
        }
        for one in found.sensors
    }  # fmt: skip


def _temperature_rows(rows: list[Row]) -> Table:
    return {
        f"module {row['module']} {row['sensor']}": {
            "value": float(row["current_value"]), "minor": float(row["minor_threshold"]),
            "major": float(row["major_threshold"]), "ok": row["status"].lower() == "ok",
        }
        for row in rows
    }  # fmt: skip


def _peers(found: Found) -> Table:
    return {
        f"{one.routing_instance or 'default'} {one.remote_address}": {
            "remote_as": one.remote_asn, "state": one.state.value, "description": one.description,
            "local_as": one.local_asn, "remote_router_id": one.remote_id,
            "holdtime": one.detail.hold_s if one.detail else None,
            "keepalive": one.detail.keepalive_s if one.detail else None,
            "local_address": str(one.local_address) if one.local_address else None,
        }
        for one in found.bgp_sessions
    }  # fmt: skip


def _peer_rows(rows: list[Row]) -> Table:
    fields = ("remote_as", "state", "description", "local_as", "remote_router_id", "holdtime", "keepalive",
              "local_address")  # fmt: skip
    return {f"{row.get('vrf') or 'default'} {row['neighbor']}": {name: row[name] for name in fields}
            for row in rows}  # fmt: skip


def _arp(found: Found) -> Table:
    return {f"{one.address} {one.mac}": {"interface": one.interface} for one in found.arp}


def _arp_rows(rows: list[Row]) -> Table:
    return {
        f"{row['ip_address']} {mac(row['mac_address'])}": {
            "interface": full(row["interface"].partition(",")[0])
        }
        for row in rows
        if mac(row["mac_address"])
    }


def _routes(found: Found) -> Table:
    table: Table = {}
    for one in found.routes:
        row = table.setdefault(f"{one.routing_instance or 'default'} {one.prefix}", {"ways": []})
        row |= {"distance": one.preference, "metric": one.metric}
        row["ways"].append(f"{one.next_hop or ''} {one.interface or ''}")
    return table


def _route_rows(rows: list[Row]) -> Table:
    table: Table = {}
    for row in rows:
        prefix = f"{row['network']}/{row['prefix_length']}"
        one = table.setdefault(f"{row['vrf'] or 'default'} {prefix}", {"ways": []})
        one |= {"distance": row["distance"], "metric": row["metric"]}
        hops, ports = row["next_hop"], row["interface"]
        one["ways"] += [
            f"{hops[place] if place < len(hops) and hops[place] != 'connected' else ''} {port}"
            for place, port in enumerate(ports)
        ]
    return table


def _optics(found: Found) -> Table:
    return {
        full(one.interface or one.name): {
            "temperature": one.temperature_c, "voltage": one.voltage_v, "tx_pwr": one.lanes[0].tx_dbm,
            "rx_pwr": one.lanes[0].rx_dbm, "current": one.lanes[0].bias_ma,
        }
        for one in found.transceivers if one.lanes
    }  # fmt: skip


def _optic_rows(rows: list[Row]) -> Table:
    names = ("temperature", "voltage", "tx_pwr", "rx_pwr", "current")
    return {
        full(row["interface"]): {name: float(row[name]) if words(row[name]) else "" for name in names}
        for row in rows
    }


def _cpu(found: Found) -> Table:
    return {"five": None if found.load.cpu is None else round(found.load.cpu * 100)}


def _cpu_rows(rows: list[Row]) -> Table:
    return {"five": int(rows[0]["cpu_5_min"])}


def _lags(found: Found) -> Table:
    return {
        one.name: {"members": [member.interface for member in one.members if member.active]}
        for one in found.lags
    }


def _lag_rows(rows: list[Row]) -> Table:
    return {
        row["bundle_name"]: {
            "members": [
                name for name, mux in zip(row["member_interface"], row["mux_state"], strict=False)
                if mux.startswith("Collecting")
            ]
        }
        for row in rows
    }  # fmt: skip


def _counts(found: Found) -> Table:
    return {
        f"{one.routing_instance} {one.family} {one.protocol}": {"routes": one.count}
        for one in found.route_summary
    }


def _count_rows(rows: list[Row]) -> Table:
    names = {"direct": "connected", "is-is": "isis", "access-internal": "access"}
    table: Table = {}
    for row in rows:
        instance, _, family = row["table_name"].removesuffix(".0").rpartition(".")
        if family in {"inet", "inet6"}:
            protocol = names.get(row["route_src"].lower(), row["route_src"].lower())
            key = f"{instance or 'default'} {'ipv6' if family == 'inet6' else 'ipv4'} {protocol}"
            table[key] = {"routes": int(row["routes"])}
    return table


JUDGES: Mapping[str, tuple[Callable[[Found], Table], Callable[[list[Row]], Table]]] = {
    "show_interfaces": (_interfaces, _interface_rows),
    "show_interface": (_interfaces, _interface_rows),
    "show_interfaces_status": (_status, _status_rows),
    "show_interface_status": (_status, _status_rows),
    "show_vlan": (_vlans, _vlan_rows),
    "show_lldp_neighbors": (_lldp, _lldp_rows),
    "show_inventory": (_inventory, _inventory_rows),
    "admin_show_inventory": (_inventory, _inventory_rows),
    "show_version": (_system, _system_rows),
    "show_environment_temperature": (_temperatures, _temperature_rows),
    "show_bgp_neighbors": (_peers, _peer_rows),
    "show_ip_arp": (_arp, _arp_rows),
    "show_ip_arp_detail_vrf_all": (_arp, _arp_rows),
    "show_arp_no_resolve": (_arp, _arp_rows),
    "show_ip_route": (_routes, _route_rows),
    "show_interface_transceiver": (_optics, _optic_rows),
    "show_processes_cpu": (_cpu, _cpu_rows),
    "show_lacp_interfaces": (_lags, _lag_rows),
    "show_route_summary": (_counts, _count_rows),
}
"""By the command, as word: ours and theirs in one shape. Commands beside these bring no facts of ours."""
_ALSO = {"show_interface_transceiver": "show_interfaces_transceiver"}
"""Shorter spellings of a question of ours."""
EMPTY = ("",)


class _Empty(dict[str, tuple[object, ...]]):
    """Of every field: an empty text says nothing."""

    def get(self, name: str, default: Any = ()) -> tuple[object, ...]:
        return EMPTY


CONVENTIONS: Conventions = _Empty()


def judged(samples: Path) -> Iterator[Judged]:
    """A command that we have no question for counts with all its fields as wrong."""
    for platform, command, raw in _captures(samples):
        rows = (yaml.safe_load(raw.with_suffix(".yml").read_text()) or {}).get("parsed_sample") or []
        if command not in JUDGES or not rows:
            continue
        ours, theirs = JUDGES[command]
        show = _show(platform, command)
        found = read(show, raw.read_text(errors="replace")) if show else Found()
        yield platform, command, raw.stem, compared(ours(found), theirs(rows), CONVENTIONS)


def answers(samples: Path) -> Iterator[tuple[Show, str]]:
    for platform, command, raw in _captures(samples):
        show = _show(platform, command)
        if show is not None:
            yield show, raw.read_text(errors="replace")


def _captures(samples: Path) -> Iterator[tuple[str, str, Path]]:
    for platform in PLATFORMS:
        for raw in sorted((samples / "ntc_templates" / platform).glob("*/*.raw")):
            if raw.with_suffix(".yml").exists():
                yield platform, word(raw.parent.name), raw


def _show(platform: str, command: str) -> Show | None:
    shows: tuple[Show, ...] = importlib.import_module(f"netwright.platforms.{platform}.shows").SHOWS
    names = {command, _ALSO.get(command, command)}
    plain = [one for one in shows if one.via is Via.CLI and word(one.command) in names]
    return plain[0] if plain else None
