"""Who made a device, by what it announces: namespaces and names of its models, or a maker's own words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from netwright.platforms.facts import System

_MARKS: tuple[tuple[re.Pattern[str], str, str | None], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), vendor, system)
    for pattern, vendor, system in (
        (r"xml\.juniper\.net|yang\.juniper\.net|^junos-|^juniper\b", "Juniper", "junos"),
        (r"cisco-ios-xr", "Cisco", "iosxr"),
        (r"cisco-ios-xe", "Cisco", "iosxe"),
        (r"cisco-nx-os|^cisco-nxos", "Cisco", "nxos"),
        (r"^cisco\b|cisco\.com", "Cisco", None),
        (r"arista\.com|^arista", "Arista", "eos"),
        (r"srl_nokia|urn:nokia\.com:srlinux|urn:srl_nokia", "Nokia", "srlinux"),
        (r"nokia\.com:sros|^nokia-sros|alcatel-lucent\.com", "Nokia", "sros"),
        (r"^nokia\b", "Nokia", None),
        (r"huawei\.com|^huawei", "Huawei", "vrp"),
        (r"github\.com/azure/sonic|^sonic-", "SONiC", "sonic"),
    )
)


def named(system: System, announced: Iterable[str]) -> System:
    """The system with its vendor and what it runs, where its own words or what it announces tell them."""
    said = [system.vendor] if system.vendor else sorted(announced)
    for pattern, vendor, runs in _MARKS:
        if any(pattern.search(text) for text in said):
            return replace(system, vendor=vendor, os=_short(system.os) if runs is None else runs)
    return replace(system, os=_short(system.os))


def _short(name: str | None) -> str | None:
    """``IOS-XR`` is ``iosxr``, as in every probe; a name of several words stays."""
    return name if name is None or " " in name else name.lower().replace("-", "")
