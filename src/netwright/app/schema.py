"""The version of the database's schema: which one is there, which one is needed. See ``upgrade``."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text

from netwright.base.errors import NotFoundError, StorageError
from netwright.store.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
_TABLE = "alembic_version"


def newest() -> str:
    """The newest version this program knows: migrations are files named by number, read without Alembic,
    whose import would cost every command a third of a second."""
    return max(file.name.split("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def require_current(database: Database) -> None:
    """Raises NotFoundError for an empty database, StorageError for one of another version."""
    found = _found(database)
    if found is None:
        raise NotFoundError("the database is empty", remedy="Run `netwright init` first.")
    if found != newest():
        raise StorageError(
            f"the database has schema {found}, this version needs {newest()}",
            remedy="Run `netwright init --upgrade`.",
        )


def _found(database: Database) -> str | None:
    with database.engine.connect() as connection:
        if not inspect(connection).has_table(_TABLE):
            return None
        version: str | None = connection.scalar(text(f"SELECT version_num FROM {_TABLE}"))  # noqa: S608 (ours)
        return version
