"""What is asked of EOS. All answers are JSON but two, which releases before 4.2x give as text only."""

from __future__ import annotations

from netwright.platforms.arista_eos import bgp, forwarding, hardware, interfaces, system
from netwright.platforms.show import Show
from netwright.platforms.text import bgp as text_bgp
from netwright.platforms.text import forwarding as text_forwarding
from netwright.platforms.text import interfaces as text_interfaces
from netwright.platforms.text import lldp, routes, status, vlans

SHOWS = (
    Show("show version | json", system.version, ("system", "load")),
    Show("show hostname | json", system.hostname, ("system",)),
    Show("show reload cause | json", system.reload_cause, ("system",)),
    Show("show snmp | json", system.snmp, ("system",), rarely=True),
    Show("show inventory | json", hardware.inventory, ("system", "components", "transceivers")),
    Show("show system environment power | json", hardware.power, ("components", "sensors")),
    Show("show system environment cooling | json", hardware.cooling, ("components", "sensors")),
    Show("show system environment temperature | json", hardware.temperatures, ("sensors",)),
    Show("show interfaces | json", interfaces.interfaces, ("interfaces", "addresses", "lags")),
    Show("show interfaces counters | json", interfaces.counters, ("interfaces",), rarely=True),
    Show("show interfaces transceiver | json", hardware.optics, ("transceivers",)),
    Show("show ip interface | json", interfaces.addresses, ("addresses",)),
    Show("show ipv6 interface | json", interfaces.addresses6, ("addresses",)),
    Show("show port-channel dense | json", interfaces.port_channels, ("lags",)),
    Show("show vrf | json", interfaces.instances, ("interfaces",)),
    Show("show vlan | json", interfaces.vlans, ("vlans",)),
    Show("show lldp neighbors detail | json", interfaces.neighbors, ("neighbors",)),
    Show("show ip bgp summary vrf all | json", bgp.summary, ("bgp_sessions", "system")),
    Show("show ipv6 bgp summary vrf all | json", bgp.summary, ("bgp_sessions",)),
    Show("show ip bgp neighbors vrf all | json", bgp.neighbors, ("bgp_sessions",)),
    Show("show ip bgp neighbors vrf all", text_bgp.neighbors, ("bgp_sessions",), rarely=True),
    Show("show ipv6 bgp peers vrf all | json", bgp.neighbors, ("bgp_sessions",)),
    Show("show ipv6 bgp peers vrf all", text_bgp.neighbors, ("bgp_sessions",), rarely=True),
    Show("show arp vrf all | json", forwarding.arp, ("arp",)),
    Show("show ipv6 neighbors vrf all | json", forwarding.nd, ("arp",)),
    Show("show mac address-table | json", forwarding.macs, ("macs",)),
    Show("show ip route vrf all summary | json", forwarding.summary, ("route_summary",)),
    Show("show ip route vrf all | json", forwarding.routes, ("routes",), rarely=True),
    Show("show ip route", routes.table, ("routes",), rarely=True),
    Show("show interfaces", text_interfaces.interfaces, ("interfaces", "addresses"), rarely=True),
    Show("show interfaces status", status.status, ("interfaces",), rarely=True),
    Show("show vlan", vlans.vlans, ("vlans",), rarely=True),
    Show("show lldp neighbors detail", lldp.neighbors, ("neighbors",), rarely=True),
    Show("show lldp neighbors", lldp.table, ("neighbors",), rarely=True),
    Show("show ip arp", text_forwarding.arp, ("arp",), rarely=True),
    Show("show arp vrf all", text_forwarding.arp, ("arp",), rarely=True),
    Show("show mac address-table", text_forwarding.macs, ("macs",), rarely=True),
    Show("show ip route vrf all", routes.table, ("routes",), rarely=True),
    Show("show ip bgp vrf all | json", forwarding.paths, ("routes",), rarely=True),
    Show("show bfd peers | json", forwarding.bfd, ("bfd",)),
    Show("show ntp associations | json", system.ntp_associations, ("ntp",)),
    Show("show running-config section ntp", system.ntp_servers, ("ntp",)),
    Show("show user-account | json", system.users, ("users",)),
    Show("show processes top once", system.top, ("load",)),
)
