"""Whole texts are kept unreadable, once, and only under their own hash."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from tests.tables import create_tables

from netwright.base.errors import NotFoundError, StorageError
from netwright.base.secret import Secret
from netwright.store.database import Database
from netwright.store.sealed import SealedText, SealedTexts, text_digest


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'sealed.db'}")
    create_tables(made)
    yield made
    made.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(text=st.text())
def test_what_is_put_comes_back(database: Database, text: str) -> None:
    texts = SealedTexts(database, b"key")
    digest = text_digest(text)
    texts.put({digest: Secret(text)})
    assert texts.get(digest).reveal() == text


def test_the_same_text_is_written_once(database: Database) -> None:
    texts = SealedTexts(database, b"key")
    texts.put({"a": Secret("w0nderful")})
    texts.put({"a": Secret("w0nderful"), "b": Secret("two")})
    with database.read() as session:
        assert sorted(session.scalars(select(SealedText.digest))) == ["a", "b"]
    database.close()
    for file in Path(str(database.url.database)).parent.iterdir():
        assert b"w0nderful" not in file.read_bytes()


def test_another_key_or_another_name_opens_nothing(database: Database) -> None:
    texts = SealedTexts(database, b"key")
    texts.put({"a": Secret("w0nderful")})
    with pytest.raises(StorageError, match="another key"):
        SealedTexts(database, b"other").get("a")
    with database.write() as session:
        session.execute(update(SealedText).values(digest="b"))
    with pytest.raises(StorageError, match="another key"):
        texts.get("b")
    with pytest.raises(NotFoundError, match="never kept"):
        texts.get("a")
