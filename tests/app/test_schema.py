"""The schema: migrations give exactly the tables that the records declare, up and down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from netwright.app.schema import require_current
from netwright.app.tables import metadata
from netwright.app.upgrade import downgrade, upgrade
from netwright.base.errors import NotFoundError, StorageError
from netwright.store.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'schema.db'}")
    yield database
    database.close()


def test_migrations_give_the_declared_tables(database: Database) -> None:
    upgrade(database)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata()) == []
    require_current(database)


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    upgrade(database)
    upgrade(database)
    require_current(database)


def test_all_the_way_down_leaves_nothing(database: Database) -> None:
    upgrade(database)
    downgrade(database)
    assert inspect(database.engine).get_table_names() == ["alembic_version"]


def test_an_empty_database_says_what_to_do(database: Database) -> None:
    with pytest.raises(NotFoundError, match="netwright init"):
        require_current(database)


def test_another_version_is_refused(database: Database) -> None:
    upgrade(database)
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'future'"))
    with pytest.raises(StorageError, match="schema future"):
        require_current(database)
