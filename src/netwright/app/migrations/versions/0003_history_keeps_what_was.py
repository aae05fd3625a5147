"""History keeps what an object was before a revision; what it was after stands in its next row

Going down gives the column back empty: past states and blame are unharmed, but a revision merged before can't
be reverted there.

Revision: 0003, after 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("history", recreate="never") as batch_op:
        batch_op.drop_column("after")


def downgrade() -> None:
    with op.batch_alter_table("history", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("after", sa.JSON(none_as_null=True), nullable=True))
