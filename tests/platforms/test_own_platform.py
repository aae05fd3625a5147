"""A platform of people's own: a folder of data, as docs/new-platform.md adds one."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.platforms.richcase import CASES, CaseSecrets, view

from netwright.base.errors import InputError
from netwright.base.secret import Secret
from netwright.cli.config import app
from netwright.config.detect import guess
from netwright.config.library import Library
from netwright.config.schema import schema
from netwright.intent.render import Renderer
from netwright.platforms.catalog import Catalog

OWN = CASES / "own"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copytree(OWN / "vyos", tmp_path / "platforms" / "vyos")
    return tmp_path


def test_the_command_line_patches_by_its_rules(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWRIGHT_HOME", str(home))
    files = [str(OWN / "running.txt"), str(OWN / "intended.txt")]
    done = CliRunner().invoke(app, ["patch", "--platform", "vyos", *files])
    assert done.stdout.splitlines() == [
        "delete interfaces ethernet eth1 address '10.0.0.1/31'",
        "set interfaces ethernet eth1 address '10.0.9.1/31'",
    ]
    assert done.stderr == ""
    assert "VyOS" in CliRunner().invoke(app, ["platforms"]).stdout


def test_it_is_known_with_all_that_its_folder_says(home: Path) -> None:
    catalog = Catalog(Library((home / "platforms",)))
    vyos = catalog.platform("vyos")
    assert vyos.screen.session is not None
    assert vyos.screen.session.mode("vyos@r1# ") == "configure"
    assert vyos.screen.commands["confirm"] == "confirm"
    text = "set system login user a authentication encrypted-password '$6$salt$hash0123'\n"
    assert "hash0123" not in vyos.scrub(text, Secret("key"))
    assert guess("// vyos-config-version: 1\n", catalog.library).schema.name == "vyos"
    assert catalog.platform("frr").config is not None


def test_its_template_renders(home: Path) -> None:
    device = replace(view("frr"), platform="vyos")
    text = Renderer(platforms=Catalog(Library((home / "platforms",)))).render(device, CaseSecrets())
    assert 'host-name "ams-edge1"' in text
    assert 'address "10.0.0.0/31"' in text


def test_rules_of_a_known_name_lie_over_ours(tmp_path: Path) -> None:
    folder = tmp_path / "arista_eos"
    folder.mkdir()
    (folder / "platform.yaml").write_text("vendor: Other\n")
    (folder / "rules.yaml").write_text("hidden: {/: ['foo ~']}\n")
    rules = schema("arista_eos", Library((tmp_path,)))
    assert rules.is_hidden((), "foo bar")
    assert rules.title == "Arista EOS"
    assert rules.is_hidden(("interface Ethernet1",), "switchport mode access")
    assert not schema("arista_eos").is_hidden((), "foo bar")


def test_a_screen_with_a_mistake_says_where(tmp_path: Path) -> None:
    folder = tmp_path / "vyos"
    folder.mkdir()
    (folder / "platform.yaml").write_text("title: VyOS\nsession: {prompt: '('}\n")
    with pytest.raises(InputError, match=r"vyos/platform.yaml: session.prompt: .*not a regular expression"):
        Catalog(Library((tmp_path,)))
