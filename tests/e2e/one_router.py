"""One real router in namespaces of its own: FRR, sshd, snmpd and lldpd, and a manager's namespace beside it.

    manager (10.9.0.1/24) --- eth0 (10.9.0.2/24) router swp1 --- swp1 peer (bare namespace)

The tests' own process enters the manager's namespace while the router is used, so no packet can leave the
machine. Everything of the router hangs below one PID 1: killing that ends all of it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh

from netwright.base.secret import Secret
from netwright.device.endpoint import Credentials, Endpoint, Timeouts

COMMUNITY = "e2e-community"
ADDRESS = "10.9.0.2"
BASE_CONFIG = """\
frr version 8.4.4
frr defaults traditional
hostname r1
log syslog informational
agentx
service integrated-vtysh-config
!
end
"""
_CLONE_NEWNET = 0x40000000
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"

_BOOT = r"""
set -e
mount --make-rprivate /
mount --bind $1 /mnt
S=/mnt
mount -t proc proc /proc
mount -t sysfs sysfs /sys
for d in etc var home root; do
  mkdir -p $S/up/$d $S/wk/$d
  mount -t overlay -o lowerdir=/$d,upperdir=$S/up/$d,workdir=$S/wk/$d overlay /$d
done
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=1777 tmpfs /tmp
hostname r1
sysctl -qw net.ipv4.ip_forward=1
ip link set lo up; ip link set eth0 up; ip link set swp1 up
mkdir -p /run/frr /run/sshd /var/agentx; chown frr:frr /run/frr
id netops >/dev/null 2>&1 || useradd -m -s /bin/bash -G frr,frrvty -p '*' netops
mkdir -p /home/netops/.ssh /run/lldpd
cp $S/authorized_keys /home/netops/.ssh/authorized_keys
chown -R netops:netops /home/netops; chmod 700 /home/netops/.ssh; chmod 600 /home/netops/.ssh/authorized_keys
echo 'netops ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/netops; chmod 440 /etc/sudoers.d/netops
cp $S/hostkey /etc/hostkey; chmod 600 /etc/hostkey
sed -i 's/^bgpd=no/bgpd=yes/; s/^zebra_options=.*/zebra_options="-A 127.0.0.1 -s 90000000 -M snmp"/;
  s/^bgpd_options=.*/bgpd_options="-A 127.0.0.1 -M snmp"/' /etc/frr/daemons
[ -e /etc/frr/.made ] || { cp $S/frr.conf /etc/frr/frr.conf; touch /etc/frr/.made; }
chown frr:frr /etc/frr/frr.conf; chmod 640 /etc/frr/frr.conf
: > /etc/frr/vtysh.conf; chown frr:frr /etc/frr/vtysh.conf
cat > /etc/snmp/snmpd.conf <<X
rocommunity COMMUNITY
sysName r1
master agentx
agentXSocket /var/agentx/master
agentXPerms 0777 0777
X
[ ! -e $S/snmpd.extra ] || cat $S/snmpd.extra >> /etc/snmp/snmpd.conf
snmpd -LF w /var/log/snmpd.log -p /run/snmpd.pid -I -smux -C -c /etc/snmp/snmpd.conf
/usr/lib/frr/frrinit.sh start >/dev/null 2>&1
[ ! -x /var/lib/netwright/guard ] || /var/lib/netwright/guard boot
mkdir -p /etc/lldpd.d; echo 'configure lldp portidsubtype ifname' > /etc/lldpd.d/port.conf
echo 'configure lldp tx-interval 1' >> /etc/lldpd.d/port.conf
lldpd -I 'swp*' -x >/dev/null 2>&1 || true
cat > /run/sshd_config <<X
HostKey /etc/hostkey
UsePAM no
UseDNS no
PasswordAuthentication no
AuthorizedKeysFile .ssh/authorized_keys
Subsystem sftp internal-sftp
PidFile /run/sshd.pid
X
/usr/sbin/sshd -f /run/sshd_config
set +e
touch $S/ready
while :; do sleep 3600; done
"""


def run(*command: str, check: bool = True, timeout: float = 60) -> str:
    """A tool of the system, with a deadline."""
    done = subprocess.run(
        command,
        check=False,
        text=True,
        timeout=timeout,
        capture_output=True,
        env={"PATH": _PATH, "LC_ALL": "C"},
    )
    if check and done.returncode:
        raise AssertionError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done.stdout


def until(what: str, test: object, seconds: float = 20) -> None:
    """Poll ``test()`` until it is true."""
    end = time.monotonic() + seconds
    while not test():  # type: ignore[operator]
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.05)


@dataclass
class OneRouter:
    """The router and the ways to hurt it."""

    name: str
    folder: Path
    key: str
    outer: subprocess.Popen[bytes] | None = None
    endpoint: Endpoint = field(init=False)

    def __post_init__(self) -> None:
        self.endpoint = Endpoint(
            "r1",
            ADDRESS,
            Credentials("netops", private_key=Secret(self.key), snmp_community=Secret(COMMUNITY)),
            timeouts=Timeouts(connect_s=3, login_s=20, command_s=60, snmp_s=2),
        )

    @property
    def init(self) -> str:
        """PID 1 of the router, as this machine counts."""
        assert self.outer is not None
        return Path(f"/proc/{self.outer.pid}/task/{self.outer.pid}/children").read_text().split()[0]

    def run(self, command: str, *, check: bool = True) -> str:
        """A root shell on the console: works without any network."""
        return run("nsenter", "-t", self.init, "-m", "-u", "-i", "-n", "-p", "sh", "-c", command, check=check)

    def running(self) -> str:
        return self.run("vtysh -c 'show running-config no-header'")

    def startup(self) -> str:
        return self.run("cat /etc/frr/frr.conf")

    def boot(self) -> None:
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        self.outer = subprocess.Popen(
            ["nsenter", f"--net=/run/netns/{self.name}-r", "unshare", "-m", "-u", "-p", "-i", "--fork",
             "--kill-child", "sh", "-c", _BOOT.replace("COMMUNITY", COMMUNITY), "boot", str(self.folder)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=(self.folder / "boot.log").open("wb"),
            env={"PATH": _PATH, "LC_ALL": "C"}, start_new_session=True,
        )  # fmt: skip
        outer = self.outer
        until("the router's boot", lambda: ready.exists() or outer.poll() is not None, 60)
        assert ready.exists(), (self.folder / "boot.log").read_text()
        until("FRR", lambda: "hostname" in self.run("vtysh -c 'show running-config'", check=False), 30)

    def power_off(self) -> None:
        """As if the plug were pulled: no good-byes, and its routes go too."""
        for port in ("eth0", "swp1"):
            run("ip", "-n", f"{self.name}-r", "link", "set", port, "down")
        self._kill()

    def power_on(self) -> None:
        run("ip", "-n", f"{self.name}-r", "addr", "flush", "dev", "swp1")
        self.boot()

    def cut_management(self) -> None:
        run("ip", "-n", f"{self.name}-m", "link", "set", "mgmt", "down")

    def heal_management(self) -> None:
        run("ip", "-n", f"{self.name}-m", "link", "set", "mgmt", "up")

    def _kill(self) -> None:
        if self.outer is None:
            return
        with contextlib.suppress(IndexError, FileNotFoundError, ProcessLookupError):
            os.kill(int(self.init), signal.SIGKILL)
        self.outer.kill()
        self.outer.wait(timeout=20)
        self.outer = None

    def wire(self) -> None:
        for part in "rmp":
            run("ip", "netns", "add", f"{self.name}-{part}")
            run("ip", "-n", f"{self.name}-{part}", "link", "set", "lo", "up")
        run("ip", "-n", f"{self.name}-m", "link", "add", "mgmt", "type", "veth",
            "peer", "name", "eth0", "netns", f"{self.name}-r")  # fmt: skip
        run("ip", "-n", f"{self.name}-p", "link", "add", "swp1", "type", "veth",
            "peer", "name", "swp1", "netns", f"{self.name}-r")  # fmt: skip
        run("ip", "-n", f"{self.name}-m", "addr", "add", "10.9.0.1/24", "dev", "mgmt")
        run("ip", "-n", f"{self.name}-r", "addr", "add", f"{ADDRESS}/24", "dev", "eth0")
        run("ip", "-n", f"{self.name}-m", "link", "set", "mgmt", "up")
        run("ip", "-n", f"{self.name}-p", "link", "set", "swp1", "up")

    def remove(self) -> None:
        self._kill()
        for part in "rmp":
            run("ip", "netns", "del", f"{self.name}-{part}", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextlib.contextmanager
def one_router(folder: Path, *, snmpd_extra: str = "") -> Iterator[OneRouter]:
    """A booted router; this process is in the manager's namespace until the end."""
    host_key, user_key = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    folder.mkdir(parents=True, exist_ok=True)
    host_key.write_private_key(str(folder / "hostkey"))
    user_key.write_public_key(str(folder / "authorized_keys"))
    (folder / "frr.conf").write_text(BASE_CONFIG)
    (folder / "snmpd.extra").write_text(snmpd_extra)
    router = OneRouter(f"nwdev{os.getpid()}", folder, user_key.export_private_key("openssh").decode())
    try:
        router.wire()
        router.boot()
        with network_namespace(f"{router.name}-m"):
            yield router
    finally:
        router.remove()


@contextlib.contextmanager
def network_namespace(name: str) -> Iterator[None]:
    """This thread, and those it starts, in another network namespace."""
    library = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/thread-self/ns/net").open() as home, Path(f"/run/netns/{name}").open() as there:
        assert library.setns(there.fileno(), _CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        try:
            yield
        finally:
            assert library.setns(home.fileno(), _CLONE_NEWNET) == 0
