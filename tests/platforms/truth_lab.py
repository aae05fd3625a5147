"""Batfish's lab validation: what lab devices showed, against the configurations that they ran.

There is no table of right answers: the truth is the configuration of the same node. Judged are the name
(where a question was recorded that tells it), the addresses of interfaces that are on, and each BGP neighbour
with its AS where the configuration tells it beside the neighbour. ``understood``: one field an answer, right
if nothing of it was left over.
"""

from __future__ import annotations

import gzip
import importlib
import ipaddress
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from netwright.platforms.facts import Found, joined
from netwright.platforms.show import Show, Via, read
from netwright.platforms.text.names import full

from .napalm_replies import word
from .truth import Score, compared

Judged = tuple[str, str, str, Score]
Table = dict[str, Any]
PLATFORMS = {
    "arista": "arista_eos", "ios": "cisco_ios", "iosxe": "cisco_ios", "iosxr": "cisco_xr", "nx": "cisco_nxos",
    "junos": "juniper_junos", "cumulus": "frr",
}  # fmt: skip
_SPELLED = {
    "show_ip_bgp_all_neighbor": "show_bgp_(ipv4_unicast|vrf_all_all)_neighbors",
    "vtysh_c_show_ip_bgp_vrf_all_neighbors_json": "vtysh_c_show_bgp_vrf_all_neighbors_json",
    "show_interfaces_display_xml": "show_interfaces_extensive_display_xml",
}  # fmt: skip
_ADDRESS = re.compile(r"^\s+(?:ip|ipv4|ipv6) address ([0-9A-Fa-f.:]+(?:/\d+)?)(?: (255\.[\d.]+))?")
_SET_ADDRESS = re.compile(r"^set interfaces (\S+) unit (\d+) family inet6? address (\S+)", re.MULTILINE)
_SET_NEIGHBOR = re.compile(r"^set protocols bgp group (\S+) neighbor (\S+)", re.MULTILINE)
_SET_AS = re.compile(r"^set protocols bgp group (\S+) peer-as (\d+)", re.MULTILINE)


def judged(samples: Path) -> Iterator[Judged]:
    for lab, node, platform, replies in _nodes(samples):
        parts, understood = [], Score()
        for show, text in replies:
            found = read(show, text)
            parts.append(found)
            understood += compared({"unparsed": len(found.unparsed)}, {"unparsed": 0}, {})
        case = f"{lab}/{node}"
        yield platform, "understood", case, understood
        config = _config(samples / "lab_validation" / lab / "configs" / node)
        if config and platform != "frr":
            found = joined(parts)
            theirs = _of_set(config) if platform == "juniper_junos" else _of_blocks(config)
            yield platform, "as configured", case, compared(_ours(found), theirs, {})


def answers(samples: Path) -> Iterator[tuple[Show, str]]:
    for _, _, _, replies in _nodes(samples):
        yield from replies


def _nodes(samples: Path) -> Iterator[tuple[str, str, str, list[tuple[Show, str]]]]:
    for names in sorted((samples / "lab_validation").glob("*/show/host_nos.txt")):
        for node, system in json.loads(names.read_text()).items():
            if system not in PLATFORMS:
                continue
            platform = PLATFORMS[system]
            shows = importlib.import_module(f"netwright.platforms.{platform}.shows").SHOWS
            found = []
            for path in sorted((names.parent / node).iterdir()):
                raw = path.read_bytes()
                text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8", "replace")
                show = _question(path.name.removesuffix(".gz").removesuffix(".txt"), shows)
                if show is not None:
                    found.append((show, text))
            yield names.parts[-3], node, platform, found


def _question(name: str, shows: tuple[Show, ...]) -> Show | None:
    stem = word(name).replace("display_json", "display_xml")
    stem = _SPELLED.get(stem, stem)
    return next((one for one in shows if one.via is Via.CLI and re.fullmatch(stem, word(one.command))), None)


def _config(folder: Path) -> str:
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return "\n".join(path.read_text(errors="replace") for path in files if path.suffix in {".txt", ".cfg"})


def _ours(found: Found) -> Table:
    return {
        "hostname": found.system.hostname or ...,
        "addresses": {
            f"{full(one.interface).lower()} {one.address}": {"there": True} for one in found.addresses
        },
        "neighbors": {
            str(one.remote_address): {"asn": one.remote_asn, "there": True} for one in found.bgp_sessions
        },
    }


def _of_set(config: str) -> Table:
    asns = dict(_SET_AS.findall(config))
    name = re.search(r"^set system host-name (\S+)", config, re.MULTILINE)
    neighbors: Table = {}
    for group, peer in _SET_NEIGHBOR.findall(config):
        neighbors[peer] = {"there": True, **({"asn": int(asns[group])} if group in asns else {})}
    return {
        "hostname": name[1] if name else None,
        "addresses": {
            f"{full(f'{port}.{unit}').lower()} {ipaddress.ip_interface(text)}": {"there": True}
            for port, unit, text in _SET_ADDRESS.findall(config)
            if ":" not in text
        },
        "neighbors": neighbors,
    }


def _of_blocks(config: str) -> Table:
    """Of configurations with indented blocks."""
    found: Table = {"hostname": None, "addresses": {}, "neighbors": {}}
    for block in re.split(r"\n(?=\S)", config):
        head, *lines = block.splitlines() or [""]
        if head.startswith("hostname "):
            found["hostname"] = head.split()[1].strip('"')
        elif head.startswith("interface ") and not any(line.strip() == "shutdown" for line in lines):
            _put_addresses(full(head.split(None, 1)[1]).lower(), lines, found["addresses"])
        elif head.startswith("router bgp"):
            _put_neighbors(lines, found["neighbors"])
    if found["hostname"] is None:
        del found["hostname"]
    return found


def _put_addresses(port: str, lines: list[str], found: Table) -> None:
    for line in lines:
        match = _ADDRESS.match(line)
        if match and ":" not in match[1] and ("/" in match[1] or match[2]):
            text = match[1] if "/" in match[1] else f"{match[1]}/{match[2]}"
            found[f"{port} {ipaddress.ip_interface(text)}"] = {"there": True}


def _put_neighbors(lines: list[str], found: Table) -> None:
    current = ""
    for line in lines:
        words = line.split()
        if words[:1] == ["neighbor"] and re.fullmatch(r"[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]+", words[1]):
            current = str(ipaddress.ip_address(words[1]))
            found.setdefault(current, {"there": True})
            if words[2:3] == ["remote-as"] and words[3].isdigit():
                found[current]["asn"] = int(words[3])
        elif words[:1] == ["neighbor"]:
            current = ""
        elif words[:1] == ["remote-as"] and current and words[1].isdigit():
            found[current]["asn"] = int(words[1])
