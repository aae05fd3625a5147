"""``show bgp neighbors`` as Cisco's and Arista's systems write it: a block a peer, found by its words.

The lines differ between systems and releases, so each field is a list of expressions; the first that fits in
the peer's block counts. Families are read from the counts below ``For address family`` or from EOS's table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from netwright.platforms import values
from netwright.platforms.facts import BgpDetail, BgpFamily, BgpSessionFact, BgpState, Found
from netwright.platforms.records import Rows

_PEER = re.compile(r"^\s*BGP neighbor is (\S+?),?(?=\s|$)", re.MULTILINE)
_FAMILY = re.compile(r"^\s*For [Aa]ddress[ -][Ff]amily: *(.+?)\s*$", re.MULTILINE)
_TABLE = re.compile(r"^    ([A-Z0-9][\w -]+?):? +(\d+) +(\d+)\s*$", re.MULTILINE)

_WORDS: dict[str, tuple[str, ...]] = {
    "asn": (r"remote AS (\d+(?:\.\d+)?)", r"Remote AS (\d+(?:\.\d+)?)"),
    "local_asn": (r"Local AS is (\d+(?:\.\d+)?)", r"local AS (\d+(?:\.\d+)?)"),
    "description": (r'^ *Description: *(.+?) *$',),
    "vrf": (r"router ID [\d.]+, VRF (\S+)", r",? +vrf (\S+?),", r"VRF: (\S+)"),
    "remote_id": (r"remote router ID ([\d.]+)", r"Remote router ID ([\d.]+)"),
    "local_id": (r"[Ll]ocal router ID (?:is )?([\d.]+)",),
    "state": (r"BGP state (?:is|=) (\w+)",),
    "up": (r"BGP state (?:is|=) Established,? *up for +(\S+)",),
    "down": (r"BGP state (?:is|=) \w+,? *down for +([^,\n]+)",),
    "why": (r"BGP state (?:is|=) \w+ *[,(] *([^)\n]*)",),
    "hold": (r"[Hh]old time (?:is|=) (\d+)",),
    "keepalive": (r"keepalive interval (?:is|=) (\d+)",),
    "configured_hold": (r"Configured hold time(?: is|:) (\d+)",),
    "configured_keepalive": (
        r"Configured hold time is \d+, keepalive interval is (\d+)",
        r"Configured hold time: \d+, keepalive: (\d+)"),
    "previous": (r"Last state was (\w+)",),
    "event": (r"Last event was (\w+)",),
    "flaps": (r"Number of transitions to established: (\d+)", r"Connections established (\d+)"),
    "local_address": (r"Local (?:TCP address is|host:) ([\w.:]+?)[,;]",),
    "remote_address": (r"(?:Remote TCP address is|Foreign host:) ([\w.:]+?)[,;]",),
    "local_port": (r"[Ll]ocal port(?: is|:) (\d+)",),
    "remote_port": (r"(?:[Rr]emote port is|Foreign port:) (\d+)",),
    "queue": (r"OutQ depth is (\d+)",),
    "updates": (r"^ +Updates: +(\d+) +(\d+)",),
    "messages": (r"^ +Total(?: messages)?: +(\d+) +(\d+)",),
    "import": (
        r"Inbound route map is (\S+)", r"(?:Route map|Policy) for incoming advertisements is (\S+)",
        r"Inbound route-map configured is (\S+?),"),
    "export": (
        r"Outbound route map is (\S+)", r"(?:Route map|Policy) for outgoing advertisements is (\S+)",
        r"Outbound route-map configured is (\S+?),"),
    "group": (r"member of peer-group (\S+)", r"Member of peer-group (\S+) for session",
        r"Inherits from peer-template (\S+)"),
}  # fmt: skip
_EXPRESSIONS = {
    name: tuple(re.compile(text, re.MULTILINE) for text in texts) for name, texts in _WORDS.items()
}
_COUNTS = (
    ("received", re.compile(r"^ *(\d+) accepted (?:paths|prefixes)", re.MULTILINE)),
    ("received", re.compile(r"^ *Prefixes Current: +\d+ +(\d+)", re.MULTILINE)),
    ("accepted", re.compile(r"^ *Prefixes Current: +\d+ +(\d+)", re.MULTILINE)),
    ("accepted", re.compile(r"^ *(\d+) accepted (?:paths|prefixes)", re.MULTILINE)),
    ("sent", re.compile(r"^ *Prefixes Current: +(\d+) +\d+", re.MULTILINE)),
    ("sent", re.compile(r"^ *(\d+) sent paths", re.MULTILINE)),
    ("sent", re.compile(r"^ *Prefix advertised (\d+)", re.MULTILINE)),
)

_SHORT = {"evpn": "l2vpn-evpn", **{name: f"{name}-unicast" for name in ("vpnv4", "vpnv6", "ipv4", "ipv6")}}


def family_name(words: str) -> str:
    """``ipv4-unicast`` of ``IPv4 Unicast``, ``l2vpn-evpn`` of ``EVPN`` and ``L2VPN EVPN``."""
    name = "-".join(words.lower().replace("labeled-unicast", "labeled").split())
    return {
        "evpn": "l2vpn-evpn",
        "vpnv4": "vpnv4-unicast",
        "vpnv6": "vpnv6-unicast",
        "ipv4": "ipv4-unicast",
        "ipv6": "ipv6-unicast",
    }.get(name, name)


def neighbors(answer: str) -> Found:
    """Raises ValueError for an answer that says something, but of no neighbour."""
    blocks = list(_blocks(answer))
    if not blocks and len(answer.strip().splitlines()) > 2:
        raise ValueError("no line begins with BGP neighbor is")
    rows = Rows()
    return Found(bgp_sessions=rows.of("peer", blocks, _session), unparsed=rows.unparsed)


def _blocks(answer: str) -> Iterator[tuple[str, str]]:
    starts = list(_PEER.finditer(answer))
    for place, start in enumerate(starts):
        end = starts[place + 1].start() if place + 1 < len(starts) else len(answer)
        yield start[1], answer[start.start() : end]


class _Block:
    def __init__(self, text: str) -> None:
        self.text = text

    def word(self, name: str) -> str | None:
        found = self._match(name)
        return None if found is None else values.words(found[1].strip('"'))

    def number(self, name: str, group: int = 1) -> int | None:
        found = self._match(name)
        return None if found is None else values.integer(found[group])

    def _match(self, name: str) -> re.Match[str] | None:
        return next((found for rule in _EXPRESSIONS[name] if (found := rule.search(self.text))), None)


def _session(row: tuple[str, str]) -> BgpSessionFact:
    name, text = row
    block = _Block(text)
    state = values.bgp_state(block.word("state"))
    families = _families(text)
    counted = [family for family in families if family.received is not None]
    local = block.word("local_asn")
    why = block.word("why") or ""
    remote = values.ip(name)
    return BgpSessionFact(
        remote_address=remote,
        remote_asn=values.asn(block.word("asn") or ""),
        state=state,
        uptime_s=values.age(block.word("up")) if state is BgpState.ESTABLISHED else None,
        prefixes_received=sum(family.received or 0 for family in counted) if counted else None,
        prefixes_sent=sum(family.sent or 0 for family in counted) if counted else None,
        description=block.word("description"),
        local_address=values.ip_or_none(block.word("local_address")),
        local_asn=values.asn(local) if local else None,
        enabled="admin" not in why.lower() and "Administratively shut down" not in text,
        routing_instance=block.word("vrf"),
        remote_id=block.word("remote_id"),
        local_id=block.word("local_id"),
        families=families,
        group=block.word("group"),
        detail=_detail(block),
    )


def _detail(block: _Block) -> BgpDetail:
    hold, keepalive = block.number("hold"), block.number("keepalive")
    return BgpDetail(
        local_port=block.number("local_port"),
        remote_port=block.number("remote_port"),
        hold_s=hold,
        keepalive_s=keepalive,
        configured_hold_s=block.number("configured_hold"),
        configured_keepalive_s=block.number("configured_keepalive"),
        previous_state=block.word("previous"),
        last_event=block.word("event"),
        flaps=block.number("flaps"),
        messages_in=block.number("messages", 2),
        messages_out=block.number("messages"),
        updates_in=block.number("updates", 2),
        updates_out=block.number("updates"),
        queued_out=block.number("queue"),
        import_policy=block.word("import"),
        export_policy=block.word("export"),
        multihop="multihop" in block.text.lower() and "External BGP neighbor may be" in block.text,
        local_address_configured=block.word("local_address") is not None,
    )


def _families(text: str) -> tuple[BgpFamily, ...]:
    parts = _FAMILY.split(text)
    if len(parts) > 1:
        return tuple(_family(name, part) for name, part in zip(parts[1::2], parts[2::2], strict=True))
    table = re.split(r"Prefix [Ss]tatistics:", text, maxsplit=1)[-1]
    lines = table.splitlines()[2:] if table is not text else []
    found = []
    for line in lines:
        row = _TABLE.match(line)
        if row is None:
            break
        found.append(BgpFamily(family_name(row[1]), sent=int(row[2]), received=int(row[3])))
    return tuple(found)


def _family(name: str, text: str) -> BgpFamily:
    counts: dict[str, int] = {}
    for key, rule in _COUNTS:
        found = rule.search(text)
        if found:
            counts.setdefault(key, int(found[1]))
    return BgpFamily(
        family_name(name),
        received=counts.get("received"),
        accepted=counts.get("accepted"),
        sent=counts.get("sent"),
    )
