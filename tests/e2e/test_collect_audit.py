"""Discovery, audit, collection and health against real routers that are hurt: each fault is found, told in
words, and what follows from it is held back."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from netwright.app.context import open_context
from netwright.app.namespace import enter
from netwright.collect.audit import audit
from netwright.collect.discover import discover
from netwright.collect.findings import open_findings, store_findings
from netwright.collect.health import HealthReport, HealthState, health
from netwright.collect.observed import Finding
from netwright.collect.round import Collector, Pace, RoundSummary
from netwright.lab.lab import Lab

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]
Eventually = Callable[..., object]
T = TypeVar("T")

DESIGN = Path(__file__).parents[2] / "examples" / "demo" / "design"
COMMAND_S = 150


class _LoopInside:
    """An event loop in a thread of its own that stands in the lab's manager namespace, as a worker does:
    sessions stay open from round to round, and no command has to start."""

    def __init__(self, namespace: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._main, args=(namespace,), daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(COMMAND_S)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _main(self, namespace: str) -> None:
        enter(namespace)  # this thread only, and those it starts
        self._loop.run_forever()


class House:
    """A home folder over the lab, with the command line and a collector that keeps running."""

    def __init__(self, home: Path, namespace: str, access: Path) -> None:
        self._environment = os.environ | {"NETWRIGHT_HOME": str(home)}
        self.run("init", "--access", access)
        self.run("import", DESIGN)
        self.context = open_context(home)
        self._inside = _LoopInside(namespace)
        self._collector = Collector(
            self.context.database,
            self.context.series,
            self.context.targets,
            self.context.open_session,
            self.context.clock,
            pace=Pace(facts_every=10_000),
        )

    def run(self, *words: str | Path, good: tuple[int, ...] = (0,)) -> str:
        """What a command prints. Fails the test on another exit code than those in ``good``."""
        argv = [sys.executable, "-m", "netwright", *map(str, words)]
        done = subprocess.run(
            argv, env=self._environment, capture_output=True, text=True, timeout=COMMAND_S, check=False
        )
        assert done.returncode in good, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def collect(self) -> RoundSummary:
        return self._inside.run(self._collector.round())

    def lost(self) -> set[str]:
        """Devices that do not answer a round."""
        return {device for device, _ in self.collect().failed}

    def discover(self, *names: str) -> None:
        context = self.context
        targets = context.targets(names or None)
        outcomes = self._inside.run(discover(context.database, targets, context.open_session, context.clock))
        assert [outcome.error for outcome in outcomes if not outcome.ok] == []

    def findings(self) -> list[Finding]:
        """Open ones, judged anew."""
        context = self.context
        with context.database.write() as session:
            store_findings(session, audit(session, context.clock), context.clock.now())
            return list(open_findings(session))

    def shown(self) -> set[tuple[str, str, str]]:
        """Findings that are not a consequence of another one."""
        return {(f.kind, f.device, f.object) for f in self.findings() if not f.cause}

    def health(self) -> HealthReport:
        with self.context.database.read() as session:
            return health(session, self.context.clock)

    def close(self) -> None:
        self._inside.run(self._collector.close())
        self._inside.run(self.context.close_sessions())
        self._inside.close()
        self.context.close()


@pytest.fixture(scope="module")
def house(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A home that knows the demo's design and has asked every device once."""
    house = House(tmp_path_factory.mktemp("audit") / "home", lab.manager_namespace, lab.access_file)
    house.discover()
    yield house
    house.close()


def test_discovery_tells_what_the_chassis_are(house: House, whole_lab: Lab) -> None:
    answers = {answer["device"]: answer for answer in json.loads(house.run("discover", "--json"))}
    assert len(answers) == 18
    assert all(answer["ok"] for answer in answers.values())
    edge = answers["ams-edge1"]
    assert (edge["serial"], edge["model"]) == ("NWAMSEDGE101", "NW-7100")
    assert edge["components"] == 11  # chassis, 2 power supplies, 3 fans, 5 optics
    assert not [answer for answer in answers.values() if answer["not_understood"]]


def test_hardware_and_cables_are_as_wanted(house: House, whole_lab: Lab, eventually: Eventually) -> None:
    """Two files by two hands agree with what LLDP and the agents say; LLDP takes a moment to hear everybody.
    Whether routers are configured depends on the tests that ran before."""
    configuration = {
        "not-configured",
        "config-drift",
        "bgp-down",
        "bgp-extra",
        "address-missing",
        "address-extra",
    }

    def other_findings() -> set[tuple[str, str, str]]:
        house.collect()
        return {one for one in house.shown() if one[0] not in configuration}

    eventually(lambda: not other_findings(), 90)


def test_a_pulled_power_supply_is_missed(house: House, whole_lab: Lab) -> None:
    whole_lab.pull("ams-edge1", "psu2")
    try:
        house.discover("ams-edge1")
        assert ("missing-component", "ams-edge1", "component psu2") in house.shown()
        assert "has no power-supply psu2" in house.run("audit", "ams-edge1", good=(1,))
    finally:
        whole_lab.plug("ams-edge1", "psu2")
    house.discover("ams-edge1")
    assert ("missing-component", "ams-edge1", "component psu2") not in house.shown()


def test_a_crashed_edge_is_one_finding_and_its_neighbours_only_follow(
    house: House, whole_lab: Lab, eventually: Eventually
) -> None:
    neighbours = {"fra-core1", "iad-core1", "ams-edge2", "ams-tor1"}
    eventually(lambda: not house.lost(), 60)
    whole_lab.crash("ams-edge1")
    try:
        assert house.lost() == {"ams-edge1"}
        assert ("device-unreachable", "ams-edge1", "") in house.shown()

        def all_follow() -> bool:  # net-snmp serves states of ports from a cache some seconds old
            house.collect()
            followers = {f.device for f in house.findings() if f.cause == "ams-edge1 does not answer"}
            return neighbours <= followers

        eventually(all_follow, 60)
        found = house.findings()
        assert not neighbours & {f.device for f in found if f.kind == "interface-down" and not f.cause}
        report = house.health()
        assert report.devices["ams-edge1"].state is HealthState.DOWN
        assert report.sites["ams"].state is HealthState.DEGRADED
    finally:
        whole_lab.boot("ams-edge1")
    eventually(lambda: not house.lost(), 60)
    assert "device-unreachable" not in {kind for kind, _, _ in house.shown()}


def test_a_crashed_cache_is_down_within_one_round(
    house: House, whole_lab: Lab, eventually: Eventually
) -> None:
    eventually(lambda: not house.lost(), 60)
    whole_lab.crash("par-cache1")
    try:
        house.collect()
        assert house.health().devices["par-cache1"].state is HealthState.DOWN
    finally:
        whole_lab.boot("par-cache1")
    eventually(lambda: not house.lost(), 60)


def test_a_dead_nginx_takes_its_server_out(house: House, whole_lab: Lab, eventually: Eventually) -> None:
    """The machine answers; what it is there for does not."""

    def state() -> HealthState:
        house.collect()
        return house.health().devices["nyc-cache2"].state

    eventually(lambda: state() is HealthState.OK, 60)
    whole_lab.exec("nyc-cache2", ["nginx", "-s", "stop"], check=True)
    try:
        eventually(lambda: state() is HealthState.DOWN, 30)
        assert ("service-down", "nyc-cache2", "sensor nginx") in house.shown()
    finally:
        whole_lab.exec("nyc-cache2", ["nginx"], check=True)
    eventually(lambda: state() is HealthState.OK, 60)


def test_a_pop_that_is_cut_off_is_one_finding_and_down(
    house: House, whole_lab: Lab, eventually: Eventually
) -> None:
    eventually(lambda: not house.lost(), 60)
    whole_lab.cut("ams")
    try:
        assert house.lost() == set()  # its management works

        def cut_ports() -> list[Finding]:
            """The agents may tell states that are some seconds old."""
            house.collect()
            found = [f for f in house.findings() if f.kind == "interface-down"]
            return found if len(found) >= 8 else []

        downs = eventually(cut_ports, 60)
        assert isinstance(downs, list)
        assert ("site-down", "", "site ams") in house.shown()
        assert [f.message for f in downs if not f.cause] == []
        report = house.health()
        assert report.sites["ams"].state is HealthState.DOWN
        assert report.sites["par"].state is not HealthState.DOWN
        assert report.devices["ams-cache1"].state is HealthState.OK
        assert "cut off" in house.run("audit", "--site", "ams", good=(1,))
        assert "cut off" in house.run("health", "--site", "ams", good=(1,))
    finally:
        whole_lab.heal("ams")

    def healed() -> bool:
        house.collect()
        return house.health().sites["ams"].state is not HealthState.DOWN

    eventually(healed, 60)


def _exchange_plugs(lab: Lab, node: str, one: str, other: str) -> None:
    """Two ports of a node change names: what was plugged into one is now in the other."""
    for name in (one, other):
        lab.exec(node, ["ip", "link", "set", name, "down"], check=True)
    for old, new in ((one, "moving"), (other, one), ("moving", other)):
        lab.exec(node, ["ip", "link", "set", old, "name", new], check=True)
    for name in (one, other):
        lab.exec(node, ["ip", "link", "set", name, "up"], check=True)


def test_exchanged_plugs_are_told_with_both_ends(
    house: House, whole_lab: Lab, eventually: Eventually
) -> None:
    def miscabled() -> list[str]:
        house.collect()
        return [f.message for f in house.findings() if f.kind == "miscabled"]

    def both() -> str:
        found = miscabled()
        whole = all("ams-cache" in message.split("wanted:")[1] for message in found)
        return " ".join(found) if len(found) == 2 and whole else ""

    eventually(lambda: not miscabled(), 90)
    _exchange_plugs(whole_lab, "ams-tor1", "swp3", "swp4")
    try:
        words = eventually(both, 90)
        assert isinstance(words, str)
        assert "The cable ams-tor1 swp3 – ams-cache1 swp1 is not plugged as wanted" in words
        assert "The cable ams-tor1 swp4 – ams-cache2 swp1 is not plugged as wanted" in words
        assert "ams-tor1 swp3 sees ams-cache2 swp1" in words
    finally:
        _exchange_plugs(whole_lab, "ams-tor1", "swp3", "swp4")
    eventually(lambda: not miscabled(), 90)


def test_a_replaced_router_is_told_by_its_serial(
    house: House, whole_lab: Lab, eventually: Eventually
) -> None:
    """Its SNMP agent tells the serial at once. SSH is refused until a person takes the other host key."""
    serial = whole_lab.swap("nyc-tor1")

    def found() -> dict[str, Finding]:
        house.collect()
        mine = {f.kind: f for f in house.findings() if f.device == "nyc-tor1"}
        return mine if {"wrong-serial", "partial-answer"} <= mine.keys() else {}

    findings = eventually(found, 90)
    assert isinstance(findings, dict)
    wrong = findings["wrong-serial"]
    assert (wrong.wanted, wrong.observed, wrong.cause) == ("NWNYCTOR101", serial, "")
    assert "NWNYCTOR101" in wrong.message
    assert serial in wrong.message
    assert "host key" in findings["partial-answer"].message

    house.run("hostkey", "accept", "nyc-tor1")
    whole_lab.swap("nyc-tor1", serial="NWNYCTOR101", keep_configuration=True)

    def mended() -> bool:
        house.collect()
        kinds = {kind for kind, device, _ in house.shown() if device == "nyc-tor1"}
        return not kinds & {"wrong-serial", "partial-answer", "device-unreachable"}

    eventually(mended, 90)
