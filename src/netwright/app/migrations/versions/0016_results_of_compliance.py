"""Results of compliance, section by section, with their days.

Revision: 0016, after 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "compliance_device",
        sa.Column("device", sa.String(length=255), nullable=False),
        sa.Column("texts", sa.String(length=255), nullable=False),
        sa.Column("checked_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_compliance_device")),
    )
    op.create_table(
        "compliance_section",
        sa.Column("device", sa.String(length=255), nullable=False),
        sa.Column("section", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=255), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("extra", sa.Text(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("device", "section", name=op.f("pk_compliance_section")),
    )
    op.create_index("ix_compliance_section_section", "compliance_section", ["section"])
    op.create_table(
        "compliance_day",
        sa.Column("section", sa.String(length=255), nullable=False),
        sa.Column("day", sa.String(length=255), nullable=False),
        sa.Column("same", _NUMBER, nullable=False),
        sa.Column("total", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("section", "day", name=op.f("pk_compliance_day")),
    )


def downgrade() -> None:
    op.drop_table("compliance_day")
    op.drop_index("ix_compliance_section_section", table_name="compliance_section")
    op.drop_table("compliance_section")
    op.drop_table("compliance_device")
