"""``netwright config`` on files: what it prints, and its exit codes. No home folder is needed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from netwright.base.errors import InputError
from netwright.cli.main import root

OLD = (
    "version 15.2\ninterface GigabitEthernet0/1\n ip address 10.0.0.1 255.255.255.0\n ip access-group A in\n"
)
OLD += "ip access-list extended A\n 10 permit ip any any\n"
NEW = OLD.replace("-group A", "-group B").replace("extended A", "extended B")


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "old.cfg").write_text(OLD)
    (tmp_path / "new.cfg").write_text(NEW)
    return str(tmp_path / "old.cfg"), str(tmp_path / "new.cfg")


def run(*words: str) -> Result:
    return CliRunner().invoke(root, ["config", *words])


def test_parse_prints_the_same_bytes(tmp_path: Path) -> None:
    data = b"hostname a\r\n interface \xff\xfe\n\n!\nbanner motd ^C\n x ^C\nend"
    (tmp_path / "a.cfg").write_bytes(data)
    result = run("parse", str(tmp_path / "a.cfg"))
    assert result.exit_code == 0
    assert result.stdout_bytes == data
    tree = json.loads(run("parse", "--json", "--platform", "cisco_ios", str(tmp_path / "a.cfg")).stdout)
    assert tree["platform"] == "cisco_ios"
    assert [node["line"] for node in tree["tree"]] == ["hostname a\r", "!", "banner motd ^C\n x ^C", "end"]


def test_diff_says_whether_they_differ(files: tuple[str, str]) -> None:
    assert run("diff", *files).exit_code == 1
    assert run("diff", files[0], files[0]).exit_code == 0
    changes = json.loads(run("diff", "--json", *files).stdout)
    assert changes["platform"] == "cisco_ios"
    assert {"mark": "+", "path": [], "line": "ip access-list extended B"} in changes["changes"]


def test_patch_in_json_and_back(files: tuple[str, str], tmp_path: Path) -> None:
    result = run("patch", "--json", *files)
    assert result.exit_code == 1
    patch = json.loads(result.stdout)
    assert [command["command"] for command in patch["commands"]] == [
        "ip access-list extended B",
        "10 permit ip any any",
        "ip access-group B in",
        "no ip access-list extended A",
    ]
    assert patch["commands"][2]["path"] == ["interface GigabitEthernet0/1"]
    assert patch["commands"][2]["impact"] == "filter"
    assert all(command["why"] for command in patch["commands"])
    (tmp_path / "patch.json").write_text(result.stdout)
    applied = run("apply", files[0], str(tmp_path / "patch.json"))
    (tmp_path / "result.cfg").write_bytes(applied.stdout_bytes)
    assert run("diff", str(tmp_path / "result.cfg"), files[1]).exit_code == 0
    back = run("patch", "--inverse", "--platform", "cisco_ios", str(tmp_path / "result.cfg"), files[1])
    assert (back.exit_code, back.stdout) == (0, "")


def test_a_printed_patch_enters_and_leaves_blocks(files: tuple[str, str]) -> None:
    assert run("patch", *files).stdout.splitlines() == [
        "ip access-list extended B",
        " 10 permit ip any any",
        " exit",
        "interface GigabitEthernet0/1",
        " ip access-group B in",
        " exit",
        "no ip access-list extended A",
    ]
    assert "filter: takes the place of 'ip access-group A in'" in run("patch", "--explain", *files).stdout


def test_an_unknown_platform_is_told(files: tuple[str, str]) -> None:
    result = run("patch", "--platform", "acme_os", *files)
    assert result.exit_code == 1
    assert "acme_os is not known" in result.stderr
    assert json.loads(run("patch", "--json", "--platform", "acme_os", *files).stdout)["general_rules"] is True


def test_compliance_and_scrub(
    files: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("- {name: ports, section: ['interface ']}\n- {name: version, section: ['version ']}\n")
    result = run("compliance", "--rules", str(rules), "--json", *files)
    assert result.exit_code == 1
    sections = json.loads(result.stdout)["sections"]
    assert sections["ports"]["compliant"] is False
    assert run("compliance", files[0], files[0]).exit_code == 0
    monkeypatch.setenv("NETWRIGHT_SCRUB_KEY", "k")
    (tmp_path / "s.cfg").write_text("enable secret 9 $9$abcdefgh\nhostname a\n")
    scrubbed = run("scrub", "--platform", "cisco_ios", str(tmp_path / "s.cfg")).stdout
    assert "abcdefgh" not in scrubbed
    assert scrubbed.endswith("hostname a\n")
    assert scrubbed == run("scrub", "--platform", "cisco_ios", str(tmp_path / "s.cfg")).stdout


def test_errors_say_what_to_do(files: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "zero.cfg").write_bytes(b"a\0b")
    assert isinstance(run("diff", str(tmp_path / "zero.cfg"), files[0]).exception, InputError)
    assert isinstance(run("diff", str(tmp_path / "missing.cfg"), files[0]).exception, InputError)
    (tmp_path / "bad.json").write_text("{}")
    assert isinstance(run("apply", files[0], str(tmp_path / "bad.json")).exception, InputError)


def test_secrets_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    running, intended = tmp_path / "running", tmp_path / "intended"
    running.write_text("enable secret 9 $9$nhEmQVczB7dqsO$X.HsgL6x1il0RxkOSSvyQYwucySCt7qFm4v7pqCxkKM\n")
    intended.write_text("enable secret cisco\n")
    for verb in ("diff", "patch", "compliance"):
        result = run(verb, "--platform", "cisco_ios", "--json", str(running), str(intended))
        assert result.exit_code == 0
        assert json.loads(result.stdout)["unknown_secrets"] == ["enable secret ***"]
        assert "can't be read" in result.stderr
        assert "cisco" not in result.stderr
