"""Parsers of ``ip -j -s neigh`` and of ``bridge -j``: link addresses of neighbours, MAC table, VLANs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from netwright.platforms import values
from netwright.platforms.facts import ArpFact, Found, MacFact, VlanFact
from netwright.platforms.records import Rows, listed, mapping

NEIGHBOURS = "ip -j -s neigh show"
MACS = "bridge -j fdb show"
VLANS = "bridge -j vlan show"
_FIXED = {"permanent", "static"}


def neighbours(output: str) -> Found:
    """ARP and ND together; entries without a link address are questions that nobody answered."""
    rows = Rows()
    return Found(arp=rows.of("neighbour", _objects(output), _neighbour), unparsed=rows.unparsed)


def _neighbour(said: dict[str, Any]) -> ArpFact | None:
    link = values.mac(said.get("lladdr"))
    if link is None:
        return None
    states = [str(one) for one in listed(said.get("state"))]
    fixed = "PERMANENT" in states
    return ArpFact(
        str(said["dev"]),
        values.ip(said["dst"]),
        link,
        age_s=None if fixed else values.number(said.get("confirmed")),
        state=" ".join(states).lower() or None,
    )


def macs(output: str) -> Found:
    """What bridges learnt; a port's own multicast filters (``self``) are no entries of theirs."""
    rows = Rows()
    learnt = (entry for entry in _objects(output) if entry.get("master"))
    return Found(macs=rows.of("entry", learnt, _mac), unparsed=rows.unparsed)


def _mac(said: dict[str, Any]) -> MacFact:
    link = values.mac(said["mac"])
    if link is None:
        raise ValueError("no MAC address")
    return MacFact(
        link, str(said["ifname"]), values.integer(said.get("vlan")) or 0,
        static=str(said.get("state")) in _FIXED,
    )  # fmt: skip


def vlans(output: str) -> Found:
    """VLANs by what is on their ports; ranges (``vlanEnd``) are written out."""
    rows, ports = Rows(), dict[int, list[str]]()
    for number, port in (
        pair for pairs in rows.of("port", _objects(output), lambda s: list(_on(s))) for pair in pairs
    ):
        ports.setdefault(number, []).append(port)
    return Found(
        vlans=tuple(VlanFact(number, interfaces=tuple(names)) for number, names in sorted(ports.items())),
        unparsed=rows.unparsed,
    )


def _on(said: dict[str, Any]) -> Iterator[tuple[int, str]]:
    name = str(said["ifname"])
    for entry in listed(said.get("vlans")):
        first = int(mapping(entry)["vlan"])
        last = int(entry.get("vlanEnd", first))
        if not 0 <= first <= last <= 4095:
            raise ValueError(f"no range of VLANs: {first} to {last}")
        for number in range(first, last + 1):
            yield number, name


def _objects(output: str) -> list[dict[str, Any]]:
    """A list of objects; iproute2 writes an empty one also as nothing at all."""
    found = orjson.loads(output) if output.strip() else []
    return [mapping(one) for one in listed(found) if one]
