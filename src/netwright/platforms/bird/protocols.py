"""Parser of ``birdc show status; birdc show protocols all`` (BIRD 2): the daemon, its BGP sessions, and how
many routes each protocol brings.

A block a protocol: its line in the table, then lines that are indented, a channel an address family. Times
are times of day, or dates when they are older than a day: the daemon's own clock says how long ago.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from netwright.platforms import values
from netwright.platforms.facts import (
    BgpDetail,
    BgpFamily,
    BgpSessionFact,
    BgpState,
    Found,
    RouteSummary,
    System,
)
from netwright.platforms.records import Rows

_ROW = re.compile(
    r"^(?P<name>[\w.'-]+) +(?P<kind>[A-Z]\w+) +(?P<table>\S+) +(?P<state>\w+) +(?P<since>\S.*)$"
)
_SINCE = re.compile(r"^(\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d(?:\.\d+)?)?|\d\d:\d\d:\d\d(?:\.\d+)?) *(.*)$")
_CHANNEL = re.compile(r"^  Channel (\S+)")
_FIELD = re.compile(r"^ {2,}([A-Z][\w -]*?): +(\S.*?) *$")
_COUNTS = re.compile(r"(\d+) (imported|filtered|exported|preferred)")
_NOW = re.compile(r"^Current server time is (\S+ \S+)", re.MULTILINE)
_VERSION = re.compile(r"^(?:0001 )?BIRD (\d\S*)", re.MULTILINE)
_ROUTER_ID = re.compile(r"^Router ID is (\S+)", re.MULTILINE)
_HOSTNAME = re.compile(r"^Hostname is (\S+)", re.MULTILINE)
_FAMILIES = {
    "ipv4": "ipv4-unicast", "ipv6": "ipv6-unicast", "ipv4-mpls": "ipv4-labeled-unicast",
    "ipv6-mpls": "ipv6-labeled-unicast", "vpn4-mpls": "vpnv4-unicast", "vpn6-mpls": "vpnv6-unicast",
    "ipv4-mc": "ipv4-multicast", "ipv6-mc": "ipv6-multicast", "flow4": "ipv4-flow", "flow6": "ipv6-flow",
    "evpn": "l2vpn-evpn",
}  # fmt: skip
_PROTOCOLS = {"direct": "connected"}


@dataclass
class Block:
    """What is told of one protocol. ``channels``: by family, the fields of each."""

    name: str
    kind: str
    state: str
    since: str
    fields: dict[str, str] = field(default_factory=dict)
    channels: dict[str, dict[str, str]] = field(default_factory=dict)


def told(output: str) -> Found:
    """Raises ValueError where the daemon does not answer."""
    version = _VERSION.search(output)
    if version is None:
        raise ValueError("no line begins with BIRD and its version")
    rows, blocks, now = Rows(), list(_blocks(output)), _clock(output)
    router_id = _first(_ROUTER_ID, output)
    sessions = [(block, now) for block in blocks if block.kind == "BGP"]
    return Found(
        system=System(_first(_HOSTNAME, output) or "", os="BIRD", os_version=version[1], router_id=router_id),
        bgp_sessions=rows.of("protocol", sessions, lambda row: _session(*row, router_id)),
        route_summary=tuple(_routes(blocks)),
        unparsed=rows.unparsed,
    )


def _first(rule: re.Pattern[str], output: str) -> str | None:
    match = rule.search(output)
    return match[1] if match else None


def _blocks(output: str) -> Iterator[Block]:
    block, fields = None, dict[str, str]()
    for line in output.splitlines():
        if not line.startswith(" "):
            match = _ROW.match(line)
            if match and (when := _SINCE.match(match["since"])):
                if block is not None:
                    yield block
                block = Block(match["name"], match["kind"], match["state"], when[1])
                fields = block.fields
            continue
        if block is None:
            continue
        if channel := _CHANNEL.match(line):
            fields = block.channels.setdefault(channel[1], {})
        elif said := _FIELD.match(line):
            fields.setdefault(said[1], said[2])
    if block is not None:
        yield block


def _clock(output: str) -> datetime | None:
    text = _first(_NOW, output)
    return None if text is None else datetime.fromisoformat(text)


def ago(since: str, now: datetime | None) -> float | None:
    """Seconds since a time of day, or since a date; to the day where that is all that is told."""
    if now is None:
        return None
    if since[4:5] == "-":
        then = datetime.fromisoformat(since)
    else:
        then = datetime.combine(now.date(), time.fromisoformat(since))
        if then > now:
            then -= timedelta(days=1)
    return max(0.0, (now - then).total_seconds())


def _session(block: Block, now: datetime | None, router_id: str | None) -> BgpSessionFact | None:
    said = block.fields
    remote = said.get("Neighbor address")
    if remote is None:
        return None  # a protocol for a range of neighbours, none of which is there
    where, _, port = remote.partition("%")
    word = said.get("BGP state", "")
    state = BgpState.IDLE if word.lower() in {"down", "close", "passive"} else values.bgp_state(word)
    up = state is BgpState.ESTABLISHED
    families = tuple(_family(name, fields, up=up) for name, fields in block.channels.items())
    return BgpSessionFact(
        values.ip(where), values.asn(said["Neighbor AS"]), state,
        uptime_s=ago(block.since, now) if up else None,
        prefixes_received=_sum(family.received for family in families),
        prefixes_sent=_sum(family.sent for family in families),
        description=said.get("Description"), local_address=values.ip_or_none(said.get("Source address")),
        local_asn=values.asn(said["Local AS"]) if "Local AS" in said else None,
        enabled=block.state != "down", routing_instance=said.get("VRF"), remote_id=said.get("Neighbor ID"),
        local_id=router_id, families=families, interface=port or None, detail=_detail(block),
    )  # fmt: skip


def _sum(counts: Iterator[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _counted(fields: dict[str, str]) -> dict[str, int]:
    return {what: int(count) for count, what in _COUNTS.findall(fields.get("Routes", ""))}


def _family(name: str, fields: dict[str, str], *, up: bool) -> BgpFamily:
    """``filtered`` routes are told where the import keeps them; else what was refused is not known."""
    counts = _counted(fields)
    family = _FAMILIES.get(name, name)
    if not up or not counts:
        return BgpFamily(family)
    imported = counts.get("imported", 0)
    return BgpFamily(
        family,
        imported + counts.get("filtered", 0),
        imported,
        counts.get("exported"),
        counts.get("preferred"),
    )


def _detail(block: Block) -> BgpDetail:
    def timer(name: str) -> int | None:
        """The second of ``154.472/180``: what was agreed, not what is left."""
        return values.integer(block.fields.get(name, "").partition("/")[2] or None)

    channels = list(block.channels.values())
    return BgpDetail(
        hold_s=timer("Hold timer"),
        keepalive_s=timer("Keepalive timer"),
        last_event=block.fields.get("Last error"),
        import_policy=next((one["Input filter"] for one in channels if "Input filter" in one), None),
        export_policy=next((one["Output filter"] for one in channels if "Output filter" in one), None),
        multihop="multihop" in block.fields.get("Session", ""),
    )


def _routes(blocks: list[Block]) -> Iterator[RouteSummary]:
    """By protocol, the routes that are chosen in the main tables."""
    counts: dict[tuple[str, str], int] = {}
    for block in blocks:
        for name, fields in block.channels.items():
            if name in {"ipv4", "ipv6"} and (told := _counted(fields)):
                kind = block.kind.lower()
                key = name, _PROTOCOLS.get(kind, kind)
                counts[key] = counts.get(key, 0) + told.get("preferred", 0)
    for (family, protocol), count in counts.items():
        if count:
            yield RouteSummary(family, protocol, count)
