"""Power on and power off of a node.

A node is a process tree with namespaces of its own (mount, PID, UTS, IPC, and the network namespace that
``wiring`` made). Its first process is a shell that runs the boot script and then reaps orphans. Power off is
SIGKILL to that one process: the kernel ends all the others in its PID namespace.
"""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from netwright.lab import system
from netwright.lab.state import LabState, write_atomic
from netwright.lab.system import LabError
from netwright.lab.topology import Node, NodeType, Topology
from netwright.lab.wiring import mac

_LAYERS = ("etc", "var")
_BINDS = ("home", "root", "srv")
_DEADLINE_S = 90.0

_ISOLATE = """#!/bin/sh
# First process of the node {name}; written by the lab at each power on.
read -r pid rest < /proc/self/stat
echo "pid $pid"
fail() {{ echo "failed $1"; exit 1; }}
S={folder}
# copies of other namespaces' mounts would keep those alive for as long as this node runs
umount -R -l /run/netns 2>/dev/null
mount --make-rprivate /
for d in {layers}; do
  mount -t overlay overlay -o lowerdir=/$d,upperdir=$S/$d,workdir=$S/$d.work /$d || fail "overlay of /$d"
done
for d in {binds}; do mount --bind $S/$d /$d || fail "bind of /$d"; done
mount --bind {commands} /usr/local/bin || fail "bind of /usr/local/bin"
mount -t tmpfs -o mode=755,size=64m tmpfs $S/run || fail "tmpfs for /run"
mkdir -p $S/run/hardware $S/run/frr $S/run/sshd $S/run/lock
chown frr:frr $S/run/frr
mount --bind -o ro $S/hardware $S/run/hardware || fail "bind of the chassis"
mount -n --move $S/run /run || fail "move of /run"
mount -t tmpfs -o mode=1777,size=256m tmpfs /tmp
# a device sees Debian and its own disk, nothing else of this machine
for d in /*/; do
  case $d in
  /bin/|/boot/|/dev/|/etc/|/home/|/lib*/|/proc/|/root/|/run/|/sbin/|/srv/|/sys/|/tmp/|/usr/|/var/) ;;
  *) mount -t tmpfs -o ro,size=4k tmpfs "$d" ;;
  esac
done
mount -t proc proc /proc && mount -t sysfs sysfs /sys || fail "proc and sys"
mount -o remount,bind,ro / || fail "root read-only"
cd /
hostname {name}
sysctl -qw net.ipv4.ip_forward={forward} net.ipv6.conf.all.forwarding={forward} \\
  net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 net.ipv4.conf.all.arp_ignore=1 \\
  net.ipv4.conf.all.arp_notify=1 \\
  net.ipv4.fib_multipath_hash_policy=1 net.ipv4.conf.all.ignore_routes_with_linkdown=1 \\
  net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_ra=0
# what the last life left in the kernel goes, as with a real loss of power
nft flush ruleset 2>/dev/null
ip -force -batch - <<'END' 2>/dev/null
{flush}
END
ip -batch - <<'END' || fail "addresses"
{network}
END
"""

_ROUTER = """mkdir -p /var/agentx
snmpd -m '' -LF w /var/log/snmpd.log -p /run/snmpd.pid -c /etc/snmp/snmpd.conf -C || fail snmpd
[ -x /var/lib/netwright/guard ] && /var/lib/netwright/guard boot
/usr/lib/frr/frrinit.sh start || fail frr
/usr/sbin/sshd || fail sshd
lldpd -I 'swp*' -x -M 4 -C swp1 -m {management} || fail lldpd
"""

_SERVER = """mkdir -p /var/agentx /srv/content && chown {uid}:www-data /srv/content && chmod 2775 /srv/content
snmpd -m '' -LF w /var/log/snmpd.log -p /run/snmpd.pid -c /etc/snmp/snmpd.conf -C || fail snmpd
/usr/sbin/sshd || fail sshd
lldpd -I 'swp*' -x -M 4 -C swp1 -m {management} || fail lldpd
nginx || fail nginx
"""

_SERVICES = {
    NodeType.ROUTER: _ROUTER,
    NodeType.SERVER: _SERVER,
    NodeType.ISP_FRR: "/usr/lib/frr/frrinit.sh start || fail frr\n",
    NodeType.ISP_BIRD: "mkdir -p /run/bird\nbird -c /etc/bird/bird.conf || fail bird\n",
    NodeType.CLIENT: "",
}

# The switch forwards by now: a gratuitous ARP tells the manager of a new chassis's MAC (arp_notify above
# does it on a change of address). dash reaps orphans while it waits.
_READY = """a=/sys/class/net/eth0/address
[ -e $a ] && ip link set eth0 address "$(cat $a)"
echo ready
exec >/dev/null
while :; do sleep 86400 & wait $!; done
"""

_FORWARDING = {NodeType.ROUTER, NodeType.ISP_FRR, NodeType.ISP_BIRD}


@dataclass(frozen=True, slots=True)
class Power:
    """Turns nodes of one lab on and off."""

    state: LabState
    topology: Topology

    def pid(self, node: str) -> int:
        """The node's first process as seen from here; 0 when it is off."""
        return system.init_of(self.state.namespace(node), self._hint(node))

    def on(self, node: Node, serial: str = "", deadline_s: float = _DEADLINE_S) -> None:
        """Boot. Raises LabError with the end of the boot's log when a service does not start."""
        folder = self.state.node(node.name)
        for name in (*_LAYERS, *(f"{layer}.work" for layer in _LAYERS), *_BINDS, "run", "hardware"):
            (folder / name).mkdir(parents=True, exist_ok=True)
            (folder / name).chmod(0o700 if name == "root" else 0o755)
        script = folder / "boot.sh"
        write_atomic(script, self._script(node, serial), 0o700)
        self._launch(node, folder, script, deadline_s)

    def off(self, node: Node) -> None:
        """Power loss: the ports go dark first, then everything ends at once, so no daemon says goodbye."""
        pid = self.pid(node.name)
        if not pid:
            return
        space = self.state.namespace(node.name)
        ports = [*self.topology.ports(node), *(["eth0"] if node.management else [])]
        system.ip_batch((f"link set {port} down" for port in ports), namespace=space, force=True)
        inside = system.processes({system.inode(space)})
        system.kill([pid])
        system.wait_gone([pid])
        system.kill(inside)
        system.wait_gone(inside)

    def wipe(self, node: Node) -> None:
        """Take the node's disk away (it is off)."""
        folder = self.state.node(node.name)
        for name in (*_LAYERS, *(f"{layer}.work" for layer in _LAYERS), *_BINDS):
            shutil.rmtree(folder / name, ignore_errors=True)

    def _hint(self, node: str) -> int:
        try:
            return int((self.state.node(node) / "pid").read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def _script(self, node: Node, serial: str) -> str:
        folder = self.state.node(node.name)
        head = _ISOLATE.format(
            name=node.name,
            folder=folder,
            layers=" ".join(_LAYERS),
            binds=" ".join(_BINDS),
            commands=self.state.commands,
            forward=int(node.type in _FORWARDING),
            flush="\n".join(self._flush(node)),
            network="\n".join(self._network(node, serial)),
        )
        services = _SERVICES[node.type].format(management=node.management, uid=2000)
        return head + services + _READY

    def _flush(self, node: Node) -> list[str]:
        return [
            "route flush table main",
            "-6 route flush table main",
            "nexthop flush",
            "addr flush dev lo",
            *(f"addr flush dev {port}" for port in self._ports(node)),
        ]

    def _network(self, node: Node, serial: str) -> list[str]:
        lines = ["link set lo up", "addr replace 127.0.0.1/8 dev lo"]
        lines += [
            f"link set {port} address {mac((serial or node.name) + port)}" for port in self._ports(node)
        ]
        if node.management is not None:
            length = self.topology.management.network.prefixlen
            lines.append(f"addr add {node.management}/{length} dev eth0")
        lines += [f"addr add {address} dev {port}" for port, address in node.addresses.items()]
        lines += [f"link set {port} up" for port in self._ports(node)]
        if node.gateway is not None:
            lines.append(f"route add default via {node.gateway}")
        return lines

    def _ports(self, node: Node) -> list[str]:
        return [*(["eth0"] if node.management else []), *self.topology.ports(node)]

    def _launch(self, node: Node, folder: Path, script: Path, deadline_s: float) -> None:
        space = system.NETNS / self.state.namespace(node.name)
        log = folder / "boot.log"
        argv = [
            # setsid --fork: the node belongs to no process of ours and outlives us
            *("setsid", "--fork", "nsenter", f"--net={space}"),
            *("unshare", "-m", "-u", "-p", "-i", "--fork", "--kill-child=KILL", "/bin/sh", str(script)),
        ]
        reader, writer = os.pipe()
        try:
            with log.open("w") as errors:
                subprocess.run(
                    argv,
                    stdin=subprocess.DEVNULL,
                    stdout=writer,
                    stderr=errors,
                    env=system.environment(self.state.mark()),
                    cwd="/",
                    timeout=deadline_s,
                    check=True,
                )
            os.close(writer)
            writer = -1
            self._await_ready(node, folder, reader, time.monotonic() + deadline_s)
        finally:
            os.close(reader)
            if writer >= 0:
                os.close(writer)

    def _await_ready(self, node: Node, folder: Path, reader: int, end: float) -> None:
        said = ""
        while True:
            left = end - time.monotonic()
            ready = select.select([reader], [], [], max(left, 0))[0]
            chunk = os.read(reader, 4096).decode(errors="replace") if ready else ""
            said += chunk
            lines = said.split("\n")
            for line in lines[:-1]:
                if line.startswith("pid "):
                    write_atomic(folder / "pid", line.removeprefix("pid "))
                if line == "ready":
                    return
            if not chunk:
                raise self._failure(node, folder, said, timed_out=not ready)

    def _failure(self, node: Node, folder: Path, said: str, *, timed_out: bool) -> LabError:
        failed = [line.removeprefix("failed ") for line in said.splitlines() if line.startswith("failed ")]
        what = "did not boot in time" if timed_out else f"did not boot ({'; '.join(failed) or 'it ended'})"
        log = (folder / "boot.log").read_text(errors="replace").strip().splitlines()[-5:]
        return LabError(
            f"{what}: {' | '.join(log) or 'no message'}",
            subject=node.name,
            remedy=f"Read {folder / 'boot.log'}.",
        )
