"""``show ip bgp PREFIX`` of Cisco's systems: the paths to a prefix, with who told them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netwright.platforms import values
from netwright.platforms.facts import Found, PathFact, RouteFact
from netwright.platforms.records import Rows

_ENTRY = re.compile(r"^BGP routing table entry for (?:\S+:)?(?P<prefix>[0-9A-Fa-f.:]+?/\d+)", re.MULTILINE)
_TABLE = re.compile(r"table (?P<table>[^,)\s]+)\)")
_VRF = re.compile(r"^BGP routing table information for VRF (?P<vrf>[^,\s]+)", re.MULTILINE)
_PATH = re.compile(
    r"^(?: {2}Path type: [^\n]*?(?P<best>is best path)?[^\n]*\n(?: {13}[^\n]*\n)*)?"
    r" {2}(?:AS-Path: (?P<nx>[^,\n]*),[^\n]*|(?P<as>Local|\d[\d ()]*)(?:,[^\n]*)?)\n"
    r" {4}(?P<hop>[0-9A-Fa-f.:]+)[^\n]*? from (?P<peer>[0-9A-Fa-f.:]+)[^\n]*\n"
    r" {6}(?P<origin>Origin [^\n]*)(?P<more>(?:\n {6,}[^\n]*)*)",
    re.MULTILINE,
)
_COMMUNITY = re.compile(r"^ +Community: *(.*)$", re.MULTILINE)


def paths(answer: str) -> Found:
    """Raises ValueError for a text that is of no prefix."""
    if not _ENTRY.search(answer):
        if re.search(r"not in table", answer):
            return Found()
        raise ValueError("no line begins with BGP routing table entry for")
    rows = Rows()
    return Found(routes=rows.of("path", _each(answer), _route), unparsed=rows.unparsed)


def _each(answer: str) -> Iterator[tuple[str, str | None, re.Match[str]]]:
    starts = [match.start() for match in _ENTRY.finditer(answer)]
    for start, end in zip(starts, [*starts[1:], len(answer)], strict=True):
        text = answer[start:end]
        entry, table = _ENTRY.match(text), _TABLE.search(text[:400])
        assert entry is not None
        vrfs = [match["vrf"] for match in _VRF.finditer(answer[:start])]
        instance = table["table"] if table else vrfs[-1] if vrfs else None
        for path in _PATH.finditer(text):
            yield entry["prefix"], None if instance in {"default", None} else instance, path


def _route(row: tuple[str, str | None, re.Match[str]]) -> RouteFact:
    prefix, instance, said = row
    origin = said["origin"]
    numbers = {
        name: values.integer(match[1])
        for name, rule in (("metric", r"(?:metric|MED) (\d+)"), ("local", r"localpref (\d+)"))
        if (match := re.search(rule, origin))
    }
    path = (said["nx"] if said["nx"] is not None else said["as"]).strip()
    best = bool(said["best"]) or bool(re.search(r"\bbest\b", origin))
    communities = _COMMUNITY.search(said["more"])
    ours = re.match(r"\d+", path)
    return RouteFact(
        values.prefix(prefix), "bgp", next_hop=said["hop"], metric=numbers.get("metric"), active=best,
        routing_instance=instance,
        path=PathFact(
            "" if path == "NONE" else path, said["peer"],
            remote_asn=int(ours[0]) if ours and "external" in origin else None,
            local_preference=numbers.get("local"), metric=numbers.get("metric"),
            communities=tuple((communities[1] if communities else "").split()),
        ),
    )  # fmt: skip
