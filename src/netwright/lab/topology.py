"""What is physically there in a lab: nodes with their chassis, ports, cables, ISPs and clients.

The demo's file is ``examples/demo/lab.yaml``; ``topologyfile`` reads it, ``generate`` writes bigger ones.
"""

from __future__ import annotations

import enum
import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, field

from netwright.base.errors import NotFoundError


class NodeType(enum.StrEnum):
    """What runs on a node. Only routers and servers are managed; the lab configures the others."""

    ROUTER = "router-frr"
    SERVER = "server"
    ISP_FRR = "isp-frr"
    ISP_BIRD = "isp-bird"
    CLIENT = "client"


MANAGED = frozenset({NodeType.ROUTER, NodeType.SERVER})


@dataclass(frozen=True, slots=True)
class Parts:
    """A number of equal parts of a model."""

    count: int
    part_number: str


@dataclass(frozen=True, slots=True)
class ChassisModel:
    """A model of chassis. It has ports swp1..swpN; ``optic`` is the transceiver put in a cabled port."""

    name: str
    manufacturer: str
    part_number: str
    ports: int
    power_supplies: Parts
    fans: Parts
    temperature_sensors: int
    optic: str


@dataclass(frozen=True, slots=True)
class Peer:
    """A BGP session of an ISP's router towards us."""

    neighbor: ipaddress.IPv4Address
    asn: int


@dataclass(frozen=True, slots=True)
class Isp:
    """An ISP's router: its ASN, the name of the secret for TCP MD5, what it announces, its sessions."""

    asn: int
    md5_secret: str
    prefixes: tuple[ipaddress.IPv4Network, ...]
    peers: tuple[Peer, ...]


@dataclass(frozen=True, slots=True, order=True)
class Port:
    """One end of a cable."""

    node: str
    name: str

    def __str__(self) -> str:
        return f"{self.node} {self.name}"


@dataclass(frozen=True, slots=True)
class Cable:
    """Two ends; ``number`` names the cable's two sockets in the patch panel."""

    number: int
    a: Port
    b: Port

    def __str__(self) -> str:
        return f"{self.a} -- {self.b}"

    def nodes(self) -> frozenset[str]:
        return frozenset({self.a.node, self.b.node})


@dataclass(frozen=True, slots=True)
class Node:
    """A node. ``addresses`` are those that the lab itself sets (servers, ISPs, clients); a router's data
    ports stay bare. ``origin``: the lab puts the catalogue's files there."""

    name: str
    type: NodeType
    site: str = ""
    model: ChassisModel | None = None
    serial: str = ""
    management: ipaddress.IPv4Address | None = None
    addresses: dict[str, ipaddress.IPv4Interface] = field(default_factory=dict)
    gateway: ipaddress.IPv4Address | None = None
    origin: bool = False
    isp: Isp | None = None

    @property
    def managed(self) -> bool:
        return self.type in MANAGED


@dataclass(frozen=True, slots=True)
class Topology:
    """The whole lab. ``source`` is the YAML it was read from; it is kept in the lab's state."""

    name: str
    management: ipaddress.IPv4Interface
    nodes: dict[str, Node]
    cables: tuple[Cable, ...]
    source: str = field(repr=False, compare=False)

    def node(self, name: str) -> Node:
        if name not in self.nodes:
            raise NotFoundError(
                "there is no such node in the lab", subject=name, remedy="See `netwright lab status`."
            )
        return self.nodes[name]

    def ports(self, node: Node) -> list[str]:
        """All data ports of a node: those of its model, else those a cable or an address names."""
        if node.model is not None:
            return [f"swp{number}" for number in range(1, node.model.ports + 1)]
        named = {end.name for end in self.ends() if end.node == node.name} | set(node.addresses)
        return sorted(named, key=port_order)

    def ends(self) -> Iterator[Port]:
        for cable in self.cables:
            yield cable.a
            yield cable.b

    def cables_between(self, a: str, b: str) -> list[Cable]:
        self.node(a)
        self.node(b)
        return [cable for cable in self.cables if cable.nodes() == {a, b}]

    def cables_of(self, node: str) -> list[Cable]:
        return [cable for cable in self.cables if node in cable.nodes()]

    def uplinks(self, site: str) -> list[Cable]:
        """Every cable that leaves the site, to other sites and to ISPs."""
        return [cable for cable in self.cables if (self._at(cable.a, site)) != (self._at(cable.b, site))]

    def sites(self) -> set[str]:
        return {node.site for node in self.nodes.values() if node.site}

    def secret_names(self) -> list[str]:
        return sorted({node.isp.md5_secret for node in self.nodes.values() if node.isp})

    def _at(self, end: Port, site: str) -> bool:
        return self.nodes[end.node].site == site


def port_order(name: str) -> tuple[str, int]:
    """swp2 before swp10."""
    digits = "".join(character for character in name if character.isdigit())
    return name.rstrip("0123456789"), int(digits or 0)
