"""History by kind, deed and revision: what was changed or deleted since is found without a look at what was
created. The partial index that this one replaces looked no better to SQLite than the one by kind and
revision, and it took either.

Revision: 0019, after 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_UNDONE = sa.text("before IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_history_undone", table_name="history")
    op.create_index("ix_history_undone", "history", ["kind", "op", "revision"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_history_undone", table_name="history")
    op.create_index(
        "ix_history_undone",
        "history",
        ["kind", "revision"],
        unique=False,
        sqlite_where=_UNDONE,
        postgresql_where=_UNDONE,
    )
