"""What is asked of Junos: commands with their RPCs, whose answers are the same."""

from __future__ import annotations

from netwright.platforms.juniper_junos import bgp, network, plain, routes, system
from netwright.platforms.show import Parser, Show, Via

_QUESTIONS: tuple[tuple[str, str, Parser, tuple[str, ...]], ...] = (
    ("show version", "get-software-information", system.software, ("system",)),
    ("show system information", "get-system-information", system.system, ("system",)),
    ("show system uptime", "get-system-uptime-information", system.uptime, ("system",)),
    (
        "show chassis hardware",
        "get-chassis-inventory",
        system.inventory,
        ("system", "components", "transceivers"),
    ),
    (
        "show chassis environment",
        "get-environment-information",
        system.environment,
        ("components", "sensors"),
    ),
    (
        "show chassis power detail",
        "get-power-usage-information-detail",
        system.power,
        ("components", "sensors"),
    ),
    ("show chassis routing-engine", "get-route-engine-information", system.engines, ("load", "system")),
    (
        "show interfaces extensive",
        "get-interface-information",
        network.interfaces,
        ("interfaces", "addresses"),
    ),
    (
        "show interfaces diagnostics optics",
        "get-interface-optics-diagnostics-information",
        system.optics,
        ("transceivers",),
    ),
    ("show lacp interfaces", "get-lacp-interface-information", network.bundles, ("lags",)),
    ("show lldp neighbors", "get-lldp-neighbors-information", network.neighbors, ("neighbors",)),
    ("show lldp neighbors detail", "get-lldp-interface-neighbors", network.neighbors, ("neighbors",)),
    ("show vlans", "get-vlan-information", network.vlans, ("vlans",)),
    ("show arp no-resolve", "get-arp-table-information", network.arp, ("arp",)),
    ("show ipv6 neighbors", "get-ipv6-nd-information", network.nd, ("arp",)),
    ("show bridge mac-table", "get-bridge-mac-table", network.macs, ("macs",)),
    ("show ethernet-switching table", "get-ethernet-switching-table-information", network.macs, ("macs",)),
    ("show bgp neighbor", "get-bgp-neighbor-information", bgp.neighbors, ("bgp_sessions",)),
    ("show bgp summary", "get-bgp-summary-information", bgp.summary, ("bgp_sessions",)),
    ("show route summary", "get-route-summary-information", routes.summary, ("route_summary",)),
    ("show bfd session", "get-bfd-session-information", network.bfd, ("bfd",)),
    ("show configuration system login", "configuration/system/login", system.users, ("users",)),
    (
        "show configuration system root-authentication",
        "configuration/system/root-authentication",
        system.users,
        ("users",),
    ),
    ("show configuration system ntp", "configuration/system/ntp", system.ntp, ("ntp",)),
)
_RARELY: tuple[tuple[str, str, Parser, tuple[str, ...]], ...] = (
    ("show route", "get-route-information", routes.routes, ("routes",)),
)
_PLAIN = (
    Show("show version", plain.version, ("system",), rarely=True),
    Show("show chassis hardware", plain.hardware, ("system", "components"), rarely=True),
    Show("show arp no-resolve", plain.arp, ("arp",), rarely=True),
    Show("show lacp interfaces", plain.bundles, ("lags",), rarely=True),
    Show("show route summary", plain.route_summary, ("route_summary",), rarely=True),
)
SHOWS = (
    *(
        show
        for questions, rarely in ((_QUESTIONS, False), (_RARELY, True))
        for command, rpc, parser, brings in questions
        for show in (
            Show(f"{command} | display xml", parser, brings, rarely=rarely),
            Show(rpc, parser, brings, via=Via.NETCONF, rarely=rarely),
        )
    ),
    *_PLAIN,
)
