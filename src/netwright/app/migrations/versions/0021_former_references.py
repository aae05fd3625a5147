"""References that changes ended, beside history: what an object was referred to by is found from the object.

Revision: 0021, after 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WRITTEN = {
    "sqlite": (
        "INSERT INTO history_reference (target_id, kind, revision, object_id) "
        "SELECT DISTINCT entry.value, history.kind, history.revision, history.object_id "
        "FROM history, json_each(history.before) AS entry "
        "WHERE history.before IS NOT NULL AND entry.type = 'integer' AND substr(entry.key, -3) = '_id'"
    ),
    "postgresql": (
        "INSERT INTO history_reference (target_id, kind, revision, object_id) "
        "SELECT DISTINCT entry.value::text::bigint, history.kind, history.revision, history.object_id "
        "FROM history CROSS JOIN LATERAL json_each(history.before) AS entry "
        "WHERE history.before IS NOT NULL AND json_typeof(entry.value) = 'number' "
        "AND right(entry.key, 3) = '_id'"
    ),
}
"""A column that refers ends in ``_id``, and no other does."""


def upgrade() -> None:
    op.create_table(
        "history_reference",
        sa.Column("target_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=255), nullable=False),
        sa.Column("revision", _BIG, autoincrement=False, nullable=False),
        sa.Column("object_id", _BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint(
            "target_id", "kind", "revision", "object_id", name=op.f("pk_history_reference")
        ),
        sqlite_with_rowid=False,
    )
    op.execute(_WRITTEN[op.get_bind().dialect.name])


def downgrade() -> None:
    op.drop_table("history_reference")
