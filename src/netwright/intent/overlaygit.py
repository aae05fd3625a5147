"""An overlay from a git repository, pinned to a branch, tag or commit: ``PATH_OR_URL#REF``.

The files are read from the commit itself, never from a work tree. A remote repository is copied once into a
bare one of our own; ``fetch`` brings it up to date, rendering never goes to the network.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pygit2
from pygit2.enums import ObjectType

from netwright.base.errors import NotFoundError, StorageError
from netwright.intent.overlay import Overlay, decoded, is_overlay_file, overlay_of

_SHORT = 12


def read_git(source: str, copies: Path) -> Overlay:
    """The overlay at ``PATH_OR_URL#REF``; without REF the repository's HEAD. ``copies``: folder of our copies
    of remote repositories. Raises NotFoundError for a repository or ref that is not there."""
    where, ref = split(source)
    repository = _open(where, copies)
    commit = _commit(repository, where, ref)
    origin = f"{shown(where)}@{str(commit.id)[:_SHORT]}"
    files: dict[str, str] = {}
    trees: list[tuple[str, pygit2.Tree]] = [("", commit.tree)]
    while trees:
        folder, tree = trees.pop()
        for entry in tree:
            name = f"{folder}{entry.name}"
            if entry.type == ObjectType.TREE:
                trees.append((f"{name}/", repository[entry.id]))  # type: ignore[arg-type]
            elif entry.type == ObjectType.BLOB and is_overlay_file(name):
                files[name] = decoded(repository[entry.id].data, f"{origin}:{name}")  # type: ignore[attr-defined]
    return overlay_of(dict(sorted(files.items())), origin, str(commit.id), separator=":")


def fetch(source: str, copies: Path) -> str:
    """Bring our copy of a remote repository up to date; the commit that is rendered with now. A repository of
    this machine is read where it is."""
    where, ref = split(source)
    repository = _open(where, copies)
    if _is_remote(where):
        try:
            repository.remotes["origin"].fetch(prune=pygit2.enums.FetchPrune.PRUNE)
        except pygit2.GitError as error:
            raise StorageError(
                f"the repository of templates can't be fetched ({_said(error, where)})",
                subject=shown(where),
                remedy="The last copy goes on to be used.",
            ) from None
    return str(_commit(repository, where, ref).id)


def split(source: str) -> tuple[str, str]:
    """Where the repository is, and the ref."""
    where, _, ref = source.partition("#")
    return where, ref


def is_git(source: str) -> bool:
    """Whether a setting names a repository, and not a plain folder."""
    return "#" in source or _is_remote(source)


def shown(where: str) -> str:
    """Without what a URL says of user and password."""
    if "://" not in where:
        return where
    parts = urlsplit(where)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _is_remote(where: str) -> bool:
    return "://" in where or (":" in where and not where.startswith(("/", ".", "~")))


def _open(where: str, copies: Path) -> pygit2.Repository:
    if not _is_remote(where):
        try:
            return pygit2.Repository(str(Path(where).expanduser()))
        except pygit2.GitError:
            raise NotFoundError(
                "there is no such git repository of templates",
                subject=where,
                remedy="Mend `templates` in settings.toml.",
            ) from None
    copy = copies / f"{hashlib.sha256(where.encode()).hexdigest()[:16]}.git"
    if copy.is_dir():
        return pygit2.Repository(str(copy))
    copies.mkdir(parents=True, exist_ok=True)
    half = copies / f"{copy.name}.half"
    shutil.rmtree(half, ignore_errors=True)
    try:
        pygit2.clone_repository(where, str(half), bare=True)
    except pygit2.GitError as error:
        shutil.rmtree(half, ignore_errors=True)
        raise NotFoundError(
            f"the repository of templates can't be copied ({_said(error, where)})",
            subject=shown(where),
            remedy="Mend `templates` in settings.toml, or see that it can be reached.",
        ) from None
    half.rename(copy)
    return pygit2.Repository(str(copy))


def _commit(repository: pygit2.Repository, where: str, ref: str) -> pygit2.Commit:
    """A remote's branch is what was fetched last, not the branch as it was when it was copied."""
    for name in (f"refs/remotes/origin/{ref}", ref) if ref else ("refs/remotes/origin/HEAD", "HEAD"):
        try:
            found = repository.revparse_single(name)
        except (KeyError, ValueError, pygit2.GitError):
            continue
        return found.peel(pygit2.Commit)
    raise NotFoundError(
        f"the repository of templates has no branch, tag or commit {ref or 'HEAD'!r}",
        subject=shown(where),
        remedy="Mend what follows # in `templates` of settings.toml, or fetch.",
    )


def _said(error: pygit2.GitError, where: str) -> str:
    return str(error).replace(where, shown(where))
