"""The schema of the database: made, brought up to date, and checked before use."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from netwright.base.errors import NotFoundError, StorageError
from netwright.store.database import Database

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> None:
    """Bring the schema to the newest version. Runs in one transaction a step."""
    with database.writer.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def require_current(database: Database) -> None:
    """Raises NotFoundError for an empty database, StorageError for one of another version."""
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    wanted = ScriptDirectory.from_config(_config()).get_current_head()
    if found is None:
        raise NotFoundError("the database is empty", remedy="Run `netwright init` first.")
    if found != wanted:
        raise StorageError(
            f"the database has schema {found}, this version needs {wanted}",
            remedy="Run `netwright init --upgrade`.",
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config
