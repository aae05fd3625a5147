"""FRR's configuration language as far as the simulated routers know it, as data.

One string a line form, in the order FRR 8.4 prints them. ``<x>`` is a word of a type, ``[x]`` may be missing,
``(a|b)`` is a choice, ``=`` ends the part that names the setting: a second line with the same name takes the
first one's place. A leading ``-`` marks a default that FRR accepts and does not print; ``no x`` as a form is
a default that FRR prints when it is switched off. A line outside this list is an unknown command.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS = {
    "n": r"\d+",
    "name": r"[^\s]+",
    "text": r".+",
    "ip": r"\d+\.\d+\.\d+\.\d+",
    "net": r"(?:\d+\.\d+\.\d+\.\d+/\d+|[0-9a-fA-F:]+/\d+)",
    "addr": r"(?:\d+\.\d+\.\d+\.\d+|[0-9a-fA-F:]*:[0-9a-fA-F:]*)",
    "asn": r"(?:\d+|external|internal)",
    "action": r"(?:permit|deny)",
    "seq": r"(?:seq \d+ )?",
}

TOP = (
    "frr version = <name>",
    "frr defaults = <name>",
    "hostname = <name>",
    "-domainname <name>",
    "-(password|enable password) <text>",
    "log syslog =? <name>",
    "log file = <text>",
    "log (timestamp precision|facility) = <name>",
    "-log commands",
    "agentx",
    "no ip forwarding",
    "no ipv6 forwarding",
    "service integrated-vtysh-config",
    "-service (password-encryption|advanced-vty)",
    "ip nht resolve-via-default",
    "ipv6 nht resolve-via-default",
    "ip router-id = <ip>",
    "ip route <net> (blackhole|Null0|reject|<addr>|<name>)[ <text>]",
    "ipv6 route <net> (blackhole|Null0|reject|<addr>|<name>)[ <text>]",
    "access-list <name> <seq><action> <text>",
    "ip prefix-list <name> description = <text>",
    "ip prefix-list <name> <seq><action> (any|<net>)[ ge <n>][ le <n>]",
    "ipv6 prefix-list <name> description = <text>",
    "ipv6 prefix-list <name> <seq><action> (any|<net>)[ ge <n>][ le <n>]",
    "bgp as-path access-list <name> <seq><action> <text>",
    "bgp (community-list|large-community-list) (standard|expanded) <name> <seq><action> <text>",
    "ip protocol bgp route-map = <name>",
)

INTERFACE = (
    "description = <text>",
    "ip address <net>",
    "ipv6 address <net>",
    "bandwidth = <n>",
    "shutdown",
    "mpls enable",
    "link-params",
)

BGP = (
    "bgp router-id = <ip>",
    "bgp suppress-fib-pending",
    "bgp log-neighbor-changes",
    "no bgp ebgp-requires-policy",
    "no bgp default ipv4-unicast",
    "bgp default ipv6-unicast",
    "bgp default local-preference = <n>",
    "bgp default show-hostname",
    "bgp cluster-id = <ip>",
    "bgp disable-ebgp-connected-route-check",
    "bgp always-compare-med",
    "no bgp suppress-duplicates",
    "bgp deterministic-med",
    "bgp graceful-shutdown",
    "bgp graceful-restart stalepath-time = <n>",
    "bgp graceful-restart restart-time = <n>",
    "bgp graceful-restart",
    "bgp bestpath as-path multipath-relax",
    "bgp bestpath compare-routerid",
    "bgp bestpath med missing-as-worst",
    "no bgp network import-check",
    "timers bgp = <n> <n>",
    "bgp listen limit = <n>",
    "bgp listen range <net> peer-group <name>",
)

NEIGHBOR = (
    "peer-group",
    "remote-as = <asn>",
    "peer-group = <name>",
    "interface[ peer-group <name>][ remote-as <asn>]",
    "local-as = <text>",
    "description = <text>",
    "shutdown",
    "bfd",
    "bfd profile = <name>",
    "password = <name>",
    "port = <n>",
    "passive",
    "ebgp-multihop =? <n>",
    "ttl-security hops = <n>",
    "disable-connected-check",
    "update-source = <name>",
    "advertisement-interval = <n>",
    "timers = <n> <n>",
    "timers connect = <n>",
    "capability dynamic",
    "capability extended-nexthop",
)

FAMILY = (
    "network <net>[ route-map <name>]",
    "aggregate-address <net>[ as-set][ summary-only]",
    "redistribute (connected|static|kernel)[ metric <n>][ route-map <name>]",
)

FAMILY_NEIGHBOR = (
    "peer-group = <name>",
    "activate",
    "addpath-tx-all-paths",
    "route-reflector-client",
    "next-hop-self[ force]",
    "remove-private-AS[ all][ replace-AS]",
    "as-override",
    "-send-community[ (both|all|standard|extended|large)]",
    "default-originate[ route-map <name>]",
    "soft-reconfiguration inbound",
    "maximum-prefix = <n>[ <text>]",
    "maximum-prefix-out = <n>",
    "route-server-client",
    "allowas-in =? <n>",
    "weight = <n>",
    "distribute-list <name> (in|out)",
    "prefix-list <name> in",
    "prefix-list <name> out",
    "route-map <name> in",
    "route-map <name> out",
    "unsuppress-map = <name>",
    "filter-list <name> in",
    "filter-list <name> out",
    "attribute-unchanged[ <text>]",
)

FAMILY_END = ("maximum-paths = <n>", "maximum-paths ibgp = <n>")

ROUTE_MAP = (
    "description = <text>",
    "call = <name>",
    "match <text>",
    "on-match next",
    "on-match goto = <n>",
    "continue =? <n>",
    "set metric = <name>",
    "set as-path prepend = <text>",
    "set as-path exclude = <text>",
    "set comm-list = <name> delete",
    "set community = <text>",
    "set large-community = <text>",
    "set ip next-hop = <name>",
    "set local-preference = <n>",
    "set origin = <name>",
    "set tag = <n>",
    "set weight = <n>",
)

BFD_TIMERS = (
    "-detect-multiplier 3",
    "detect-multiplier = <n>",
    "-(receive-interval|transmit-interval) 300",
    "transmit-interval = <n>",
    "receive-interval = <n>",
    "passive-mode",
    "minimum-ttl = <n>",
)

SECTIONS = {
    # kind: (header form, kind of the section it stands in)
    "vrf": ("vrf <name>", "top"),
    "interface": ("interface <name>", "top"),
    "bgp": (r"router bgp <n>(?: vrf <name>)?", "top"),
    "route-map": ("route-map <name> <action> <n>", "top"),
    "vty": ("line vty", "top"),
    "bfd": ("bfd", "top"),
    "family": (r"address-family (?:ipv4|ipv6) unicast", "bgp"),
    "bfd-profile": ("profile <name>", "bfd"),
    "bfd-peer": ("peer <addr>[ <text>]", "bfd"),
}


@dataclass(frozen=True, slots=True)
class Form:
    """One line form of a kind of section. ``rank`` is its place in print; ``named`` matches the part that
    names the setting; ``printed`` is False for defaults."""

    whole: re.Pattern[str]
    named: re.Pattern[str]
    rank: int
    printed: bool = True


def expression(form: str) -> str:
    """The regular expression of a form without its marks."""
    text = re.sub(r"\[([^\[\]]*)\]", r"(?:\1)?", form)
    text = text.replace("(?:", "\0").replace("(", "(?:").replace("\0", "(?:")
    return re.sub(r"<(\w+)>( ?)", lambda m: _WORDS[m[1]] + ("" if m[1] == "seq" else m[2]), text)


def _form(form: str, rank: int) -> Form:
    printed = not form.startswith("-")
    form = form.removeprefix("-")
    name, mark, value = form.partition(" =")
    named = expression(name)
    if value.startswith("?"):
        whole = f"{named}(?: {expression(value[2:])})?"
    elif mark:
        whole = f"{named} {expression(value[1:])}"
    else:
        whole = named
    return Form(re.compile(whole + r"\Z"), re.compile(named + r"(?= |\Z)"), rank, printed)


def _of_neighbor(forms: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        f"-neighbor <name> {form[1:]}" if form.startswith("-") else f"neighbor <name> {form}"
        for form in forms
    )


_TEXTS: dict[str, tuple[str, ...]] = {
    "top": TOP,
    "vrf": TOP,
    "interface": INTERFACE,
    "bgp": BGP + _of_neighbor(NEIGHBOR),
    "family": FAMILY + _of_neighbor(FAMILY_NEIGHBOR) + FAMILY_END,
    "route-map": ROUTE_MAP,
    "vty": ("exec-timeout = <n>[ <n>]", "access-class = <name>"),
    "bfd": (),
    "bfd-profile": BFD_TIMERS,
    "bfd-peer": BFD_TIMERS,
}
FORMS = {kind: tuple(_form(text, rank) for rank, text in enumerate(texts)) for kind, texts in _TEXTS.items()}
"""Kind of section -> its line forms, in order of print."""

HEADERS = {kind: (re.compile(expression(form) + r"\Z"), parent) for kind, (form, parent) in SECTIONS.items()}
"""Kind of section -> its header, and the kind of section it stands in."""

HEADERS_BY_WORD = {
    (parent, form.split()[0]): (kind, HEADERS[kind][0]) for kind, (form, parent) in SECTIONS.items()
}
"""(kind of section, first word of a line) -> (kind of the section that opens there, its header)."""

ENDINGS = {"vrf": "exit-vrf", "family": "exit-address-family"}

_START = re.compile(r"(?:-|no )*(neighbor <name> |)([\w.-]+|\([^)]*\))(?: ([\w.-]+(?![\w.-]*<)|\([^)]*\)))?")


def _starts(form: str) -> list[tuple[str, str]]:
    """What lines of a form begin with: two words, or one and nothing; the neighbour's name is left out."""
    match = _START.match(form)
    assert match is not None, form
    first, second = match[2].strip("()").split("|"), (match[3] or "").strip("()").split("|")
    if match[1]:
        return [("neighbor", word) for word in first]
    return [(a.split()[0], b) for a in first for b in second]


def _index(kind: str) -> dict[tuple[str, str], tuple[Form, ...]]:
    found: dict[tuple[str, str], list[Form]] = {}
    for form, text in zip(FORMS[kind], _TEXTS[kind], strict=True):
        for start in _starts(text):
            found.setdefault(start, []).append(form)
    return {start: tuple(forms) for start, forms in found.items()}


_INDEX = {kind: _index(kind) for kind in FORMS}


def find(kind: str, line: str) -> Form | None:
    """The form of a line in a kind of section, None for a line that is no command there."""
    words = line.removeprefix("no ").split(" ", 3)
    first = words[0]
    second = (words[2:] if first == "neighbor" else words[1:]) or [""]
    index = _INDEX[kind]
    for start in ((first, second[0]), (first, "")):
        for form in index.get(start, ()):
            if form.whole.match(line):
                return form
    return None
