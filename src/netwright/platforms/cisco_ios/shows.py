"""What is asked of IOS and IOS-XE on the command line."""

from __future__ import annotations

from netwright.platforms.cisco_ios import tables
from netwright.platforms.show import Show
from netwright.platforms.text import (
    bgp,
    bgp_summary,
    forwarding,
    interfaces,
    lldp,
    ntp,
    paths,
    routes,
    status,
    system,
    vlans,
)

SHOWS = (
    Show("show version", system.version, ("system", "load")),
    Show("show inventory", system.inventory, ("components", "transceivers", "system")),
    Show("show interfaces", interfaces.interfaces, ("interfaces", "addresses")),
    Show("show ip interface", tables.addresses, ("addresses",)),
    Show("show ipv6 interface", tables.addresses, ("addresses",)),
    Show("show interfaces status", status.status, ("interfaces",), rarely=True),
    Show("show interfaces transceiver", tables.optics, ("transceivers",)),
    Show("show etherchannel summary", tables.bundles, ("lags",)),
    Show("show vlan", vlans.vlans, ("vlans",)),
    Show("show vlan brief", vlans.vlans, ("vlans",), rarely=True),
    Show("show vlan all-ports", vlans.vlans, ("vlans",), rarely=True),
    Show("show lldp neighbors detail", lldp.neighbors, ("neighbors",)),
    Show("show lldp neighbors", lldp.table, ("neighbors",)),
    Show("show bgp all summary", bgp_summary.summary, ("bgp_sessions", "system")),
    Show("show bgp ipv4 unicast neighbors", bgp.neighbors, ("bgp_sessions",)),
    Show("show bgp ipv6 unicast neighbors", bgp.neighbors, ("bgp_sessions",)),
    Show("show bgp ipv4 multicast neighbors", bgp.neighbors, ("bgp_sessions",), rarely=True),
    Show("show bgp ipv6 multicast neighbors", bgp.neighbors, ("bgp_sessions",), rarely=True),
    Show("show bgp vpnv4 unicast all neighbors", bgp.neighbors, ("bgp_sessions",)),
    Show("show arp", forwarding.arp, ("arp",)),
    Show("show ipv6 neighbors", forwarding.nd, ("arp",)),
    Show("show mac address-table", forwarding.macs, ("macs",)),
    Show("show ip route summary", tables.routes, ("route_summary",)),
    Show("show ip route vrf *", routes.table, ("routes",), rarely=True),
    Show("show ip route", routes.table, ("routes",), rarely=True),
    Show("show ipv6 route", routes.table, ("routes",), rarely=True),
    Show("show bgp ipv4 unicast detail", paths.paths, ("routes",), rarely=True),
    Show("show ntp associations", ntp.associations, ("ntp",)),
    Show("show running-config | include ntp", tables.ntp, ("ntp",)),
    Show("show running-config | include ^username", tables.users, ("users",)),
    Show("show processes cpu", system.cpu, ("load",)),
    Show("show memory statistics", tables.memory, ("load",)),
    Show("show environment all", tables.environment, ("components", "sensors")),
)
