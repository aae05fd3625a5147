"""A platform of people's own: a folder of data, as docs/new-platform.md adds one."""

from __future__ import annotations

import re
import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.platforms.richcase import CASES, CaseSecrets, view

from netwright.base.errors import InputError
from netwright.base.secret import Secret
from netwright.cli.main import root
from netwright.config.detect import guess
from netwright.config.library import Library
from netwright.config.schema import schema
from netwright.intent.render import Renderer
from netwright.platforms.catalog import Catalog
from netwright.platforms.catalog import catalog as catalog_of_home

OWN = CASES / "own"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copytree(OWN / "vyos", tmp_path / "platforms" / "vyos")
    return tmp_path


BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^    \$ (netwright .*)\n((?:    (?!\$).*\n)*)", re.MULTILINE)


def walk() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The fenced blocks of the page with their language, and its commands with the output pasted below."""
    text = (ROOT / "docs" / "new-platform.md").read_text()
    pasted = [
        (command, re.sub(r"^    ", "", out, flags=re.MULTILINE)) for command, out in COMMAND.findall(text)
    ]
    return BLOCK.findall(text), pasted


def done(command: str, folder: Path) -> str:
    """What a command of the page prints; of a shell it knows what the page uses."""
    words, _, pipe = command.partition("|")
    line, _, thrown = words.partition(">")
    arguments = [str(folder / one) if one.endswith(".txt") else one for one in shlex.split(line)[1:]]
    result = CliRunner().invoke(root, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    lines = (result.stderr if thrown else result.stdout).splitlines(keepends=True)
    match pipe.split():
        case ["grep", "-i", word]:
            lines = [one for one in lines if word in one.lower()]
        case ["head", number]:
            lines = lines[: -int(number)]
        case other:
            assert other == []
    return "".join(lines)


def test_the_page_on_new_platforms_is_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file and command of the page, in its order, in a home with the demo network."""
    home = tmp_path / "home"
    monkeypatch.setenv("NETWRIGHT_HOME", str(home))
    for arguments in (["init"], ["import", str(ROOT / "examples" / "demo" / "design")]):
        assert CliRunner().invoke(root, arguments).exit_code == 0
    blocks, commands = walk()
    screen, rules, template, unrendered = (text for word, text in blocks if word)
    running, intended = (text for word, text in blocks if not word and text.startswith("set "))
    vyos = home / "platforms" / "vyos"
    (vyos / "template").mkdir(parents=True)
    (vyos / "platform.yaml").write_text(screen)
    (vyos / "rules.yaml").write_text(rules)
    (vyos / "template" / "config.j2").write_text(template)
    (tmp_path / "running.txt").write_text(running)
    (tmp_path / "intended.txt").write_text(intended)
    assert len(commands) == 4
    catalog_of_home.cache_clear()  # a process reads the folder once
    for command, pasted in commands[:3]:
        assert done(command, tmp_path) == pasted, command
    (vyos / "platform.yaml").write_text(f"{screen}{unrendered}  bgp: it is not written yet\n")
    catalog_of_home.cache_clear()
    command, pasted = commands[3]
    assert done(command, tmp_path) == pasted


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
