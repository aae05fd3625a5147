"""Comments, approvals, scheduled merges of change sets; the line of events

Revision: 0004, after 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("type", sa.String(length=255), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("author", sa.String(length=255), nullable=False),
        sa.Column("changeset_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("revision", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_table(
        "changeset_approval",
        sa.Column("changeset_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("author", sa.String(length=255), nullable=False),
        sa.Column("edition", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changeset_id"], ["changeset.id"], name=op.f("fk_changeset_approval_changeset_id_changeset")
        ),
        sa.PrimaryKeyConstraint("changeset_id", "author", name=op.f("pk_changeset_approval")),
    )
    op.create_table(
        "changeset_comment",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("changeset_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=255), nullable=False),
        sa.Column("object_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("field", sa.String(length=255), nullable=False),
        sa.Column("author", sa.String(length=255), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("resolved_by", sa.String(length=255), nullable=False),
        sa.Column("resolved_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changeset_id"], ["changeset.id"], name=op.f("fk_changeset_comment_changeset_id_changeset")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changeset_comment")),
    )
    with op.batch_alter_table("changeset_comment") as batch_op:
        batch_op.create_index(batch_op.f("ix_changeset_comment_changeset_id"), ["changeset_id"], unique=False)

    with op.batch_alter_table("changeset") as batch_op:
        batch_op.add_column(
            sa.Column(
                "edition",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                server_default="0",
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("editors", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("merge_at", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("merge_by", sa.String(length=255), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("merge_edition", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("merge_failure", sa.Text(), server_default="", nullable=False))

    with op.batch_alter_table("delta") as batch_op:
        batch_op.create_index("ix_delta_object_id", ["object_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("delta") as batch_op:
        batch_op.drop_index("ix_delta_object_id")

    with op.batch_alter_table("changeset") as batch_op:
        batch_op.drop_column("merge_failure")
        batch_op.drop_column("merge_edition")
        batch_op.drop_column("merge_by")
        batch_op.drop_column("merge_at")
        batch_op.drop_column("editors")
        batch_op.drop_column("edition")

    with op.batch_alter_table("changeset_comment") as batch_op:
        batch_op.drop_index(batch_op.f("ix_changeset_comment_changeset_id"))

    op.drop_table("changeset_comment")
    op.drop_table("changeset_approval")
    op.drop_table("event")
