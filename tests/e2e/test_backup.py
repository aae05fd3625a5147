"""Backups of real routers: what changed, secrets masked, an earlier configuration put back."""

from __future__ import annotations

import re
from typing import Any

import pytest

from netwright.lab.lab import Lab
from netwright.store.gitrepo import GitRepository

from .house import DESIGN, House

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

EDGE = "nyc-edge1"


@pytest.fixture(scope="module")
def house(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A home whose network is deployed and backed up once."""
    house = House(tmp_path_factory.mktemp("backup") / "home")
    house.run("init", "--access", lab.access_file)
    house.run("import", DESIGN)
    house.run("deploy", "--yes")
    house.run("backup")
    return house


def describe(lab: Lab, remark: str) -> None:
    words = ["configure terminal", "interface swp1", f"description {remark}"]
    lab.exec(EDGE, ["vtysh", *(part for word in words for part in ("-c", word))], check=True)


def running(lab: Lab) -> str:
    return lab.exec(EDGE, ["vtysh", "-c", "show running-config no-header"]).stdout


def test_a_change_is_kept_shown_and_taken_back(house: House, lab: Lab) -> None:
    before = running(lab)
    describe(lab, "by hand")
    snapshot: dict[str, Any] = house.json("backup", "run")
    changed = [device["device"] for device in snapshot["devices"] if device["state"] == "changed"]
    assert changed == [EDGE]
    newest, *_, oldest = house.json("backup", "log", EDGE)
    assert newest["id"] == snapshot["commit"]
    assert f"{EDGE}: +1 -1" in newest["message"]
    difference = house.run("backup", "diff", EDGE, good=(1,))
    assert "+ description by hand" in difference
    assert house.run("backup", "diff", EDGE, oldest["id"], good=(1,)) == difference

    rollout = house.json("backup", "restore", EDGE, "--revision", oldest["id"], "--yes")
    assert (rollout["kind"], rollout["state"]) == ("restore", "done")
    assert running(lab) == before
    assert "runs revision" in house.run("backup", "restore", EDGE, "--revision", oldest["id"], "--yes")
    assert house.json("plan", EDGE)["empty"] is True


def test_git_has_no_secret_and_the_restored_router_has_them_all(house: House, lab: Lab) -> None:
    passwords = re.findall(r"neighbor \S+ password (\S+)", running(lab))
    assert passwords
    shown = house.run("backup", "show", EDGE)
    assert len(re.findall(r"neighbor \S+ password <secret:[0-9a-f]{16}>", shown)) == len(passwords)
    repository = GitRepository(house.home / "backups.git")
    kept = [repository.read(path) for path in repository.paths()]
    kept += [file.read_bytes() for file in house.home.glob("*.db*")]
    assert len(kept) > 18
    assert not [text for text in kept for password in passwords if password.encode() in text]


def test_what_there_is_not_is_said(house: House) -> None:
    house.run("backup", "show", "no-such-device", good=(2,))
    house.run("backup", "restore", EDGE, "--revision", "0123456789", "--yes", good=(2,))
