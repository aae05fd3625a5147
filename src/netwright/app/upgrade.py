"""Brings the schema of the database up to date, with Alembic."""

from __future__ import annotations

from alembic import command
from alembic.config import Config

from netwright.app.schema import MIGRATIONS
from netwright.store.database import Database


def upgrade(database: Database) -> None:
    """Bring the schema to the newest version, in one transaction: killed half-way, nothing has changed."""
    with database.writer.connect() as connection:
        command.upgrade(_config(connection), "head")


def downgrade(database: Database) -> None:
    """Take every table away again, step by step."""
    with database.writer.connect() as connection:
        command.downgrade(_config(connection), "base")


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
