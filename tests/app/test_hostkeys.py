"""Host keys in the database: first use, a change, accept, forget."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest
from tests.tables import create_tables

from netwright.app.hostkeys import DatabaseHostKeys
from netwright.base.errors import NotFoundError
from netwright.device.hostkeys import fingerprint
from netwright.store.database import Database


def new_key() -> str:
    key = asyncssh.generate_private_key("ssh-ed25519")
    return " ".join(key.export_public_key("openssh").decode().split()[:2])


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'n.db'}")
    create_tables(database)
    yield database
    database.close()


def test_the_first_key_stays(database: Database) -> None:
    keys, other = DatabaseHostKeys(database), DatabaseHostKeys(database)
    first = new_key()
    assert keys.known("ams-edge1") is None
    keys.record("ams-edge1", first)
    other.record("ams-edge1", new_key())  # of two processes at once the first wins
    assert keys.known("ams-edge1") == other.known("ams-edge1") == first


def test_a_refused_key_waits_to_be_accepted(database: Database) -> None:
    keys = DatabaseHostKeys(database)
    first, second = new_key(), new_key()
    keys.record("ams-edge1", first)
    keys.refuse("ams-edge1", second)
    assert keys.known("ams-edge1") == first
    (shown,) = keys.list()
    assert (shown.fingerprint, shown.offered) == (fingerprint(first), fingerprint(second))
    assert keys.accept("ams-edge1") == fingerprint(second)
    assert keys.known("ams-edge1") == second
    assert keys.list()[0].offered is None
    with pytest.raises(NotFoundError, match="ams-edge1"):
        keys.accept("ams-edge1")


def test_a_forgotten_key_is_recorded_anew(database: Database) -> None:
    keys = DatabaseHostKeys(database)
    keys.record("ams-edge1", new_key())
    keys.forget("ams-edge1")
    second = new_key()
    keys.record("ams-edge1", second)
    assert keys.known("ams-edge1") == second
    with pytest.raises(NotFoundError, match="ams-edge2"):
        keys.forget("ams-edge2")


def test_fingerprints_are_those_of_ssh_keygen() -> None:
    key = asyncssh.generate_private_key("ecdsa-sha2-nistp256").convert_to_public()
    text = " ".join(key.export_public_key("openssh").decode().split()[:2])
    assert fingerprint(text) == key.get_fingerprint()
