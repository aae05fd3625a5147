"""The repository of backups: what it holds; that it stays whole when the disk refuses or a writer dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwright.base.errors import InputError, NotFoundError, StorageError
from netwright.store.gitrepo import GitRepository

WHEN = 1_700_000_000.0


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    return GitRepository(tmp_path / "backups.git")


def git(repository: GitRepository, *words: str) -> str:
    """The user's own git on it."""
    command = ["git", "-c", "safe.directory=*", "--git-dir", str(repository.path), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def put(repository: GitRepository, files: dict[str, bytes | None], message: str = "run") -> str | None:
    return repository.commit(files, message, "Ada Lovelace", WHEN)


def test_empty_before_the_first_commit(repository: GitRepository) -> None:
    assert repository.log() == []
    assert repository.paths() == []
    with pytest.raises(NotFoundError, match="no revision 'HEAD'"):
        repository.read("a.cfg")
    assert not repository.path.exists()


def test_what_was_written_is_read(repository: GitRepository) -> None:
    first = put(repository, {"ams/a.cfg": b"one\n", "b.cfg": b"\x00\xff"})
    second = put(repository, {"ams/a.cfg": b"two\n"}, "second run")
    assert first is not None
    assert second is not None
    assert repository.paths() == ["ams/a.cfg", "b.cfg"]
    assert repository.read("ams/a.cfg") == b"two\n"
    assert repository.read("ams/a.cfg", first) == b"one\n"
    assert repository.read("b.cfg", "HEAD~1") == b"\x00\xff"
    log = repository.log()
    assert [(info.id, info.message, info.paths) for info in log] == [
        (second, "second run", ("ams/a.cfg",)),
        (first, "run", ("ams/a.cfg", "b.cfg")),
    ]
    assert (log[0].author, log[0].when) == ("Ada Lovelace", WHEN)


def test_nothing_new_is_no_commit(repository: GitRepository) -> None:
    assert put(repository, {"gone": None}) is None
    put(repository, {"a": b"1"})
    assert put(repository, {"a": b"1", "gone": None, "folder/gone": None}) is None
    assert len(repository.log()) == 1


def test_the_log_of_one_file_and_of_a_folder(repository: GitRepository) -> None:
    first = put(repository, {"ams/a": b"1", "par/b": b"1"})
    put(repository, {"par/b": b"2"})
    third = put(repository, {"ams/a": None})
    assert [info.id for info in repository.log("ams/a")] == [third, first]
    assert [info.id for info in repository.log("ams")] == [third, first]
    assert len(repository.log("par/b", limit=1)) == 1
    assert repository.paths() == ["par/b"]


def test_the_difference(repository: GitRepository) -> None:
    put(repository, {"a": b"one\nsame\n"})
    put(repository, {"a": b"two\nsame\n", "b": b"new\n"})
    text = repository.diff("a", "HEAD~1", "HEAD")
    assert "-one\n+two\n same\n" in text
    assert "+new\n" in repository.diff("b", "HEAD~1", "HEAD")
    assert "-new\n" in repository.diff("b", "HEAD", "HEAD~1")
    assert repository.diff("a", "HEAD", "HEAD") == ""
    with pytest.raises(NotFoundError, match="no c in HEAD"):
        repository.diff("c", "HEAD", "HEAD")


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a//b", "a/.git/config", "./a"])
def test_a_path_that_leads_elsewhere_is_refused(repository: GitRepository, path: str) -> None:
    with pytest.raises(InputError, match="not a path"):
        put(repository, {path: b"x"})


def test_the_users_own_git_finds_it_sound(repository: GitRepository) -> None:
    put(repository, {"ams/a": b"1"})
    put(repository, {"ams/b": b"2"})
    git(repository, "fsck", "--strict")
    assert git(repository, "log", "--format=%an <%ae>", "-1").strip() == (
        "Ada Lovelace <Ada.Lovelace@netwright.invalid>"
    )
    assert git(repository, "config", "gc.auto").strip() == "0"


NAMES = st.sampled_from(["a", "b", "f/a", "f/b", "f/g/a", "h/a"])


@settings(max_examples=25, deadline=None)
@given(runs=st.lists(st.dictionaries(NAMES, st.none() | st.binary(max_size=8), max_size=4), max_size=6))
def test_it_is_a_store_of_files(
    runs: list[dict[str, bytes | None]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Any runs leave what a dictionary would hold, at each revision."""
    repository = GitRepository(tmp_path_factory.mktemp("git") / "r.git")
    model: dict[str, bytes] = {}
    states: dict[str, dict[str, bytes]] = {}
    for run in runs:
        before = dict(model)
        for name, content in run.items():
            if content is None:
                model.pop(name, None)
            else:
                model[name] = content
        commit = put(repository, run)
        assert (commit is None) == (before == model)
        if commit is not None:
            states[commit] = dict(model)
    for commit, state in states.items():
        assert repository.paths(commit) == sorted(state)
        assert {name: repository.read(name, commit) for name in state} == state


WRITER = """
import resource, sys
from pathlib import Path
from netwright.store.gitrepo import GitRepository
limit = int(sys.argv[2])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
import random
content = random.Random(1).randbytes(200_000)
try:
    GitRepository(Path(sys.argv[1])).commit({"big": content, "a": b"2"}, "big", "x", 1.0)
except Exception as error:
    print(type(error).__name__, error)
    sys.exit(3)
"""


def run_writer(repository: GitRepository, limit: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WRITER, str(repository.path), str(limit)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_disk_that_refuses_leaves_it_whole(repository: GitRepository) -> None:
    put(repository, {"a": b"1"})
    done = run_writer(repository, limit=50_000)
    assert done.returncode == 3, done.stderr
    assert done.stdout.startswith("StorageError")
    assert str(repository.path) in done.stdout
    assert (repository.read("a"), repository.paths()) == (b"1", ["a"])
    git(repository, "fsck", "--strict")
    assert run_writer(repository, limit=0).returncode == 0
    assert repository.paths() == ["a", "big"]


def test_a_disk_that_refuses_the_first_commit_leaves_nothing(repository: GitRepository) -> None:
    assert run_writer(repository, limit=10).returncode == 3
    assert repository.paths() == []
    assert [path.name for path in repository.path.parent.iterdir() if path.is_dir()] == []


@pytest.mark.e2e
def test_a_full_disk_leaves_it_whole(tmp_path: Path) -> None:
    """A real file system without space."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)], check=True)
    try:
        repository = GitRepository(disk / "r.git")
        put(repository, {"a": b"1"})

        def fill() -> None:
            for name in range(20):
                put(repository, {f"big{name}": os.urandom(60_000)})

        with pytest.raises(StorageError, match="can't be used"):
            fill()
        assert repository.read("a") == b"1"
        assert all(repository.read(path) for path in repository.paths())
        git(repository, "fsck", "--strict")
    finally:
        subprocess.run(["umount", str(disk)], check=True)


LOOP = """
import sys
from pathlib import Path
from netwright.store.gitrepo import GitRepository
repository = GitRepository(Path(sys.argv[1]))
for number in range(100_000):
    repository.commit({f"f{n}/c": b"%d" % number for n in range(5)}, f"{number}", "x", float(number))
    print(number, flush=True)
"""


def test_a_killed_writer_leaves_it_whole_and_usable(repository: GitRepository) -> None:
    for stop_after in (1, 7, 12):
        process = subprocess.Popen(
            [sys.executable, "-c", LOOP, str(repository.path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for _ in range(stop_after):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=30)
        head = repository.log(limit=1)[0]
        assert {repository.read(path) for path in repository.paths()} == {head.message.encode()}
        git(repository, "fsck", "--strict")
    assert put(repository, {"f0/c": b"after"}) is not None


def test_a_lock_left_by_a_killed_writer_is_cleared(repository: GitRepository) -> None:
    put(repository, {"a": b"1"})
    lock = repository.path / "refs/heads/main.lock"
    lock.touch()
    os.utime(lock, (1.0, 1.0))
    assert put(repository, {"a": b"2"}) is not None


def test_two_writers_take_turns(repository: GitRepository) -> None:
    script = LOOP.replace("100_000", "20").replace("f{n}/c", "{sys.argv[2]}{n}/c")
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(repository.path), name], stdout=subprocess.DEVNULL
        )
        for name in ("one", "two")
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    assert len(repository.log(limit=100)) == 40
    assert len(repository.paths()) == 10
