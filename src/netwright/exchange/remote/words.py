"""Words of NetBox and Nautobot, which was made from it, in ours. What is not here is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from netwright.platforms.catalog import catalog

STATUS = {
    "planned": "planned",
    "staging": "staged",
    "staged": "staged",
    "active": "active",
    "connected": "active",
    "offline": "maintenance",
    "failed": "maintenance",
    "inventory": "planned",
    "available": "planned",
    "reserved": "planned",
    "decommissioning": "decommissioned",
    "retired": "decommissioned",
    "decommissioned": "decommissioned",
    "maintenance": "maintenance",
    "alerted": "active",
    "deprecated": "decommissioned",
}
NUMBER_STATUS = {
    "active": "active",
    "container": "active",
    "reserved": "reserved",
    "deprecated": "deprecated",
    "available": "reserved",
}
CIRCUIT_STATUS = {
    "planned": "planned",
    "provisioning": "ordered",
    "active": "active",
    "offline": "active",
    "deprovisioning": "terminating",
    "decommissioned": "terminated",
}
ADDRESS_ROLE = {"loopback": "loopback", "secondary": "secondary", "anycast": "anycast", "vip": "virtual"}
ADDRESS_STATUS = ("active",)
"""Others are told: an address here is in use."""
PHASE = {"single-phase": "single", "three-phase": "three"}
VLAN_MODE = {"access": "access", "tagged": "trunk", "tagged-all": "trunk"}
METRES = {"m": 1.0, "km": 1000.0, "cm": 0.01, "ft": 0.3048, "mi": 1609.344, "in": 0.0254}
CONTACT_ON = {
    "dcim.site": ("site_contact", "site", "dcim/sites"),
    "circuits.provider": ("provider_contact", "provider", "circuits/providers"),
}
"""Kind of the assignment, its field for the owner, and the list that the owner is in."""
CUSTOM_TYPE = {
    "text": "text",
    "longtext": "text",
    "integer": "integer",
    "decimal": "number",
    "boolean": "boolean",
    "date": "date",
    "url": "url",
    "select": "choice",
}
CUSTOM_ON = {
    "dcim.region": "region",
    "dcim.site": "site",
    "dcim.rack": "rack",
    "dcim.device": "device",
    "dcim.devicetype": "model",
    "dcim.moduletype": "model",
    "dcim.interface": "interface",
    "dcim.cable": "cable",
    "ipam.vrf": "vrf",
    "ipam.vlan": "vlan",
    "ipam.prefix": "prefix",
    "ipam.ipaddress": "address",
    "ipam.asn": "asn",
    "circuits.provider": "provider",
    "circuits.circuit": "circuit",
}
CABLE_TYPE = {
    "smf": "single-mode",
    "mmf": "multi-mode",
    "cat": "copper",
    "dac": "direct-attach",
    "aoc": "active-optical",
    "power": "power",
}
"""By how the word begins."""
COMPONENT_CLASS = {
    "transceiver": ("transceiver", "optic", "sfp", "xfp", "gbic"),
    "power-supply": ("power-supply", "power supply", "psu"),
    "fan": ("fan",),
    "supervisor": ("supervisor", "routing engine", "route processor"),
    "linecard": ("linecard", "line card", "line-card"),
    "disk": ("disk", "ssd", "nvme", "hdd", "drive"),
    "network-card": ("network-card", "network card", "nic"),
}
"""Words, in the name of an inventory item's role or in its own, that say what it is."""


def component_class(role: Mapping[str, Any] | None, name: str) -> str:
    """The class of an inventory item, by its role if that says it, else by its name."""
    for text in ((role or {}).get("slug") or "", (role or {}).get("name") or "", name):
        for ours, words in COMPONENT_CLASS.items():
            if any(re.search(rf"(?<![a-z]){word}(?![a-z])", text.lower()) for word in words):
                return ours
    return "other"


ROLE_WORDS = {
    "console-server": ("console",),
    "patch-panel": ("patch", "panel"),
    "power": ("pdu", "power", "ups"),
    "cache": ("cache", "cdn", "appliance"),
    "origin": ("origin",),
    "transport": ("transport", "dwdm", "roadm", "optical"),
    "tor": ("tor", "leaf", "access", "top-of-rack"),
    "core": ("core", "backbone", "spine", "p-router"),
    "management": ("management", "mgmt", "oob"),
}
"""Words in others' roles, and ours that is nearest; the first that fits."""


def prefix_role(word: str) -> str | None:
    """Our role of a prefix by others' word for it; None when it says nothing to us."""
    word = word.lower()
    if "mgmt" in word:
        return "management"
    return next((one for one in ("management", "loopback", "link") if one in word), None)


def nearest_role(word: str) -> str:
    """The role of ours for a device of another role: a guess."""
    for ours, words in ROLE_WORDS.items():
        if any(re.search(rf"(?<![a-z]){one}(?![a-z])", word.lower().replace("_", "-")) for one in words):
            return ours
    return "edge"


def platform_of(*names: str | None) -> str | None:
    """Our platform by others' words for it, as `juniper-junos` or `Cisco IOS`; None when there is none."""
    known = {_dashed(name): name for name in catalog().names()}
    for word in (_dashed(name or "") for name in names):
        fits = [ours for ours in known if f"-{ours}-" in f"-{word}-" or ours == word.replace("-", "")]
        if fits:
            best = max(fits, key=lambda ours: (word.endswith(ours), len(ours)))
            return catalog().platform(known[best]).name
    return None


def _dashed(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def cable_type(word: str) -> str | None:
    return next((ours for start, ours in CABLE_TYPE.items() if word.startswith(start)), None)


PORTS = {
    "console-ports": ("console", "dcim.consoleport"),
    "console-server-ports": ("console-server", "dcim.consoleserverport"),
    "power-ports": ("power", "dcim.powerport"),
    "power-outlets": ("power-outlet", "dcim.poweroutlet"),
    "rear-ports": ("rear", "dcim.rearport"),
    "front-ports": ("front", "dcim.frontport"),
}
