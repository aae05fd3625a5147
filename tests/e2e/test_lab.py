"""The demo's lab on real daemons: what stands there after `lab up`, and what happens when it is hurt."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from netwright.lab import chassis, system
from netwright.lab.lab import Lab
from netwright.lab.system import LabError
from netwright.lab.topology import NodeType

pytestmark = pytest.mark.e2e
Eventually = Callable[..., object]

SERIALS = ".1.3.6.1.2.1.47.1.1.1.1.11"
NAMES = ".1.3.6.1.2.1.47.1.1.1.1.7"
READINGS = ".1.3.6.1.2.1.99.1.1.1.4"
SYS_DESCR = ".1.3.6.1.2.1.1.1.0"


def walk(lab: Lab, node: str, oid: str) -> dict[str, str]:
    """A subtree by SNMPv2c from the manager's namespace: index -> value."""
    address = lab.topology.node(node).management
    community = lab.access().snmp_community.reveal()
    argv = ["snmpwalk", "-v2c", "-c", community, "-On", "-Oq", "-t2", str(address), oid]
    answer = lab.exec("mgr", argv, check=True).stdout
    rows = (line.split(" ", 1) for line in answer.splitlines())
    return {row[0].removeprefix(f"{oid}."): row[1].strip('"') for row in rows}


def ssh(lab: Lab, node: str, command: str) -> subprocess.CompletedProcess[str]:
    """A login with the lab's key from the manager's namespace."""
    target = f"{lab.access().username}@{lab.topology.node(node).management}"
    options = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes"]
    key = str(lab.state.folder / "id_ed25519")
    return lab.exec("mgr", ["ssh", "-q", *options, "-i", key, target, command])


def carrier(lab: Lab, node: str, port: str) -> tuple[bool, bool]:
    """(admin up, carrier) as the node itself sees it."""
    link = json.loads(lab.exec(node, ["ip", "-j", "link", "show", port], check=True).stdout)[0]
    return "UP" in link["flags"], "LOWER_UP" in link["flags"]


def test_every_node_runs_and_nothing_is_in_the_root_namespace(lab: Lab) -> None:
    assert [status.node.name for status in lab.nodes() if not status.running] == []
    assert all(status.light for status in lab.cables())
    links = system.run(["ip", "-o", "link", "show"]).stdout
    assert "swp" not in links
    assert "br0" not in links
    assert lab.exec("mgr", ["ip", "route", "show", "default"]).stdout == ""
    assert "unreachable" in lab.exec("mgr", ["ping", "-c1", "-W1", "192.0.2.1"]).stderr.lower()


def test_routers_start_bare(small_lab: Lab) -> None:
    assert small_lab.exec("p01-edge1", ["cat", "/etc/frr/frr.conf"]).stdout == (
        "frr defaults traditional\nhostname p01-edge1\nagentx\n"
    )
    addresses = json.loads(small_lab.exec("p01-edge1", ["ip", "-j", "-4", "addr"]).stdout)
    assert {link["ifname"] for link in addresses if link["addr_info"]} == {"lo", "eth0"}
    running = set(small_lab.exec("p01-edge1", ["ps", "-eo", "comm="]).stdout.split())
    assert {"zebra", "bgpd", "staticd", "bfdd", "snmpd", "lldpd", "sshd"} <= running


def test_uncabled_ports_are_there_and_dark(lab: Lab) -> None:
    assert carrier(lab, "ams-edge1", "swp6") == (True, False)
    assert "optic-swp6" not in walk(lab, "ams-edge1", NAMES).values()


def test_the_chassis_is_served_by_snmp_and_over_ssh(lab: Lab) -> None:
    names, serials = walk(lab, "nyc-edge1", NAMES), walk(lab, "nyc-edge1", SERIALS)
    assert names["1"] == "chassis"
    assert serials["1"] == "NWNYCEDGE101"
    told = json.loads(ssh(lab, "nyc-edge1", "show-chassis").stdout)
    assert told["model"] == "NW-7100"
    by_snmp = {names[index]: serials[index] for index in names if serials[index]}
    assert by_snmp == {part["name"]: part["serial"] for part in told["components"]}
    assert walk(lab, "nyc-edge1", READINGS).keys() == {str(item["index"]) for item in told["sensors"]}
    assert walk(lab, "nyc-edge1", SYS_DESCR)[SYS_DESCR].startswith("Netwright lab router NW-7100 FRR 8.")


def test_snmp_v3_with_privacy(lab: Lab) -> None:
    found = lab.access()
    secrets = ["-A", found.snmp_auth.reveal(), "-X", found.snmp_priv.reveal()]
    argv = ["snmpget", "-v3", "-l", "authPriv", "-u", found.snmp_user, "-a", "SHA", "-x", "AES", *secrets]
    answer = lab.exec("mgr", [*argv, "-Oqv", "10.250.0.21", ".1.3.6.1.2.1.1.5.0"])
    assert answer.stdout.strip().strip('"') == "ams-edge1"


def test_login_by_key_and_by_password(lab: Lab, tmp_path: Path) -> None:
    assert ssh(lab, "ams-cache1", "sudo -n id -u; hostname").stdout.split() == ["0", "ams-cache1"]
    clean = ssh(lab, "ams-edge1", "vtysh -c 'show bgp summary json'")
    assert isinstance(json.loads(clean.stdout), dict)
    assert clean.stderr == ""
    helper = tmp_path / "askpass"
    helper.write_text(f"#!/bin/sh\necho {lab.access().password.reveal()}\n")
    helper.chmod(0o700)
    options = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
    options += ["-o", "PreferredAuthentications=password", "-q"]
    ask = ["env", f"SSH_ASKPASS={helper}", "SSH_ASKPASS_REQUIRE=force", "DISPLAY=:0"]
    argv = ["setsid", *ask, "ssh", *options, "netops@10.250.0.21", "hostname"]
    assert lab.exec("mgr", argv).stdout.strip() == "ams-edge1"


def test_a_node_sees_its_own_disk_only(lab: Lab) -> None:
    assert lab.exec("ams-edge1", ["touch", "/usr/x"]).returncode != 0
    assert lab.exec("ams-edge1", ["ls", str(lab.state.folder)]).returncode != 0
    assert "root:*:" in lab.exec("ams-edge1", ["cat", "/etc/shadow"]).stdout
    lab.exec("ams-edge1", ["sh", "-c", "echo mine > /etc/mine"], check=True)
    assert not Path("/etc/mine").exists()
    assert lab.exec("ams-edge2", ["cat", "/etc/mine"]).returncode != 0


def neighbors(lab: Lab, node: str) -> set[tuple[str, str, str]]:
    told = json.loads(lab.exec(node, ["lldpcli", "-f", "json0", "show", "neighbors"]).stdout)
    found = set()
    for entry in (told["lldp"][0] or {}).get("interface", []):
        far, port = entry["chassis"][0]["name"][0]["value"], entry["port"][0]["id"][0]["value"]
        found.add((entry["name"], far, port))
    return found


def test_lldp_finds_every_cable_between_managed_nodes(whole_lab: Lab, eventually: Eventually) -> None:
    wanted: dict[str, set[tuple[str, str, str]]] = {}
    for cable in whole_lab.topology.cables:
        for near, far in ((cable.a, cable.b), (cable.b, cable.a)):
            if whole_lab.topology.node(near.node).managed and whole_lab.topology.node(far.node).managed:
                wanted.setdefault(near.node, set()).add((near.name, far.node, far.name))
    for node, ends in wanted.items():
        eventually(lambda node=node, ends=ends: neighbors(whole_lab, node) == ends, 30)


def test_isps_wait_for_their_sessions(lab: Lab) -> None:
    told = json.loads(lab.exec("isp-aurora", ["vtysh", "-c", "show bgp neighbors json"]).stdout)
    assert {peer: data["remoteAs"] for peer, data in told.items() if peer != "vrfId"} == {
        "198.19.0.0": 65001,
        "198.19.0.2": 65001,
        "198.19.0.4": 65002,
        "198.19.0.6": 65002,
    }
    birds = lab.exec("isp-borealis", ["birdc", "show", "protocols", "all"]).stdout
    for peer in ("198.19.0.8", "198.19.0.10", "198.19.0.12", "198.19.0.14"):
        assert f"Neighbor address: {peer}" in birds
    assert lab.exec("client-lon", ["ping", "-c1", "-W2", "203.0.113.129"]).returncode == 0


def test_servers_serve_content_with_ranges(lab: Lab) -> None:
    assert lab.exec("par-cache2", ["curl", "-s", "http://198.18.2.5/health"]).stdout == "ok\n"
    titles = json.loads(lab.catalogue_file.read_text())
    assert len(titles) == 24
    for title in titles[:3]:
        url = f"http://198.18.0.3/content/{title['path']}"
        told = lab.exec("fra-origin1", ["sh", "-c", f"curl -sf {url} | sha256sum"]).stdout
        assert told.split()[0] == title["sha256"]
    url = f"http://198.18.0.3/content/{titles[0]['path']}"
    part = lab.exec("fra-origin1", ["sh", "-c", f"curl -sf -r 100-1099 {url} | sha256sum"]).stdout
    whole = (lab.state.node("fra-origin1") / "srv" / "content" / titles[0]["path"]).read_bytes()
    assert part.split()[0] == hashlib.sha256(whole[100:1100]).hexdigest()


def test_a_cut_takes_the_light_from_both_ends(whole_lab: Lab, eventually: Eventually) -> None:
    ends = (("ams-edge1", "swp1"), ("fra-core1", "swp2"))
    whole_lab.cut("ams-edge1", "fra-core1")
    assert [carrier(whole_lab, *end) for end in ends] == [(True, False), (True, False)]
    assert [str(item.cable) for item in whole_lab.cables() if item.cut] == [
        "fra-core1 swp2 -- ams-edge1 swp1"
    ]
    whole_lab.heal("ams-edge1", "fra-core1")
    eventually(lambda: [carrier(whole_lab, *end) for end in ends] == [(True, True), (True, True)])


def test_an_end_shut_down_darkens_the_other(whole_lab: Lab, eventually: Eventually) -> None:
    whole_lab.exec("par-edge1", ["ip", "link", "set", "swp4", "down"], check=True)
    eventually(lambda: carrier(whole_lab, "par-tor1", "swp1") == (True, False))
    whole_lab.exec("par-edge1", ["ip", "link", "set", "swp4", "up"], check=True)
    eventually(lambda: carrier(whole_lab, "par-tor1", "swp1") == (True, True))
    assert carrier(whole_lab, "par-edge1", "swp4") == (True, True)


def test_uplinks_of_a_site_and_the_management_port(whole_lab: Lab) -> None:
    cut = whole_lab.cut("nyc")
    assert len(cut) == 6
    assert all(("nyc-" in cable.a.node) != ("nyc-" in cable.b.node) for cable in cut)
    whole_lab.cut("nyc-tor1", "eth0")
    assert carrier(whole_lab, "nyc-tor1", "eth0") == (True, False)
    assert whole_lab.exec("mgr", ["ping", "-c1", "-W1", "10.250.0.43"]).returncode != 0
    whole_lab.heal("nyc-tor1", "eth0")
    whole_lab.heal("nyc")
    assert not any(item.cut for item in whole_lab.cables())


def test_power_loss_and_boot_keep_what_was_saved(small_lab: Lab, eventually: Eventually) -> None:
    configure = ["vtysh", "-c", "configure terminal", "-c", "interface swp1"]
    small_lab.exec(
        "p01-edge2", [*configure, "-c", "description kept", "-c", "end", "-c", "write"], check=True
    )
    small_lab.exec("p01-edge2", [*configure, "-c", "description lost"], check=True)
    small_lab.crash("p01-edge2")
    assert not small_lab.running("p01-edge2")
    eventually(lambda: carrier(small_lab, "core1", "swp4") == (True, False))
    with pytest.raises(LabError, match="off"):
        small_lab.exec("p01-edge2", ["true"])
    small_lab.crash("p01-edge2")
    small_lab.boot("p01-edge2")
    running = small_lab.exec("p01-edge2", ["vtysh", "-c", "show running-config"]).stdout
    assert "description kept" in running
    assert "description lost" not in running
    eventually(lambda: carrier(small_lab, "core1", "swp4") == (True, True))


def test_the_guard_is_asked_before_frr_starts(whole_lab: Lab) -> None:
    script = '#!/bin/sh\n{ echo "$1"; ls /run/frr; } > /var/lib/netwright/asked\n'
    install = (
        "mkdir -p /var/lib/netwright && cat > /var/lib/netwright/guard && chmod +x /var/lib/netwright/guard"
    )
    whole_lab.exec("nyc-tor1", ["sh", "-c", install], stdin=script, check=True)
    whole_lab.crash("nyc-tor1")
    whole_lab.boot("nyc-tor1")
    assert whole_lab.exec("nyc-tor1", ["cat", "/var/lib/netwright/asked"]).stdout == "boot\n"
    whole_lab.exec("nyc-tor1", ["rm", "-r", "/var/lib/netwright"], check=True)


def test_pulled_parts_vanish_from_the_agents(whole_lab: Lab, eventually: Eventually) -> None:
    before = walk(whole_lab, "par-tor1", NAMES)
    whole_lab.pull("par-tor1", "psu2")
    whole_lab.pull("par-tor1", "optic-swp1")
    gone = {"psu2", "psu2-power", "optic-swp1", "optic-swp1-rx"}
    eventually(lambda: set(before.values()) - set(walk(whole_lab, "par-tor1", NAMES).values()) == gone)
    assert carrier(whole_lab, "par-tor1", "swp1") == (True, False)
    with pytest.raises(LabError, match="out already"):
        whole_lab.pull("par-tor1", "psu2")
    whole_lab.plug("par-tor1", "psu2")
    whole_lab.plug("par-tor1", "optic-swp1")
    eventually(lambda: walk(whole_lab, "par-tor1", NAMES) == before)
    eventually(lambda: carrier(whole_lab, "par-tor1", "swp1") == (True, True))


def test_an_optic_without_light_reads_dark(whole_lab: Lab, eventually: Eventually) -> None:
    index = str(3000 + 4)
    whole_lab.cut("par-tor1", "par-cache2")
    eventually(lambda: walk(whole_lab, "par-tor1", READINGS)[index] == "-400")
    whole_lab.heal("par-tor1", "par-cache2")
    eventually(lambda: -40 < int(walk(whole_lab, "par-tor1", READINGS)[index]) < -20)


def test_swapped_chassis(small_lab: Lab) -> None:
    node = "p01-tor1"
    key = ["cat", "/etc/ssh/ssh_host_ed25519_key.pub"]
    host_key = small_lab.exec(node, key).stdout
    save = [
        "vtysh",
        "-c",
        "configure terminal",
        "-c",
        "interface swp1",
        "-c",
        "description kept",
        "-c",
        "end",
        "-c",
        "write",
    ]
    small_lab.exec(node, save, check=True)
    assert small_lab.swap(node, keep_configuration=True) == "NWP01TOR102"
    assert "description kept" in small_lab.exec(node, ["cat", "/etc/frr/frr.conf"]).stdout
    assert small_lab.exec(node, key).stdout == host_key
    assert walk(small_lab, node, SERIALS)["1"] == "NWP01TOR102"
    assert small_lab.swap(node, serial="SPARE7") == "SPARE7"
    assert small_lab.exec(node, ["cat", "/etc/frr/frr.conf"]).stdout.endswith("agentx\n")
    assert small_lab.exec(node, key).stdout != host_key
    assert walk(small_lab, node, SERIALS)["1"] == "SPARE7"
    assert chassis.read(small_lab.state.hardware(node)).generation == 3


def rtt_ms(lab: Lab) -> float:
    argv = ["ping", "-q", "-c5", "-i0.05", "-W2", "198.51.100.1"]
    answer = lab.exec("client-ams", argv, check=True).stdout
    return float(answer.rsplit("=", 1)[1].split("/")[0])


def received(lab: Lab, count: int) -> int:
    argv = ["ping", "-q", "-A", f"-c{count}", "-W1", "-i0.002", "198.51.100.1"]
    return int(lab.exec("client-ams", argv).stdout.split(" received")[0].split()[-1])


def test_loss_delay_and_rate(whole_lab: Lab) -> None:
    ends = ("isp-aurora", "client-ams")
    assert received(whole_lab, 100) == 100
    whole_lab.impair(*ends, loss_percent=30)
    # each way 30 %: 49 % of 400 come back; outside 30..70 % is a matter of 10 standard deviations
    assert 0.3 < received(whole_lab, 400) / 400 < 0.7
    whole_lab.impair(*ends, loss_percent=0, delay_ms=20, jitter_ms=1)
    assert rtt_ms(whole_lab) >= 38
    whole_lab.impair(*ends, delay_ms=0, jitter_ms=0, rate_bps=8_000_000)
    sender = "import socket; s = socket.create_server(('198.51.100.1', 9)); print('up', flush=True); "
    sender += "c, _ = s.accept(); c.sendall(bytes(2_000_000)); c.close()"
    with subprocess.Popen(
        [*whole_lab.enter("isp-aurora"), "python3", "-c", sender], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "up\n"
        reader = (
            "import socket, time; t = time.monotonic(); c = socket.create_connection(('198.51.100.1', 9)); "
        )
        reader += "n = 0\nwhile d := c.recv(65536): n += len(d)\nprint(n, time.monotonic() - t)"
        size, seconds = whole_lab.exec("client-ams", ["python3", "-c", reader], check=True).stdout.split()
    assert int(size) == 2_000_000
    assert float(seconds) > 1.5  # 16 Mbit at 8 Mbit/s: a bucket can't make it faster
    whole_lab.clear(*ends)
    assert received(whole_lab, 100) == 100
    assert not any(item.impairment for item in whole_lab.cables())


def test_managed_and_unmanaged_nodes_have_what_belongs_to_them(lab: Lab) -> None:
    for status in lab.nodes():
        managed = status.node.type in {NodeType.ROUTER, NodeType.SERVER}
        assert (lab.exec(status.node.name, ["test", "-e", "/sys/class/net/eth0"]).returncode == 0) is managed
