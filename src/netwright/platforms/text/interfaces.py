"""``show interfaces`` as Cisco's systems write it: a block an interface, each field found by its words.

A line that no expression knows takes nothing away; a block whose first line tells no state is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

from netwright.platforms import values
from netwright.platforms.facts import AddressFact, Found, InterfaceFact, OperState
from netwright.platforms.records import Rows
from netwright.platforms.text.names import full

_HEAD = re.compile(
    r"^(?P<name>[A-Za-z][\w./:-]*(?: \d[\w./]*)?) is (?P<admin>administratively down|[a-z]+)\b"
    r"(?: *\((?P<why>[^)]*)\))?(?:, *line protocol is (?P<line>(?:administratively )?\w+)[^\n]*)?"
    r"[ ,]*(?:\([^)\n]*\))?[^\n]*$",
    re.MULTILINE,
)
_WORDS: dict[str, tuple[str, ...]] = {
    "admin": (r"^ *admin state is (\w+)",),
    "line": (r"^ *[Ll]ine protocol (?:state )?is (\w+)",),
    "mac": (r"address(?: is|:) +((?:[0-9a-f]{4}\.){2}[0-9a-f]{4}|(?:[0-9a-f]{2}:){5}[0-9a-f]{2})",),
    "description": (r"^ *Description: *(.*?) *$",),
    "mtu": (r"MTU (\d+)",),
    "speed": (r"BW (\d+(?: ?[A-Z]?bit(?:/sec)?| ?Kbit)?)",),
    "duplex": (r"(?i)\b(full|half|auto)[ -]?duplex",),
    "flapped": (r"Last link flapped +([^\n]+)",),
    "bundle": (r"Belongs to +(\S+)",),
    "in_packets": (r"(\d+) packets input", r"(\d+) input packets", r"RX\s+(\d+) packets"),
    "in_octets": (r"packets input, (\d+) bytes", r"RX\s[^T]*?(\d+) bytes", r"Rx\s[^T]*?(\d+) bytes"),
    "out_packets": (r"(\d+) packets output", r"(\d+) output packets", r"TX\s+(\d+) packets"),
    "out_octets": (r"packets output, (\d+) bytes", r"T[Xx]\s.*?(\d+) bytes"),
    "in_unicast": (r"R[Xx]\s[^T]*?(\d+) unicast packets",),
    "in_multicast": (
        r"R[Xx]\s[^T]*?(\d+) multicast packets", r"(\d+) multicast,",
        r"Received \d+ broadcast packets, (\d+) multicast", r"\((\d+) (?:IP )?multicasts?\)",
    ),
    "in_broadcast": (r"R[Xx]\s[^T]*?(\d+) broadcast packets", r"Received (\d+) broadcast"),
    "out_unicast": (r"T[Xx]\s.*?(\d+) unicast packets",),
    "out_multicast": (r"T[Xx]\s.*?(\d+) multicast packets", r"Output \d+ broadcast packets, (\d+) multicast"),
    "out_broadcast": (r"T[Xx]\s.*?(\d+) broadcast packets", r"Output (\d+) broadcast"),
    "in_errors": (r"(\d+) input errors?",),
    "out_errors": (r"(\d+) output errors?",),
    "in_discards": (r"(\d+) input discard", r"(\d+) total input drops", r"Input queue: \d+/\d+/(\d+)"),
    "out_discards": (r"(\d+) output discard", r"Total output drops: +(\d+)", r"(\d+) total output drops"),
}  # fmt: skip
_EXPRESSIONS = {
    name: tuple(
        re.compile(text, re.MULTILINE | re.DOTALL if "T[Xx]" in text or "R[Xx]" in text else re.MULTILINE)
        for text in texts
    )
    for name, texts in _WORDS.items()
}
_ADDRESS = re.compile(r"Internet [Aa]ddress(?:es)?(?: is|:) +(\d[\d.]+/\d+)")
_COUNTS = tuple(name for name in _WORDS if name.startswith(("in_", "out_")))


def interfaces(answer: str) -> Found:
    """Raises ValueError for an answer of which no line begins an interface."""
    blocks = list(_blocks(answer))
    if not blocks:
        raise ValueError("no line tells the state of an interface")
    rows = Rows()
    return Found(
        interfaces=rows.of("interface", blocks, _interface),
        addresses=tuple(fact for facts in rows.of("address", blocks, _addresses) for fact in facts),
        unparsed=rows.unparsed,
    )


def _blocks(answer: str) -> Iterator[tuple[re.Match[str], str]]:
    heads = list(_HEAD.finditer(answer))
    for place, head in enumerate(heads):
        end = heads[place + 1].start() if place + 1 < len(heads) else len(answer)
        yield head, answer[head.end() : end]


def _word(name: str, text: str) -> str | None:
    found = next((match for rule in _EXPRESSIONS[name] if (match := rule.search(text))), None)
    return None if found is None else values.words(found[1])


def _interface(block: tuple[re.Match[str], str]) -> InterfaceFact:
    head, text = block
    state, why = head["admin"], head["why"] or ""
    line = head["line"] or _word("line", text) or state
    told = _word("admin", text)
    down = "administratively" in f"{state} {why} {line}".lower() or told == "down"
    counts = {name: values.integer(_word(name, text)) for name in _COUNTS}
    flapped = _word("flapped", text)
    return InterfaceFact(
        name=full(head["name"]),
        admin_up=not down,
        admin="down" if down else "up",
        oper=OperState.DOWN if down else values.oper(line),
        status=line.split()[-1],
        speed_bps=values.speed(_word("speed", text), "k"),
        mtu=values.integer(_word("mtu", text)),
        mac=values.mac(_word("mac", text)),
        description=_word("description", text) or "",
        duplex=(_word("duplex", text) or "").lower() or None,
        changed_s=values.age(flapped) if flapped else None,
        bundle=_word("bundle", text),
        **cast("dict[str, Any]", counts),
    )


def _addresses(block: tuple[re.Match[str], str]) -> tuple[AddressFact, ...]:
    head, text = block
    return tuple(
        AddressFact(full(head["name"]), values.interface_address(found[1]))
        for found in _ADDRESS.finditer(text)
    )
