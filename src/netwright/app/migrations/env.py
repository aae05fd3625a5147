"""Alembic's entry: runs migrations on the connection it is given (see app/upgrade.py)."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from netwright.app.tables import metadata
from netwright.base.errors import StorageError


def render_item(kind: str, item: Any, _autogen: AutogenContext) -> str | Literal[False]:
    """Our own column types as what they are in the database, so that a migration outlives their names."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata(),
    render_as_batch=True,
    render_item=render_item,
    compare_type=True,
)


def check_references(connection: Connection) -> None:
    """Raises StorageError when references lead nowhere after the migrations (SQLite looked away)."""
    if connection.dialect.name != "sqlite":
        return
    broken = {row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check")}
    if broken:
        raise StorageError(
            f"references of these tables would lead nowhere: {', '.join(sorted(broken))}",
            remedy="Nothing was changed. Run the older version and mend them, or restore a backup.",
        )


with context.begin_transaction():
    context.run_migrations()
    check_references(context.config.attributes["connection"])
