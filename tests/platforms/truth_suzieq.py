"""SuzieQ's recorded fabric: whole replies of its poller, and the tables that its command line shows of them.

Judged are the devices that our questions read (EOS by eAPI); servers of the fabric were asked in text.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from netwright.platforms.arista_eos.shows import SHOWS as EOS
from netwright.platforms.facts import Found, joined
from netwright.platforms.juniper_junos.shows import SHOWS as JUNOS
from netwright.platforms.show import Show, read
from netwright.platforms.values import mac

from .truth import Conventions, Score, compared

Judged = tuple[str, str, str, Score]
Table = dict[str, Any]
Row = Mapping[str, Any]
_SERVICES = ("device", "interfaces", "lldp", "bgp", "macs", "arpnd", "routes", "vlan")
_SPELLED = {
    "show ip bgp neighbors vrf all": "show ip bgp neighbors vrf all", "show vlan brief": "show vlan",
    "show mac-address-table unicast": "show mac address-table", "show interface": "show interfaces extensive",
    "show vlans detail": "show vlans",
    "show ethernet-switching table detail": "show ethernet-switching table",
}  # fmt: skip
"""Its spelling of a question of ours."""
UNKNOWN: Conventions = {"serial": ("",), "mgmt": ("",), "mtu": (-1,)}


def replies(samples: Path) -> Iterator[tuple[str, str, Show, str]]:
    """Device, platform, question and answer of each reply that we have a question for."""
    for service in _SERVICES:
        for path in sorted((samples / "suzieq_networks").glob(f"*-input/{service}.output.gz")):
            for one in _records(gzip.decompress(path.read_bytes()).decode()):
                platform, shows = {"eos": ("eos", EOS)}.get(
                    str(one.get("devtype")),
                    ("junos", JUNOS) if "junos" in str(one.get("devtype")) else ("", ()),
                )
                command = str(one.get("cmd", "")).partition("|")[0].strip()
                show = _question(_SPELLED.get(command, command), shows)
                if show is not None and str(one.get("status")) in {"0", "200"}:
                    data = one["data"]
                    text = data if isinstance(data, str) else json.dumps(data)
                    if isinstance(data, dict) and set(data) == {"output"}:  # eAPI, asked for text
                        text, plain = str(data["output"]), _plain(show, shows)
                        show = plain or show
                    yield str(one["hostname"]), platform, show, text


def _records(text: str) -> Iterator[Mapping[str, Any]]:
    decoder, place = json.JSONDecoder(), 0
    while (place := place + len(text[place:]) - len(text[place:].lstrip())) < len(text):
        found, place = decoder.raw_decode(text, place)
        yield from found if isinstance(found, list) else [found]


def _question(command: str, shows: tuple[Show, ...]) -> Show | None:
    structured = [one for one in shows if one.command in {f"{command} | json", f"{command} | display xml"}]
    return structured[0] if structured else None


def _plain(show: Show, shows: tuple[Show, ...]) -> Show | None:
    return next((one for one in shows if one.command == show.api_command), None)


def _devices(name: str, found: Found) -> Table:
    said = found.system
    version = (said.os_version or "").partition("-")[0]  # it leaves the build out
    return {name: {"version": version or None, "model": said.model, "serial": said.serial}}


def _device_row(row: Row) -> tuple[str, Row]:
    return row["hostname"], {"version": row["version"], "model": row["model"], "serial": row["serialNumber"]}


def _interfaces(name: str, found: Found) -> Table:
    addresses: dict[str, list[str]] = {}
    for one in found.addresses:
        if one.address.version == 4:
            addresses.setdefault(one.interface.lower(), []).append(str(one.address))
    return {
        f"{name} {one.name.lower()}": {
            "state": one.oper.value, "admin": "up" if one.admin_up else "down", "mtu": one.mtu,
            "addresses": addresses.get(one.name.lower(), []),
        }
        for one in found.interfaces
    }  # fmt: skip


def _interface_row(row: Row) -> tuple[str, Row] | None:
    if row["type"] == "vrf":
        return None  # it counts VRFs as interfaces
    state = {"notConnected": "down", "errDisabled": "down"}.get(row["state"], row["state"])
    return f"{row['hostname']} {row['ifname'].lower()}", {
        "state": state, "admin": row["adminState"], "mtu": row["mtu"], "addresses": row["ipAddressList"],
    }  # fmt: skip


def _lldp(name: str, found: Found) -> Table:
    return {
        f"{name} {one.interface}": {"peer": one.remote_device.partition(".")[0], "port": one.remote_interface,
                                    "mgmt": one.remote_address}
        for one in found.neighbors
    }  # fmt: skip


def _lldp_row(row: Row) -> tuple[str, Row]:
    return f"{row['hostname']} {row['ifname']}", {
        "peer": row["peerHostname"].partition(".")[0], "port": row["peerIfname"], "mgmt": row["mgmtIP"],
    }  # fmt: skip


def _bgp(name: str, found: Found) -> Table:
    return {
        f"{name} {one.routing_instance or 'default'} {one.remote_address}": {
            "state": "Established" if one.state.value == "established" else "NotEstd",
            "asn": one.local_asn, "peerAsn": one.remote_asn,
        }
        for one in found.bgp_sessions
    }  # fmt: skip


def _bgp_row(row: Row) -> tuple[str, Row]:
    return f"{row['hostname']} {row['vrf']} {row['peer']}", {
        name: row[name] for name in ("state", "asn", "peerAsn")
    }


def _macs(name: str, found: Found) -> Table:
    return {f"{name} {one.vlan} {one.mac}": {"port": one.interface} for one in found.macs}


def _mac_row(row: Row) -> tuple[str, Row] | None:
    if row["remoteVtepIp"] or not row["oif"]:
        return None  # of the VXLAN table, which is another question
    return f"{row['hostname']} {row['vlan']} {mac(row['macaddr'])}", {"port": row["oif"]}


def _vlans(name: str, found: Found) -> Table:
    """Names are not judged: it makes them up (``vlan10`` of ``VLAN0010``)."""
    return {
        f"{name} {one.vlan_id}": {"ports": list(one.interfaces), "active": one.active} for one in found.vlans
    }


def _vlan_row(row: Row) -> tuple[str, Row]:
    return f"{row['hostname']} {row['vlan']}", {
        "ports": row["interfaces"], "active": row["state"] == "active",
    }  # fmt: skip


JUDGES: Mapping[str, tuple[Callable[[str, Found], Table], Callable[[Row], tuple[str, Row] | None]]] = {
    "device": (_devices, _device_row), "interface": (_interfaces, _interface_row), "lldp": (_lldp, _lldp_row),
    "bgp": (_bgp, _bgp_row), "mac": (_macs, _mac_row), "vlan": (_vlans, _vlan_row),
}  # fmt: skip


def judged(samples: Path) -> Iterator[Judged]:
    found: dict[str, list[Found]] = {}
    platforms: dict[str, str] = {}
    for host, platform, show, text in replies(samples):
        found.setdefault(host, []).append(read(show, text))
        platforms[host] = platform
    known = {host: joined(parts) for host, parts in found.items()}
    for table, (ours, row_of) in JUDGES.items():
        for host, said in known.items():
            theirs = dict(pair for row in _shown(samples, table) if row["hostname"] == host
                          if (pair := row_of(row)) is not None)  # fmt: skip
            yield platforms[host], table, host, compared(ours(host, said), theirs, UNKNOWN)


def _shown(samples: Path, table: str) -> list[Row]:
    """The rows of ``TABLE show``, the first that shows any."""
    for path in sorted((samples / "suzieq_networks").glob(f"*-samples/{table}.yml.gz")):
        for test in yaml.safe_load(gzip.decompress(path.read_bytes()))["tests"]:
            if test["command"].startswith(f"{table} show --format=json --namespace"):
                rows = json.loads(test.get("output") or "[]")
                if rows:
                    return list(rows)
    return []


def answers(samples: Path) -> Iterator[tuple[Show, str]]:
    for _, _, show, text in replies(samples):
        yield show, text
