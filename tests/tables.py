"""Tables for a test's database, from a copy: making them anew costs a tenth of a second, a copy nothing."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from netwright.app.tables import metadata
from netwright.store.database import Database


def create_tables(database: Database) -> None:
    """All the product's tables in an empty database."""
    file = database.url.database
    if database.url.get_backend_name() == "sqlite" and file and not Path(file).exists():
        Path(file).write_bytes(_tables())
    else:
        metadata().create_all(database.writer)


@cache
def _tables() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tables.db"
        database = Database(f"sqlite:///{file}")
        metadata().create_all(database.writer)
        database.close()  # the last connection brings the write-ahead log home
        return file.read_bytes()
