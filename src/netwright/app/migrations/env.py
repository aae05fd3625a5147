"""Alembic's entry: runs migrations on the connection it is given (see app/upgrade.py)."""

from __future__ import annotations

from typing import Any, Literal, cast

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import Script
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from netwright.app.tables import metadata
from netwright.base.errors import StorageError
from netwright.store.evolve import carry


def render_item(kind: str, item: Any, _autogen: AutogenContext) -> str | Literal[False]:
    """Our own column types as what they are in the database, so that a migration outlives their names."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def carry_documents(ctx: MigrationContext, step: MigrationInfo, heads: object, run_args: object) -> None:
    """Make a migration's ``documents`` steps in what open change sets and history hold, right after it."""
    revision = step.up_revision
    if ctx.connection is None or revision is None:
        return
    documents = getattr(cast("Script", revision).module, "documents", None)
    if documents:
        carry(ctx.connection, documents, upwards=step.is_upgrade)


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata(),
    render_as_batch=True,
    render_item=render_item,
    compare_type=True,
    on_version_apply=carry_documents,
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
