"""Devices known from discovery, and what people made of findings.

Revision: 0020, after 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=255), nullable=False)


def upgrade() -> None:
    op.create_table(
        "known_device",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        *(_text(name) for name in ("device", "address", "hostname", "vendor", "model", "serial", "way")),
        sa.Column("first_seen", sa.Double(), nullable=False),
        sa.Column("last_seen", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_device")),
        sa.UniqueConstraint("device", name=op.f("uq_known_device_device")),
    )
    op.create_table(
        "known_mark",
        sa.Column("known_id", _ID, nullable=False),
        _text("kind"),
        _text("value"),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["known_id"],
            ["known_device.id"],
            name=op.f("fk_known_mark_known_id_known_device"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("known_id", "kind", "value", name=op.f("pk_known_mark")),
    )
    op.create_index("ix_known_mark_value", "known_mark", ["kind", "value"])
    op.create_table(
        "finding_ack",
        *(_text(name) for name in ("kind", "device", "object", "severity", "by")),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("until", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "device", "object", name=op.f("pk_finding_ack")),
    )
    op.create_table(
        "finding_task",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        *(_text(name) for name in ("kind", "device", "object", "site")),
        sa.Column("title", sa.Text(), nullable=False),
        _text("assignee"),
        sa.Column("note", sa.Text(), nullable=False),
        _text("opened_by"),
        sa.Column("opened_at", sa.Double(), nullable=False),
        _text("done_by"),
        sa.Column("done_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_task")),
    )
    op.create_index("ix_finding_task_about", "finding_task", ["kind", "device", "object"])


def downgrade() -> None:
    op.drop_table("finding_task")
    op.drop_table("finding_ack")
    op.drop_table("known_mark")
    op.drop_table("known_device")
