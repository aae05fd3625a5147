"""Parsers of ``birdc show route all`` and ``birdc show bfd sessions`` (BIRD 2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netwright.platforms import values
from netwright.platforms.facts import BfdFact, Found, PathFact, RouteFact
from netwright.platforms.records import Rows

_TABLE = re.compile(r"^Table (\S+):")
_ROUTE = re.compile(
    r"^(?P<prefix>[0-9a-fA-F.:]+/\d+)? +\w+ \[(?P<who>\S+) [^\]]*?(?: from (?P<from>\S+?))?\]"
    r" (?P<best>\*? ?)(?:[A-Z] )?\((?P<preference>[\d/?-]+)\)"
)
_VIA = re.compile(r"^\t(?:via (?P<hop>\S+)(?: on (?P<port>\S+))?|dev (?P<dev>\S+))")
_WORD = re.compile(r"^\t([\w.]+): (.*)$")
_MAIN = {"master4", "master6"}
_PROTOCOLS = {"device": "connected", "pipe": "pipe"}
_SESSION = re.compile(
    r"^(?P<ip>[0-9a-fA-F.:]+) +(?P<port>\S+) +(?P<state>\w+) +(?P<since>\S+(?: \d\d:\S+)?) +"
    r"(?P<interval>[\d.]+) +(?P<timeout>[\d.]+)"
)


def routes(output: str) -> Found:
    """A record a next hop; a route without one (blackhole) is a record too."""
    if not output.lstrip().startswith(("BIRD", "0001", "Table")):
        raise ValueError("no line begins with BIRD or a table")
    rows = Rows()
    found = rows.of("route", _paragraphs(output), _route)
    return Found(routes=tuple(one for group in found for one in group), unparsed=rows.unparsed)


def _paragraphs(output: str) -> Iterator[tuple[str, str, list[str]]]:
    """Table, prefix and lines of each route; a further route to a prefix does not repeat it."""
    table, prefix, lines = "", "", list[str]()
    for line in output.splitlines():
        if match := _TABLE.match(line):
            if lines:
                yield table, prefix, lines
            table, lines = match[1], []
        elif match := _ROUTE.match(line):
            if lines:
                yield table, prefix, lines
            prefix, lines = match["prefix"] or prefix, [line]
        elif lines and line.startswith("\t"):
            lines.append(line)
    if lines:
        yield table, prefix, lines


def _route(row: tuple[str, str, list[str]]) -> list[RouteFact]:
    table, prefix, (first, *rest) = row
    head = _ROUTE.match(first)
    assert head is not None
    words = {match[1]: match[2] for line in rest if (match := _WORD.match(line))}
    kind = words.get("Type", "").split()[0:1]
    protocol = kind[0].lower() if kind else head["who"]
    bgp = {name.removeprefix("BGP."): text for name, text in words.items() if name.startswith("BGP.")}
    protocol = "bgp" if bgp else _PROTOCOLS.get(protocol, protocol)
    hops = [(match["hop"], match["port"] or match["dev"]) for line in rest if (match := _VIA.match(line))]
    return [
        RouteFact(
            values.prefix(prefix), protocol, next_hop=hop, interface=port,
            preference=values.integer(head["preference"].partition("/")[0]),
            metric=values.integer(bgp.get("med")), active="*" in head["best"],
            routing_instance=None if table in _MAIN else table,
            path=_path(bgp, head["from"]) if bgp else None,
        )
        for hop, port in hops or [(None, None)]
    ]  # fmt: skip


def _path(bgp: dict[str, str], remote: str | None) -> PathFact:
    return PathFact(
        bgp.get("as_path", ""), remote,
        local_preference=values.integer(bgp.get("local_pref")), metric=values.integer(bgp.get("med")),
        communities=tuple(
            ":".join(part.split(",")) for part in re.findall(r"\((\d+,\d+)\)", bgp.get("community", ""))
        ),
    )  # fmt: skip


def bfd(output: str) -> Found:
    if "IP address" not in output and "BIRD" not in output:
        raise ValueError("no heading tells a table of sessions")
    rows = Rows()
    found = (match for line in output.splitlines() if (match := _SESSION.match(line)))
    return Found(bfd=rows.of("session", found, _bfd), unparsed=rows.unparsed)


def _bfd(match: re.Match[str]) -> BfdFact:
    """The multiplier is how many intervals the timeout holds."""
    interval, timeout = float(match["interval"]), float(match["timeout"])
    return BfdFact(
        values.ip(match["ip"]), up=match["state"] == "Up",
        interface=None if match["port"] == "---" else match["port"], state=match["state"].lower(),
        transmit_ms=round(interval * 1000), multiplier=round(timeout / interval) if interval else None,
    )  # fmt: skip
