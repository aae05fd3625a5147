"""Writes a new migration for what the tables have become: `python scripts/migration.py "what changed"`."""

from __future__ import annotations

import sys
import tempfile

from alembic import command
from alembic.config import Config

from netwright.app.schema import MIGRATIONS
from netwright.app.upgrade import upgrade
from netwright.store.database import Database


def main() -> None:
    message = sys.argv[1]
    number = len(list((MIGRATIONS / "versions").glob("*.py"))) + 1
    with tempfile.TemporaryDirectory() as scratch:
        database = Database(f"sqlite:///{scratch}/scratch.db")
        if number > 1:
            upgrade(database)
        with database.writer.connect() as connection:
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS))
            config.attributes["connection"] = connection
            command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")
        database.close()


if __name__ == "__main__":
    main()
