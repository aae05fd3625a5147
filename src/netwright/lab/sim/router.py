"""A simulated FRR router: its running and its startup configuration, and what follows from them."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable

from netwright.base.errors import InputError
from netwright.lab.sim.configuration import Configuration, LineError, load
from netwright.lab.sim.hardware import Device
from netwright.lab.sim.network import Network
from netwright.lab.sim.speaker import speaker_of
from netwright.lab.topology import Node, Topology


class Router(Device):
    """A router. ``running_text`` is what ``show running-config`` prints; the tree is made when it is needed,
    for a thousand trees would fill the memory."""

    def __init__(
        self,
        topology: Topology,
        node: Node,
        network: Network,
        secrets: Callable[[str], str],
        config: str | None = None,
    ) -> None:
        super().__init__(topology, node, network, secrets)
        self.descriptions: dict[str, str] = {}
        self._set_by_lab = self._own
        self._shut: set[str] = set()
        self._take(_loaded(bare(node.name) if config is None else config))
        self.startup_text = self.running_text

    def admin_up(self, interface: str) -> bool:
        return super().admin_up(interface) and interface not in self._shut

    # -- configuration -------------------------------------------------------------------------------------

    def running(self) -> Configuration:
        configuration, _ = load(self.running_text)
        return configuration

    def replace(self, text: str) -> list[LineError]:
        """Make the running configuration that of a file, as frr-reload.py does: refused as a whole when a
        line is no command; else the lines that mean something take hold and the others come back."""
        configuration, errors = load(text)
        if any(error.syntax for error in errors):
            return errors
        if "agentx" in self.running().top.lines:  # a module that is loaded can't be taken out again
            configuration.enter("end")
            configuration.enter("agentx")
        self._take(configuration)
        self.network.changed(self.name)
        return errors

    def enter(self, lines: Iterable[str]) -> LineError | None:
        """Commands typed by hand in configuration mode, up to the first that is refused."""
        configuration = self.running()
        error = None
        for line in lines:
            if (error := configuration.enter(line)) is not None:
                break
        self._take(configuration)
        self.network.changed(self.name)
        return error

    def save(self) -> None:
        """``write memory``."""
        self.startup_text = self.running_text

    def _take(self, configuration: Configuration) -> None:
        self.running_text = configuration.text()
        self._own = list(self._set_by_lab)
        self._shut = set()
        self.descriptions = {}
        for section in configuration.top.sections.values():
            if section.kind == "interface" and self.knows(name := section.header.split()[1]):
                self._configure(name, section.lines.values())
        connected = {str(address.network) for _, address in self._own}
        own = sorted(self._own, key=lambda pair: (pair[0] == "lo", pair[1]))
        self._speaker = speaker_of(configuration.top, connected, [str(address.ip) for _, address in own])
        if self._speaker is not None:
            self._speaker.source = self.running_text

    def knows(self, interface: str) -> bool:
        return interface == "lo" or interface in self.interfaces

    def _configure(self, interface: str, lines: Iterable[str]) -> None:
        for line in lines:
            match line.split():
                case ["ip", "address", address]:
                    self._own.append((interface, ipaddress.IPv4Interface(address)))
                case ["shutdown"]:
                    self._shut.add(interface)
                case ["description", *_]:
                    self.descriptions[interface] = line.removeprefix("description ")

    def power(self, *, on: bool) -> None:
        """A router boots with its startup configuration."""
        if on == self.alive:
            return
        if on:
            self._take(_loaded(self.startup_text))
        super().power(on=on)

    def erase(self) -> None:
        super().erase()
        self.startup_text = _loaded(bare(self.name)).text()


def bare(name: str) -> str:
    """What a router runs before anyone configured it."""
    return f"frr defaults traditional\nhostname {name}\nagentx\n"


def _loaded(text: str) -> Configuration:
    configuration, errors = load(text)
    if errors:
        raise InputError(f"a configuration to start with is wrong ({errors[0]})", remedy="Mend it.")
    return configuration
