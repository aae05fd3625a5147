"""Namespaces, the management bridge and the patch panel.

A cable is two veth pairs that meet in the namespace ``PREFIX-patch``, where nftables hands each frame from
one socket to the other. So a cut is what it is in the world: both ends lose their carrier and stay enabled;
loss, rate and delay happen in the panel, where no node sees or undoes them. The program ``node/panel.py``
makes the two ends follow each other (an end shut down takes the other end's light away).

Management ports are veth pairs into a bridge in the namespace ``PREFIX-mgr``. Nothing of a lab is ever in
the root namespace, and no namespace has a way out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from netwright.lab import system
from netwright.lab.state import LabState
from netwright.lab.topology import Cable, Topology

BRIDGE = "br0"
CUT_GROUP = 1
"""Link group of a socket whose cable is cut; the panel's program leaves it alone."""
_MAX_NAME = 15  # IFNAMSIZ less the closing zero


def sockets(cable: Cable) -> tuple[str, str]:
    """The cable's two sockets in the patch panel."""
    return f"c{cable.number}a", f"c{cable.number}b"


def bridge_port(topology: Topology, node: str) -> str:
    """The node's port on the management bridge: its own name if that is short enough."""
    if len(node) <= _MAX_NAME:
        return node
    return f"port{list(topology.nodes).index(node)}"


def mac(seed: str) -> str:
    """A locally administered MAC address, the same for the same seed (chassis serial and port)."""
    digest = hashlib.sha256(seed.encode()).digest()
    return ":".join(f"{byte:02x}" for byte in (0x02, *digest[:5]))


def create(state: LabState, topology: Topology) -> None:
    """Make all namespaces and links. Every line may have been run before by nobody: ``up`` starts from an
    empty prefix."""
    names = [state.manager, state.patch, *(state.namespace(node) for node in topology.nodes)]
    mark = state.mark()
    system.ip_batch((f"netns add {name}" for name in names), mark=mark)
    system.ip_batch(_links(state, topology), mark=mark)
    _raise_manager(state, topology)
    _raise_panel(state, topology)


def _links(state: LabState, topology: Topology) -> list[str]:
    lines = []
    seen = {cable.a: sockets(cable)[0] for cable in topology.cables}
    seen |= {cable.b: sockets(cable)[1] for cable in topology.cables}
    by_port = {(end.node, end.name): socket for end, socket in seen.items()}
    unused = 0
    for node in topology.nodes.values():
        space = state.namespace(node.name)
        for port in topology.ports(node):
            socket = by_port.get((node.name, port))
            if socket is None:
                unused += 1
                socket = f"u{unused}"
            lines.append(f"link add {port} netns {space} type veth peer name {socket} netns {state.patch}")
        if node.management is not None:
            end = bridge_port(topology, node.name)
            lines.append(f"link add eth0 netns {space} type veth peer name {end} netns {state.manager}")
    return lines


def _raise_manager(state: LabState, topology: Topology) -> None:
    ends = [bridge_port(topology, node.name) for node in topology.nodes.values() if node.management]
    system.ip_batch(
        [
            "link set lo up",
            f"link add {BRIDGE} type bridge",
            f"addr add {topology.management} dev {BRIDGE}",
            f"link set {BRIDGE} up",
            *(f"link set {end} master {BRIDGE} up" for end in ends),
        ],
        namespace=state.manager,
    )


def _raise_panel(state: LabState, topology: Topology) -> None:
    run_in(state.patch, ["sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1"])
    system.ip_batch(
        [
            "link set lo up",
            *(f"link set {socket} up" for cable in topology.cables for socket in sockets(cable)),
        ],
        namespace=state.patch,
    )
    rules = ["table netdev panel {"]
    for cable in topology.cables:
        a, b = sockets(cable)
        rules += _chain(a, [f'fwd to "{b}"']) + _chain(b, [f'fwd to "{a}"'])
    rules.append("}")
    nft(state, "\n".join(rules) + "\n")


def _chain(socket: str, body: list[str]) -> list[str]:
    hook = f'type filter hook ingress device "{socket}" priority 0; policy accept;'
    return [f"chain {socket} {{", hook, *body, "}"]


def set_chain(state: LabState, socket: str, body: list[str]) -> None:
    """Replace the rules of one socket in one transaction."""
    lines = [f"flush chain netdev panel {socket}"]
    lines += [f"add rule netdev panel {socket} {rule}" for rule in body]
    nft(state, "\n".join(lines) + "\n")


def nft(state: LabState, text: str) -> None:
    run_in(state.patch, ["nft", "-f", "-"], stdin=text)


def run_in(namespace: str, argv: list[str], *, stdin: str = "", check: bool = True) -> str:
    """Run a tool inside a network namespace (only that: files and processes are the machine's)."""
    done = system.run(["nsenter", f"--net={system.NETNS / namespace}", *argv], stdin=stdin, check=check)
    return done.stdout


def cut(state: LabState, cables: list[Cable]) -> None:
    """Both ends lose their carrier. Cutting what is cut is no error."""
    ends = [socket for cable in cables for socket in sockets(cable)]
    system.ip_batch(
        [f"link set {end} group {CUT_GROUP}" for end in ends] + [f"link set {end} down" for end in ends],
        namespace=state.patch,
    )


def heal(state: LabState, cables: list[Cable]) -> None:
    """The cable is whole again; the panel's program takes an end down again if the other is dark.

    Both sockets are raised, for the kernel tells nobody about a new group of a link that is down."""
    ends = [socket for cable in cables for socket in sockets(cable)]
    system.ip_batch(
        [f"link set {end} group 0" for end in ends] + [f"link set {end} up" for end in ends],
        namespace=state.patch,
    )


def set_management(state: LabState, topology: Topology, node: str, *, up: bool) -> None:
    """Plug or unplug the node's management cable."""
    word = "up" if up else "down"
    system.ip_batch([f"link set {bridge_port(topology, node)} {word}"], namespace=state.manager)


@dataclass(frozen=True, slots=True)
class LinkState:
    """A socket in the panel or a port of the bridge, as the kernel has it."""

    admin_up: bool
    carrier: bool
    group: str


def links(namespace: str) -> dict[str, LinkState]:
    """All links of a namespace, by name."""
    found = {}
    for line in system.run(["ip", "-n", namespace, "-o", "link", "show"]).stdout.splitlines():
        name = line.split(": ", 2)[1].partition("@")[0]
        flags = set(line[line.index("<") + 1 : line.index(">")].split(","))
        words = line.split()
        group = words[words.index("group") + 1] if "group" in words else "default"
        found[name] = LinkState("UP" in flags, "LOWER_UP" in flags, group)
    return found


def is_cut(link: LinkState | None) -> bool:
    return link is not None and link.group == str(CUT_GROUP)


def programs(state: LabState, name: str, argument: str = "") -> list[int]:
    """PIDs of the lab's program ``name`` (panel, relay) in the panel's namespace, with this argument."""
    sought = str(state.commands / name).encode()
    found = []
    for pid in system.processes({system.inode(state.patch)} - {0}):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if sought in words and (not argument or argument.encode() in words):
            found.append(pid)
    return found
