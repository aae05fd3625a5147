"""IOS-XR: accounts of the running configuration, and VLANs of its subinterfaces."""

from __future__ import annotations

import re

from netwright.platforms.facts import Found, UserFact, VlanFact
from netwright.platforms.text.names import full

_USER = re.compile(r"^username (\S+)", re.MULTILINE)
_GROUP = re.compile(r"^ group (\S+)", re.MULTILINE)
_ROOT = ("root-lr", "root-system", "root")
_TAGGED = re.compile(
    r"^ *(?P<port>\S+\.\d+) +802\.1Q(?: VLAN)? +(?P<outer>\d+)", re.MULTILINE | re.IGNORECASE
)

_NAMES = {"TenGigabitEthernet": "TenGigE", "FortyGigabitEthernet": "FortyGigE"}
"""What IOS-XR calls ports that IOS calls otherwise."""


def users(answer: str) -> Found:
    """``show running-config username``: name and groups are read and nothing else."""
    parts = _USER.split(answer)
    found = []
    for name, text in zip(parts[1::2], parts[2::2], strict=True):
        groups = _GROUP.findall(text)
        root = any(group in _ROOT for group in groups)
        found.append(UserFact(name, 15 if root else None, groups[0] if groups else None))
    return Found(users=tuple(found))


def _port(name: str) -> str:
    found = full(name)
    return next((found.replace(ios, ours) for ios, ours in _NAMES.items() if found.startswith(ios)), found)


def vlans(answer: str) -> Found:
    """``show vlan interface``: a VLAN by the subinterfaces that carry its tag."""
    ports: dict[int, list[str]] = {}
    for match in _TAGGED.finditer(answer):
        ports.setdefault(int(match["outer"]), []).append(_port(match["port"]))
    if not ports and "Encapsulation" not in answer and answer.strip():
        raise ValueError("no line tells a tag")
    return Found(vlans=tuple(VlanFact(number, interfaces=tuple(names)) for number, names in ports.items()))
