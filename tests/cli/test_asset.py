"""A piece's way: from the shelf into a device, out again, and what each place is wanted to have."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from netwright.base.errors import NetwrightError
from netwright.cli.main import root

DEMO = Path(__file__).parents[2] / "examples" / "demo" / "design"
MODULE = """
models: [{name: PSU-750, manufacturer: Netwright Labs, form: module, component_class: power-supply}]
"""


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seeded")
    home = folder / "home"
    design = folder / "module.yaml"
    design.write_text(MODULE)
    run(home, "init")
    run(home, "import", str(DEMO), str(design))
    return home


@pytest.fixture
def home(seeded: Path, tmp_path: Path) -> Path:
    return shutil.copytree(seeded, tmp_path / "home")


def run(home: Path, *arguments: str) -> str:
    result = CliRunner(env={"NETWRIGHT_HOME": str(home)}).invoke(root, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def refused(home: Path, *arguments: str) -> str:
    with pytest.raises(NetwrightError) as caught:
        run(home, *arguments)
    return str(caught.value)


def piece(home: Path, serial: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = json.loads(run(home, "asset", "list", "--json"))
    return next(row for row in rows if row["serial"] == serial)


def wanted_serial(home: Path, kind: str, key: str) -> str:
    shown: dict[str, Any] = json.loads(run(home, "show", kind, key, "--json"))
    return str(shown["fields"]["serial"])


def test_a_chassis_replaced_by_a_spare(home: Path) -> None:
    model = json.loads(run(home, "show", "device", "ams-edge1", "--json"))["fields"]["model"]
    old = wanted_serial(home, "device", "ams-edge1")
    run(home, "asset", "receive", old, "--model", model, "--to", "ams/B1")
    run(home, "asset", "install", old, "ams-edge1")
    run(home, "asset", "receive", "SPARE-1", "--model", model, "--to", "ams/B2", "--tag", "A-17")
    assert piece(home, "SPARE-1") == {
        "serial": "SPARE-1",
        "model": model,
        "status": "stock",
        "where": "shelf B2 in ams",
        "asset_tag": "A-17",
    }
    assert f"has piece {old} already" in refused(home, "asset", "install", "SPARE-1", "ams-edge1")
    run(home, "asset", "install", "SPARE-1", "ams-edge1", "--old-to", "ams/repair")
    assert wanted_serial(home, "device", "ams-edge1") == "SPARE-1"
    assert piece(home, old)["where"] == "shelf repair in ams"
    assert piece(home, "SPARE-1")["where"] == "device ams-edge1"
    stays = json.loads(run(home, "asset", "history", old, "--json"))
    assert [stay["where"] for stay in stays] == ["shelf repair in ams", "device ams-edge1", "shelf B1 in ams"]


def test_a_module_goes_in_and_out(home: Path) -> None:
    run(home, "asset", "receive", "PSU-9", "--model", "PSU-750", "--to", "ams")
    slot = next(
        row["key"]
        for row in json.loads(run(home, "show", "component", "--json"))
        if row["key"].startswith("ams-edge1/") and row["fields"]["component_class"] == "power-supply"
    )
    run(home, "asset", "install", "PSU-9", slot)
    assert wanted_serial(home, "component", slot) == "PSU-9"
    assert piece(home, "PSU-9")["where"] == slot
    run(home, "asset", "shelve", "PSU-9", "par/R1", "--status", "faulty")
    assert wanted_serial(home, "component", slot) == ""
    assert piece(home, "PSU-9")["status"] == "faulty"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("install", "NOPE", "ams-edge1"), "no piece with this serial"),
        (("install", "PSU-9", "ams-edge1"), "is a PSU-750"),
        (("install", "PSU-9", "nowhere"), "no such device"),
        (("receive", "PSU-9", "--model", "PSU-750", "--to", "ams"), "is known already"),
        (("shelve", "PSU-9", "atlantis"), "no site 'atlantis'"),
    ],
)
def test_what_does_not_fit_is_told(home: Path, arguments: tuple[str, ...], said: str) -> None:
    run(home, "asset", "receive", "PSU-9", "--model", "PSU-750", "--to", "ams")
    assert said in refused(home, "asset", *arguments)
