"""IOS: optics, load, environment, time, addresses, routes: answers in tables of its own."""

from __future__ import annotations

import re

from netwright.platforms import values
from netwright.platforms.facts import (
    AddressFact,
    ComponentFact,
    Found,
    LagFact,
    LagMember,
    LaneFact,
    Load,
    NtpFact,
    OperState,
    RouteSummary,
    SensorFact,
    TransceiverFact,
    UserFact,
)
from netwright.platforms.records import Rows
from netwright.platforms.text.names import full

_OPTIC = re.compile(
    r"^(?P<port>[A-Z][a-z]+[\d/]+) +(?P<temperature>-?[\d.]+|N/A) +(?P<voltage>-?[\d.]+|N/A) +"
    r"(?:(?P<bias>-?[\d.]+|N/A) +)?"
    r"(?P<tx>-?[\d.]+|N/A)[+-]* +(?P<rx>-?[\d.]+|N/A)"
)
_POOL = re.compile(r"^ *Processor(?: Pool Total:)? +(?:[0-9A-F]+ +)?(\d+)(?: Used:)? +(\d+)", re.MULTILINE)
_POOL_TOTAL = re.compile(r"Processor Pool Total: *(\d+) Used: *(\d+)")
_NTP = re.compile(r"^ntp (server|peer)(?: vrf (\S+))?(?: ip)? (\S+)", re.MULTILINE)
_USER = re.compile(r"^username (\S+)(?:.*? privilege (\d+))?", re.MULTILINE)
_PORT = re.compile(r"^(\S+) is (?:administratively )?\w+")
_FOUR = re.compile(r"^  (?:Internet|Secondary) address is (\S+)|^  Secondary address (\S+)")
_SIX = re.compile(r"^    ([0-9A-F:]+), subnet is ([0-9A-F:]+/\d+)")
_LINK_LOCAL = re.compile(r"IPv6 is enabled, link-local address is (\S+)")
_LAG = re.compile(r"^\d+ +(?P<name>\S+?)\((?P<flags>\w+)\) +(?P<protocol>\S+) *(?P<ports>.*)$")
_MEMBER = re.compile(r"([A-Za-z]+[\d/]+)\((\w+)\)")
_ROUTES = re.compile(
    r"^(connected|static|bgp|ospf|isis|eigrp|rip|internal|local)(?: \d+)? +(\d+) +(\d+)", re.MULTILINE
)
_THERMOMETER = re.compile(
    r"^(?:(?P<name>.*?)(?:Temperature Value|temperature)[: ]+)(?P<value>\d+)[ ]*(?:Degree )?C",
    re.MULTILINE | re.IGNORECASE,
)
_STATE = re.compile(
    r"^(?P<name>.*?(?:FAN|PS|POWER|Power Supply)[^:\n]*?) +is +(?P<state>\w+)", re.MULTILINE | re.IGNORECASE
)


def optics(answer: str) -> Found:
    """``show interfaces transceiver``: one lane a port."""
    found = []
    for line in answer.splitlines():
        match = _OPTIC.match(line)
        if match:
            port = full(match["port"])
            lane = LaneFact(
                0, values.number(match["rx"]), values.number(match["tx"]), values.number(match["bias"])
            )
            found.append(
                TransceiverFact(
                    port,
                    port,
                    temperature_c=values.number(match["temperature"]),
                    voltage_v=values.number(match["voltage"]),
                    lanes=(lane,),
                )
            )
    return Found(transceivers=tuple(found))


def memory(answer: str) -> Found:
    """``show memory statistics`` or the head of ``show processes memory``."""
    match = _POOL_TOTAL.search(answer) or _POOL.search(answer)
    if match is None:
        raise ValueError("no line tells the processor's memory")
    total, used = int(match[1]), int(match[2])
    return Found(load=Load(memory=used / total if total else None, memory_total=total, memory_used=used))


def users(answer: str) -> Found:
    """The configuration's lines, of which name and privilege are read and nothing else."""
    found: dict[str, UserFact] = {}
    for match in _USER.finditer(answer):
        level = int(match[2]) if match[2] else found[match[1]].level if match[1] in found else 1
        found[match[1]] = UserFact(match[1], level)
    return Found(users=tuple(found.values()))


def ntp(answer: str) -> Found:
    """The configuration's lines."""
    return Found(
        ntp=tuple(NtpFact(match[3], match[1], routing_instance=match[2]) for match in _NTP.finditer(answer))
    )


def addresses(answer: str) -> Found:
    """``show ip interface`` and ``show ipv6 interface``."""
    rows, port = Rows(), ""
    found: list[tuple[str, str, object]] = []
    for line in answer.splitlines():
        if match := _PORT.match(line):
            port = full(match[1])
        elif match := _FOUR.match(line):
            found.append((port, match[1] or match[2], None))
        elif match := _SIX.match(line):
            found.append((port, match[1], match[2].partition("/")[2]))
        elif match := _LINK_LOCAL.search(line):
            found.append((port, match[1], 10))
    return Found(
        addresses=rows.of(
            "address", found, lambda row: AddressFact(row[0], values.interface_address(row[1], row[2]))
        ),
        unparsed=rows.unparsed,
    )


def bundles(answer: str) -> Found:
    """``show etherchannel summary``."""
    found: list[LagFact] = []
    for line in answer.splitlines():
        match = _LAG.match(line)
        members = tuple(
            LagMember(full(name), active="P" in flags)
            for name, flags in _MEMBER.findall(match["ports"] if match else line)
        )
        if match:
            up = OperState.UP if "U" in match["flags"] else OperState.DOWN
            found.append(LagFact(full(match["name"]), members, lacp=match["protocol"] == "LACP", oper=up))
        elif found and line[:1].isspace() and members:
            last = found[-1]
            found[-1] = LagFact(last.name, (*last.members, *members), last.lacp, last.oper)
    return Found(lags=tuple(found))


def routes(answer: str) -> Found:
    """``show ip route summary``: networks and subnets together."""
    return Found(
        route_summary=tuple(
            RouteSummary("ipv4", match[1], int(match[2]) + int(match[3]))
            for match in _ROUTES.finditer(answer)
        )
    )


def environment(answer: str) -> Found:
    """``show env all`` in its common shapes: what it names as a fan or a supply, and temperatures."""
    pieces = []
    for match in _STATE.finditer(answer):
        name = match["name"].strip()
        kind = "fan" if "fan" in name.lower() else "power-supply"
        pieces.append(
            ComponentFact(
                name, kind, ok=match["state"].lower() in {"ok", "good", "normal"}, state=match["state"]
            )
        )
    sensors = [
        SensorFact((match["name"] or "").strip() or "system", "celsius", float(match["value"]), "°C")
        for match in _THERMOMETER.finditer(answer)
    ]
    if not pieces and not sensors:
        raise ValueError("names no fan, no supply and no temperature")
    return Found(components=tuple(pieces), sensors=tuple(sensors))
