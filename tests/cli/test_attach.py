"""Files on objects, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from netwright.base.errors import NetwrightError
from netwright.cli.main import root

DESIGN = """
regions: [{name: eu}]
sites: [{name: ams, region: eu, kind: exchange, latitude: 52.3, longitude: 4.9}]
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "design.yaml").write_text(DESIGN)
    run(tmp_path / "home", "init")
    run(tmp_path / "home", "import", str(tmp_path / "design.yaml"))
    return tmp_path / "home"


def run(home: Path, *arguments: str) -> str:
    result = CliRunner(env={"NETWRIGHT_HOME": str(home)}).invoke(root, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_add_list_get_remove(home: Path, tmp_path: Path) -> None:
    photo = tmp_path / "cage.png"
    photo.write_bytes(b"\x89PNG" + bytes(range(256)))
    said = run(home, "attach", "add", str(photo), "site", "ams", "--description", "The cage")
    assert said == "cage.png: 260 bytes, attached to site ams in revision 2.\n"
    assert json.loads(run(home, "attach", "list", "site", "ams", "--json")) == [
        {
            "name": "cage.png",
            "of": "site ams",
            "media_type": "image/png",
            "size_bytes": 260,
            "description": "The cage",
        }
    ]
    out = tmp_path / "out.png"
    run(home, "attach", "get", "cage.png", "--output", str(out))
    assert out.read_bytes() == photo.read_bytes()
    with pytest.raises(NetwrightError, match="is there already"):
        run(home, "attach", "get", "cage.png", "--output", str(out))
    run(home, "attach", "remove", "cage.png")
    assert "No files yet" in run(home, "attach", "list")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "nowhere.png", "site", "ams"), "can't be read"),
        (("add", __file__, "site", "atlantis"), "no site 'atlantis'"),
        (("get", "nothing"), "no attachment"),
        (("list", "site"), "an object is KIND and KEY"),
    ],
)
def test_what_does_not_work_is_told(home: Path, arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(NetwrightError, match=said):
        run(home, "attach", *arguments)
