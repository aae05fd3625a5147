"""``show vlan`` as IOS and EOS write it."""

from __future__ import annotations

import re

from netwright.platforms.facts import Found, VlanFact
from netwright.platforms.text.names import full

_VLAN = re.compile(r"^(\d+) +(\S+) +(active|suspended|act/\S+|sus/\S+|act/unsup) *(.*)$")


def vlans(answer: str) -> Found:
    rows: list[VlanFact] = []
    for line in answer.splitlines():
        match = _VLAN.match(line)
        if match:
            rows.append(VlanFact(int(match[1]), match[2], _ports(match[4]), active=match[3] == "active"))
        elif rows and line.startswith(" " * 20) and line.strip():
            last = rows[-1]
            rows[-1] = VlanFact(last.vlan_id, last.name, (*last.interfaces, *_ports(line)), last.active)
        elif rows and line.startswith("VLAN Type"):
            break
    if not rows:
        raise ValueError("no line tells a VLAN")
    return Found(vlans=tuple(rows))


def _ports(text: str) -> tuple[str, ...]:
    return tuple(full(word) for word in re.split(r"[,\s]+", text.strip()) if word)
