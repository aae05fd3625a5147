"""history by kind

Revision: 0015, after 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_UNDONE = sa.text("before IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_history_revision_kind", table_name="history")
    op.create_index("ix_history_kind_revision", "history", ["kind", "revision"], unique=False)
    op.create_index(
        "ix_history_undone",
        "history",
        ["kind", "revision"],
        unique=False,
        sqlite_where=_UNDONE,
        postgresql_where=_UNDONE,
    )


def downgrade() -> None:
    op.drop_index("ix_history_undone", table_name="history")
    op.drop_index("ix_history_kind_revision", table_name="history")
    op.create_index("ix_history_revision_kind", "history", ["revision", "kind"], unique=False)
