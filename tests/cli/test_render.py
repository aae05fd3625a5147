"""``netwright render``: the present, the past, and what a change set would make."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from netwright.cli.main import root

DEMO = Path(__file__).parents[2] / "examples" / "demo" / "design"


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("seeded") / "home"
    run(home, "init")
    run(home, "import", str(DEMO))
    return home


@pytest.fixture
def home(seeded: Path, tmp_path: Path) -> Path:
    return shutil.copytree(seeded, tmp_path / "home")


def run(home: Path, *arguments: str, code: int = 0) -> str:
    result = CliRunner(env={"NETWRIGHT_HOME": str(home)}).invoke(root, arguments)
    assert result.exit_code == code, result.output
    return result.output


def test_past_present_and_proposed(home: Path, tmp_path: Path) -> None:
    design = tmp_path / "design.yaml"
    design.write_text("interfaces: [{device: ams-edge1, name: swp1, description: to the core}]\n")
    first = run(home, "render", "ams-edge1")
    run(home, "import", str(design))
    now = run(home, "render", "ams-edge1")
    assert "to the core" in now
    assert run(home, "render", "ams-edge1", "--as-of", "1") == first
    design.write_text("interfaces: [{device: ams-edge1, name: swp1, description: proposed}]\n")
    run(home, "import", str(design), "--no-merge")
    assert "description proposed" in run(home, "render", "ams-edge1", "--change", "3")
    assert run(home, "render", "ams-edge1") == now


def test_context_data_reaches_templates(home: Path, tmp_path: Path) -> None:
    design = tmp_path / "design.yaml"
    design.write_text("config_contexts: [{name: all, data: {clocks: [192.0.2.7]}}]\n")
    run(home, "import", str(design))
    assert run(home, "render", "ams-edge1", "--context") == "ams-edge1:\n  clocks:\n  - 192.0.2.7\n"
    overlay = tmp_path / "templates" / "frr"
    overlay.mkdir(parents=True)
    (overlay / "extra.j2").write_text("! ntp {{ device.context.clocks | join(' ') }}\n")
    with (home / "settings.toml").open("a") as settings:
        settings.write(f'\ntemplates = "{overlay.parent}"\n')
    assert "! ntp 192.0.2.7" in run(home, "render", "ams-edge1")


def test_both_ways_at_once_is_refused(home: Path) -> None:
    result = CliRunner(env={"NETWRIGHT_HOME": str(home)}).invoke(
        root, ["render", "ams-edge1", "--as-of", "1", "--change", "1"]
    )
    assert "--as-of looks back and --change ahead" in str(result.exception)


def test_every_line_says_where_it_comes_from(home: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "templates" / "site" / "ams" / "frr"
    overlay.mkdir(parents=True)
    (overlay / "extra.j2").write_text("! by {{ device.name }}\n")
    with (home / "settings.toml").open("a") as settings:
        settings.write(f'\ntemplates = "{tmp_path / "templates"}"\n')
    document = json.loads(run(home, "render", "ams-edge1", "--explain", "--json"))
    lines = document["devices"]["ams-edge1"]
    plain = run(home, "render", "ams-edge1")
    assert [line["text"] for line in lines] == plain.splitlines()
    (own,) = [line for line in lines if line["text"] == "! by ams-edge1"]
    assert (own["template"], own["line"], own["layer"]) == (f"{overlay / 'extra.j2'}", 1, "site ams")
    remote = next(line for line in lines if line["text"].startswith(" neighbor 10.254.1.0 remote-as"))
    (session,) = [one for one in remote["sources"] if one["kind"] == "bgp_session"]
    assert session["key"] == "ams-edge1/10.254.1.0"
    assert session["revision"] == session["changeset"] == 1
    assert remote["template"] == "frr/bgp_table.j2"
    told = run(home, "render", "ams-edge1", "--explain")
    assert "(site ams)" in told
    assert "interface ams-edge1/swp1 (change set 1 by" in told


def test_another_platform_on_trial(home: Path) -> None:
    said = run(home, "render", "ams-edge1", "--platform", "linux", code=2)
    assert "platform linux has no template" in said


def test_what_the_templates_leave_out_is_told(home: Path, tmp_path: Path) -> None:
    design = tmp_path / "design.yaml"
    design.write_text(
        "config_contexts:\n"
        "  - {name: clocks, data: {ntp: {servers: [192.0.2.7], keys: [{number: 1, secret: k}]}}}\n"
    )
    run(home, "import", str(design))
    told = "is wanted but not written on nokia_srl: NTP has no keys"
    result = CliRunner(env={"NETWRIGHT_HOME": str(home)}).invoke(
        root, ["render", "ams-edge1", "fra-core1", "--platform", "nokia_srl", "--json"]
    )
    assert f"warning: 2 devices (ams-edge1, fra-core1): ntp.keys {told}" in result.stderr.splitlines()
    found = [one for one in json.loads(result.stdout)["omissions"] if one["field"] == "ntp.keys"]
    assert [(one["device"], one["platform"]) for one in found] == [
        ("ams-edge1", "nokia_srl"),
        ("fra-core1", "nokia_srl"),
    ]
    alone = CliRunner(env={"NETWRIGHT_HOME": str(home)}).invoke(
        root, ["render", "ams-edge1", "--platform", "nokia_srl"]
    )
    assert f"warning: ams-edge1: ntp.keys {told}" in alone.stderr.splitlines()
    assert "192.0.2.7" in alone.stdout
