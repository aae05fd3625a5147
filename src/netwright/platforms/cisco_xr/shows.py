"""What is asked of IOS-XR. A NETCONF question's name is the short name of its models: ``ip-ntp-oper_ntp`` is
``ntp`` of ``Cisco-IOS-XR-ip-ntp-oper``."""

from __future__ import annotations

from netwright.platforms.cisco_xr import native, tables
from netwright.platforms.show import Show, Via
from netwright.platforms.text import bgp, bgp_summary, forwarding, interfaces, lldp, ntp, routes, system

_CLI = (
    Show("show version", system.version, ("system", "load")),
    Show("admin show inventory", system.inventory, ("components", "transceivers", "system"), rarely=True),
    Show("show inventory", system.inventory, ("components", "transceivers", "system")),
    Show("show interfaces", interfaces.interfaces, ("interfaces", "addresses")),
    Show("show lldp neighbors detail", lldp.neighbors, ("neighbors",)),
    Show("show bgp all all neighbors", bgp.neighbors, ("bgp_sessions",)),
    Show("show bgp neighbors", bgp.neighbors, ("bgp_sessions",), rarely=True),
    Show("show bgp instance all summary", bgp_summary.summary, ("bgp_sessions", "system")),
    Show("show ntp associations", ntp.associations, ("ntp",)),
    Show("show vlan interface", tables.vlans, ("vlans",)),
    Show("show running-config username", tables.users, ("users",)),
    Show("show processes cpu", system.cpu, ("load",)),
    Show("show arp", forwarding.arp, ("arp",)),
    Show("show ipv6 neighbors", forwarding.nd, ("arp",)),
    Show("show route vrf all", routes.table, ("routes",), rarely=True),
    Show("show route", routes.table, ("routes",), rarely=True),
    Show("show route ipv6", routes.table, ("routes",), rarely=True),
)
_NETCONF = (
    Show("shellutil-oper_system-time pfi-im-cmd-oper_interfaces invmgr-oper_inventory", native.system,
         ("system", "interfaces", "components"), via=Via.NETCONF),
    Show("ipv4-io-oper_ipv4-network ipv6-ma-oper_ipv6-network", native.addresses, ("addresses",),
         via=Via.NETCONF),
    Show("ip-ntp-oper_ntp", native.ntp, ("ntp",), via=Via.NETCONF),
    Show("l2vpn-oper_l2vpn-forwarding", native.macs, ("macs",), via=Via.NETCONF),
    Show("ipv4-bgp-oper_bgp", native.bgp, ("bgp_sessions",), via=Via.NETCONF),
    Show("ip-rib-ipv4-oper_rib", native.routes, ("routes",), via=Via.NETCONF, rarely=True),
    Show("wdsysmon-fd-oper_system-monitoring", native.cpus, ("load",), via=Via.NETCONF),
    Show("nto-misc-oper_memory-summary", native.memory, ("load",), via=Via.NETCONF),
    Show("sysadmin-envmon-ui_environment", native.environment, ("sensors", "components"), via=Via.NETCONF),
)  # fmt: skip
SHOWS = (*_CLI, *_NETCONF)
