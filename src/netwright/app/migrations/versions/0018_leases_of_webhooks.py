"""Leases of webhooks: several workers may tell them.

Revision: 0018, after 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("webhook") as table:
        table.add_column(sa.Column("leased_by", sa.String(length=255), nullable=False, server_default=""))
        table.add_column(sa.Column("leased_until", sa.Double(), nullable=False, server_default="0"))
    with op.batch_alter_table("webhook") as table:
        table.alter_column("leased_by", server_default=None)
        table.alter_column("leased_until", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("webhook") as table:
        table.drop_column("leased_until")
        table.drop_column("leased_by")
