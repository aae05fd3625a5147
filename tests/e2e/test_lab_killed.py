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

from netwright.base.errors import NetwrightError
from netwright.lab import system
from netwright.lab.generate import generate
from netwright.lab.lab import Lab
from netwright.lab.state import labs_folder
from netwright.lab.system import LabError
from netwright.lab.topologyfile import parse_topology

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


def test_a_full_disk_is_said_and_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require_lab()
    folder = tmp_path / "small"
    folder.mkdir()
    system.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)])
    try:
        monkeypatch.setenv("NETWRIGHT_LAB_DIR", str(folder))
        lab = Lab(f"full{secrets.token_hex(3)}")
        with pytest.raises(NetwrightError) as caught:
            lab.up(generate(1))
        assert caught.value.remedy
        assert system.namespaces(lab.state.prefix) == []
        assert list(folder.iterdir()) == []
    finally:
        system.run(["umount", str(folder)])


def test_a_node_that_does_not_boot_is_named_and_nothing_is_left() -> None:
    """An address the kernel refuses: the node's boot says so, and what was built goes."""
    require_lab()
    lab = Lab(f"bad{secrets.token_hex(3)}")
    source = generate(1).source.replace("gateway: 203.0.113.1", "gateway: 192.0.2.1")
    try:
        with pytest.raises(LabError, match=r"did not boot.*addresses") as caught:
            lab.up(parse_topology(source, "bad.yaml"))
        assert caught.value.subject == "client-borealis"
    finally:
        assert not lab.down()
    assert left(lab.name, "") == {"namespaces": [], "processes": [], "mounts": [], "files": []}
