"""Parser of ``lldpcli -f json0 show neighbors`` (lldpd): json0 keeps lists also with one element."""

from __future__ import annotations

from typing import Any

import orjson

from netwright.platforms.facts import NeighborFact

LLDP_NEIGHBORS = "sudo -n lldpcli -f json0 show neighbors"


def neighbors(output: str) -> tuple[NeighborFact, ...]:
    """Neighbours that said who they are; one that keeps silent about its name is known by its chassis."""
    found = (
        _neighbor(interface)
        for part in orjson.loads(output).get("lldp", ())
        for interface in part.get("interface", ())
    )
    return tuple(neighbor for neighbor in found if neighbor is not None)


def _neighbor(interface: dict[str, Any]) -> NeighborFact | None:
    chassis, port = _first(interface, "chassis"), _first(interface, "port")
    number = _value(chassis, "id")
    device = _value(chassis, "name") or number
    if device is None:
        return None
    return NeighborFact(
        interface=interface["name"],
        remote_device=device,
        remote_interface=_value(port, "id") or _value(port, "descr") or "",
        remote_chassis=number,
        remote_description=_value(chassis, "descr"),
    )


def _first(node: dict[str, Any], name: str) -> dict[str, Any]:
    found = node.get(name) or [{}]
    return dict(found[0])


def _value(node: dict[str, Any], name: str) -> str | None:
    value = _first(node, name).get("value")
    return str(value) if value else None
