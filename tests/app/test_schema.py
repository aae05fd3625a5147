"""The schema: migrations give exactly the tables that the records declare, up and down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from netwright.app.schema import MIGRATIONS, require_current
from netwright.app.tables import metadata
from netwright.app.upgrade import config, downgrade, unbound, upgrade
from netwright.base.errors import NotFoundError, StorageError
from netwright.inventory import Rack
from netwright.inventory.place import Status
from netwright.store.database import Database

pytestmark = pytest.mark.slow


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'schema.db'}")
    yield database
    database.close()


def test_migrations_give_the_declared_tables(database: Database) -> None:
    by_migrations(database)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata()) == []
    require_current(database)


def test_an_empty_database_comes_out_as_by_migrations(database: Database, tmp_path: Path) -> None:
    by_migrations(database)
    at_once = Database(f"sqlite:///{tmp_path / 'at-once.db'}")
    upgrade(at_once)
    require_current(at_once)
    assert shape(at_once) == shape(database)
    at_once.close()


def by_migrations(database: Database) -> None:
    """Every migration, from the first on."""
    with unbound(database) as connection:
        command.upgrade(config(connection), "head")


def shape(database: Database) -> dict[str, object]:
    """All that a database knows of its tables, but what history left: the order of columns, and the values
    that old rows were given when a column came."""
    look = inspect(database.engine)
    return {
        table: {
            "columns": sorted(
                (one["name"], str(one["type"]), one["nullable"], one.get("primary_key"))
                for one in look.get_columns(table)
            ),
            "primary key": look.get_pk_constraint(table),
            "foreign keys": sorted(look.get_foreign_keys(table), key=str),
            "unique": sorted(look.get_unique_constraints(table), key=str),
            "checks": sorted(look.get_check_constraints(table), key=str),
            "indexes": sorted(
                (
                    str(one["name"]),
                    one["column_names"],
                    one["unique"],
                    str(one["dialect_options"].get("sqlite_where")),
                )
                for one in look.get_indexes(table)
            ),
        }
        for table in look.get_table_names()
    }


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    upgrade(database)
    upgrade(database)
    require_current(database)


def test_all_the_way_down_leaves_nothing(database: Database) -> None:
    upgrade(database)
    downgrade(database)
    assert inspect(database.engine).get_table_names() == ["alembic_version"]


def test_users_keep_their_roles_up_and_down(database: Database) -> None:
    """Migration 0005 makes rows of the column, and a column of the rows."""
    migrate(database, "0004")
    with database.write() as session:
        for name, role in (("ada", "admin"), ("vera", "viewer")):
            session.execute(
                text(
                    """INSERT INTO "user"
                    (name, password_hash, role, disabled, created_at, password_changed_at)
                    VALUES (:name, 'x', :role, false, 1, 1)"""
                ).bindparams(name=name, role=role)
            )
        session.execute(text("INSERT INTO web_session VALUES ('h', 'ada', '192.0.2.1', 1, 2)"))
    migrate(database, "0005")
    with database.read() as session:
        rows = session.execute(text('SELECT "user", role, source FROM user_role ORDER BY 1'))
        assert [tuple(row) for row in rows] == [("ada", "admin", "local"), ("vera", "viewer", "local")]
        assert session.scalar(text("SELECT count(*) FROM web_session")) == 1
    migrate(database, "0004", down=True)
    with database.read() as session:
        rows = session.execute(text('SELECT name, role FROM "user" ORDER BY 1'))
        assert [tuple(row) for row in rows] == [("ada", "admin"), ("vera", "viewer")]


def migrate(database: Database, version: str, *, down: bool = False) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.writer.connect() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, version)


def test_an_empty_database_says_what_to_do(database: Database) -> None:
    with pytest.raises(NotFoundError, match="netwright init"):
        require_current(database)


def test_another_version_is_refused(database: Database) -> None:
    upgrade(database)
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'future'"))
    with pytest.raises(StorageError, match="schema future"):
        require_current(database)


def test_an_older_database_keeps_its_objects(database: Database) -> None:
    with unbound(database) as connection:
        command.upgrade(config(connection), "0001")
    rows = {
        "region": {"id": 1, "name": "eu", "title": ""},
        "site": {"id": 2, "name": "ams", "title": "", "region_id": 1, "kind": "exchange", "status": "active",
                 "city": "", "country": "NL", "latitude": 52.3, "longitude": 4.9, "time_zone": "UTC",
                 "fill_window": ""},
        "rack": {"id": 3, "site_id": 2, "name": "r1", "height_u": 42},
    }  # fmt: skip
    with database.write() as session:
        for table, row in rows.items():
            names = ", ".join(row)
            values = ", ".join(f":{name}" for name in row)
            session.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)
    upgrade(database)
    with database.read() as session:
        rack = session.get(Rack, 3)
        assert rack is not None
        assert (rack.site_id, rack.status, rack.tags, rack.serial) == (2, Status.ACTIVE, None, "")
