"""What is asked of FRR through ``vtysh``, and who reads it. The JSON has been the same from FRR 8 on."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import orjson

from netwright.base import address
from netwright.platforms import values
from netwright.platforms.facts import BfdFact, BgpSessionFact, Found, InterfaceFact, RouteSummary, System
from netwright.platforms.frr import bgp
from netwright.platforms.linux import shows as linux
from netwright.platforms.linux.reader import Questions
from netwright.platforms.records import Rows, listed, mapping, tree
from netwright.platforms.show import Show

VERSION = "vtysh -c 'show version'"
INTERFACES = "vtysh -c 'show interface json'"
BGP_SUMMARY = "vtysh -c 'show bgp summary json'"
BGP_NEIGHBORS = "vtysh -c 'show bgp vrf all neighbors json'"
BGP_IPV4_ROUTES = "vtysh -c 'show bgp ipv4 unicast json'"
BFD = "vtysh -c 'show bfd peers json'"

_VERSION = re.compile(r"^FRRouting (\S+)", re.MULTILINE)
_HOSTNAME = re.compile(r"^FRRouting \S+ \(([^()\s]+)\)", re.MULTILINE)
_ABSENT = re.compile(r"^\w+ is not running|^% (?:BGP instance|No BGP|BGP not)", re.MULTILINE)
"""What vtysh says of a daemon, or of a protocol, that is not configured: an answer, and nothing in it."""


def _if_there(parse: Callable[[str], Found]) -> Callable[[str], Found]:
    def parser(output: str) -> Found:
        return Found() if _ABSENT.match(output.strip()) else parse(output)

    return parser


def system(output: str) -> Found:
    return Found(system=System(hostname(output) or "", os="FRRouting", os_version=version(output)))


def version(output: str) -> str:
    """FRR's release, as ``8.4.4``."""
    match = _VERSION.search(output)
    if match is None:
        raise ValueError("no line begins with FRRouting")
    return match[1]


def hostname(output: str) -> str | None:
    """The router's name, which stands behind the release: ``FRRouting 8.4.4 (ams-edge1) on Linux``."""
    match = _HOSTNAME.search(output)
    return match[1] if match else None


def interfaces(output: str) -> Found:
    """What zebra knows: descriptions, which Linux and SNMP don't know, and the VRF."""
    rows = Rows()
    return Found(interfaces=rows.of("interface", tree(output).items(), _interface), unparsed=rows.unparsed)


def _interface(row: tuple[str, Any]) -> InterfaceFact | None:
    name, said = row[0], mapping(row[1])
    if said.get("pseudoInterface"):
        return None
    speed = values.integer(said.get("speed"))
    vrf = said.get("vrfName")
    admin = str(said["administrativeStatus"])
    return InterfaceFact(
        name,
        admin_up=admin == "up",
        oper=values.oper(said.get("operationalStatus")),
        admin=admin,
        speed_bps=speed * 1_000_000 if speed and 0 < speed < 4_294_967_295 else None,
        mtu=values.integer(said.get("mtu")),
        mac=values.mac(said.get("hardwareAddress")),
        description=said.get("description") or None,
        if_index=values.integer(said.get("index")),
        routing_instance=None if vrf == "default" else vrf,
    )


def bgp_sessions(output: str) -> tuple[BgpSessionFact, ...]:
    """Sessions with their counts over all address families. A router without BGP has none."""
    return bgp.summary(output).bgp_sessions


def route_count(output: str) -> int:
    """Prefixes in the IPv4 unicast table."""
    return int(orjson.loads(output).get("ipv4Unicast", {}).get("ribCount", 0))


def ipv4_routes(output: str) -> tuple[address.Prefix, ...]:
    """Prefixes that have a valid best path."""
    return tuple(
        ipaddress.ip_network(prefix)
        for prefix, paths in orjson.loads(output).get("routes", {}).items()
        if any(path.get("valid") and _is_best(path) for path in paths)
    )


def _is_best(path: dict[str, Any]) -> bool:
    """``true``, or ``{"overall": true}`` in the detailed form."""
    best = path.get("bestpath", False)
    return bool(best.get("overall") if isinstance(best, dict) else best)


def bfd(output: str) -> Found:
    rows = Rows()
    found = [mapping(one) for one in listed(orjson.loads(output)) if one]
    return Found(bfd=rows.of("peer", found, _bfd), unparsed=rows.unparsed)


def _bfd(said: dict[str, Any]) -> BfdFact:
    state = str(said["status"])
    vrf = said.get("vrf")
    return BfdFact(
        values.ip(said["peer"]),
        up=state == "up",
        interface=said.get("interface"),
        state=state,
        transmit_ms=values.integer(said.get("transmit-interval")),
        multiplier=values.integer(said.get("detect-multiplier")),
        routing_instance=None if vrf == "default" else vrf,
    )


def routes(family: str, instance: str | None, output: str) -> Found:
    """Routes by protocol; ``ebgp`` and ``ibgp`` are both BGP's."""
    counts: dict[str, int] = {}
    for row in listed(tree(output)["routes"]):
        said = mapping(row)
        name = str(said["type"])
        name = "bgp" if name in {"ebgp", "ibgp"} else name
        counts[name] = counts.get(name, 0) + int(said["rib"])
    return Found(
        route_summary=tuple(
            RouteSummary(family, name, count, routing_instance=instance) for name, count in counts.items()
        )
    )


def _counts(instance: str | None = None) -> Iterator[Show]:
    vrf = f" vrf {instance}" if instance else ""
    for family, word in (("ipv4", "ip"), ("ipv6", "ipv6")):
        yield Show(
            f"vtysh -c 'show {word} route{vrf} summary json'",
            _if_there(partial(routes, family, instance)),
            ("route_summary",),
            optional=True,
        )


def further(found: Found) -> Iterator[Show]:
    """The routes of each VRF beside the default one, and what Linux is asked further."""
    instances = {fact.routing_instance for fact in found.interfaces if fact.routing_instance}
    for name in sorted(instances):
        if re.fullmatch(r"[\w.-]+", name):
            yield from _counts(name)
    yield from linux.further(found)


_SUMMARY = Show(BGP_SUMMARY, _if_there(bgp.summary), ("bgp_sessions", "system"))
SHOWS = (
    Show(VERSION, system, ("system",)),
    Show(INTERFACES, interfaces, ("interfaces",)),
    _SUMMARY,
    Show(BGP_NEIGHBORS, _if_there(bgp.neighbors), ("bgp_sessions",), optional=True),
    Show(BFD, _if_there(bfd), ("bfd",), optional=True),
    *_counts(),
    linux.LLDP,
    *linux.SHOWS,
)
QUESTIONS = Questions(whole=SHOWS, round=(_SUMMARY, linux.LLDP), standing_in=(linux.LINKS,), further=further)
