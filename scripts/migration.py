"""Writes a new migration for what the tables have become: `python scripts/migration.py "what changed"`."""

from __future__ import annotations

import sys
import tempfile

from alembic import command

from netwright.app.schema import MIGRATIONS
from netwright.app.upgrade import config, unbound
from netwright.store.database import Database


def main() -> None:
    message = sys.argv[1]
    number = len(list((MIGRATIONS / "versions").glob("*.py"))) + 1
    with tempfile.TemporaryDirectory() as scratch:
        database = Database(f"sqlite:///{scratch}/scratch.db")
        if number > 1:  # by the migrations: an empty database would get the tables as they are now
            with unbound(database) as connection:
                command.upgrade(config(connection), "head")
        with database.writer.connect() as connection:
            command.revision(config(connection), message, autogenerate=True, rev_id=f"{number:04d}")
        database.close()


if __name__ == "__main__":
    main()
