"""``netwright sim`` from start to end, as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import LAB, Run


def test_it_starts_obeys_and_ends(sim: Run, tmp_path: Path) -> None:
    assert "2 SIMULATED devices" in sim("up", "lab.yaml")
    assert "already" in sim("up", "lab.yaml", status=2)
    assert sim("exec", "a", "--", "vtysh", "-c", "show version").startswith("FRRouting")
    assert sim("exec", "a", "--", "nonsense", status=127)
    assert sim("cut", "one") == "cut: a swp1 -- b swp1\n"
    assert sim("heal", "a", "b") == "healed: a swp1 -- b swp1\n"
    sim("pull", "a", "psu2")
    sim("fault", "b", "slow")
    sim("crash", "b")
    rows = json.loads(sim("status", "--json", status=1))
    assert {row["device"]: (row["running"], row["faults"]) for row in rows} == {
        "a": (True, []),
        "b": (False, ["slow"]),
    }
    assert sim("boot", "b") == "b is up.\n"
    assert "serial B02" in sim("swap", "b")
    assert "slow" in sim("status")
    assert "no such node" in sim("crash", "c", status=2)
    assert "down" in sim("down")
    assert not (tmp_path / "state" / "access.yaml").exists()
    assert "There was no" in sim("down")
    assert "sim up" in sim("crash", "a", status=2)


def test_a_file_that_is_no_lab_is_refused_with_its_line(sim: Run, tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").write_text(LAB.replace("a swp1 -- b swp1", "a swp1 -- c swp1"))
    assert "lab.yaml:11" in sim("up", "lab.yaml", status=2)
