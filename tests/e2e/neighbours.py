"""A real router between real BGP neighbours, and what the neighbours see while its configuration changes.

    peer 1 (10.7.0.11, AS 65101) --+
    peer 2 (10.7.0.12, AS 65102) --+-- swp1 10.7.0.1/24 router (AS 65000)
    peer 3 (10.7.0.13, AS 65103) --+

Each peer is a bgpd of its own in the peers' namespace, without zebra: it announces four prefixes and logs
each update. Counted are the sessions that went down and the prefixes that were taken back.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netwright.config.compare import same
from netwright.config.dialect import FRR
from netwright.device.connect import open_session
from netwright.device.hostkeys import MemoryHostKeys
from netwright.platforms.frr.driver import FrrConfigDriver

from .one_router import OneRouter, one_router, run, until

PEERS = (1, 2, 3)
BASE = """\
ip route 10.200.0.0/24 blackhole
router bgp 65000
 bgp router-id 10.7.0.1
 timers bgp 3 9
 network 10.200.0.0/24
bgp route-map delay-timer 1
"""
_WITHDRAWN = re.compile(r"rcvd UPDATE about \S+ \S+ \S+ -- withdrawn")
_LONGEST_S, _STEADY_S = 15.0, 2.5


@dataclass(frozen=True, slots=True)
class Seen:
    """What the neighbours saw: sessions that went down, prefixes taken back; and how long it took."""

    resets: int
    withdrawals: int
    seconds: float = 0.0


@dataclass
class Neighbours:
    """The router's neighbours, in the namespace behind ``swp1``."""

    router: OneRouter
    folder: Path
    _started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        space = f"{self.router.name}-p"
        for number in PEERS:
            place = self.folder / f"peer{number}"
            place.mkdir(parents=True)
            run("ip", "-n", space, "addr", "add", f"10.7.0.{10 + number}/24", "dev", "swp1")
            (place / "bgpd.conf").write_text(_peer_config(number))
            run("chown", "-R", "frr:frr", str(place))
            self._started.append(
                subprocess.Popen(
                    ["ip", "netns", "exec", space, "/usr/lib/frr/bgpd", "-Z", "-u", "frr", "-g", "frr",
                     "-l", f"10.7.0.{10 + number}", "-P", "0", "-i", str(place / "pid"),
                     "--vty_socket", str(place), "-f", str(place / "bgpd.conf"),
                     "--log", f"file:{place / 'log'}"],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=(place / "err").open("wb"),
                )
            )  # fmt: skip
        until("the neighbours", lambda: all((self.folder / f"peer{n}" / "bgpd.vty").exists() for n in PEERS))

    def stop(self) -> None:
        for process in self._started:
            process.kill()
            process.wait(timeout=10)

    def ask(self, number: int, command: str) -> str:
        return run("vtysh", "--vty_socket", str(self.folder / f"peer{number}"), "-d", "bgpd", "-c", command)

    def session(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ask(number, "show bgp neighbors 10.7.0.1 json"))["10.7.0.1"]
        return found

    def settle(self) -> None:
        """Wait until nothing has changed for a while, and no session is about to come back."""
        begun = steady = time.monotonic()
        before = None
        while time.monotonic() - begun < _LONGEST_S:
            now = tuple(self._moment(number) for number in PEERS)
            if now != before or any(state != "Established" for state, _ in now):
                before, steady = now, time.monotonic()
            if time.monotonic() - steady >= _STEADY_S:
                return
            time.sleep(0.3)

    def _moment(self, number: int) -> tuple[str, int]:
        return self.session(number)["bgpState"], (self.folder / f"peer{number}" / "log").stat().st_size

    def counts(self) -> Seen:
        """Since the neighbours were started."""
        resets = sum(self.session(number)["connectionsDropped"] for number in PEERS)
        logs = ((self.folder / f"peer{number}" / "log").read_text(errors="replace") for number in PEERS)
        return Seen(resets, sum(len(_WITHDRAWN.findall(log)) for log in logs))


def _peer_config(number: int) -> str:
    networks = "".join(f"  network 10.{100 + number}.{n}.0/24\n" for n in range(4))
    return f"""\
frr defaults traditional
debug bgp updates in
router bgp {65100 + number}
 bgp router-id 10.7.0.{10 + number}
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor 10.7.0.1 remote-as external
 neighbor 10.7.0.1 timers 3 9
 neighbor 10.7.0.1 timers connect 1
 neighbor 10.7.0.1 advertisement-interval 0
 neighbor 10.7.0.1 update-source 10.7.0.{10 + number}
 address-family ipv4 unicast
{networks} exit-address-family
"""


@dataclass
class Rig:
    """The router with its neighbours."""

    router: OneRouter
    neighbours: Neighbours
    _changes: int = 0

    def load(self, text: str) -> str:
        """Make the router run ``text``, however, and give back what it prints then."""
        self.reload(text)
        self.neighbours.settle()
        return self.router.running()

    def reload(self, text: str) -> None:
        self._put("/root/load/frr.conf", text)
        self.router.run("/usr/lib/frr/frr-reload.py --reload --confdir /root/load /root/load/frr.conf")

    def deploy(self, text: str) -> None:
        """As a rollout does it: armed with a way back, then confirmed."""
        self._changes += 1
        asyncio.run(self._deploy(text, f"t{self._changes}"))

    async def _deploy(self, text: str, token: str) -> None:
        driver, session = FrrConfigDriver(), open_session(self.router.endpoint, MemoryHostKeys())
        try:
            await driver.arm(session, text, token=token, timer_s=60)
            await driver.confirm(session, token=token)
        finally:
            await session.close()

    def type(self, commands: str) -> None:
        """Commands as a person would paste them in configuration mode."""
        self._put("/root/load/commands", commands)
        self.router.run("vtysh -f /root/load/commands")

    def _put(self, path: str, text: str) -> None:
        """A file on the router, through a folder that both see."""
        self.router.run("mkdir -p /root/load; touch /root/load/vtysh.conf")
        (self.router.folder / "given").write_text(text)
        self.router.run(f"cp /mnt/given {path}")

    def seen(self, change: Callable[[], None]) -> Seen:
        """What the neighbours see of a change."""
        before, begun = self.neighbours.counts(), time.monotonic()
        change()
        seconds = time.monotonic() - begun
        self.neighbours.settle()
        after = self.neighbours.counts()
        return Seen(after.resets - before.resets, after.withdrawals - before.withdrawals, seconds)

    def compare(self, case: dict[str, Any], own: str) -> dict[str, Seen]:
        """A transition done three ways: ``ours``, ``frr-reload`` and ``optimum``. Each must end with what is
        intended. ``own``: what the router runs when bare."""
        running = own + BASE + case["running"]
        intended = running
        for old, new in case["change"]:
            assert old in intended, old
            intended = intended.replace(old, new)
        wanted = self.load(intended)
        text = wanted.rpartition("\nend")[0] + "\n"
        ways: dict[str, Callable[[], None]] = {
            "ours": lambda: self.deploy(text),
            "frr-reload": lambda: self.reload(wanted),
            "optimum": lambda: self.type(case["optimum"]),
        }
        found: dict[str, Seen] = {}
        for name, change in ways.items():
            self.load(running)
            found[name] = self.seen(change)
            assert same(self.router.running(), wanted, FRR), f"{case['name']}: {name} does not get there"
        return found


@contextlib.contextmanager
def rig(folder: Path) -> Iterator[Rig]:
    """This process is in the manager's namespace until the end."""
    with tempfile.TemporaryDirectory() as place, one_router(folder / "router") as router:
        Path(place).chmod(0o755)  # bgpd gives up root's rights; pytest's folders are root's alone
        run("ip", "-n", f"{router.name}-r", "addr", "add", "10.7.0.1/24", "dev", "swp1")
        neighbours = Neighbours(router, Path(place) / "peers")
        try:
            neighbours.start()
            yield Rig(router, neighbours)
        finally:
            neighbours.stop()


def bare(rig: Rig) -> str:
    """What the router runs at first, to be told with each configuration."""
    return rig.router.running().rpartition("\nend")[0] + "\n"
