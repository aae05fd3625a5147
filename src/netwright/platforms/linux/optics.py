"""Parser of ``ethtool -m PORT``: what a plugged optic tells of itself (SFF-8472, SFF-8636, CMIS)."""

from __future__ import annotations

import re

from netwright.platforms import values
from netwright.platforms.facts import ComponentFact, Found, LaneFact, Limits, TransceiverFact

_LINE = re.compile(r"^\s*(\S.*?)\s*:\s(.*)$", re.MULTILINE)
_LANE = re.compile(r"\s*\(channel (\d+)\)$")
_LEVELS = {
    "rx": re.compile(r"^(?:rcvr|receiver) signal a?v(?:er)?a?g(?:e)? optical power|^receive(?:r)? power"),
    "tx": re.compile(r"^(?:laser output|transmit avg optical) power"),
    "bias": re.compile(r"^laser (?:tx )?bias current"),
}
_NO_LEVEL = re.compile("threshold|alarm|warning|support")
_DBM = re.compile(r"(-?(?:\d+\.?\d*|inf)) dBm", re.IGNORECASE)


def question(port: str) -> str:
    return f"sudo -n ethtool -m {port}"


def optic(port: str, output: str) -> Found:
    said = {name.lower(): text.strip() for name, text in _LINE.findall(output)}
    if "identifier" not in said:
        raise ValueError("no line tells what kind of module it is")
    serial, part = values.words(said.get("vendor sn")), values.words(said.get("vendor pn"))
    vendor = values.words(said.get("vendor name"))
    kind = said["identifier"]
    found = TransceiverFact(
        port, port, vendor, part, serial, kind=_kind(output), description=kind,
        temperature_c=values.number(said.get("module temperature")),
        voltage_v=values.number(said.get("module voltage")),
        lanes=_lanes(said), rx_limits=_limits(said, "rx"), tx_limits=_limits(said, "output"),
    )  # fmt: skip
    piece = ComponentFact(
        f"{port} transceiver", "transceiver", port, part_number=part, serial=serial, description=kind,
        vendor=vendor, version=values.words(said.get("vendor rev")),
    )  # fmt: skip
    return Found(transceivers=(found,), components=(piece,))


def _kind(output: str) -> str | None:
    """The first of the kinds that a module says it is."""
    match = re.search(r"^\s*Transceiver type\s*: (?:\d+G )?(?:Ethernet: )?(.+?)\s*$", output, re.MULTILINE)
    return match[1] if match else None


def _lanes(said: dict[str, str]) -> tuple[LaneFact, ...]:
    levels: dict[int, dict[str, float | None]] = {}
    for name, text in said.items():
        lane, plain = _LANE.search(name), _LANE.sub("", name)
        if _NO_LEVEL.search(name):
            continue
        for what, rule in _LEVELS.items():
            if rule.search(plain):
                levels.setdefault(int(lane[1]) - 1 if lane else 0, {})[what] = _level(what, text)
    return tuple(
        LaneFact(index, found.get("rx"), found.get("tx"), found.get("bias"))
        for index, found in sorted(levels.items())
    )


def _level(what: str, text: str) -> float | None:
    if what == "bias":
        return values.number(text)
    match = _DBM.search(text)
    return values.number(match[1]) if match else None


def _limits(said: dict[str, str], way: str) -> Limits | None:
    found = {}
    for edge, grade in (("low", "alarm"), ("low", "warning"), ("high", "warning"), ("high", "alarm")):
        match = _DBM.search(said.get(f"laser {way} power {edge} {grade} threshold", ""))
        found[edge, grade] = values.number(match[1]) if match else None
    if not any(value is not None for value in found.values()):
        return None
    return Limits(*found.values())
