"""``netwright secret sets`` and ``which`` over a real home folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from netwright.cli.main import root

SETTINGS = """\
[credentials.core]
roles = ["edge"]
username = "netops"
password = {env = "CORE_PASSWORD"}
enable = {command = ["printf", "hush-enable"]}
"""
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("NETWRIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("VAULT_ADDR", raising=False)

    def go(*words: str, **given: str) -> Result:
        return CliRunner().invoke(root, list(words), input=given.get("text"))

    assert go("init").exit_code == 0
    settings = tmp_path / "home/settings.toml"
    settings.write_text(settings.read_text() + SETTINGS)
    return go


def test_sets_tell_where_values_are_kept_and_whether_they_can_be_had(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = run("secret", "sets")
    assert shown.exit_code == 0
    for words in (
        "core",
        "roles edge",
        "netops",
        "password: variable CORE_PASSWORD",
        "enable: command printf",
    ):
        assert words in shown.output
    checked = run("secret", "sets", "--check")
    assert checked.exit_code == 1
    assert "is empty or not set" in " ".join(checked.output.split())
    monkeypatch.setenv("CORE_PASSWORD", "hush-password")
    done = run("secret", "sets", "--check")
    assert done.exit_code == 0
    assert "hush" not in done.output
