"""Bytes under their hash: whole or not at all, once, and gone only when nothing names them."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tables import create_tables

from netwright.app import attachments
from netwright.app.attachments import Attachments
from netwright.base.errors import InputError, NotFoundError, StorageError
from netwright.inventory import KINDS
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database


class Later:
    """A clock two days ahead of the machine's."""

    def now(self) -> float:
        return time.time() + 2 * 86400

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture
def kept(tmp_path: Path) -> Attachments:
    return Attachments(tmp_path / "attachments")


@settings(deadline=None, max_examples=30)
@given(parts=st.lists(st.binary(max_size=200), max_size=5))
def test_what_is_kept_comes_back(tmp_path_factory: pytest.TempPathFactory, parts: list[bytes]) -> None:
    kept = Attachments(tmp_path_factory.mktemp("kept"))
    stored = kept.keep(parts)
    assert kept.keep([b"".join(parts)]) == stored
    assert stored.sha256 == hashlib.sha256(b"".join(parts)).hexdigest()
    assert kept.path(stored.sha256).read_bytes() == b"".join(parts)


def files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def test_a_write_that_breaks_leaves_nothing(tmp_path: Path, kept: Attachments) -> None:
    def breaking() -> Iterator[bytes]:
        yield b"half"
        raise OSError(28, "No space left on device")

    with pytest.raises(StorageError, match="No space left"):
        kept.keep(breaking())
    assert files(tmp_path) == []


def test_too_much_is_refused(tmp_path: Path, kept: Attachments, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MAX_BYTES", 10)
    with pytest.raises(InputError, match="larger than"):
        kept.keep([b"x" * 6, b"x" * 6])
    assert files(tmp_path) == []


@pytest.mark.parametrize("digest", ["../../etc/passwd", "ab", "A" * 64])
def test_a_hash_that_is_none(kept: Attachments, digest: str) -> None:
    with pytest.raises(InputError, match="not a SHA-256"):
        kept.path(digest)


def test_lost_bytes_are_told(kept: Attachments) -> None:
    with pytest.raises(NotFoundError, match="not there"):
        kept.path("0" * 64)


def test_only_what_nothing_names_goes(tmp_path: Path, kept: Attachments) -> None:
    database = Database(f"sqlite:///{tmp_path / 'test.db'}")
    create_tables(database)
    changesets = ChangeSets(database, KINDS)
    names = {word: kept.keep([word.encode()]) for word in ("there", "once", "proposed", "nobody")}
    created: dict[str, int] = {}
    for word in ("there", "once"):
        editor = changesets.editor()
        values = {"name": word, "size_bytes": 1, "sha256": names[word].sha256}
        created[word] = editor.create("attachment", values)
        changesets.commit(editor, word, "ada", lambda _session, _changes: [])
    editor = changesets.editor()
    editor.delete("attachment", created["once"])
    changesets.commit(editor, "gone", "ada", lambda _session, _changes: [])
    opened = changesets.open("proposed", "ada").id
    proposed = {"name": "p", "size_bytes": 1, "sha256": names["proposed"].sha256}
    changesets.create(opened, "attachment", proposed)
    assert kept.prune(database, Later()) == [names["nobody"].sha256]
    assert {file.read_bytes() for file in files(tmp_path / "attachments")} == {b"there", b"once", b"proposed"}
    database.close()
