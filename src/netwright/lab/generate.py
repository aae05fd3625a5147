"""A lab of any size, of the demo's form: two cores, an origin, two ISPs, and so many POPs of two edges, one
top-of-rack switch and two caches. For measurements and long runs."""

from __future__ import annotations

import ipaddress

import yaml

from netwright.lab.topology import Topology
from netwright.lab.topologyfile import parse_topology

_ISP_LINKS = ipaddress.IPv4Network("198.19.0.0/16")
_MODELS = {
    # name: ports (0: as many as needed), power supply, fans
    "NW-9200": (0, "NW-PSU-1100", 4),
    "NW-7100": (6, "NW-PSU-650", 3),
    "NW-3048": (4, "NW-PSU-650", 2),
    "NW-S100": (1, "NW-PSU-650", 2),
}
_MAX_POPS = 60


def generate(pops: int) -> Topology:
    """The topology; ``topology.source`` is its YAML. Raises ValueError outside 1..60 POPs."""
    if not 1 <= pops <= _MAX_POPS:
        raise ValueError(f"1 to {_MAX_POPS} POPs, not {pops}")
    return parse_topology(yaml.safe_dump(_Plan(pops).document(), sort_keys=False), f"generated ({pops} POPs)")


class _Plan:
    """Hands out ports, addresses and cables in order."""

    def __init__(self, pops: int) -> None:
        self.pops = pops
        self.nodes: dict[str, dict[str, object]] = {}
        self.cables: list[str] = []
        self._next_port: dict[str, int] = {}
        self._next_isp_link = 0
        self._next_management = 0

    def document(self) -> dict[str, object]:
        for core in ("core1", "core2"):
            self._managed(core, "router-frr", "core", "NW-9200")
        self._cable("core1", "core2")
        self._server("origin1", "core", "core1", ipaddress.IPv4Network("198.18.0.2/31"), origin=True)
        for isp, kind, asn, prefix in (
            ("isp-aurora", "isp-frr", 64496, "198.51.100.0/24"),
            ("isp-borealis", "isp-bird", 64511, "203.0.113.0/24"),
        ):
            fields = {"type": kind, "asn": asn, "md5_secret": f"{isp}-md5", "prefixes": [prefix]}
            self.nodes[isp] = {**fields, "addresses": {}, "peers": []}
        for number in range(1, self.pops + 1):
            self._pop(number)
        for isp, address, gateway in (
            ("isp-aurora", "198.51.100.10/24", "198.51.100.1"),
            ("isp-borealis", "203.0.113.10/24", "203.0.113.1"),
        ):
            self._client(isp, address, gateway)
        return {
            "name": f"generated-{self.pops}",
            "management": "10.250.0.1/22",
            "models": self._models(),
            "nodes": self.nodes,
            "cables": self.cables,
        }

    def _pop(self, number: int) -> None:
        site = f"p{number:02d}"
        edges = [f"{site}-edge1", f"{site}-edge2"]
        tor = f"{site}-tor1"
        for edge in edges:
            self._managed(edge, "router-frr", site, "NW-7100")
        self._managed(tor, "router-frr", site, "NW-3048")
        for edge in edges:
            self._cable("core1", edge)
            self._cable("core2", edge)
        self._cable(*edges)
        for edge in edges:
            self._cable(edge, tor)
        for edge in edges:
            self._isp_cable(edge, "isp-aurora" if number % 2 else "isp-borealis", 65000 + number)
        for count in (1, 2):
            subnet = ipaddress.IPv4Network((int(ipaddress.IPv4Address(f"198.18.{number}.0")) + 2 * count, 31))
            self._server(f"{site}-cache{count}", site, tor, subnet)

    def _managed(self, name: str, kind: str, site: str, model: str) -> dict[str, object]:
        self._next_management += 1
        address = ipaddress.IPv4Address("10.250.0.10") + self._next_management
        fields = {"type": kind, "site": site, "model": model}
        serial = f"NW{name.upper().replace('-', '')}01"
        self.nodes[name] = {**fields, "serial": serial, "management": str(address)}
        return self.nodes[name]

    def _server(
        self, name: str, site: str, parent: str, subnet: ipaddress.IPv4Network, *, origin: bool = False
    ) -> None:
        node = self._managed(name, "server", site, "NW-S100")
        node["addresses"] = {"swp1": f"{subnet[1]}/31"}
        node["gateway"] = str(subnet[0])
        if origin:
            node["origin"] = True
        self._cable(parent, name)

    def _isp_cable(self, edge: str, isp: str, asn: int) -> None:
        low = _ISP_LINKS[2 * self._next_isp_link]
        self._next_isp_link += 1
        port = self._cable(edge, isp)
        addresses, peers = self.nodes[isp]["addresses"], self.nodes[isp]["peers"]
        assert isinstance(addresses, dict)
        assert isinstance(peers, list)
        addresses[port] = f"{low + 1}/31"
        peers.append({"neighbor": str(low), "asn": asn})

    def _client(self, isp: str, address: str, gateway: str) -> None:
        name = isp.replace("isp", "client")
        self.nodes[name] = {"type": "client", "addresses": {"swp1": address}, "gateway": gateway}
        port = self._cable(name, isp)
        addresses = self.nodes[isp]["addresses"]
        assert isinstance(addresses, dict)
        addresses[port] = f"{gateway}/24"

    def _cable(self, a: str, b: str) -> str:
        """Connect the next free port of each; returns the port of ``b``."""
        ends = []
        for node in (a, b):
            self._next_port[node] = self._next_port.get(node, 0) + 1
            ends.append(f"swp{self._next_port[node]}")
        self.cables.append(f"{a} {ends[0]} -- {b} {ends[1]}")
        return ends[1]

    def _models(self) -> dict[str, object]:
        needed = max(self._next_port["core1"], self._next_port["core2"])
        return {
            name: {
                "manufacturer": "Netwright Labs",
                "part_number": name,
                "ports": ports or needed,
                "power_supplies": {"count": 2, "part_number": psu},
                "fans": {"count": fans, "part_number": "NW-FAN-40"},
                "temperature_sensors": 2,
                "optic": "NW-SFP-10G-SR",
            }
            for name, (ports, psu, fans) in _MODELS.items()
        }
