"""Junos' tables in text, for command lines whose answers nobody piped into ``display xml``."""

from __future__ import annotations

import re

from netwright.platforms import values
from netwright.platforms.facts import (
    ArpFact,
    ComponentFact,
    Found,
    LagFact,
    LagMember,
    RouteSummary,
    System,
)
from netwright.platforms.juniper_junos.system import kind_of
from netwright.platforms.records import Rows

_VERSION = re.compile(r"^(Hostname|Model|Junos): *(\S+)", re.MULTILINE)
_OLD_RELEASE = re.compile(r"^JUNOS .*?\[([^\]]+)\]", re.MULTILINE)
_COLUMNS = ("Item", "Version", "Part number", "Serial number", "Description")
_ARP = re.compile(r"^(?P<mac>(?:[0-9a-f]{2}:){5}[0-9a-f]{2}) +(?P<ip>\S+) +(?:\S+ +)??(?P<port>\S+\.\d+)\b")
_BUNDLE = re.compile(r"^Aggregated interface: (\S+)", re.MULTILINE)
_MUX = re.compile(r"^ +(\S+) +\S+(?: \S+)? +(?:Fast|Slow|No) periodic +(\S.*?) *$", re.MULTILINE)
_TABLE = re.compile(r"^(\S+\.\d+): \d+ destinations", re.MULTILINE)
_PROTOCOL = re.compile(r"^ +(\S[\w -]*?): +(\d+) routes, +\d+ active", re.MULTILINE)
_NAMES = {"direct": "connected", "is-is": "isis", "access-internal": "access"}


def version(answer: str) -> Found:
    said = dict(reversed(_VERSION.findall(answer)))
    old = _OLD_RELEASE.search(answer)
    release = said.get("Junos") or (old[1] if old else None)
    if release is None:
        raise ValueError("no line tells a release of Junos")
    return Found(
        system=System(
            said.get("Hostname", ""), vendor="Juniper", model=said.get("Model", "").upper() or None,
            os="junos", os_version=release,
        )
    )  # fmt: skip


def hardware(answer: str) -> Found:
    """``show chassis hardware``: columns below their heading; what is indented is a part of what stands
    above."""
    lines = answer.expandtabs().splitlines()
    head = next((n for n, line in enumerate(lines) if all(name in line for name in _COLUMNS)), None)
    if head is None:
        raise ValueError("no line is the heading of the inventory")
    starts = [lines[head].index(name) for name in _COLUMNS]
    found: list[ComponentFact] = []
    above: list[tuple[int, str]] = []
    for line in lines[head + 1 :]:
        item = line[: starts[1]].strip()
        if not item or line.startswith(("{", "#")):
            continue
        depth = len(line) - len(line.lstrip())
        above = [(level, name) for level, name in above if level < depth]
        path = [name for _, name in above]
        above.append((depth, item))
        found.append(_piece(item, path, line, starts))
    chassis = next((one for one in found if one.name == "Chassis"), None)
    return Found(
        system=System(vendor="Juniper", model=chassis.model, serial=chassis.serial) if chassis else System(),
        components=tuple(found),
    )


def _piece(item: str, path: list[str], line: str, starts: list[int]) -> ComponentFact:
    ends = [*starts[2:], None]
    version, part, serial, description = (
        values.words(line[start:end]) for start, end in zip(starts[1:], ends, strict=True)
    )
    return ComponentFact(
        " ".join((*path, item)), "chassis" if item == "Chassis" else kind_of(item),
        parent=None if item == "Chassis" else " ".join(path) or "Chassis", model=description,
        part_number=part, serial=None if serial == "BUILTIN" else serial, description=description,
        version=version, vendor="Juniper" if item == "Chassis" else None,
    )  # fmt: skip


def arp(answer: str) -> Found:
    rows = Rows()
    found = [match for line in answer.splitlines() if (match := _ARP.match(line))]
    if not found and "Total entries: 0" not in answer:
        raise ValueError("no line begins with a MAC address")
    return Found(
        arp=rows.of("entry", found, lambda m: ArpFact(m["port"], values.ip(m["ip"]), m["mac"])),
        unparsed=rows.unparsed,
    )


def bundles(answer: str) -> Found:
    parts = _BUNDLE.split(answer)
    if len(parts) < 3:
        raise ValueError("no line begins with Aggregated interface")
    return Found(
        lags=tuple(
            LagFact(
                name,
                tuple(LagMember(port, active="ollecting" in mux) for port, mux in _MUX.findall(text)),
                lacp=True,
            )
            for name, text in zip(parts[1::2], parts[2::2], strict=True)
        )
    )


def route_summary(answer: str) -> Found:
    parts = _TABLE.split(answer)
    if len(parts) < 3:
        raise ValueError("no line names a table and its destinations")
    found = []
    for table, text in zip(parts[1::2], parts[2::2], strict=True):
        instance, _, family = table.removesuffix(".0").rpartition(".")
        if family in {"inet", "inet6"}:
            found += [
                RouteSummary(
                    "ipv6" if family == "inet6" else "ipv4",
                    _NAMES.get(name.lower(), name.lower()), int(count), instance or "default",
                )
                for name, count in _PROTOCOL.findall(text)
            ]  # fmt: skip
    return Found(route_summary=tuple(found))
