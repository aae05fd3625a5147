"""A bare git repository that we alone write: blobs, trees and a commit, then the branch moves at once.

No work tree and no index, so nothing half-done can be seen: whoever dies before the branch moved leaves only
objects that nobody refers to. People clone it, and read it with their own git.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pygit2
from pygit2.enums import FileMode, ObjectType, Option

from netwright.base.errors import InputError, NetwrightError, NotFoundError, StorageError

_BRANCH = "refs/heads/main"
_LOCK_WAIT_S = 30.0
_LOCK_POLL_S = 0.05
_STALE_REF_LOCK_S = 10.0
"""A ref is locked for milliseconds; an older lock was left by a process that was killed."""


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """One commit. ``when`` in Unix seconds; ``paths`` are the files it changed."""

    id: str
    when: float
    author: str
    message: str
    paths: tuple[str, ...]


class GitRepository:
    """A bare repository at ``path``, made by the first commit. One writer at a time (a file lock beside
    it); readers need no lock. Raises StorageError when the disk refuses."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def commit(self, files: Mapping[str, bytes | None], message: str, author: str, when: float) -> str | None:
        """Write files (None: remove) on top of the last commit; the id of the new one, or None when nothing
        is different. All or nothing."""
        wanted = {_parts(path): content for path, content in files.items()}
        with self._writing() as repository:
            head = _head(repository)
            base = head.tree if head else None
            tree = _write_tree(repository, base, wanted)
            if tree is None and head is None:
                return None
            tree = tree or _empty_tree(repository)
            if head is not None and tree == head.tree.id:
                return None
            signature = _signature(author, when)
            parents = [head.id] if head else []
            self._await_ref_lock(repository)
            oid = repository.create_commit(_BRANCH, signature, signature, message, tree, parents)
            return str(oid)

    def log(self, path: str | None = None, limit: int = 50) -> list[CommitInfo]:
        """The newest commits first; with ``path`` those that changed that file or something below it."""
        with self._reading() as repository:
            if repository is None:
                return []
            found: list[CommitInfo] = []
            commit = _head(repository)
            while commit is not None and len(found) < limit:
                parent = commit.parents[0] if commit.parents else None
                if path is None or _entry(commit, path) != _entry(parent, path):
                    found.append(_info(repository, commit, parent))
                commit = parent
            return found

    def read(self, path: str, revision: str = "HEAD") -> bytes:
        """A file's bytes. Raises NotFoundError for an unknown revision or file."""
        with self._reading() as repository:
            blob = _blob(_commit(repository, revision, self.path), path)
            if blob is None:
                raise NotFoundError(
                    f"there is no {path} in revision {revision}",
                    remedy="List revisions with `netwright backup log`.",
                )
            return blob.data

    def diff(self, path: str, old: str, new: str) -> str:
        """The unified difference of a file between two revisions; empty when there is none. A file missing
        on one side counts as empty."""
        with self._reading() as repository:
            before = _blob(_commit(repository, old, self.path), path)
            after = _blob(_commit(repository, new, self.path), path)
            if before is None and after is None:
                raise NotFoundError(f"there is no {path} in {old} or {new}")
            if before is not None and after is not None and before.id == after.id:
                return ""
            patch = pygit2.Patch.create_from(before, after, old_as_path=path, new_as_path=path)
            return patch.data.decode("utf-8", "replace")

    def paths(self, revision: str = "HEAD") -> list[str]:
        """All files of a revision, sorted; none in a repository without a commit."""
        with self._reading() as repository:
            if repository is None or (revision == "HEAD" and _head(repository) is None):
                return []
            return sorted(_walk(_commit(repository, revision, self.path).tree))

    @contextmanager
    def _writing(self) -> Iterator[pygit2.Repository]:
        with self._told():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._locked():
                if not self.path.exists():
                    self._make()
                repository = pygit2.Repository(str(self.path))
                try:
                    yield repository
                finally:
                    repository.free()

    @contextmanager
    def _reading(self) -> Iterator[pygit2.Repository | None]:
        with self._told():
            if not self.path.exists():
                yield None
                return
            repository = pygit2.Repository(str(self.path))
            try:
                yield repository
            finally:
                repository.free()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except NetwrightError:
            raise
        except (pygit2.GitError, OSError) as error:
            raise StorageError(
                f"the repository can't be used ({error})",
                subject=str(self.path),
                remedy="See that its disk has space and that this user may write there; nothing was changed.",
            ) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time. The kernel lets go of the lock when its holder dies."""
        descriptor = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            deadline = time.monotonic() + _LOCK_WAIT_S
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise StorageError(
                            f"another process has been writing for {_LOCK_WAIT_S:.0f} s",
                            subject=str(self.path),
                            remedy="Wait for the other backup to end.",
                        ) from None
                    time.sleep(_LOCK_POLL_S)
            yield
        finally:
            os.close(descriptor)

    def _make(self) -> None:
        """Make the repository aside and move it into place, so that a half-made one is never seen."""
        aside = Path(tempfile.mkdtemp(prefix=f".{self.path.name}.", dir=self.path.parent))
        try:
            repository = pygit2.init_repository(str(aside), bare=True, initial_head="main")
            repository.config["gc.auto"] = 0  # background repacking would collide with our writes
            repository.free()
            aside.rename(self.path)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise

    def _await_ref_lock(self, repository: pygit2.Repository) -> None:
        """Wait for the user's own git, and clear what a killed writer left."""
        lock = self.path / f"{_BRANCH}.lock"
        deadline = time.monotonic() + _LOCK_WAIT_S
        while lock.exists() and time.monotonic() < deadline:
            with suppress(FileNotFoundError):
                if time.time() - lock.stat().st_mtime > _STALE_REF_LOCK_S:
                    lock.unlink()
                    return
            time.sleep(_LOCK_POLL_S)


pygit2.option(Option.ENABLE_FSYNC_GITDIR, True)  # a power cut must not leave a branch that points to nothing


def _parts(path: str) -> tuple[str, ...]:
    parts = tuple(path.split("/"))
    if any(part in ("", ".", "..") or part.lower() == ".git" or "\0" in part for part in parts):
        raise InputError("not a path that git can hold", subject=repr(path), remedy="Use another name.")
    return parts


def _signature(author: str, when: float) -> pygit2.Signature:
    name, _, mail = author.partition("<")
    name = name.strip() or "netwright"
    mail = mail.rstrip(">").strip() or f"{name.replace(' ', '.')}@netwright.invalid"
    return pygit2.Signature(name, mail, int(when), 0)


def _head(repository: pygit2.Repository) -> pygit2.Commit | None:
    reference = repository.references.get(_BRANCH)
    return reference.peel(pygit2.Commit) if reference else None


def _commit(repository: pygit2.Repository | None, revision: str, path: Path) -> pygit2.Commit:
    if repository is not None:
        with suppress(KeyError, ValueError, pygit2.InvalidSpecError):
            return repository.revparse_single(revision).peel(pygit2.Commit)
    raise NotFoundError(
        f"there is no revision {revision!r}",
        subject=str(path),
        remedy="List revisions with `netwright backup log`.",
    )


def _entry(commit: pygit2.Commit | None, path: str) -> pygit2.Oid | None:
    if commit is None:
        return None
    try:
        return commit.tree[path].id
    except KeyError:
        return None


def _blob(commit: pygit2.Commit, path: str) -> pygit2.Blob | None:
    try:
        found = commit.tree[path]
    except KeyError:
        return None
    return found if isinstance(found, pygit2.Blob) else None


def _info(repository: pygit2.Repository, commit: pygit2.Commit, parent: pygit2.Commit | None) -> CommitInfo:
    if parent is None:
        paths = sorted(_walk(commit.tree))
    else:
        deltas = repository.diff(parent, commit).deltas
        paths = sorted({delta.new_file.path for delta in deltas})
    return CommitInfo(
        str(commit.id), float(commit.commit_time), commit.author.name, commit.message, tuple(paths)
    )


def _walk(tree: pygit2.Tree, above: str = "") -> Iterator[str]:
    for entry in tree:
        name = f"{above}{entry.name}"
        if isinstance(entry, pygit2.Tree):
            yield from _walk(entry, f"{name}/")
        else:
            yield name


def _empty_tree(repository: pygit2.Repository) -> pygit2.Oid:
    return repository.TreeBuilder().write()


def _write_tree(
    repository: pygit2.Repository,
    base: pygit2.Tree | None,
    files: Mapping[tuple[str, ...], bytes | None],
) -> pygit2.Oid | None:
    """``base`` with files written and removed; None for a tree that would be empty. Only the folders on the
    way to a file are written anew."""
    builder = repository.TreeBuilder(base) if base is not None else repository.TreeBuilder()
    folders: dict[str, dict[tuple[str, ...], bytes | None]] = {}
    for (name, *rest), content in files.items():
        if rest:
            folders.setdefault(name, {})[tuple(rest)] = content
        elif content is not None:
            builder.insert(name, repository.create_blob(content), FileMode.BLOB)
        elif builder.get(name) is not None:
            builder.remove(name)
    for name, inner in folders.items():
        below = builder.get(name)
        subtree = repository[below.id] if below is not None and below.type == ObjectType.TREE else None
        oid = _write_tree(repository, subtree if isinstance(subtree, pygit2.Tree) else None, inner)
        if oid is not None:
            builder.insert(name, oid, FileMode.TREE)
        elif below is not None and subtree is not None:
            builder.remove(name)
    return builder.write() if len(builder) else None
