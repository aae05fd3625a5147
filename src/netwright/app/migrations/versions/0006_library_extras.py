"""What a device-type file says beyond our fields is kept beside the model

Revision: 0006, after 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("model", recreate="never") as batch_op:
        batch_op.add_column(sa.Column("library_extras", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("model", recreate="never") as batch_op:
        batch_op.drop_column("library_extras")
