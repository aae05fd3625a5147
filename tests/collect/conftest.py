"""A real SQLite database with the small network wanted in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.tables import create_tables

from netwright.base.clock import Clock
from netwright.collect import observed
from netwright.collect.wanted import Wanted, read_wanted
from netwright.store import changeset
from netwright.store.database import Database

from .network import NOW, want_network

TABLES = (observed, changeset)


class HeldClock:
    """Stands still until told."""

    def __init__(self, now: float = NOW) -> None:
        self.time = now

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.time


@pytest.fixture
def clock() -> HeldClock:
    held: Clock = HeldClock()
    assert isinstance(held, HeldClock)
    return held


@pytest.fixture(scope="session")
def _made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file to copy: making the tables takes longer than most tests."""
    assert TABLES
    file = tmp_path_factory.mktemp("database") / "made.db"
    database = Database(f"sqlite:///{file}")
    create_tables(database)
    with database.write() as session:
        want_network(session)
    with database.writer.connect() as connection:
        connection.connection.execute("PRAGMA journal_mode=DELETE")  # one file, nothing left in a log beside
    database.close()
    return file


@pytest.fixture
def database(_made_once: Path, tmp_path: Path) -> Iterator[Database]:
    file = Path(shutil.copy(_made_once, tmp_path / "test.db"))
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


@pytest.fixture
def wanted(database: Database) -> Wanted:
    with database.read() as session:
        return read_wanted(session)
