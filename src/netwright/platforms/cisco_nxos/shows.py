"""What is asked of NX-OS: JSON. The text of the same questions is understood too, for old releases."""

from __future__ import annotations

from netwright.platforms.cisco_nxos import network, system
from netwright.platforms.show import Show
from netwright.platforms.text import bgp, bgp_summary, forwarding, interfaces, lldp, paths, routes
from netwright.platforms.text import status as tables
from netwright.platforms.text import system as text_system

_JSON = (
    Show("show version | json", system.version, ("system", "load")),
    Show("show hostname | json", system.hostname, ("system",)),
    Show("show inventory | json", system.inventory, ("system", "components", "transceivers")),
    Show("show environment | json", system.environment, ("components", "sensors")),
    Show("show interface | json", network.interfaces, ("interfaces", "addresses")),
    Show("show interface counters detailed | json", network.counters, ("interfaces",), rarely=True),
    Show("show interface transceiver details | json", network.optics, ("transceivers",)),
    Show("show vlan brief | json", network.vlans, ("vlans",)),
    Show("show lldp neighbors detail | json", network.neighbors, ("neighbors",)),
    Show("show bgp all summary vrf all | json", network.bgp, ("bgp_sessions",)),
    Show("show ip arp vrf all | json", network.arp, ("arp",)),
    Show("show ip arp | json", network.arp, ("arp",), rarely=True),
    Show("show mac address-table | json", network.macs, ("macs",)),
    Show("show ntp peer-status | json", system.ntp_status, ("ntp",)),
    Show("show processes cpu | json", system.cpu, ("load",)),
    Show("show processes memory shared | json", system.shared_memory, ("load",), rarely=True),
)
_TEXT = (
    Show("show ipv6 neighbor vrf all", forwarding.nd, ("arp",)),
    Show("show user-account", system.users, ("users",)),
    Show("show system resources", system.resources, ("load",)),
    Show("show bgp vrf all all neighbors", bgp.neighbors, ("bgp_sessions",)),
    Show("show version", text_system.version, ("system", "load"), rarely=True),
    Show("show hostname", system.hostname_text, ("system",), rarely=True),
    Show("show inventory", text_system.inventory, ("system", "components", "transceivers"), rarely=True),
    Show("show interface status", tables.status, ("interfaces",), rarely=True),
    Show("show interface", interfaces.interfaces, ("interfaces", "addresses"), rarely=True),
    Show("show processes cpu", text_system.cpu, ("load",), rarely=True),
    Show("show ip arp detail vrf all", forwarding.arp, ("arp",), rarely=True),
    Show("show environment temperature", system.temperatures, ("sensors",), rarely=True),
    Show("show lldp neighbors detail", lldp.neighbors, ("neighbors",), rarely=True),
    Show("show lldp neighbors", lldp.table, ("neighbors",), rarely=True),
    Show("show bgp all summary vrf all", bgp_summary.summary, ("bgp_sessions",), rarely=True),
    Show("show ip arp vrf all", forwarding.arp, ("arp",), rarely=True),
    Show("show mac address-table", forwarding.macs, ("macs",), rarely=True),
    Show("show ip route vrf all", routes.table, ("routes",), rarely=True),
    Show("show ipv6 route vrf all", routes.table, ("routes",), rarely=True),
    Show("show bgp ipv4 unicast detail vrf all", paths.paths, ("routes",), rarely=True),
    Show("show ntp peers", system.ntp_peers, ("ntp",), rarely=True),
)
SHOWS = (*_JSON, *_TEXT)
