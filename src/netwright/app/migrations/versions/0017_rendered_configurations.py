"""What is kept of each device's last rendering.

Revision: 0017, after 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "rendered_config",
        sa.Column("device_id", number, autoincrement=False, nullable=False),
        sa.Column("device", sa.String(length=255), nullable=False),
        sa.Column("platform", sa.String(length=255), nullable=False),
        sa.Column("revision", number, nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("templates", sa.String(length=255), nullable=False),
        sa.Column("secrets", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=255), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_rendered_config")),
    )
    op.create_index(op.f("ix_rendered_config_device"), "rendered_config", ["device"])
    op.create_index(op.f("ix_rendered_config_failed"), "rendered_config", ["failed"])
    op.create_table(
        "template_set",
        sa.Column("digest", sa.String(length=255), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_template_set")),
    )
    op.create_table(
        "render_state",
        sa.Column("id", number, autoincrement=False, nullable=False),
        sa.Column("revision", number, nullable=False),
        sa.Column("templates", sa.String(length=255), nullable=False),
        sa.Column("contexts", sa.JSON(), nullable=False),
        sa.Column("secrets", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_render_state")),
    )


def downgrade() -> None:
    op.drop_table("render_state")
    op.drop_table("template_set")
    op.drop_index(op.f("ix_rendered_config_failed"), table_name="rendered_config")
    op.drop_index(op.f("ix_rendered_config_device"), table_name="rendered_config")
    op.drop_table("rendered_config")
