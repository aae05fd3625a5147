"""Alembic's entry: runs migrations on the connection it is given (see app/schema.py)."""

from __future__ import annotations

from alembic import context

from netwright.app.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata(), render_as_batch=True, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
