"""Routing tables in text: ``show ip route`` of IOS, IOS-XR and EOS by its codes, NX-OS's by its ``via``
lines, IOS's long answer of one prefix. A record a next hop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from netwright.platforms import values
from netwright.platforms.facts import Found, RouteFact
from netwright.platforms.records import Rows
from netwright.platforms.text.names import full

_PREFIX = r"(?:\d+\.\d+\.\d+\.\d+(?:/\d+)?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*/\d+)"
_CODED = re.compile(
    rf"^ {{0,2}}(?P<code>[A-Za-z][\w*%>+!&() ]{{0,6}}?)[*%>+!& ]*\s"
    rf"(?P<prefix>{_PREFIX})(?:,? +(?P<rest>.*))?$"
)
_SUBNETTED = re.compile(r"^ +(?P<prefix>[\d.]+/(?P<length>\d+)) is (?:variably )?subnetted")
_BRACKET = re.compile(r"^\[(?P<distance>\d+)(?:/(?P<metric>\d+))?\],? *")
_VIA = re.compile(
    r"^(?:via )?(?P<hop>[0-9A-Fa-f]*[.:][0-9A-Fa-f.:]*[0-9A-Fa-f:])(?![\w/])(?:%\S+)?(?: \([^)]*\))?"
)
_TABLE = re.compile(
    r"^(?:Routing Table: |VRF(?: name)?: |IP(?:v6)? Rout(?:e|ing) Table for VRF )\"?([^\"\s]+)\"?",
    re.IGNORECASE,
)
_DIRECT = re.compile(r"^(?:is )?(?:directly connected|a summary),? *")
_NX_PREFIX = re.compile(rf"^(?P<prefix>{_PREFIX}), ubest/mbest: *\d+/\d+")
_NX_VIA = re.compile(r"^ +(?P<mark>\*{0,2})via (?P<rest>\S.*)$")
_ENTRY = re.compile(r"^Routing entry for (?P<prefix>\S+)")
_KNOWN = re.compile(r'^ *Known via "(?P<who>[^"]+)", distance (?P<distance>\d+), metric (?P<metric>\d+)')
_HOP = re.compile(
    r"^ +(?P<mark>\*?) *(?P<hop>\d+\.\d+\.\d+\.\d+|[0-9A-Fa-f]*:[0-9A-Fa-f:]+|directly connected)"
    r"(?:, from (?P<from>[^,]+))?(?:, (?P<age>[\w:.]+) ago)?(?:, via (?P<port>\S+))?$"
)
_CLOCK = re.compile(r"^\w{3} \w{3} +\d+ [\d:.]+ \w+$")
"""What IOS-XR writes before each answer, be it empty."""
_AGE = re.compile(r"^(?:\d+:\d\d:\d\d|(?:\d+[ywdhms])+|never)$")
_PROTOCOLS = {
    "C": "connected", "L": "local", "S": "static", "B": "bgp", "O": "ospf", "O3": "ospf", "I": "isis",
    "D": "eigrp", "R": "rip", "K": "kernel", "NG": "static", "H": "nhrp", "ND": "nd", "V": "vxlan",
    "M": "mobile",
    "U": "static", "P": "static", "LC": "connected", "NDP": "nd",
    "direct": "connected", "direct.": "connected",
}  # fmt: skip
"""By the first word of a code, or NX-OS's word, as ours. EOS writes an aggregate as ``A B``."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A next hop as it is written, below what its table and prefix say."""

    prefix: str
    protocol: str
    rest: str
    instance: str | None
    distance: int | None = None
    metric: int | None = None
    active: bool = True


def table(answer: str) -> Found:
    """Any of the shapes. Raises ValueError for a text that tells of no route and of no table."""
    rows = Rows()
    if "ubest/mbest" in answer:
        lines, build = _nexus(answer), _nexus_route
    elif "Routing entry for" in answer:
        return Found(routes=rows.of("route", _entries(answer), _entry), unparsed=rows.unparsed)
    else:
        lines, build = _coded(answer), _route
    found = rows.of("route", lines, build)
    told = [line for line in answer.splitlines() if line.strip() and not _CLOCK.match(line)]
    if (
        told
        and not found
        and not rows.unparsed
        and not re.search(
            r"^Codes:|Gateway of last|not found|not in table|"
            r"Route Table for|No matching",
            answer,
            re.MULTILINE,
        )
    ):
        raise ValueError("no line tells a route, or the codes of a table")
    return Found(routes=found, unparsed=rows.unparsed)


def protocol(code: str) -> str:
    """``bgp`` of ``B E``, ``A B`` and ``bgp-65001``; an unknown code as it is."""
    words = re.findall(r"[A-Za-z]\w*", code)
    if not words:
        return code.strip().lower()
    first = words[1] if words[0] == "A" and len(words) > 1 else words[0]
    return _PROTOCOLS.get(first) or _PROTOCOLS.get(first.upper(), first.lower())


def _coded(answer: str) -> Iterator[_Line]:
    instance, length, line = None, "", None
    for text in answer.splitlines():
        if found := _TABLE.match(text):
            instance, line = _instance(found[1]), None
        elif subnetted := _SUBNETTED.match(text):
            length, line = ("" if "variably" in text else subnetted["length"]), None
        elif row := _CODED.match(text):
            prefix = row["prefix"] if "/" in row["prefix"] else f"{row['prefix']}/{length or 32}"
            line, rest = _bracketed(_Line(prefix, protocol(row["code"]), row["rest"] or "", instance))
            if rest:
                yield replace(line, rest=rest)
        elif line is not None and (text.strip().startswith(("via ", "[")) or _DIRECT.match(text.strip())):
            line, rest = _bracketed(replace(line, rest=text.strip()))
            yield replace(line, rest=rest)
        elif text.strip():
            line = None


def _instance(name: str) -> str | None:
    return None if name.lower() == "default" else name


def _bracketed(line: _Line) -> tuple[_Line, str]:
    """Distance and metric stand before the first of the next hops, and count for all of them."""
    match = _BRACKET.match(line.rest)
    if match is None:
        return line, line.rest
    metric = values.integer(match["metric"])
    return replace(line, distance=int(match["distance"]), metric=metric), line.rest[match.end() :]


def _route(line: _Line) -> RouteFact:
    direct = _DIRECT.match(line.rest)
    via = None if direct else _VIA.match(line.rest)
    rest = line.rest[direct.end() if direct else via.end() if via else 0 :].removeprefix("via ")
    parts = [part.strip() for part in rest.split(",") if part.strip()]
    age = next((part for part in parts if _AGE.match(part)), None)
    port = next((part.split()[0] for part in parts if re.match(r"[A-Za-z]", part) and part != age), None)
    if not direct and via is None and port is None:
        raise ValueError("tells no way")
    if port and port.lower().startswith("directly"):
        port = None
    return RouteFact(
        values.prefix(line.prefix), line.protocol, next_hop=via["hop"] if via else None,
        interface=full(port) if port else None, preference=line.distance, metric=line.metric,
        age_s=values.age(age) if age else None, active=line.active, routing_instance=line.instance,
    )  # fmt: skip


def _nexus(answer: str) -> Iterator[_Line]:
    instance, prefix = None, ""
    for text in answer.splitlines():
        if found := _TABLE.match(text):
            instance = _instance(found[1])
        elif row := _NX_PREFIX.match(text):
            prefix = row["prefix"]
        elif (via := _NX_VIA.match(text)) and prefix:
            yield _Line(prefix, "", via["rest"], instance, active="*" in via["mark"])


def _nexus_route(line: _Line) -> RouteFact:
    hop, *parts = [part.strip() for part in line.rest.split(",")]
    way = _VIA.match(hop)
    limits = next((match for part in parts if (match := _BRACKET.match(part))), None)
    age = next((place for place, part in enumerate(parts) if _AGE.match(part)), None)
    if limits is None or age is None or age + 1 >= len(parts):
        raise ValueError("tells no distance, no age or no protocol")
    kind = protocol(parts[age + 1].partition("-")[0])
    port = parts[0] if re.match(r"[A-Za-z]+[\d/.]", parts[0]) else None if way else hop
    return RouteFact(
        values.prefix(line.prefix), kind,
        next_hop=way["hop"] if way and kind not in {"connected", "local"} else None,
        interface=full(port, nxos=True) if port else None, preference=int(limits["distance"]),
        metric=values.integer(limits["metric"]), age_s=values.age(parts[age]), active=line.active,
        routing_instance=line.instance,
    )  # fmt: skip


def _entries(answer: str) -> Iterator[tuple[str | None, str, re.Match[str], re.Match[str]]]:
    instance, prefix, known = None, "", None
    for text in answer.splitlines():
        if found := _TABLE.match(text):
            instance = _instance(found[1])
        elif entry := _ENTRY.match(text):
            prefix, known = entry["prefix"].rstrip(","), None
        elif (said := _KNOWN.match(text)) is not None:
            known = said
        elif known is not None and (hop := _HOP.match(text.rstrip())):
            yield instance, prefix, known, hop


def _entry(row: tuple[str | None, str, re.Match[str], re.Match[str]]) -> RouteFact:
    instance, prefix, known, hop = row
    direct = hop["hop"] == "directly connected"
    return RouteFact(
        values.prefix(prefix), protocol(known["who"].split()[0]), next_hop=None if direct else hop["hop"],
        interface=full(hop["port"]) if hop["port"] else None, preference=int(known["distance"]),
        metric=int(known["metric"]), age_s=values.age(hop["age"]) if hop["age"] else None,
        routing_instance=instance,
    )  # fmt: skip
