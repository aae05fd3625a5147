"""``show bgp [all] summary`` as Cisco's systems write it: a table of peers for each family and instance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from netwright.platforms import values
from netwright.platforms.facts import BgpFamily, BgpSessionFact, BgpState, Found, System
from netwright.platforms.records import Rows
from netwright.platforms.text.bgp import family_name

_SECTION = re.compile(r"BGP summary information for VRF (\S+), address family (.+)")
_FAMILY = re.compile(r"^ *(?:For address family|Address Family): *(.+?) *$", re.IGNORECASE)
_LOCAL = re.compile(r"router identifier (\S+?), local AS number (\d+(?:\.\d+)?)")
_VRF = re.compile(r"^VRF: *(\S+)|BGP VRF (\S+?),")
_ROW = re.compile(
    r"^\*?(?P<peer>[0-9A-Fa-f:.]+)\s+(?:(?P<version>\d)|(?P<speaker>0))\s+(?P<asn>\d+(?:\.\d+)?)\s+\d+\s+\d+\s+\d+\s+\d+\s+\d+\s+(?P<time>\S+)\s+(?P<state>\S.*?)\s*$"
)
_ONLY_PEER = re.compile(r"^\*?([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)\s*$")
Row = tuple[str | None, str, str | None, int | None, re.Match[str]]


def summary(answer: str) -> Found:
    """Sessions with one family for each table that names them. A peer too long for its column has a line of
    its own."""
    rows = Rows()
    sessions = rows.of("peer", _rows(answer), _session)
    local = _LOCAL.search(answer)
    system = System(router_id=local[1], local_asn=values.asn(local[2])) if local else System()
    return Found(system=system, bgp_sessions=_merged(sessions), unparsed=rows.unparsed)


def _rows(answer: str) -> Iterator[Row]:
    vrf, family, identity, asn = None, "ipv4-unicast", None, None
    waiting = ""
    for line in answer.splitlines():
        if match := _SECTION.search(line):
            vrf, family, identity = match[1], family_name(match[2]), None
        elif match := _FAMILY.match(line):
            family = family_name(match[1])
        elif match := _LOCAL.search(line):
            identity, asn = match[1], values.asn(match[2])
        elif match := _VRF.search(line):
            vrf = match[1] or match[2]
        elif match := _ONLY_PEER.match(line):
            waiting = match[1]
            continue
        elif match := _ROW.match(f"{waiting} {line.strip()}" if waiting else line):
            yield vrf, family, identity, asn, match
        waiting = ""


def _session(row: Row) -> BgpSessionFact:
    vrf, family, identity, asn, match = row
    state = values.bgp_state(match["state"])
    if match["state"].lower().startswith("shut"):
        state = BgpState.IDLE
    up = state is BgpState.ESTABLISHED
    count = values.integer(match["state"]) if up else None
    seconds = values.age(match["time"])
    return BgpSessionFact(
        values.ip(match["peer"]),
        values.asn(match["asn"]),
        state,
        uptime_s=seconds if up else None,
        prefixes_received=count,
        local_asn=asn,
        enabled="admin" not in match["state"].lower() and not match["state"].lower().startswith("shut"),
        routing_instance=vrf,
        local_id=identity,
        families=(BgpFamily(family, received=count),),
    )


def _merged(sessions: tuple[BgpSessionFact, ...]) -> tuple[BgpSessionFact, ...]:
    """One fact a peer and instance, with the families of all tables."""
    known: dict[tuple[str | None, object], BgpSessionFact] = {}
    for one in sessions:
        key = (one.routing_instance, one.remote_address)
        other = known.get(key)
        if other is None:
            known[key] = one
            continue
        counts = [n for n in (other.prefixes_received, one.prefixes_received) if n is not None]
        known[key] = replace(
            other,
            families=(*other.families, *one.families),
            prefixes_received=sum(counts) if counts else None,
        )
    return tuple(known.values())
