"""Interfaces and ports as NetBox and Nautobot both tell them: their REST answers name these fields alike."""

from __future__ import annotations

from typing import Any

from netwright.exchange.remote import words
from netwright.exchange.remote.drafting import Drafting, Told, plain


def interface_fields(drafting: Drafting, one: Told, device: str | None) -> dict[str, Any]:
    """What is known of an interface by itself; bundles and parents are other interfaces, put later."""
    return {
        "device": device,
        "name": one["name"],
        "interface_type": plain(one.get("type")) or "",
        "speed_bps": one["speed"] * 1000 if one.get("speed") else None,  # told in kbit/s
        "mtu": one.get("mtu"),
        "enabled": one.get("enabled"),
        "management": one.get("mgmt_only"),
        "component": drafting.key("dcim/modules", one.get("module")),
        "vrf": drafting.key("ipam/vrfs", one.get("vrf")),
        "vlan_mode": words.VLAN_MODE.get(plain(one.get("mode")) or ""),
        "vlan": drafting.key("ipam/vlans", one.get("untagged_vlan")),
        "label": one.get("label") or "",
    }


def port_fields(drafting: Drafting, one: Told, device: str | None, port_class: str) -> dict[str, Any]:
    """Console, power, front and rear ports; ``port_class`` as our kind names it."""
    return {
        "device": device,
        "port_class": port_class,
        "name": one["name"],
        "port_type": plain(one.get("type")) or "",
        "label": one.get("label") or "",
        "component": drafting.key("dcim/modules", one.get("module")),
        "maximum_draw_w": one.get("maximum_draw"),
        "allocated_draw_w": one.get("allocated_draw"),
        "power_port": drafting.key("dcim/power-ports", one.get("power_port")),
        "feed_leg": plain(one.get("feed_leg")) or None,
        "rear_port": drafting.key("dcim/rear-ports", one.get("rear_port")),
        "rear_position": one.get("rear_port_position"),
        "positions": one.get("positions") if port_class == "rear" else None,
    }
