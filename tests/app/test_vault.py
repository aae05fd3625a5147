"""Secrets: sealed at rest, bound to their name and key, never shown by accident."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from tests.tables import create_tables

from netwright.app.vault import StoredSecret, Vault, load_key
from netwright.base.errors import NotFoundError, StorageError
from netwright.base.secret import Secret
from netwright.store.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'vault.db'}")
    create_tables(database)
    yield database
    database.close()


@pytest.fixture
def vault(database: Database, tmp_path: Path) -> Vault:
    return Vault(database, load_key(tmp_path / "key", create=True))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=40).filter(lambda s: s.isprintable()), st.text(max_size=200))
def test_what_is_put_is_got(vault: Vault, name: str, value: str) -> None:
    vault.put(name, Secret(value))
    assert vault.get(name).reveal() == value


def test_nothing_readable_is_on_disk(vault: Vault, tmp_path: Path) -> None:
    vault.put("isp-md5", Secret("correct horse battery"))
    for file in tmp_path.iterdir():
        assert b"correct horse" not in file.read_bytes()


def test_a_sealed_value_is_bound_to_its_name(vault: Vault, database: Database) -> None:
    vault.put("a", Secret("one"))
    vault.put("b", Secret("two"))
    with database.write() as session:
        sealed = session.scalar(select(StoredSecret.sealed).where(StoredSecret.name == "a"))
        session.execute(update(StoredSecret).where(StoredSecret.name == "b").values(sealed=sealed))
    with pytest.raises(StorageError, match="another key"):
        vault.get("b")


def test_another_key_opens_nothing(vault: Vault, database: Database, tmp_path: Path) -> None:
    vault.put("a", Secret("one"))
    other = Vault(database, load_key(tmp_path / "other", create=True))
    with pytest.raises(StorageError, match="another key"):
        other.get("a")


def test_an_unknown_secret_says_how_to_set_it(vault: Vault) -> None:
    with pytest.raises(NotFoundError, match="netwright secret set nothing"):
        vault.get("nothing")
    assert vault.names() == []


def test_the_key_file_is_its_owners_alone_and_missing_is_said(tmp_path: Path) -> None:
    file = tmp_path / "key"
    with pytest.raises(StorageError, match="key of the secrets is missing"):
        load_key(file)
    assert load_key(file, create=True) == load_key(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_secret_hides_in_text() -> None:
    secret = Secret("swordfish")
    assert "swordfish" not in f"{secret} {secret!r} {[secret]}"
