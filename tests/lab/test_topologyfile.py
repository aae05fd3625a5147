"""lab.yaml: the demo's file is what docs/demo-network.md says; whatever is wrong is said with its line."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

import pytest

from netwright.base.errors import InputError, NotFoundError
from netwright.lab.topology import NodeType
from netwright.lab.topologyfile import parse_topology, read_topology

ROOT = Path(__file__).parents[2]
MODEL = """\
models:
  M:
    manufacturer: X
    part_number: M-1
    ports: 2
    power_supplies: {count: 1, part_number: P}
    fans: {count: 1, part_number: F}
    temperature_sensors: 1
    optic: O
"""
HEAD = "name: t\nmanagement: 10.0.0.1/24\n" + MODEL  # 11 lines
R1 = "  r1: {type: router-frr, site: s, model: M, serial: S1, management: 10.0.0.2}\n"
R2 = "  r2: {type: router-frr, site: s, model: M, serial: S2, management: 10.0.0.3}\n"


def test_the_demo_has_every_cable_of_its_page() -> None:
    page = (ROOT / "docs" / "demo-network.md").read_text()
    rows = re.findall(r"^\| (\S+ swp\d+) \| (\S+ swp\d+) \| (\S+) \|$", page, re.MULTILINE)
    topology = read_topology(ROOT / "examples" / "demo" / "lab.yaml")
    assert len(rows) == 37
    cables = {(str(cable.a), str(cable.b)) for cable in topology.cables}
    assert {(a, b) for a, b, _ in rows} <= cables
    assert all("client" in b for a, b in cables - {(a, b) for a, b, _ in rows})
    lower = {end: ipaddress.IPv4Address(low) + step for a, b, low in rows for step, end in enumerate((a, b))}
    for node in topology.nodes.values():
        for port, address in node.addresses.items():
            if f"{node.name} {port}" in lower:
                assert address.ip == lower[f"{node.name} {port}"]


def test_the_demo_has_every_device_of_its_page() -> None:
    page = (ROOT / "docs" / "demo-network.md").read_text()
    topology = read_topology(ROOT / "examples" / "demo" / "lab.yaml")
    managed = {node.name for node in topology.nodes.values() if node.managed}
    assert len(managed) == 18
    for node in topology.nodes.values():
        assert node.name in page
        if node.managed:
            assert node.serial == f"NW{node.name.upper().replace('-', '')}01"
    kinds = [node.type for node in topology.nodes.values()]
    assert (kinds.count(NodeType.ISP_FRR), kinds.count(NodeType.ISP_BIRD)) == (1, 1)
    assert topology.secret_names() == ["isp-aurora-md5", "isp-borealis-md5"]
    uplinks = {str(cable) for cable in topology.uplinks("nyc")}
    assert len(uplinks) == 6
    assert all("tor1" not in cable for cable in uplinks)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", None, "empty"),
        ("name: t\nnodes: a: b\n", 2, "not valid YAML"),
        ("name: t\nname: u\n", 2, "name is given twice"),
        ("name: t\n", 1, "management is missing"),
        ("name: t\nmanagement: 10.0.0.1\nnodes: {}\ncables: []\n", 2, "lacks its prefix length"),
        (HEAD + "nodes:\n  R1: {type: client}\ncables: []\n", 13, "not a node's name"),
        (HEAD + "nodes:\n  r1: {type: cisco}\ncables: []\n", 13, "not a type of node"),
        (HEAD + "nodes:\n  r1: {type: client, color: red}\ncables: []\n", 13, "unknown field color"),
        (HEAD + "nodes:\n  r1: {type: router-frr}\ncables: []\n", 13, "site is missing"),
        (HEAD + f"nodes:\n{R1.replace('model: M', 'model: N')}cables: []\n", 13, "unknown model N"),
        (HEAD + f"nodes:\n{R1.replace('10.0.0.2', '10.9.0.2')}cables: []\n", 13, "outside the management"),
        (HEAD + f"nodes:\n{R1.replace('10.0.0.2', '10.0.0.1')}cables: []\n", 13, "the manager already"),
        (HEAD + f"nodes:\n{R1}{R2.replace('.0.3', '.0.2')}cables: []\n", 14, "address of r1 already"),
        (HEAD + f"nodes:\n{R1}{R2}cables:\n  - r1 swp1 r2 swp1\n", 16, "is not a cable"),
        (HEAD + f"nodes:\n{R1}{R2}cables:\n  - r1 swp1 -- r3 swp1\n", 16, "no node r3"),
        (HEAD + f"nodes:\n{R1}{R2}cables:\n  - r1 swp3 -- r2 swp1\n", 16, "no port swp3"),
        (HEAD + f"nodes:\n{R1}{R2}cables:\n  - r1 eth0 -- r2 swp1\n", 16, "'eth0' is not a port"),
        (HEAD + f"nodes:\n{R1}{R2}cables:\n  - r1 swp1 -- r1 swp2\n", 16, "both ends"),
        (
            HEAD + f"nodes:\n{R1}{R2}cables:\n  - r1 swp1 -- r2 swp1\n  - r2 swp2 -- r1 swp1\n",
            17,
            "f.yaml:16",
        ),
    ],
)
def test_each_mistake_is_said_with_its_line(text: str, line: int | None, says: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_topology(text, "f.yaml")
    assert caught.value.subject == (f"f.yaml:{line}" if line else "f.yaml")
    assert says in str(caught.value)


def test_a_missing_or_binary_file(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        read_topology(tmp_path / "none.yaml")
    (tmp_path / "bin.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        read_topology(tmp_path / "bin.yaml")
