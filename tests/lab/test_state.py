"""A lab's folder: names, intent, lock, access file."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from netwright.base.errors import InputError, NotFoundError
from netwright.lab.access import make_access, read_access, write_access
from netwright.lab.generate import generate
from netwright.lab.state import lab_names, lab_state
from netwright.lab.system import LabError


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NETWRIGHT_LAB_DIR", str(tmp_path / "labs"))
    return tmp_path / "labs"


@pytest.mark.parametrize("name", ["", "a-b", "A", "1a", "a" * 25, "../x", "a b"])
def test_names_that_can_not_be(name: str) -> None:
    with pytest.raises(InputError):
        lab_state(name)


def test_the_intent_is_what_is_read_later() -> None:
    state = lab_state("unit")
    assert (state.phase(), state.mark()) == ("", "")
    with pytest.raises(NotFoundError):
        state.topology()
    state.folder.mkdir(parents=True)
    topology = generate(1)
    state.write_intent(topology, "starting")
    mark = state.mark()
    state.write_intent(topology, "up")
    assert (state.phase(), state.mark()) == ("up", mark)
    assert state.topology() == topology
    assert "unit" in lab_names()


def test_one_command_at_a_time() -> None:
    state = lab_state("unit")
    held, go = threading.Event(), threading.Event()

    def hold() -> None:
        with state.lock():
            held.set()
            go.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    with pytest.raises(LabError, match="another command"), state.lock(deadline_s=0.1):
        raise AssertionError("two at once")
    go.set()
    holder.join(10)
    with state.lock(deadline_s=5):
        pass
    assert not list(state.folder.parent.iterdir()), "the lock of a lab that is gone stays"


def test_a_lock_file_of_a_living_lab_stays() -> None:
    state = lab_state("unit")
    state.folder.mkdir(parents=True)
    with state.lock():
        pass
    assert (state.folder.parent / ".unit.lock").exists()


def test_access_is_for_its_owner_only_and_shows_nothing() -> None:
    state = lab_state("unit")
    state.folder.mkdir(parents=True)
    access = make_access(state.manager, ["isp-md5"])
    write_access(state, access)
    assert read_access(state) == access
    for file in (state.access_file, state.folder / "id_ed25519"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    shown = repr(access)
    for secret in (access.password, access.snmp_community, access.secrets["isp-md5"], access.key.private):
        assert secret.reveal() not in shown
    assert make_access(state.manager, ["isp-md5"]).password != access.password


def test_access_of_no_lab() -> None:
    with pytest.raises(LabError, match="no access file"):
        read_access(lab_state("none"))
