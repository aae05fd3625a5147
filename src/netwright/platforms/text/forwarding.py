"""Tables of link addresses as Cisco's systems write them: ARP, IPv6 neighbours, MAC addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netwright.platforms import values
from netwright.platforms.facts import ArpFact, Found, MacFact
from netwright.platforms.records import Rows
from netwright.platforms.text.names import full

_LINK = r"[0-9a-fA-F]{4}\.[0-9a-fA-F]{4}\.[0-9a-fA-F]{4}"
_IOS_ARP = re.compile(rf"^Internet +(\S+) +(\S+) +({_LINK}) +\S+ *(\S*)")
_NX_ARP = re.compile(rf"^(\d+\.\d+\.\d+\.\d+) +(\S+) +({_LINK}) +(\S+)")
_XR_ARP = re.compile(rf"^(\d+\.\d+\.\d+\.\d+) +(\S+) +({_LINK}) +(\S+) +\S+ +(\S+)")
_NX_DETAIL = re.compile(
    rf"^(\d+\.\d+\.\d+\.\d+) +(\S+) +({_LINK}) +(\S+) +(?:\S+) +(?:(?:[*+#]|CP|PS|RO|D)+ +)?(\S+) *$"
)
_ND = re.compile(rf"^([0-9A-Fa-f]*:[0-9A-Fa-f:.]+) +(\S+) +({_LINK}) +(\S+) +(\S+)")
_NX_ND = re.compile(
    rf"^IPv6 Adjacency Table for VRF (?P<vrf>\S+)"
    rf"|^(?P<ip>[0-9A-Fa-f]*:[0-9A-Fa-f:.]+)\s+(?P<age>\S+) +(?P<link>{_LINK}) +\d+ +\S+ +(?P<port>\S+)",
    re.MULTILINE,
)
_MAC = re.compile(rf"^(?P<before>.*?)(?<![0-9a-fA-F.])(?P<mac>{_LINK})(?P<after>.*)$")
_PORT = re.compile(
    r"^(?:(?:Gi|Fa|Te|Tw|Fo|Hu|Eth|Et|Po|Vl|Lo|Tu|Nu|mgmt|nve|vPC|sup-|cpu|router|switch|drop|stp|igmp|other|"
    r"multicast)[\w()/.:-]*|[A-Z][A-Za-z-]*\d[\d/.]*)(?:,\S+)*,?$",
    re.IGNORECASE,
)
_VRF = re.compile(r"IP ARP Table for context (\S+)")


def arp(answer: str) -> Found:
    """``show arp`` of IOS, ``show ip arp`` of NX-OS, ``show arp`` of IOS-XR: told apart row by row."""
    rows = Rows()
    return Found(arp=rows.of("line", _arp_rows(answer), _arp), unparsed=rows.unparsed)


def _arp_rows(answer: str) -> Iterator[tuple[str, str, str, str, str | None, float]]:
    vrf = None
    minutes = 60 if re.search(r"^Address +Age \(min\)", answer, re.MULTILINE) else 1
    detailed = "Physical Interface" in answer
    for line in answer.splitlines():
        context = _VRF.search(line)
        vrf = context[1] if context else vrf
        if detailed and (match := _NX_DETAIL.match(line)):
            yield match[1], match[2], match[3], match[4], match[5], 1
        elif match := _IOS_ARP.match(line):
            yield match[1], match[2], match[3], match[4], vrf, 60
        elif minutes == 1 and (match := _XR_ARP.match(line)):
            yield match[1], match[2], match[3], match[5], vrf, 1
        elif match := _NX_ARP.match(line):
            yield match[1], match[2], match[3], match[4].rstrip(","), vrf, minutes


def _arp(row: tuple[str, str, str, str, str | None, float]) -> ArpFact:
    text, age, link, interface, vrf, unit = row
    seconds = values.age(age)
    return ArpFact(
        full(interface), values.ip(text), values.mac(link) or link,
        age_s=None if seconds is None else seconds * unit, routing_instance=vrf,
    )  # fmt: skip


def nd(answer: str) -> Found:
    """``show ipv6 neighbors`` of IOS and IOS-XR, and NX-OS's, which tells ages as clocks, and breaks lines
    after long addresses."""
    rows = Rows()
    if "Pref Source" in answer:
        return Found(arp=rows.of("line", _nx_nd_rows(answer), _nx_nd), unparsed=rows.unparsed)
    lines = (match for line in answer.splitlines() if (match := _ND.match(line)))
    return Found(arp=rows.of("line", lines, _nd), unparsed=rows.unparsed)


def _nx_nd_rows(answer: str) -> Iterator[tuple[re.Match[str], str | None]]:
    vrf = None
    for match in _NX_ND.finditer(answer):
        if match["vrf"]:
            vrf = None if match["vrf"] == "default" else match["vrf"]
        else:
            yield match, vrf


def _nx_nd(row: tuple[re.Match[str], str | None]) -> ArpFact:
    match, vrf = row
    return ArpFact(
        full(match["port"]), values.ip(match["ip"]), values.mac(match["link"]) or match["link"],
        age_s=values.age(match["age"]), routing_instance=vrf,
    )  # fmt: skip


def _nd(match: re.Match[str]) -> ArpFact:
    seconds = values.age(match[2])
    return ArpFact(
        full(match[5]), values.ip(match[1]), values.mac(match[3]) or match[3],
        age_s=None if seconds is None else seconds * 60, state=match[4],
    )  # fmt: skip


def macs(answer: str) -> Found:
    """``show mac address-table`` in any of its shapes: a row is the line that holds a MAC address; the words
    before it and after it tell VLAN, kind, age and ports. Ports go on in lines that hold nothing else."""
    rows = Rows()
    groups = list(_mac_groups(answer))
    marked = "G - Gateway MAC" in answer
    if not groups and re.search(_LINK, answer):
        raise ValueError("no row of the table was understood")
    found = rows.of("line", groups, lambda group: _mac_facts(group, marked=marked))
    return Found(macs=tuple(fact for facts in found for fact in facts), unparsed=rows.unparsed)


def _mac_groups(answer: str) -> Iterator[tuple[re.Match[str], list[str]]]:
    current: tuple[re.Match[str], list[str]] | None = None
    for line in answer.splitlines():
        match = _MAC.match(line)
        if match is not None:
            if current:
                yield current
            current = match, []
        elif (
            current
            and line[:1].isspace()
            and line.strip()
            and all(_PORT.match(word) for word in line.split())
        ):
            current[1].extend(line.replace(",", " ").split())
        elif line.strip() and current:
            yield current
            current = None
    if current:
        yield current


def _mac_facts(group: tuple[re.Match[str], list[str]], *, marked: bool) -> tuple[MacFact, ...]:
    """``marked``: NX-OS marks the entries that it forwards by: its own, or those of its vPC peer."""
    match, more = group
    before, after = match["before"].split(), match["after"].split()
    vlan = next((int(word) for word in before if word.isdigit()), None)
    if vlan is None and not before:
        vlan = next((int(word) for word in after if word.isdigit()), 0)
    ports = [
        word.strip(",")
        for word in after
        if _PORT.match(word) and word.lower() not in {"static", "dynamic", "igmp"}
    ]
    ports = [port for word in ports for port in word.split(",") if port] + more
    words = {word.lower() for word in (*before, *after)}
    link = values.mac(match["mac"]) or match["mac"]
    static = bool(words & {"static", "self", "system"}) and "dynamic" not in words
    active = not marked or bool({"*", "+"} & set(before))
    return tuple(
        MacFact(link, full(port), vlan=vlan or 0, static=static, active=active) for port in ports or [""]
    )
