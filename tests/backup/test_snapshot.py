"""A backup run keeps good copies, whatever devices and disk do."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.deploy.fakefleet import FileDriver
from tests.deploy.fakenetwork import KEY, FakeClock, Network, open_network, wanted

from netwright.backup.archive import Archive
from netwright.backup.snapshot import Backups, BackupState, Snapshot
from netwright.base.errors import NotFoundError, StorageError
from netwright.device.session import Session
from netwright.store.gitrepo import GitRepository

LONG = "hostname ams-tor1\npassword s3cret\n" + "".join(f"line {n}\n" for n in range(100))


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    clock = FakeClock()
    made = open_network(tmp_path, clock, sleep=clock.sleep)
    yield made
    made.database.close()


def backups(network: Network) -> Backups:
    archive = Archive(GitRepository(network.folder / "backups.git"), network.hands.texts)
    return Backups(network.database, archive, KEY, network.clock, network.fleet.open_session)


async def take(network: Network) -> Snapshot:
    return await backups(network).take(network.fleet.targets())


def states(snapshot: Snapshot) -> dict[str, BackupState]:
    return {device.device: device.state for device in snapshot.devices}


async def test_one_commit_a_run_that_says_what_changed(network: Network) -> None:
    first = await take(network)
    assert set(states(first).values()) == {BackupState.NEW}
    assert (await take(network)).commit is None
    network.fleet.device("ams-tor1").change(running="hostname ams-tor1\nline\n")
    third = await take(network)
    assert states(third).pop("ams-tor1") is BackupState.CHANGED
    assert third.count(BackupState.SAME) == len(third.devices) - 1
    archive = backups(network).archive
    newest, oldest = archive.repository.log()
    assert newest.id == third.commit
    assert newest.message == "Back up ams-tor1\n\nams-tor1: +2 -1 in hostname, line\n"
    assert newest.paths == ("ams/ams-tor1.cfg",)
    assert oldest.id == first.commit
    assert archive.log("fra-core1") == [oldest]


async def test_what_says_nothing_is_no_change(network: Network) -> None:
    """Blanks, and entries in another order: no commit, and what is restored is the last copy."""
    first = "hostname ams-tor1\nip route 10.0.0.0/8 10.1.1.1\nip route 10.0.0.0/8 10.1.1.2\n"
    network.fleet.device("ams-tor1").change(running=first)
    await take(network)
    second = "hostname ams-tor1\n\nip route 10.0.0.0/8 10.1.1.2  \nip route 10.0.0.0/8 10.1.1.1\n"
    network.fleet.device("ams-tor1").change(running=second)
    again = await take(network)
    assert again.commit is None
    assert states(again)["ams-tor1"] is BackupState.SAME
    assert backups(network).archive.whole("ams-tor1").reveal() == first


async def test_secrets_are_masked_in_git_and_whole_in_the_archive(network: Network) -> None:
    network.fleet.device("ams-tor1").change(running=LONG)
    await take(network)
    archive = backups(network).archive
    shown = archive.read("ams-tor1")
    assert "password <secret:" in shown
    assert archive.whole("ams-tor1").reveal() == LONG
    network.fleet.device("ams-tor1").change(running=LONG.replace("s3cret", "0ther"))
    await take(network)
    assert archive.whole("ams-tor1").reveal() == LONG.replace("s3cret", "0ther")
    assert archive.whole("ams-tor1", "HEAD~1").reveal() == LONG
    changed = [
        line for line in archive.diff("ams-tor1").splitlines() if line[:1] in "+-" and "secret" in line
    ]
    assert len(changed) == 2
    network.database.close()
    for file in (*network.folder.glob("network.db*"), *network.folder.glob("backups.git/objects/*/*")):
        assert b"s3cret" not in file.read_bytes()


async def test_a_failed_device_keeps_its_copy_and_the_others_go_on(network: Network) -> None:
    await take(network)
    network.fleet.device("ams-tor1").fault("unreachable_until", network.clock.now() + 1000)
    network.fleet.device("par-edge1").change(running="hostname changed\n")
    network.fleet.device("iad-core1").change(running="\n")
    snapshot = await take(network)
    found = states(snapshot)
    assert found["ams-tor1"] is found["iad-core1"] is BackupState.FAILED
    assert found["par-edge1"] is BackupState.CHANGED
    assert not snapshot.complete
    archive = backups(network).archive
    assert archive.read("ams-tor1") == archive.read("iad-core1") == "hostname bare\n"
    assert "ams-tor1: not read, " in archive.repository.log()[0].message


async def test_a_copy_that_shrank_is_taken_only_if_it_stays_so(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.fleet.device("ams-tor1").change(running=LONG)
    await take(network)
    network.fleet.device("ams-tor1").change(running=wanted("ams-tor1"))
    assert states(await take(network))["ams-tor1"] is BackupState.CHANGED
    assert "read twice" in backups(network).archive.repository.log()[0].message

    network.fleet.device("ams-tor1").change(running=LONG)
    await take(network)
    lengths = iter((30, 40))
    read = FileDriver.read_running

    async def cut(self: FileDriver, session: Session) -> str:
        text = await read(self, session)
        return text[: next(lengths)] if session.endpoint.device == "ams-tor1" else text

    monkeypatch.setattr(FileDriver, "read_running", cut)
    snapshot = await take(network)
    assert states(snapshot)["ams-tor1"] is BackupState.FAILED
    assert backups(network).archive.whole("ams-tor1").reveal() == LONG


async def test_what_there_is_not_is_said(network: Network) -> None:
    archive = backups(network).archive
    with pytest.raises(NotFoundError, match="no backup of this device"):
        archive.read("ams-tor1")
    await take(network)
    with pytest.raises(NotFoundError, match="only one copy"):
        archive.diff("ams-tor1")
    with pytest.raises(NotFoundError, match="revision"):
        archive.whole("ams-tor1", "0123456789")
    archive.repository.commit({"ams/ams-tor1.cfg": b"by hand\n"}, "by hand", "ann", network.clock.now())
    with pytest.raises(NotFoundError, match="without its secrets"):
        archive.whole("ams-tor1")


def run_on_full_disk(folder: Path) -> subprocess.CompletedProcess[str]:
    script = Path(__file__).with_name("backup_child.py")
    return subprocess.run(
        [sys.executable, str(script), str(folder)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)),
        timeout=60,
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
async def test_a_full_disk_changes_nothing(network: Network) -> None:
    """A child process whose files may not grow stands for a full disk."""
    await take(network)
    network.fleet.device("ams-tor1").change(running=LONG * 400)
    done = run_on_full_disk(network.folder)
    assert done.returncode == 3, done.stderr
    assert StorageError.__name__ in done.stdout
    archive = backups(network).archive
    assert archive.read("ams-tor1") == "hostname bare\n"
    assert states(await take(network))["ams-tor1"] is BackupState.CHANGED
