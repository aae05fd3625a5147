"""What the machine refuses is said in words, and trials keep nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from netwright.base.errors import StorageError
from netwright.store.database import Database

from .stores import Store


def test_a_trial_keeps_nothing(store: Store) -> None:
    with store.database.trial() as session:
        session.execute(text("INSERT INTO t_zone (id, name) VALUES (1, 'eu')"))
        assert session.scalar(text("SELECT count(*) FROM t_zone")) == 1
    with store.database.read() as session:
        assert session.scalar(text("SELECT count(*) FROM t_zone")) == 0


def test_a_reader_keeps_nothing(store: Store) -> None:
    with store.database.read() as session:
        session.execute(text("INSERT INTO t_zone (id, name) VALUES (1, 'eu')"))
    assert store.dump()["t_zone"] == {}


def test_references_are_checked_at_commit(store: Store) -> None:
    insert = text("INSERT INTO t_zone (id, name, parent_id) VALUES (:id, :name, :parent)")
    with store.database.write() as session:
        session.execute(insert, {"id": 1, "name": "child before its parent", "parent": 2})
        session.execute(insert, {"id": 2, "name": "parent", "parent": None})
    with pytest.raises(IntegrityError), store.database.write() as session:
        session.execute(insert, {"id": 3, "name": "nobody's child", "parent": 99})
    assert set(store.dump()["t_zone"]) == {1, 2}


def test_a_database_without_its_tables_is_said(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(StorageError, match=r"empty\.db.*netwright init"), database.read() as session:
        session.execute(text("SELECT * FROM revision"))
    database.close()


def test_a_folder_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "folder.db").mkdir()
    database = Database(f"sqlite:///{tmp_path / 'folder.db'}")
    with pytest.raises(StorageError, match="Give this user the right"), database.read() as session:
        session.execute(text("SELECT 1"))
    database.close()


WRITER = """
import resource, sys
sys.path.insert(0, sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
from netwright.inventory import KINDS
from netwright.store.changeset import ChangeSets
from netwright.store.database import Database
changesets = ChangeSets(Database(sys.argv[1]), KINDS)
opened = changesets.open("too much", "ada").id
with changesets.edit(opened) as edit:
    for number in range(3000):
        edit.create("asn", {"number": number + 1})
changesets.merge(opened, "ada", lambda session, touched: [])
"""


@pytest.mark.slow
def test_a_full_disk_is_said_and_nothing_is_half_written(inventory: Store) -> None:
    inventory.make("asn", number=1)
    inventory.database.close()
    url = inventory.database.url.render_as_string()
    command = [sys.executable, "-c", WRITER, url, os.fspath(Path(__file__).parents[2] / "src")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "netwright.base.errors.StorageError" in done.stderr, done.stderr
    assert len(inventory.dump()["asn"]) == 1
    inventory.make("asn", number=2)
    assert len(inventory.dump()["asn"]) == 2
