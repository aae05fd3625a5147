"""Brings the schema of the database up to date, with Alembic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from netwright.app.schema import MIGRATIONS
from netwright.app.tables import metadata
from netwright.store.database import Database


def upgrade(database: Database) -> None:
    """Bring the schema to the newest version, in one transaction: killed half-way, nothing has changed.

    An empty database gets the tables as they are declared at once, in a tenth of the time that their whole
    history takes; a test holds that both come out the same."""
    with unbound(database) as connection:
        if inspect(connection).get_table_names():
            connection.rollback()
            command.upgrade(config(connection), "head")
        else:
            connection.rollback()
            with connection.begin():
                metadata().create_all(connection, checkfirst=False)
                scripts = ScriptDirectory.from_config(config(connection))
                MigrationContext.configure(connection).stamp(scripts, "head")


def downgrade(database: Database) -> None:
    """Take every table away again, step by step."""
    with unbound(database) as connection:
        command.downgrade(config(connection), "base")


@contextmanager
def unbound(database: Database) -> Iterator[Connection]:
    """A connection of its own. SQLite alters a table by making it anew under its name, and takes each row
    that refers to the old one for a broken reference unless it looks away meanwhile; ``env`` looks after."""
    with database.writer.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        if connection.dialect.name != "sqlite":
            yield connection
            return
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            yield connection
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def config(connection: object) -> Config:
    """What Alembic works by, on a connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
