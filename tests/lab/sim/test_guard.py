from __future__ import annotations

import hashlib
from typing import Any

import pytest

from netwright.lab.sim.faults import Fault
from netwright.lab.sim.guard import Exit, Guard
from netwright.lab.sim.network import Network
from netwright.lab.sim.result import Result
from netwright.lab.sim.router import Router
from netwright.lab.topology import Topology

NEW = b"hostname core\nagentx\ninterface swp1\n description new\nexit\n"


class Rig:
    """A router alone with its guard and timers that the test moves."""

    def __init__(self, topology: Topology, timers: Any) -> None:
        self.timers = timers
        network = Network(timers.time)
        self.router = Router(topology, topology.node("core"), network, lambda _: "secret")
        network.add(self.router)
        self.guard = Guard(self.router, timers)
        self.old = self.router.running_text

    def arm(self, token: str = "t1", seconds: int = 30, config: bytes = NEW) -> Result:
        checksum = hashlib.sha256(config).hexdigest()
        return self.guard.run(["arm", token, str(seconds), checksum], config)

    @property
    def changed(self) -> bool:
        return "description new" in self.router.running_text

    def state(self) -> dict[str, str]:
        output = self.guard.run(["state"], b"").output
        return dict(line.split("=", 1) for line in output.splitlines())


@pytest.fixture
def rig(topology: Topology, timers: Any) -> Rig:
    return Rig(topology, timers)


def test_what_is_armed_runs_and_reverts_by_the_devices_own_timer(rig: Rig) -> None:
    assert rig.arm().status == 0
    assert rig.changed
    assert rig.state() == {"version": "", "token": "t1", "phase": "armed", "remaining": "30"}
    rig.timers.advance(29)
    assert rig.changed
    rig.timers.advance(2)
    assert rig.router.running_text == rig.old
    assert rig.state() == {"version": "", "last": "t1 reverted: not confirmed in time"}


def test_what_is_confirmed_stays_also_over_a_reboot(rig: Rig) -> None:
    rig.arm()
    assert "description new" not in rig.router.startup_text
    assert rig.guard.run(["confirm", "t1"], b"").status == 0
    assert "description new" in rig.router.startup_text
    rig.timers.advance(100)
    rig.router.power(on=False)
    rig.router.power(on=True)
    assert rig.changed
    assert rig.state()["last"] == "t1 confirmed"


def test_a_reboot_undoes_what_was_not_confirmed(rig: Rig) -> None:
    rig.arm()
    rig.router.power(on=False)
    rig.router.power(on=True)
    assert rig.router.running_text == rig.old
    assert rig.state()["last"] == "t1 reverted: the device restarted"
    rig.timers.advance(100)
    assert list(rig.guard.journal) == ["t1"]


def test_one_change_at_a_time(rig: Rig) -> None:
    rig.arm()
    assert rig.arm("t2").status == Exit.BUSY
    assert rig.guard.run(["confirm", "t2"], b"").status == Exit.NOTHING
    assert rig.guard.run(["revert", "t2", "why"], b"").status == Exit.NOTHING


def test_each_call_may_come_again_with_its_token(rig: Rig) -> None:
    rig.arm()
    assert rig.arm().status == 0
    assert len(rig.timers.timers) == 1
    for _ in range(2):
        assert rig.guard.run(["confirm", "t1"], b"").status == 0
    assert rig.arm().status == 0
    assert rig.state() == {"version": "", "last": "t1 confirmed"}
    rig.arm("t2", config=b"hostname core\nagentx\n")
    for _ in range(2):
        assert rig.guard.run(["revert", "t2", "asked"], b"").status == 0
    assert rig.changed
    assert rig.arm("t2").status == Exit.FAILED
    assert rig.guard.run(["confirm", "t2"], b"").status == Exit.NOTHING


def test_a_configuration_that_is_no_configuration_changes_nothing(rig: Rig) -> None:
    refused = rig.arm(config=b"hostname core\nnonsense\n")
    assert refused.status == Exit.REJECTED
    assert "line 2" in refused.error
    assert rig.router.running_text == rig.old
    assert rig.state() == {"version": ""}


def test_one_that_takes_hold_in_part_is_restored(rig: Rig) -> None:
    failed = rig.arm(config=b"hostname other\nrouter bgp 1\n neighbor 1.1.1.1 description x\n")
    assert failed.status == Exit.FAILED
    assert rig.router.running_text == rig.old
    assert rig.state()["last"].startswith("t1 failed")


def test_one_that_arrived_incomplete_changes_nothing(rig: Rig) -> None:
    checksum = hashlib.sha256(NEW).hexdigest()
    assert rig.guard.run(["arm", "t1", "30", checksum], NEW[:-10]).status == Exit.CUT
    assert rig.router.running_text == rig.old


def test_a_change_by_hand_meanwhile_is_not_confirmed(rig: Rig) -> None:
    rig.arm()
    rig.router.enter(["interface swp1", "description by hand"])
    assert rig.guard.run(["confirm", "t1"], b"").status == Exit.MOVED
    rig.timers.advance(31)
    assert rig.router.running_text == rig.old


def test_a_disk_that_takes_no_writes_stops_it_before_anything_changes(rig: Rig) -> None:
    rig.router.faults.set(Fault.READ_ONLY, on=True)
    assert rig.arm().status == Exit.STUCK
    assert rig.router.running_text == rig.old


def test_check_says_what_would_change_and_changes_nothing(rig: Rig) -> None:
    checksum = hashlib.sha256(NEW).hexdigest()
    said = rig.guard.run(["check", checksum], NEW)
    assert said.status == 0
    assert "Lines To Add" in said.output
    assert "description new" in said.output
    assert rig.router.running_text == rig.old
    assert rig.guard.run(["check", checksum], NEW[1:]).status == Exit.CUT


def test_another_version_is_told_apart(rig: Rig) -> None:
    rig.router.files["/var/lib/netwright/guard"] = b"#!/bin/sh\nVERSION='abc'\n"
    assert rig.guard.run(["-v", "xyz", "state"], b"").status == Exit.OTHER_VERSION
    assert rig.guard.run(["-v", "abc", "state"], b"").output == "version=abc\n"
