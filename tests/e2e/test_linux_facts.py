"""Facts over SSH of real daemons: FRR on one router, BIRD 2 on its neighbour, a session in each family and
BFD between them.

The kernel of the machine decides what interfaces there can be; bonds, VLANs and VRFs, which not every one
has, are read in ``tests/platforms`` from answers in iproute2's form.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from typing import Any

import asyncssh
import pytest
from click.testing import CliRunner

from netwright.cli.probe import app

from .one_router import ADDRESS, OneRouter, one_router, run, until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(os.geteuid() != 0, reason="NOT RUN: needs root for network namespaces"),
]

NEIGHBOUR = "10.7.0.0"
FRR = """\
interface swp1
 description to the peer
 ip address 10.7.0.1/31
 ipv6 address 2001:db8:7::1/64
exit
ip route 203.0.113.0/24 Null0
router bgp 65001
 no bgp ebgp-requires-policy
 neighbor 10.7.0.0 remote-as 65002
 neighbor 10.7.0.0 bfd
 neighbor 10.7.0.0 description the peer
 neighbor 10.7.0.0 timers connect 2
 neighbor 2001:db8:7::2 remote-as 65002
 neighbor 2001:db8:7::2 timers connect 2
 neighbor 10.7.0.99 remote-as 65099
 neighbor 10.7.0.99 shutdown
 address-family ipv4 unicast
  redistribute static
 exit-address-family
 address-family ipv6 unicast
  neighbor 2001:db8:7::2 activate
 exit-address-family
exit
"""
BIRD = """\
router id 10.7.0.0;
protocol device {}
protocol direct { ipv4; ipv6; interface "swp1"; }
protocol static s4 { ipv4; route 198.51.100.0/24 blackhole; route 198.51.101.0/24 via 10.7.0.1; }
protocol static s6 { ipv6; route 2001:db8:99::/48 blackhole; }
protocol bfd { }
protocol bgp r1 { description "to r1"; local 10.7.0.0 as 65002; neighbor 10.7.0.1 as 65001; bfd on;
  connect delay time 1; connect retry time 2; error wait time 1, 2;
  ipv4 { import all; export where source = RTS_STATIC; }; }
protocol bgp r1six { local 2001:db8:7::2 as 65002; neighbor 2001:db8:7::1 as 65001;
  connect delay time 1; connect retry time 2; error wait time 1, 2;
  ipv6 { import all; export where source = RTS_STATIC; }; }
protocol bgp nobody { disabled; local 10.7.0.0 as 65002; neighbor 10.7.0.77 as 65077;
  ipv4 { import none; export none; }; }
"""
_NEIGHBOUR = """
set -e
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/sshd /run/bird
ip addr add 10.7.0.0/31 dev swp1; ip -6 addr add 2001:db8:7::2/64 dev swp1 nodad; ip link set swp1 up
ip route add default via 10.7.0.1
bird -c $1/bird.conf -P /run/bird.pid
cat > /run/sshd_config <<X
ListenAddress 10.7.0.0
HostKey $1/hostkey
UsePAM no
UseDNS no
StrictModes no
PasswordAuthentication no
PermitRootLogin prohibit-password
AuthorizedKeysFile $1/authorized_keys
PidFile none
X
exec /usr/sbin/sshd -D -f /run/sshd_config
"""


@pytest.fixture(scope="module")
def router(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneRouter]:
    folder = tmp_path_factory.mktemp("facts") / "router"
    with one_router(folder) as router:
        beside = folder / "neighbour"
        beside.mkdir()
        (beside / "bird.conf").write_text(BIRD)
        (beside / "authorized_keys").write_bytes((folder / "authorized_keys").read_bytes())
        asyncssh.generate_private_key("ssh-ed25519").write_private_key(str(beside / "hostkey"))
        (beside / "hostkey").chmod(0o600)
        (folder / "key").write_text(router.key)
        neighbour = subprocess.Popen(
            ["nsenter", f"--net=/run/netns/{router.name}-p", "unshare", "-m", "-p", "--fork", "--kill-child",
             "sh", "-c", _NEIGHBOUR, "boot", str(beside)],
            stdin=subprocess.DEVNULL, stderr=(folder / "neighbour.log").open("wb"),
        )  # fmt: skip
        try:
            run("ip", "-n", f"{router.name}-m", "route", "add", "10.7.0.0/31", "via", ADDRESS)
            _set_up(router)
            yield router
        finally:
            neighbour.send_signal(signal.SIGKILL)
            neighbour.wait(timeout=20)


def _set_up(router: OneRouter) -> None:
    """A bridge with a station behind it, BGP and BFD up."""
    router.run(
        "sed -i 's/^bfdd=no/bfdd=yes/' /etc/frr/daemons; /usr/lib/frr/frrinit.sh restart >/dev/null 2>&1;"
        "ip link add br0 type bridge; ip link add v0 type veth peer name v1;"
        "ip link set v0 master br0; ip link set br0 up; ip link set v0 up; ip link set v1 up;"
        "ip addr add 192.0.2.1/32 dev lo"
    )
    until("BFD's daemon", lambda: "bfdd" in router.run("vtysh -c 'show daemons'", check=False))
    router.run(f"cat > /tmp/wanted <<'X'\n{FRR}X\nvtysh -f /tmp/wanted")
    until("BGP", lambda: _established(router) == 2, 60)
    until("BFD", lambda: '"status":"up"' in router.run("vtysh -c 'show bfd peers json'"), 60)
    until("routes", lambda: "198.51.100.0/24" in router.run("vtysh -c 'show ip route bgp'"), 30)


def _established(router: OneRouter) -> int:
    said = json.loads(router.run("vtysh -c 'show bgp summary json'", check=False) or "{}")
    states = {name: peer["state"] for table in said.values() for name, peer in table["peers"].items()}
    return sum(state == "Established" for state in states.values())


def probe(router: OneRouter, address: str, user: str) -> dict[str, Any]:
    key = str(router.folder / "key")
    result = CliRunner().invoke(app, ["ssh", address, "--user", user, "--key", key, "--json"])
    assert result.exit_code == 0, result.exception
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_an_frr_router(router: OneRouter) -> None:
    told = probe(router, ADDRESS, "netops")
    assert told["problems"] == [
        problem for problem in told["problems"] if problem["where"].startswith("snmp")
    ], told["problems"]
    system = told["system"]
    assert (system["hostname"], system["os"], system["os_version"]) == ("r1", "FRRouting", "8.4.4")
    assert system["uptime_s"] > 0
    assert system["image"].startswith("Linux ")
    ports = {one["name"]: one for one in told["interfaces"]}
    assert {"eth0", "lo", "swp1", "br0", "v0", "v1"} <= set(ports)
    assert (ports["swp1"]["alias"], ports["swp1"]["oper"]) == ("to the peer", "up")
    assert ports["swp1"]["speed_bps"] == 10**10
    assert {"10.7.0.1", "192.0.2.1", "2001:db8:7::1"} <= {one["address"] for one in told["addresses"]}
    assert {(one["address"], one["interface"]) for one in told["arp"]} >= {
        (NEIGHBOUR, "swp1"), ("2001:db8:7::2", "swp1"),
    }  # fmt: skip
    assert any(one["interface"] == "v0" for one in told["macs"])
    routes = {(one["family"], one["protocol"]): one["count"] for one in told["route_summary"]}
    assert (routes["ipv4", "bgp"], routes["ipv4", "static"], routes["ipv6", "bgp"]) == (1, 1, 1)
    assert [(one["remote_address"], one["up"], one["interface"]) for one in told["bfd"]] == [
        (NEIGHBOUR, True, "swp1")
    ]
    assert {"root", "netops"} <= {one["name"] for one in told["users"]}
    assert 0 < told["load"]["memory"] < 1
    assert told["load"]["memory_total"] > 2**28
    assert 0 <= told["load"]["cpu"] <= 1
    assert told["load"]["cpus"]
    assert any(part["name"] == "cpu0" and part["model"] for part in told["components"])


def test_its_sessions(router: OneRouter) -> None:
    sessions = {one["remote_address"]: one for one in probe(router, ADDRESS, "netops")["bgp_sessions"]}
    four, six, shut = sessions[NEIGHBOUR], sessions["2001:db8:7::2"], sessions["10.7.0.99"]
    assert (four["state"], four["description"], four["local_asn"]) == ("established", "the peer", 65001)
    assert (four["prefixes_received"], four["prefixes_sent"], four["local_address"]) == (1, 2, "10.7.0.1")
    assert four["uptime_s"] > 0
    (family,) = four["families"]
    assert (family["name"], family["received"], family["accepted"], family["sent"]) == (
        "ipv4-unicast", 1, 1, 2,
    )  # fmt: skip
    by_name = {one["name"]: one for one in six["families"]}
    assert (by_name["ipv6-unicast"]["received"], by_name["ipv6-unicast"]["sent"]) == (1, 1)
    assert (shut["state"], shut["enabled"], shut["prefixes_received"]) == ("idle", False, None)


def test_a_bird_router(router: OneRouter) -> None:
    """The other side of the same sessions, told by another daemon."""
    told = probe(router, NEIGHBOUR, "root")
    assert told["problems"] == [
        problem for problem in told["problems"] if problem["where"].startswith("snmp")
    ], told["problems"]
    assert (told["system"]["os"], told["system"]["os_version"][:2]) == ("BIRD", "2.")
    sessions = {one["remote_address"]: one for one in told["bgp_sessions"]}
    four, six, shut = sessions["10.7.0.1"], sessions["2001:db8:7::1"], sessions["10.7.0.77"]
    assert (four["state"], four["description"], four["remote_asn"]) == ("established", "to r1", 65001)
    assert (four["prefixes_received"], four["prefixes_sent"], four["local_address"]) == (1, 2, NEIGHBOUR)
    assert (four["local_asn"], four["enabled"]) == (65002, True)
    assert 0 <= four["uptime_s"] < 3600
    assert (six["state"], six["families"][0]["name"], six["prefixes_sent"]) == (
        "established", "ipv6-unicast", 1,
    )  # fmt: skip
    assert (shut["state"], shut["enabled"], shut["prefixes_received"]) == ("idle", False, None)
    routes = {(one["family"], one["protocol"]): one["count"] for one in told["route_summary"]}
    assert (routes["ipv4", "bgp"], routes["ipv4", "static"], routes["ipv6", "static"]) == (1, 2, 1)
    assert [(one["remote_address"], one["up"]) for one in told["bfd"]] == [("10.7.0.1", True)]
    assert {NEIGHBOUR, "2001:db8:7::2"} <= {one["address"] for one in told["addresses"]}
