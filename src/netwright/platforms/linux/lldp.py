"""Parser of ``lldpcli -f json0 show neighbors`` (lldpd): json0 keeps lists also with one element."""

from __future__ import annotations

from typing import Any

import orjson

from netwright.platforms import values
from netwright.platforms.facts import Found, NeighborFact

LLDP_NEIGHBORS = "sudo -n lldpcli -f json0 show neighbors"


def found(output: str) -> Found:
    return Found(neighbors=neighbors(output))


def neighbors(output: str) -> tuple[NeighborFact, ...]:
    """Neighbours that said who they are; one that keeps silent about its name is known by its chassis."""
    told = (
        _neighbor(interface)
        for part in orjson.loads(output).get("lldp", ())
        for interface in part.get("interface", ())
    )
    return tuple(neighbor for neighbor in told if neighbor is not None)


def _neighbor(interface: dict[str, Any]) -> NeighborFact | None:
    chassis, port = _first(interface, "chassis"), _first(interface, "port")
    number = _value(chassis, "id")
    device = _value(chassis, "name") or number
    if device is None:
        return None
    can = [one for one in chassis.get("capability", ()) if one.get("type")]
    return NeighborFact(
        interface=interface["name"],
        remote_device=device,
        remote_interface=_value(port, "id") or _value(port, "descr") or "",
        remote_chassis=number,
        remote_description=_value(chassis, "descr"),
        remote_address=_value(chassis, "mgmt-ip"),
        remote_port_description=_value(port, "descr"),
        capabilities=values.capabilities(one["type"] for one in can),
        enabled=values.capabilities(one["type"] for one in can if one.get("enabled")),
    )


def _first(node: dict[str, Any], name: str) -> dict[str, Any]:
    every = node.get(name) or [{}]
    return dict(every[0])


def _value(node: dict[str, Any], name: str) -> str | None:
    value = _first(node, name).get("value")
    return str(value) if value else None
