"""`lab down` leaves nothing, wherever `lab up` was killed; and labs stand side by side."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from netwright.lab import system
from netwright.lab.generate import generate
from netwright.lab.lab import Lab
from netwright.lab.state import labs_folder

from .conftest import require_lab

pytestmark = pytest.mark.e2e


def left(name: str, mark: str) -> dict[str, list[str]]:
    """Whatever there is of a lab on this machine, by kind."""
    folder = str(labs_folder() / name)
    commands = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes() + b"\0" + (entry / "environ").read_bytes()
        except OSError:
            continue
        if folder.encode() in words or f"nw-{name}-".encode() in words or (mark and mark.encode() in words):
            commands.append(f"{entry.name} {words[:80]!r}")
    mounts = [
        line
        for line in Path("/proc/self/mountinfo").read_text().splitlines()
        if f"nw-{name}-" in line or folder in line
    ]
    return {
        "namespaces": system.namespaces(f"nw-{name}-"),
        "processes": commands,
        "mounts": mounts,
        "files": [str(path) for path in labs_folder().parent.rglob(f"*{name}*")],
    }


def booted(lab: Lab) -> int:
    return len(list(lab.state.folder.glob("nodes/*/pid")))


MOMENTS: dict[str, Callable[[Lab], bool]] = {
    "intent written": lambda lab: (lab.state.folder / "lab.json").exists(),
    "a namespace there": lambda lab: bool(system.namespaces(lab.state.prefix)),
    "cables there": lambda lab: (lab.state.folder / "panel.log").exists(),
    "first node booting": lambda lab: (lab.state.folder / "nodes").exists(),
    "first node known": lambda lab: booted(lab) >= 1,
    "half of the nodes known": lambda lab: booted(lab) >= 6,
    "up": lambda lab: lab.state.phase() == "up",
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_down_after_sigkill(moment: str) -> None:
    require_lab()
    lab = Lab(f"kill{secrets.token_hex(3)}")
    argv = [sys.executable, "-m", "netwright", "lab", "up", "--pops", "1", "--name", lab.name]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as up:
        try:
            end = time.monotonic() + 60
            while not MOMENTS[moment](lab):
                assert time.monotonic() < end, "the moment never came"
                assert up.poll() in {None, 0}, "`lab up` failed"
            os.kill(up.pid, signal.SIGKILL)
            up.wait(10)
            mark = lab.state.mark()
            assert any(left(lab.name, mark).values())
            assert lab.down()
        finally:
            up.kill()
            lab.down()
    assert left(lab.name, mark) == {"namespaces": [], "processes": [], "mounts": [], "files": []}
    assert not lab.down()


def test_down_without_the_folder() -> None:
    """The state was lost (a reboot of /run, a careless rm): names alone are enough."""
    require_lab()
    lab = Lab(f"lost{secrets.token_hex(3)}")
    try:
        lab.up(generate(1))
        system.run(["rm", "-r", str(lab.state.folder)])
    finally:
        assert lab.down()
    assert left(lab.name, "") == {"namespaces": [], "processes": [], "mounts": [], "files": []}


def test_two_labs_side_by_side(lab: Lab, small_lab: Lab) -> None:
    """Same addresses, and neither hears the other; one goes down and the other stays."""
    other = Lab(f"side{secrets.token_hex(3)}")
    try:
        other.up(generate(1))
        ask = ["ssh-keyscan", "-t", "ed25519", "10.250.0.11"]
        keys = {one.exec("mgr", ask).stdout.split()[-1] for one in (lab, small_lab, other)}
        assert len(keys) == 3
    finally:
        other.down()
    assert all(status.running for status in [*lab.nodes(), *small_lab.nodes()])
    assert left(other.name, "") == {"namespaces": [], "processes": [], "mounts": [], "files": []}
