"""NetBox's words in ours. What is not here has no word of ours and is told."""

from __future__ import annotations

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
    "deprecated": "decommissioned",
}
NUMBER_STATUS = {
    "active": "active",
    "container": "active",
    "reserved": "reserved",
    "deprecated": "deprecated",
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
PORTS = {
    "console-ports": ("console", "dcim.consoleport"),
    "console-server-ports": ("console-server", "dcim.consoleserverport"),
    "power-ports": ("power", "dcim.powerport"),
    "power-outlets": ("power-outlet", "dcim.poweroutlet"),
    "rear-ports": ("rear", "dcim.rearport"),
    "front-ports": ("front", "dcim.frontport"),
}
HOMELESS = (
    "dcim/site-groups",
    "dcim/locations",
    "dcim/rack-reservations",
    "dcim/virtual-chassis",
    "dcim/virtual-device-contexts",
    "dcim/inventory-items",
    "tenancy/tenants",
    "ipam/rirs",
    "ipam/aggregates",
    "ipam/ip-ranges",
    "ipam/fhrp-groups",
    "ipam/services",
    "circuits/provider-networks",
    "circuits/virtual-circuits",
    "virtualization/clusters",
    "virtualization/virtual-machines",
    "wireless/wireless-lans",
    "vpn/tunnels",
    "vpn/l2vpns",
    "extras/journal-entries",
)
"""Lists of which nothing is taken."""
