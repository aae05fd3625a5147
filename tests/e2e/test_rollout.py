"""Rollouts on real routers: from bare to running, killed at each moment, cut off, changed by hand."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from netwright.deploy.moment import Moment
from netwright.lab.lab import Lab
from netwright.lab.topologyfile import read_topology

from .conftest import DEMO, require_lab
from .house import DESIGN, House

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]
Eventually = Callable[..., object]

CHILD = Path(__file__).with_name("rollout_child.py")
GUARD = "/var/lib/netwright/guard"
TOR, OTHER_TOR = "ams-tor1", "nyc-tor1"
ROUTERS = 11
SESSION_ENDS = 52
MOMENTS = [moment for moment in Moment if moment not in (Moment.REVERTING, Moment.REVERTED)]


@pytest.fixture(scope="module")
def fresh_lab() -> Iterator[Lab]:
    """A lab that no other test has configured."""
    require_lab()
    lab = Lab(f"roll{secrets.token_hex(3)}")
    try:
        lab.up(read_topology(DEMO))
        yield lab
    finally:
        lab.down()


class Network:
    """The lab, a home for it, and how the first rollout on the bare routers went."""

    def __init__(self, lab: Lab, house: House) -> None:
        self.lab = lab
        self.house = house
        house.run("init", "--access", lab.access_file)
        house.run("import", DESIGN)
        self.first: dict[str, Any] = house.json("deploy", "--yes", "--reason", "first")
        self.plan_after: dict[str, Any] = house.json("plan")

    def guard_state(self, device: str) -> dict[str, str]:
        """What the device's own guard says, asked on the device and not over the network."""
        said = self.lab.exec(device, ["sh", GUARD, "state"]).stdout
        return dict(line.split("=", 1) for line in said.splitlines() if "=" in line)

    def running(self, device: str) -> str:
        return self.lab.exec(device, ["vtysh", "-c", "show running-config no-header"]).stdout

    def change_by_hand(self, device: str, remark: str = "by hand") -> None:
        """As somebody would on the router itself."""
        words = ["configure terminal", "interface swp1", f"description {remark}"]
        self.lab.exec(device, ["vtysh", *(part for word in words for part in ("-c", word))], check=True)

    def established(self) -> int:
        """Ends of BGP sessions that are up, on all managed routers."""
        total = 0
        for node in self.lab.topology.nodes.values():
            if node.name.split("-")[-1].startswith(("core", "edge", "tor")):
                said = self.lab.exec(node.name, ["vtysh", "-c", "show bgp summary json"]).stdout
                peers = json.loads(said).get("ipv4Unicast", {}).get("peers", {})
                total += sum(peer["state"] == "Established" for peer in peers.values())
        return total

    def states(self, rollout: dict[str, Any]) -> dict[str, str]:
        return {device["device"]: device["state"] for device in rollout["devices"]}

    def kill_controller(self, moment: Moment, *devices: str, timer_s: int = 60) -> None:
        done = subprocess.run(
            [sys.executable, str(CHILD), str(self.house.home), str(timer_s), moment.value, *devices],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.fixture(scope="module")
def network(fresh_lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Network:
    return Network(fresh_lab, House(tmp_path_factory.mktemp("rollout") / "home"))


@pytest.fixture
def deployed(network: Network) -> Network:
    """Every router runs what is wanted; tests change no others than these two and undo the rest."""
    network.house.run("rollout", "resume", good=(0, 1))  # what an earlier test left
    network.house.run("deploy", "--yes", TOR, OTHER_TOR)
    return network


def test_from_bare_routers_to_an_empty_plan(deployed: Network, eventually: Eventually) -> None:
    network = deployed
    rollout = network.first["rollout"]
    assert network.first["plan"]["empty"] is False
    assert len(network.first["plan"]["devices"]) == ROUTERS
    assert set(network.states(rollout).values()) == {"confirmed"}
    assert len(rollout["devices"]) == ROUTERS
    waves: dict[int, set[str]] = {}
    for device in rollout["devices"]:
        waves.setdefault(device["wave"], set()).add(device["device"])
    assert len(waves[0]) == 1
    for wave in waves.values():
        for site in ("ams", "par", "nyc"):
            assert not {f"{site}-edge1", f"{site}-edge2"} <= wave
        assert not {"fra-core1", "iad-core1"} <= wave
    assert network.plan_after["empty"] is True
    eventually(lambda: network.established() == SESSION_ENDS, 60)


def test_a_change_by_hand_is_found_by_the_next_round_and_undone(deployed: Network) -> None:
    drift = ("config-drift", TOR, "configuration")
    deployed.house.collect()
    assert drift not in deployed.house.shown()
    deployed.change_by_hand(TOR)
    deployed.house.collect()
    assert drift in deployed.house.shown()
    plan = deployed.house.json("plan", TOR)
    (device,) = plan["devices"]
    assert device["state"] == "differs"
    assert "- description by hand" in device["diff"]
    assert device["words"]
    deployed.house.run("deploy", "--yes", TOR)
    assert "by hand" not in deployed.running(TOR)
    assert "by hand" not in deployed.lab.exec(TOR, ["cat", "/etc/frr/frr.conf"]).stdout
    assert deployed.house.json("plan", TOR)["empty"] is True
    deployed.house.collect()
    assert drift not in deployed.house.shown()


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_controller_killed_at_each_moment_and_resumed(deployed: Network, moment: Moment) -> None:
    deployed.change_by_hand(TOR, f"killed at {moment.value}")
    deployed.kill_controller(moment, TOR)
    armed = moment in (Moment.ARMED, Moment.CHECKED, Moment.CONFIRMING)
    assert ("token" in deployed.guard_state(TOR)) is armed
    (rollout,) = deployed.house.json("rollout", "resume")
    assert deployed.states(rollout) == {TOR: "confirmed"}
    assert "token" not in deployed.guard_state(TOR)
    assert deployed.house.json("plan", TOR)["empty"] is True


def test_the_controller_killed_and_never_back(deployed: Network, eventually: Eventually) -> None:
    deployed.change_by_hand(TOR, "killed for good")
    deployed.kill_controller(Moment.ARMED, TOR, OTHER_TOR, timer_s=15)
    assert "killed for good" not in deployed.running(TOR)
    eventually(lambda: "token" not in deployed.guard_state(TOR), 60)
    assert "killed for good" in deployed.running(TOR)
    assert "reverted" in deployed.guard_state(TOR)["last"]
    (rollout,) = deployed.house.json("rollout", "resume")
    assert rollout["state"] == "stopped"
    assert deployed.states(rollout)[TOR] == "reverted"


def test_management_cut_right_after_arming(deployed: Network, eventually: Eventually) -> None:
    for device in (TOR, OTHER_TOR):
        deployed.change_by_hand(device)
    before = deployed.running(TOR)
    deploy = subprocess.Popen(
        [sys.executable, "-m", "netwright", "deploy", "--yes", "--json", "--timer", "20", TOR, OTHER_TOR],
        env=os.environ | {"NETWRIGHT_HOME": str(deployed.house.home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        eventually(lambda: deployed.guard_state(TOR).get("phase") == "armed", 90)
        deployed.lab.cut(TOR, "eth0")
        assert "by hand" not in deployed.running(TOR)
        eventually(lambda: "token" not in deployed.guard_state(TOR), 60)
        assert deployed.running(TOR) == before
        deployed.lab.heal(TOR, "eth0")
        output, _ = deploy.communicate(timeout=120)
    finally:
        deployed.lab.heal(TOR, "eth0")
        deploy.kill()
        deploy.wait()
    rollout = json.loads(output)["rollout"]
    assert deploy.returncode == 1
    assert rollout["state"] == "stopped"
    assert deployed.states(rollout) == {TOR: "reverted", OTHER_TOR: "skipped"}
    assert "management lost" in rollout["message"]
    assert "went back by itself" in rollout["message"]


def test_a_change_that_breaks_sessions_reverts_and_stops(deployed: Network, eventually: Eventually) -> None:
    """A wrong password for an ISP: each edge would lose its session."""
    eventually(lambda: deployed.established() == SESSION_ENDS, 60)
    secret = deployed.lab.access().secrets["isp-aurora-md5"].reveal()
    set_secret(deployed.house, "isp-aurora-md5", "wrong")
    try:
        rollout = deployed.house.json("deploy", "--yes", "--timer", "30")["rollout"]
    finally:
        set_secret(deployed.house, "isp-aurora-md5", secret)
    assert rollout["state"] == "stopped"
    states = sorted(deployed.states(rollout).values())
    assert states == ["reverted", *["skipped"] * (len(states) - 1)]
    assert "canary" in rollout["message"]
    assert "198.19.0." in rollout["message"]
    assert "wrong" not in json.dumps(rollout)
    assert deployed.house.json("plan")["empty"] is True
    eventually(lambda: deployed.established() == SESSION_ENDS, 60)


def set_secret(house: House, name: str, value: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "netwright", "secret", "set", name, "--file", "-"],
        env=os.environ | {"NETWRIGHT_HOME": str(house.home)},
        input=value,
        text=True,
        check=True,
        capture_output=True,
    )


def test_a_worker_runs_what_others_queue(deployed: Network) -> None:
    deployed.change_by_hand(TOR, "for the worker")
    worker = subprocess.Popen(
        [sys.executable, "-m", "netwright", "worker", "--no-collect"],
        env=os.environ | {"NETWRIGHT_HOME": str(deployed.house.home)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert worker.stdout is not None
        assert "Worker of" in worker.stdout.readline()
        said = deployed.house.run("rollout", "resume")
        assert "No rollout is under way" in said
        deployed.house.run("deploy", "--yes", TOR)
        assert "for the worker" not in deployed.running(TOR)
        assert "another process" in refused(deployed.house)
    finally:
        worker.terminate()
        assert worker.wait(30) == 0


def refused(house: House) -> str:
    """What a second worker is told."""
    done = subprocess.run(
        [sys.executable, "-m", "netwright", "worker"],
        env=os.environ | {"NETWRIGHT_HOME": str(house.home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    return done.stderr
