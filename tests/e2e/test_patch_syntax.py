"""FRR's own parser accepts the patches for FRR, forth and back."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from netwright.config.engine import make_patch, text_of
from netwright.config.schema import schema

CASES: list[dict[str, Any]] = [
    case
    for case in yaml.safe_load((Path(__file__).parents[1] / "cases/config/hazards.yaml").read_text())
    if case["platform"] == "frr"
]

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
@pytest.mark.parametrize("ends", [("running", "intended"), ("intended", "running")], ids=["forth", "back"])
def test_vtysh_accepts_it(case: dict[str, Any], ends: tuple[str, str], tmp_path: Path) -> None:
    rules = schema("frr")
    file = tmp_path / "patch.conf"
    file.write_text(text_of(make_patch(case[ends[0]], case[ends[1]], rules).steps, rules))
    done = subprocess.run(
        ["vtysh", "-C", "-f", str(file)], capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 0, done.stdout + done.stderr
