"""The chassis: parts in and out, another box, and what the node's agent makes of the file."""

from __future__ import annotations

import importlib.util
import io
import json
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwright.base.errors import NotFoundError
from netwright.inventory.hardware import ComponentClass
from netwright.lab import chassis
from netwright.lab.generate import generate
from netwright.lab.system import LabError

TOPOLOGY = generate(1)
NODE = TOPOLOGY.node("p01-edge1")
PROGRAM = Path(chassis.__file__).parent / "node" / "chassis.py"


def agent_module(folder: Path) -> ModuleType:
    """The node's own program, reading a chassis in ``folder``."""
    spec = importlib.util.spec_from_file_location("node_chassis", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.FILE = str(folder / chassis.FILE)  # type: ignore[attr-defined]
    return module


def test_a_new_chassis_has_optics_where_cables_are() -> None:
    built = chassis.build(TOPOLOGY, NODE)
    names = [part.name for part in built.parts]
    assert names == [
        *("chassis", "psu1", "psu2", "fan1", "fan2", "fan3"),
        *(f"optic-swp{number}" for number in range(1, 6)),
    ]
    assert len({part.serial for part in built.parts}) == len(names)
    assert {part.part_class for part in built.parts} <= set(ComponentClass)
    indexes = [part.index for part in built.parts] + [sensor.index for sensor in built.sensors]
    assert len(indexes) == len(set(indexes))


def test_written_is_what_is_read(tmp_path: Path) -> None:
    built = chassis.set_present(chassis.build(TOPOLOGY, NODE), "fan2", present=False)
    chassis.write(tmp_path, built)
    assert chassis.read(tmp_path) == built
    with pytest.raises(NotFoundError):
        chassis.read(tmp_path / "other")


def test_pulling_what_can_not_be_pulled() -> None:
    built = chassis.build(TOPOLOGY, NODE)
    with pytest.raises(NotFoundError, match="no slot psu7"):
        chassis.set_present(built, "psu7", present=False)
    with pytest.raises(LabError, match="chassis itself"):
        chassis.set_present(built, "chassis", present=False)
    with pytest.raises(LabError, match="already"):
        chassis.set_present(built, "psu1", present=True)
    with pytest.raises(LabError, match="no chassis"):
        chassis.build(TOPOLOGY, TOPOLOGY.node("isp-aurora"))


@pytest.mark.parametrize(
    ("serial", "after"),
    [("NWAMSEDGE101", "NWAMSEDGE102"), ("X9", "X10"), ("SPARE", "SPARE01"), ("A099", "A100")],
)
def test_next_serial(serial: str, after: str) -> None:
    built = chassis.build(TOPOLOGY, NODE, serial)
    assert chassis.next_serial(built) == after


@given(pulled=st.sets(st.sampled_from([part.name for part in chassis.build(TOPOLOGY, NODE).parts[1:]])))
def test_a_walk_meets_every_object_once_in_order(
    pulled: set[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    built = chassis.build(TOPOLOGY, NODE)
    for name in pulled:
        built = chassis.set_present(built, name, present=False)
    folder = tmp_path_factory.mktemp("chassis")
    chassis.write(folder, built)
    agent = agent_module(folder).Agent()
    met: list[tuple[int, ...]] = []
    at: tuple[int, ...] = (1, 3, 6, 1)
    while (said := agent.answer("getnext", at)) != "NONE":
        at = tuple(int(word) for word in said.splitlines()[0].strip(".").split("."))
        met.append(at)
        assert agent.answer("get", at).splitlines()[0] == said.splitlines()[0]
    assert met == sorted(set(met))
    names = {
        agent.answer("get", oid).splitlines()[2]
        for oid in met
        if oid[:12] == (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 7)
    }
    parts = {part.name for part in built.parts if part.present}
    assert names == parts | {sensor.name for sensor in built.sensors if sensor.part in parts}
    readings = [oid for oid in met if oid[:11] == (1, 3, 6, 1, 2, 1, 99, 1, 1, 1, 4)]
    assert len(readings) == sum(sensor.part in parts for sensor in built.sensors)


def test_the_protocol_of_pass_persist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chassis.write(tmp_path, chassis.build(TOPOLOGY, NODE))
    module = agent_module(tmp_path)
    serial = ".1.3.6.1.2.1.47.1.1.1.1.11.1"
    absent = serial.removesuffix("1") + "999"
    asked = f"PING\nget\n{serial}\nget\n{absent}\ngetnext\nrubbish\nset\n{serial}\nstring x\n\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(asked))
    said = io.StringIO()
    monkeypatch.setattr("sys.stdout", said)
    module.Agent().run()
    assert said.getvalue().splitlines() == [
        *("PONG", serial, "string", "NWP01EDGE101", "NONE", "NONE", "not-writable")
    ]


def test_the_agent_reads_the_file_again_when_it_changes(tmp_path: Path) -> None:
    built = chassis.build(TOPOLOGY, NODE)
    chassis.write(tmp_path, built)
    agent = agent_module(tmp_path).Agent()
    fan = (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 7, 102)
    assert agent.answer("get", fan).endswith("fan2")
    chassis.write(tmp_path, chassis.set_present(built, "fan2", present=False))
    assert agent.answer("get", fan) == "NONE"


def test_json_and_tables_tell_the_same(tmp_path: Path) -> None:
    chassis.write(tmp_path, chassis.build(TOPOLOGY, NODE))
    module = agent_module(tmp_path)
    told = module.as_json(module.load(), now=1000.0)
    rows = {oid: value for oid, _, value in module.table(module.load(), 1000.0)}
    for sensor in told["sensors"]:
        column = (*module.SENSOR, 4, sensor["index"])
        digits = rows[(*module.SENSOR, 3, sensor["index"])]
        assert rows[column] == round(sensor["value"] * 10**digits)
    # no port of this machine is called swp1: an optic without light reads dark
    assert {item["value"] for item in told["sensors"] if item["class"] == "dbm"} == {-40.0}
    assert json.loads(json.dumps(told)) == told
