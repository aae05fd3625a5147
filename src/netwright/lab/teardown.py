"""Take a lab away, whatever there is of it: wholly up, half built, half torn down, its folder lost."""

from __future__ import annotations

import shutil
from pathlib import Path

from netwright.lab import system
from netwright.lab.state import LabState
from netwright.lab.system import LabError
from netwright.lab.wiring import BRIDGE

_ROUNDS = 5


def tear_down(state: LabState) -> None:
    """End the lab's processes, remove its namespaces, mounts and folder. May be called again at any point.

    A process of somebody else's that entered the manager's namespace (Netwright's worker) is left alone: the
    bridge below it goes, so that it can reach nothing."""
    mark = state.mark()
    for _ in range(_ROUNDS):
        names = system.namespaces(state.prefix)
        pids = _processes(state, names, mark)
        if not names and not pids:
            break
        system.kill(pids)
        system.wait_gone(pids)
        if state.manager in names:
            system.ip_batch([f"link del {BRIDGE}"], namespace=state.manager, force=True)
        system.ip_batch((f"netns del {name}" for name in names), force=True)
        for name in system.namespaces(state.prefix):
            # a file whose namespace was never mounted on it (we were killed in between)
            (system.NETNS / name).unlink(missing_ok=True)
    left = system.namespaces(state.prefix)
    if left:
        raise LabError(f"could not remove {', '.join(left[:5])}", subject=state.name, remedy="Run it again.")
    _unmount(state.folder)
    if state.folder.is_dir():
        shutil.rmtree(state.folder)


def _processes(state: LabState, names: list[str], mark: str) -> list[int]:
    inodes = {system.inode(name) for name in names if name != state.manager} - {0}
    return system.processes(inodes, mark)


def _unmount(folder: Path) -> None:
    """The tmpfs of a lab in a container, and whatever somebody bound below it. A node's own mounts went with
    its mount namespace."""
    points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    inside = [point for point in points if Path(point).is_relative_to(folder)]
    for point in sorted(inside, reverse=True):
        system.run(["umount", "-l", point])
