"""A lab: its verbs, from ``up`` to ``down``. Every verb has a deadline and can be killed at any moment;
``down`` then finds what is left."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from netwright.base.errors import NetwrightError
from netwright.lab import chassis as hardware
from netwright.lab import system, wiring
from netwright.lab.access import Access, read_access
from netwright.lab.assembly import Assembly, Progress, frr_version
from netwright.lab.boot import Power
from netwright.lab.impairment import Impairment, impair, impairments
from netwright.lab.state import LabState, lab_state
from netwright.lab.system import LabError
from netwright.lab.teardown import tear_down
from netwright.lab.topology import Cable, Node, Topology


def _silent(_what: str, _done: int, _total: int) -> None:
    return


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """A node at this moment."""

    node: Node
    running: bool
    management_cut: bool


@dataclass(frozen=True, slots=True)
class CableStatus:
    """A cable at this moment; ``light`` when both ends see each other."""

    cable: Cable
    cut: bool
    light: bool
    impairment: Impairment | None = None


class Lab:
    """One lab by name. Making the object touches nothing."""

    def __init__(self, name: str) -> None:
        self.state: LabState = lab_state(name)

    @property
    def name(self) -> str:
        return self.state.name

    @cached_property
    def topology(self) -> Topology:
        return self.state.topology()

    @property
    def access_file(self) -> Path:
        return self.state.access_file

    @property
    def catalogue_file(self) -> Path:
        return self.state.catalogue_file

    @property
    def manager_namespace(self) -> str:
        return self.state.manager

    def access(self) -> Access:
        return read_access(self.state)

    # --- up and down ---

    def up(self, topology: Topology, progress: Progress = _silent, *, jobs: int = 0) -> None:
        """Build the lab and boot every node, several at once. Raises LabError when a lab of this name is
        there already, or when a node does not boot; then what was built is taken down again."""
        system.require()
        with self.state.lock():
            if self.state.exists():
                raise LabError(
                    "there is a lab of this name already",
                    subject=self.name,
                    remedy=f"Use another --name, or first `netwright lab down --name {self.name}`.",
                )
            try:
                self.__dict__["topology"] = topology
                self._assembly.build(progress, jobs or 2 * (os.cpu_count() or 2))
            except OSError as error:
                tear_down(self.state)
                if isinstance(error, NetwrightError):
                    raise
                raise LabError(
                    f"can't write the lab's files ({error.strerror}: {error.filename})",
                    subject=self.name,
                    remedy="Make room there, or set NETWRIGHT_LAB_DIR to a folder elsewhere.",
                ) from error
            except BaseException:
                tear_down(self.state)
                raise

    def down(self) -> bool:
        """Take away whatever there is of the lab; False when there was nothing."""
        if not self.state.exists():
            return False
        with self.state.lock():
            tear_down(self.state)
        self.__dict__.pop("topology", None)
        return True

    @property
    def _assembly(self) -> Assembly:
        return Assembly(self.state, self.topology)

    # --- power ---

    @property
    def _power(self) -> Power:
        return Power(self.state, self.topology)

    def crash(self, name: str) -> None:
        """Power loss of a node. Crashing what is off is no error."""
        with self.state.lock():
            self._power.off(self.topology.node(name))

    def boot(self, name: str) -> None:
        """Power on, with the configuration the node saved last. Booting what runs is no error."""
        node = self.topology.node(name)
        with self.state.lock():
            if not self._power.pid(name):
                self._power.on(node, self._serial(name))

    def swap(self, name: str, *, serial: str = "", keep_configuration: bool = False) -> str:
        """Replace the whole chassis: new serial, and a factory disk unless the old one moves over.
        Returns the new serial. With a factory disk the SSH host key is another one too."""
        node = self.topology.node(name)
        with self.state.lock():
            old = hardware.read(self.state.hardware(name))
            serial = serial or hardware.next_serial(old)
            self._power.off(node)
            if keep_configuration:
                new = hardware.build(self.topology, node, serial, old.generation + 1)
                hardware.write(self.state.hardware(name), new)
            else:
                self._power.wipe(node)
                self._assembly.fit_out(
                    node, self.access(), frr_version(), serial=serial, generation=old.generation + 1
                )
            self._power.on(node, serial)
        return serial

    def _serial(self, name: str) -> str:
        folder = self.state.hardware(name)
        return hardware.read(folder).serial if (folder / hardware.FILE).exists() else ""

    # --- parts ---

    def pull(self, name: str, part: str) -> None:
        """Pull a part; with an optic its cable goes dark."""
        self._set_part(name, part, present=False)

    def plug(self, name: str, part: str) -> None:
        """Put a pulled part back."""
        self._set_part(name, part, present=True)

    def _set_part(self, name: str, part: str, *, present: bool) -> None:
        self.topology.node(name)
        with self.state.lock():
            folder = self.state.hardware(name)
            hardware.write(folder, hardware.set_present(hardware.read(folder), part, present=present))
            port = hardware.optic_port(part)
            cables = [cable for cable in self.topology.cables_of(name) if port and _uses(cable, name, port)]
            (wiring.heal if present else wiring.cut)(self.state, cables)

    # --- cables ---

    def select(self, what: Sequence[str]) -> list[Cable]:
        """Cables by two nodes, one node, or one site (its uplinks). Raises NotFoundError."""
        first = what[0]
        if len(what) == 2:
            found = self.topology.cables_between(first, what[1])
            words = f"no cable between {first} and {what[1]}"
        elif first in self.topology.sites() and first not in self.topology.nodes:
            found = self.topology.uplinks(first)
            words = f"no cable leaves the site {first}"
        else:
            self.topology.node(first)
            found = self.topology.cables_of(first)
            words = f"no cable at {first}"
        if not found:
            raise LabError(words, subject=self.name, remedy="See `netwright lab status --cables`.")
        return found

    def cut(self, *what: str) -> list[Cable]:
        """Cut cables (see ``select``); both ends lose their carrier. ``cut(NODE, "eth0")``: management."""
        return self._cut_or_heal(what, whole=False)

    def heal(self, *what: str) -> list[Cable]:
        """Undo ``cut``."""
        return self._cut_or_heal(what, whole=True)

    def _cut_or_heal(self, what: Sequence[str], *, whole: bool) -> list[Cable]:
        if len(what) == 2 and what[1] == "eth0":
            node = self.topology.node(what[0])
            if node.management is None:
                raise LabError("this node has no management port", subject=node.name)
            with self.state.lock():
                wiring.set_management(self.state, self.topology, node.name, up=whole)
            return []
        cables = self.select(what)
        with self.state.lock():
            if whole:
                self._assembly.start_panel()
            (wiring.heal if whole else wiring.cut)(self.state, cables)
        return cables

    def impair(
        self,
        a: str,
        b: str,
        *,
        loss_percent: float | None = None,
        rate_bps: int | None = None,
        delay_ms: float | None = None,
        jitter_ms: float | None = None,
    ) -> list[Cable]:
        """Change what the cables between two nodes do to frames, each way; None leaves a part as it is."""
        asked = {
            "loss_percent": loss_percent,
            "rate_bps": rate_bps,
            "delay_ms": delay_ms,
            "jitter_ms": jitter_ms,
        }
        changes: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
        cables = self.select((a, b))
        with self.state.lock():
            for cable in cables:
                now = impairments(self.state).get(cable.number, Impairment())
                impair(self.state, cable, replace(now, **changes))
        return cables

    def clear(self, a: str, b: str) -> list[Cable]:
        """No more loss, limit or delay between two nodes."""
        return self.impair(a, b, loss_percent=0.0, rate_bps=0, delay_ms=0.0, jitter_ms=0.0)

    # --- looking ---

    def exec(
        self,
        name: str,
        argv: Sequence[str],
        *,
        stdin: str = "",
        deadline_s: float = 60.0,
        check: bool = False,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command inside a node as root. Raises LabError when the node is off or time is up."""
        return system.run(
            [*self.enter(name), *argv],
            stdin=stdin,
            deadline_s=deadline_s,
            check=check,
            subject=name,
        )

    def enter(self, name: str) -> list[str]:
        """The command prefix that enters a node, or the manager's namespace for the name ``mgr``."""
        if name == "mgr":
            return ["nsenter", f"--net={system.NETNS / self.state.manager}"]
        self.topology.node(name)
        pid = self._power.pid(name)
        if not pid:
            raise LabError(
                "the node is off", subject=name, remedy=f"Start it with `netwright lab boot {name}`."
            )
        return ["nsenter", "-t", str(pid), "-m", "-u", "-i", "-n", "-p", "--"]

    def namespace(self, node: str) -> str:
        """Name of a node's network namespace."""
        return self.state.namespace(self.topology.node(node).name)

    def running(self, name: str) -> bool:
        return bool(self._power.pid(self.topology.node(name).name))

    def nodes(self) -> list[NodeStatus]:
        topology = self.topology
        ports = wiring.links(self.state.manager)
        found = []
        for node in topology.nodes.values():
            port = ports.get(wiring.bridge_port(self.topology, node.name)) if node.management else None
            found.append(NodeStatus(node, self.running(node.name), port is not None and not port.admin_up))
        return found

    def cables(self) -> list[CableStatus]:
        topology = self.topology
        links = wiring.links(self.state.patch)
        impaired = impairments(self.state)
        found = []
        for cable in topology.cables:
            a, b = (links.get(socket) for socket in wiring.sockets(cable))
            light = all(end is not None and end.admin_up and end.carrier for end in (a, b))
            found.append(CableStatus(cable, wiring.is_cut(a), light, impaired.get(cable.number)))
        return found


def _uses(cable: Cable, node: str, port: str) -> bool:
    return any(end.node == node and end.name == port for end in (cable.a, cable.b))
