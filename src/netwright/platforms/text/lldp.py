"""``show lldp neighbors [detail]`` as Cisco's systems write it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from netwright.platforms import values
from netwright.platforms.facts import Found, NeighborFact
from netwright.platforms.records import Rows
from netwright.platforms.text.names import full

_BLOCK = re.compile(
    r"^(?:Local (?:Intf|Interface): *\S+\s*\n+)?(?:Parent Interface: *\S+\s*\n)?Chassis id:",
    re.MULTILINE | re.IGNORECASE,
)
_FIELDS = {
    "interface": r"^Local (?:Intf|Interface|Port id): *(\S+)",
    "bundle": r"^Parent Interface: *(\S+)",
    "chassis": r"^Chassis id: *(.*?) *$",
    "port": r"^Port id: *(.*?) *$",
    "port_description": r"^Port Description: *(.*?) *$",
    "name": r"^System Name: *(.*?) *$",
    "able": r"^System Capabilities: *(.*?) *$",
    "enabled": r"^Enabled Capabilities: *(.*?) *$",
    "address": r"^(?:Management Address| *IP(?:v[46])?(?: address)?): *([0-9a-fA-F:.]+)",
}
_RULES = {name: re.compile(text, re.MULTILINE | re.IGNORECASE) for name, text in _FIELDS.items()}
_DESCRIPTION = re.compile(
    r"^System Description: *\n?(.*?)(?=^Time remaining|^System Capab|\Z)",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
_ROW = re.compile(
    r"^(?P<name>.{1,20}?) *(?P<interface>(?:[A-Z][A-Za-z-]*|mgmt)\d[\d/.:]*)\s+(?P<hold>\d+)\s+"
    r"(?P<able>[A-Z,]*)\s+(?P<port>\S.*?) *$"
)
_WHOLE_ROW = re.compile(
    r"^(?P<name>\S+)\s+(?P<interface>[A-Za-z]\S*\d\S*|\S*/\S*)\s+(?P<hold>\d+)\s+(?P<able>[A-Z][A-Z,]*)?\s+"
    r"(?P<port>\S.*?) *$"
)


def neighbors(answer: str) -> Found:
    """The long answer. Old IOS names no local port: ``interface`` is empty then, until the short answer
    fills it in (``facts.join``)."""
    starts = [match.start() for match in _BLOCK.finditer(answer)]
    if not starts and answer.strip() and not re.search(r"entries displayed: *0|not enabled", answer):
        raise ValueError("no line begins with Chassis id")
    rows = Rows()
    blocks = (answer[start:end] for start, end in zip(starts, [*starts[1:], len(answer)], strict=True))
    return Found(neighbors=rows.of("neighbour", blocks, _neighbor), unparsed=rows.unparsed)


def _neighbor(text: str) -> NeighborFact:
    said = {name: (found[1] if (found := rule.search(text)) else "") for name, rule in _RULES.items()}
    description = _DESCRIPTION.search(text)
    number = values.mac(said["chassis"]) or said["chassis"]
    name = values.words(said["name"])
    return NeighborFact(
        interface=full(said["interface"]),
        remote_device=name or number,
        remote_interface=said["port"],
        remote_chassis=number or None,
        remote_description=values.words(description[1]) if description else None,
        remote_address=values.words(said["address"]),
        remote_port_description=values.words(said["port_description"]),
        capabilities=values.capabilities(re.split(r"[,\s]+", values.words(said["able"]) or "")),
        enabled=values.capabilities(re.split(r"[,\s]+", values.words(said["enabled"]) or "")),
        bundle=values.words(said["bundle"]),
    )


_EOS_ROW = re.compile(r"^(?P<interface>\S+) +(?P<name>\S+) +(?P<port>\S.*?) +(?P<hold>\d+) *$")


def table(answer: str) -> Found:
    """The short answer; names of more than 20 letters are cut off by the device. EOS's begins with the
    port."""
    if re.search(r"^Port +Neighbor Device ID", answer, re.MULTILINE):
        return _eos_table(answer)
    _, mark, rest = answer.partition("Device ID")
    if not mark:
        raise ValueError("no line begins with Device ID")
    rows = Rows()
    lines = _unwrapped(line for line in rest.splitlines()[1:] if not line.startswith("Total entries"))
    return Found(neighbors=rows.of("line", lines, _row), unparsed=rows.unparsed)


def _eos_table(answer: str) -> Found:
    rows = Rows()
    lines = answer[answer.index("Neighbor Device ID") :].splitlines()[1:]
    found = (line for line in lines if line.strip("- ") and not line.startswith("-"))
    return Found(neighbors=rows.of("line", found, _eos_row), unparsed=rows.unparsed)


def _eos_row(line: str) -> NeighborFact:
    match = _EOS_ROW.match(line)
    if match is None:
        raise ValueError("is no row of the table")
    return NeighborFact(full(match["interface"]), values.mac(match["name"]) or match["name"], match["port"])


def _unwrapped(lines: Iterable[str]) -> Iterator[str]:
    """A name too long for its column has a line of its own before the rest."""
    name = ""
    for line in lines:
        if len(line.split()) == 1 and not line[0].isspace():
            name = line.strip()
        elif line.strip():
            yield f"{name} {line.strip()}" if name and line[0].isspace() else line
            name = ""


def _row(line: str) -> NeighborFact:
    match = _WHOLE_ROW.match(line) or _ROW.match(line)
    if match is None:
        raise ValueError("is no row of the table")
    return NeighborFact(
        interface=full(match["interface"]),
        remote_device=values.mac(match["name"]) or values.words(match["name"]) or "",
        remote_interface=match["port"],
        enabled=values.capabilities((match["able"] or "").replace(",", "")),
    )
