"""Junos' tables in text, for command lines whose answers nobody piped into ``display xml``."""

from __future__ import annotations

import re

from netwright.platforms import values
from netwright.platforms.facts import ArpFact, Found, LagFact, LagMember, RouteSummary
from netwright.platforms.records import Rows

_ARP = re.compile(r"^(?P<mac>(?:[0-9a-f]{2}:){5}[0-9a-f]{2}) +(?P<ip>\S+) +(?:\S+ +)??(?P<port>\S+\.\d+)\b")
_BUNDLE = re.compile(r"^Aggregated interface: (\S+)", re.MULTILINE)
_MUX = re.compile(r"^ +(\S+) +\S+(?: \S+)? +(?:Fast|Slow|No) periodic +(\S.*?) *$", re.MULTILINE)
_TABLE = re.compile(r"^(\S+\.\d+): \d+ destinations", re.MULTILINE)
_PROTOCOL = re.compile(r"^ +(\S[\w -]*?): +(\d+) routes, +\d+ active", re.MULTILINE)
_NAMES = {"direct": "connected", "is-is": "isis", "access-internal": "access"}


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
