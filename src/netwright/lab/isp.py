"""Configuration of the ISPs' routers, one on FRR and one on BIRD 2. They take whatever we announce, so that
a leak of ours is seen there, and close a session that sends more than a customer would."""

from __future__ import annotations

import ipaddress

from netwright.lab.access import Access
from netwright.lab.system import LabError
from netwright.lab.topology import Isp, Node, Topology

_MAX_PREFIXES = 50
_KEEPALIVE_S, _HOLD_S, _RETRY_S = 3, 9, 3


def frr_configuration(topology: Topology, node: Node, access: Access) -> str:
    isp = _isp(node)
    router_id = next(iter(node.addresses.values())).ip
    lines = [
        "frr defaults traditional",
        f"hostname {node.name}",
        f"router bgp {isp.asn}",
        f" bgp router-id {router_id}",
        " no bgp ebgp-requires-policy",
        f" timers bgp {_KEEPALIVE_S} {_HOLD_S}",
    ]
    for peer in isp.peers:
        lines += [
            f" neighbor {peer.neighbor} remote-as {peer.asn}",
            f" neighbor {peer.neighbor} description {_far_end(topology, node, peer.neighbor)}",
            f" neighbor {peer.neighbor} password {access.secrets[isp.md5_secret].reveal()}",
            f" neighbor {peer.neighbor} timers connect {_RETRY_S}",
        ]
    lines.append(" address-family ipv4 unicast")
    lines += [f"  network {prefix}" for prefix in isp.prefixes]
    for peer in isp.peers:
        lines += [
            f"  neighbor {peer.neighbor} prefix-list own out",
            f"  neighbor {peer.neighbor} maximum-prefix {_MAX_PREFIXES}",
            f"  neighbor {peer.neighbor} soft-reconfiguration inbound",
        ]
    lines += [" exit-address-family", "exit"]
    lines += [f"ip prefix-list own permit {prefix}" for prefix in isp.prefixes]
    return "\n".join(lines) + "\n"


def bird_configuration(topology: Topology, node: Node, access: Access) -> str:
    isp = _isp(node)
    router_id = next(iter(node.addresses.values())).ip
    own = ", ".join(str(prefix) for prefix in isp.prefixes)
    blocks = [
        f"router id {router_id};",
        "protocol device { scan time 5; }",
        "protocol direct { ipv4; }",
        "protocol kernel { merge paths yes; ipv4 { import none; export where source != RTS_DEVICE; }; }",
    ]
    for number, peer in enumerate(isp.peers, 1):
        blocks.append(
            f"# {_far_end(topology, node, peer.neighbor)}\n"
            f"protocol bgp peer{number} {{\n"
            f"  local as {isp.asn};\n"
            f"  neighbor {peer.neighbor} as {peer.asn};\n"
            f'  password "{access.secrets[isp.md5_secret].reveal()}";\n'
            f"  hold time {_HOLD_S}; keepalive time {_KEEPALIVE_S};\n"
            f"  connect retry time {_RETRY_S}; connect delay time 1; error wait time 1, 5;\n"
            "  ipv4 {\n"
            f"    import all; import limit {_MAX_PREFIXES} action disable;\n"
            f"    export where net ~ [ {own} ] && source = RTS_DEVICE;\n"
            "  };\n}"
        )
    return "\n".join(blocks) + "\n"


def _isp(node: Node) -> Isp:
    if node.isp is None or not node.addresses:
        raise LabError("an ISP's router needs sessions and addresses", subject=node.name)
    return node.isp


def _far_end(topology: Topology, node: Node, neighbor: ipaddress.IPv4Address) -> str:
    """The node at the other end of the cable whose subnet holds ``neighbor``."""
    for cable in topology.cables_of(node.name):
        near, far = (cable.a, cable.b) if cable.a.node == node.name else (cable.b, cable.a)
        address = node.addresses.get(near.name)
        if address is not None and neighbor in address.network:
            return far.node
    raise LabError(f"no port of {node.name} is in one subnet with its peer {neighbor}", subject=node.name)
