"""Putting a lab together: namespaces and cables, then every node's chassis, disk and first boot."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from netwright.lab import chassis as hardware
from netwright.lab import system, wiring
from netwright.lab.access import Access, make_access, write_access
from netwright.lab.boot import Power
from netwright.lab.content import write_content
from netwright.lab.nodefiles import write_disk
from netwright.lab.state import LabState
from netwright.lab.system import LabError
from netwright.lab.topology import Node, Topology

Progress = Callable[[str, int, int], None]
"""Called with what was done, how many steps are done, how many there are."""

_PROGRAMS = {
    "chassis.py": ("chassis-agent", "show-chassis"),
    "panel.py": ("panel",),
    "relay.py": ("relay",),
}


@dataclass(frozen=True, slots=True)
class Assembly:
    """Builds one lab. What is about to be made is in the state's folder first."""

    state: LabState
    topology: Topology

    def build(self, progress: Progress, jobs: int) -> None:
        """From nothing to every node booted. Raises LabError when a node does not boot."""
        state, topology = self.state, self.topology
        state.prepare()
        state.write_intent(topology, "starting")
        access = make_access(state.manager, topology.secret_names())
        write_access(state, access)
        _install_commands(state.commands)
        total = len(topology.nodes) + 2
        wiring.create(state, topology)
        self.start_panel()
        progress("cables", 1, total)
        version = frr_version()
        with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="lab") as pool:
            tasks: dict[Future[None], str] = {pool.submit(self._fill_origins): "content"}
            for node in topology.nodes.values():
                tasks[pool.submit(self._first_boot, node, access, version)] = node.name
            _follow(tasks, progress, total)
        state.write_intent(topology, "up")

    def _first_boot(self, node: Node, access: Access, version: str) -> None:
        self.fit_out(node, access, version, serial="", generation=1)
        Power(self.state, self.topology).on(node, node.serial)

    def fit_out(self, node: Node, access: Access, version: str, *, serial: str, generation: int) -> None:
        """A new box for the node: chassis and disk."""
        folder = self.state.node(node.name)
        built = None
        if node.model is not None:
            built = hardware.build(self.topology, node, serial, generation)
            hardware.write(self.state.hardware(node.name), built)
        for layer in ("etc", "home"):
            (folder / layer).mkdir(parents=True, exist_ok=True)
            (folder / layer).chmod(0o755)
        write_disk(folder, self.topology, node, access, built, version)

    def _fill_origins(self) -> None:
        folders = []
        for node in self.topology.nodes.values():
            if node.origin:
                folder = self.state.node(node.name) / "srv" / "content"
                folder.mkdir(parents=True, exist_ok=True)
                for made in (folder.parent, folder):
                    made.chmod(0o755)
                folders.append(folder)
        if folders:
            write_content(folders, self.state.catalogue_file)

    def start_panel(self) -> None:
        """Start the program that keeps both ends of each cable alike, unless it runs."""
        if wiring.programs(self.state, "panel"):
            return
        program = self.state.commands / "panel"
        argv = ["setsid", "--fork", "nsenter", f"--net={system.NETNS / self.state.patch}", str(program)]
        with (self.state.folder / "panel.log").open("a") as log:
            subprocess.run(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=system.environment(self.state.mark()),
                cwd="/",
                timeout=20,
                check=True,
            )


def _install_commands(folder: Path) -> None:
    """The programs that nodes find in /usr/local/bin, and the patch panel's own."""
    source = Path(__file__).parent / "node"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    for program, names in _PROGRAMS.items():
        for name in names:
            shutil.copyfile(source / program, folder / name)
            (folder / name).chmod(0o755)


def _follow(tasks: dict[Future[None], str], progress: Progress, total: int) -> None:
    """Report each task as it ends; the first failure cancels those not begun and is raised."""
    done_before = 1
    left = set(tasks)
    while left:
        done, left = wait(left, return_when=FIRST_COMPLETED, timeout=300)
        if not done:
            raise LabError("the lab did not come up within 300 s of its last progress")
        for task in done:
            if task.exception() is not None:
                for other in left:
                    other.cancel()
            task.result()
            done_before += 1
            progress(tasks[task], done_before, total)


def frr_version() -> str:
    """FRR's version as its own daemon says it."""
    said = system.run(["/usr/lib/frr/zebra", "--version"]).stdout.split()
    return said[2] if len(said) > 2 else "unknown"
