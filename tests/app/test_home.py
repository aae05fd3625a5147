"""The home folder: made once, readable by its owner only, bad settings named."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from netwright.app.home import create_home, default_path, open_home
from netwright.base.errors import InputError, NotFoundError


def test_a_new_home_is_its_owners_alone(tmp_path: Path) -> None:
    home = create_home(tmp_path / "home", "web_port = 9000\n")
    assert home.settings.web_port == 9000
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700
    assert open_home(home.path) == home


def test_an_existing_home_is_not_overwritten(tmp_path: Path) -> None:
    create_home(tmp_path, "web_port = 9000\n")
    with pytest.raises(InputError, match="there is a Netwright home here already"):
        create_home(tmp_path, "")
    assert open_home(tmp_path).settings.web_port == 9000


def test_no_home_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="netwright init"):
        open_home(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("web_port = = 1", "not valid TOML"),
        ('web_port = "many"', "web_port"),
        ("colour = 1", "colour"),
        ("[endpoints.r1]\nssh_port = 22", "endpoints.r1.host"),
    ],
)
def test_bad_settings_are_named(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(InputError) as caught:
        open_home(tmp_path)
    assert words in str(caught.value)
    assert "settings.toml" in str(caught.value)


def test_the_environment_names_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NETWRIGHT_HOME", str(tmp_path))
    assert default_path() == tmp_path
