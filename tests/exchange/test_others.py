"""What other tools read, by the tools themselves where they are here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from nornir import InitNornir
from nornir.core.plugins.inventory import InventoryPluginRegister
from tests.intent.conftest import DEMO

from netwright.app.nornir import NetwrightInventory
from netwright.cli.main import root

MORE = """
tags: [{name: lab-tag}]
regions: [{name: eu}, {name: north, parent: eu}]
sites: [{name: osl, region: north, kind: core, latitude: 1, longitude: 2}]
prefixes: [{prefix: "2001:db8:fe::/64", role: management}]
devices:
  - {name: osl1, site: osl, model: NW-7100, role: edge, platform: frr, management_address: "2001:db8:fe::1",
     tags: [lab-tag]}
  - {name: osl2, site: osl, model: NW-7100, role: edge, status: planned}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the demo network and a secret."""
    folder = tmp_path_factory.mktemp("home") / "nw"
    assert CliRunner().invoke(root, ["init", "--home", str(folder)]).exit_code == 0
    _run(folder, "import", str(DEMO))
    file = folder / "more.yaml"
    file.write_text(MORE)
    _run(folder, "import", str(file))
    return folder


def _run(home: Path, *words: str) -> str:
    result = CliRunner().invoke(root, [*words, "--home", str(home)])
    assert result.exit_code == 0, result.output
    return result.output


def _ansible(home: Path, *words: str) -> Any:
    environment = {
        **os.environ,
        "NETWRIGHT_HOME": str(home),
        "ANSIBLE_HOME": str(home / "ansible"),
        "ANSIBLE_INVENTORY_PLUGINS": str(home / "plugins"),
        "ANSIBLE_INVENTORY_ENABLED": "netwright,script",
        "LC_ALL": "C.UTF-8",
    }
    command = Path(sys.executable).with_name("ansible-inventory")
    done = subprocess.run(
        [command, *words], capture_output=True, text=True, env=environment, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return _bare(json.loads(done.stdout))


def _bare(value: Any) -> Any:
    """Ansible marks text that came from outside, so that no template in it is run."""
    if isinstance(value, dict):
        return value.get("__ansible_unsafe") or {name: _bare(one) for name, one in value.items()}
    return [_bare(one) for one in value] if isinstance(value, list) else value


def _expected(answer: dict[str, Any]) -> None:
    assert answer["_meta"]["hostvars"]["osl1"]["ansible_host"] == "2001:db8:fe::1"
    assert answer["_meta"]["hostvars"]["osl1"]["netwright"]["regions"] == ["north", "eu"]
    assert "region_north" in answer["region_eu"]["children"]
    assert answer["site_osl"]["hosts"] == ["osl1"]
    assert answer["tag_lab_tag"]["hosts"] == ["osl1"]
    assert "osl2" not in answer["_meta"]["hostvars"]


@pytest.mark.slow
def test_ansible_inventory_reads_our_script(home: Path) -> None:
    script = home / "inventory.sh"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -m netwright inventory ansible "$@"\n')
    script.chmod(0o755)
    _expected(_ansible(home, "-i", str(script), "--list"))
    assert _ansible(home, "-i", str(script), "--host", "osl1")["netwright"]["site"] == "osl"


@pytest.mark.slow
def test_ansible_inventory_reads_by_our_plugin(home: Path) -> None:
    _run(home, "inventory", "ansible", "--plugin", str(home / "plugins"))
    settings = {
        "plugin": "netwright",
        "command": f"{sys.executable} -m netwright",
        "keyed_groups": [{"key": "netwright.manufacturer", "prefix": "maker"}],
    }
    file = home / "netwright.yml"
    file.write_text(yaml.safe_dump(settings))
    answer = _ansible(home, "-i", str(file), "--list")
    _expected(answer)
    assert any(name.startswith("maker_") for name in answer)
    everyone = {**settings, "every": True}
    file.write_text(yaml.safe_dump(everyone))
    assert "osl2" in _ansible(home, "-i", str(file), "--list")["site_osl"]["hosts"]


def test_nornir_filters_our_hosts(home: Path) -> None:
    InventoryPluginRegister.register("netwright", NetwrightInventory)
    nornir = InitNornir(
        runner={"plugin": "serial"},
        logging={"enabled": False},
        inventory={"plugin": "netwright", "options": {"home": str(home)}},
    )
    host = nornir.inventory.hosts["osl1"]
    assert (host.hostname, host.platform, host["site"]) == ("2001:db8:fe::1", "frr", "osl")
    assert host.has_parent_group("region_eu")
    assert set(nornir.filter(role="cache").inventory.hosts) == {
        name for name in nornir.inventory.hosts if "cache" in name
    }
    assert host.password is None


def test_lists_for_prometheus_oxidized_and_gnmic(home: Path) -> None:
    found = json.loads(_run(home, "inventory", "prometheus", "--port", "9100"))
    mine = next(one for one in found if one["labels"]["__meta_netwright_device"] == "osl1")
    assert mine["targets"] == ["[2001:db8:fe::1]:9100"]
    assert mine["labels"]["__meta_netwright_tags"] == ",lab-tag,"
    assert all(isinstance(value, str) for one in found for value in one["labels"].values())

    assert "osl1;2001:db8:fe::1;linuxgeneric;osl" in _run(home, "inventory", "oxidized").splitlines()
    nodes = json.loads(_run(home, "inventory", "oxidized", "--format", "json"))
    assert {"name": "osl1", "ip": "2001:db8:fe::1", "model": "linuxgeneric", "group": "osl"} in nodes

    targets = yaml.safe_load(_run(home, "inventory", "gnmic"))["targets"]
    assert targets["osl1"] == {
        "address": "[2001:db8:fe::1]:57400",
        "event-tags": {"site": "osl", "region": "north", "role": "edge"},
    }


def test_no_secret_leaves(home: Path) -> None:
    secret = "hunter2-of-the-test"
    result = CliRunner().invoke(
        root, ["secret", "set", "isp-aurora-md5", "--home", str(home)], input=f"{secret}\n{secret}\n"
    )
    assert result.exit_code == 0, result.output
    for words in (["ansible", "--list"], ["prometheus"], ["oxidized"], ["gnmic"]):
        assert secret not in _run(home, "inventory", *words)
    shutil.rmtree(home / "plugins", ignore_errors=True)
