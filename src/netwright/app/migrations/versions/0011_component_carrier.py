"""A component knows the module that brings it, and goes with it

Revision: 0011, after 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_FILLED = sa.text("carrier_id IS NOT NULL")


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("component") as batch_op:
        batch_op.add_column(sa.Column("carrier_id", number, nullable=True))
        batch_op.create_index(
            "ix_component_carrier_id", ["carrier_id"], sqlite_where=_FILLED, postgresql_where=_FILLED
        )
        batch_op.create_foreign_key(
            "fk_component_carrier_id_component",
            "component",
            ["carrier_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )


def downgrade() -> None:
    with op.batch_alter_table("component") as batch_op:
        batch_op.drop_constraint("fk_component_carrier_id_component", type_="foreignkey")
        batch_op.drop_index("ix_component_carrier_id")
        batch_op.drop_column("carrier_id")
