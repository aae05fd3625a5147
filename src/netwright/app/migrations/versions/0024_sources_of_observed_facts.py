"""Which question brought an observed fact, whether a prefix's length was told, what could not be understood;
and what adoption looks for by name and address.

Revision: 0024, after 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_SOURCED = ("interface", "address", "component", "sensor", "neighbor", "bgp_session")


def upgrade() -> None:
    op.create_table(
        "observed_answer",
        sa.Column("device", sa.String(length=255), nullable=False),
        sa.Column("question", sa.String(length=255), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("observed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("device", "question", name=op.f("pk_observed_answer")),
    )
    for name in _SOURCED:
        with op.batch_alter_table(f"observed_{name}") as table:
            table.add_column(sa.Column("source", sa.String(length=255), nullable=False, server_default=""))
    with op.batch_alter_table("observed_address") as table:
        known: sa.Column[bool] = sa.Column(
            "prefix_known", sa.Boolean(), nullable=False, server_default=sa.true()
        )
        table.add_column(known)
    with op.batch_alter_table("observed_device") as table:
        table.add_column(sa.Column("short_name", sa.String(length=255), nullable=False, server_default=""))
    op.create_index("ix_observed_address_address", "observed_address", ["address"])
    op.create_index("ix_observed_device_short_name", "observed_device", ["short_name"])
    _name()


def _name() -> None:
    device = sa.table("observed_device", *map(sa.column, ("device", "hostname", "short_name")))
    connection = op.get_bind()
    named = connection.execute(sa.select(device.c.device, device.c.hostname)).all()
    rows = [{"of": name, "short": (told or "").lower().split(".")[0][:255]} for name, told in named]
    if rows:
        here = device.c.device == sa.bindparam("of")
        connection.execute(sa.update(device).where(here).values(short_name=sa.bindparam("short")), rows)


def downgrade() -> None:
    op.drop_index("ix_observed_device_short_name", table_name="observed_device")
    op.drop_index("ix_observed_address_address", table_name="observed_address")
    with op.batch_alter_table("observed_device") as table:
        table.drop_column("short_name")
    with op.batch_alter_table("observed_address") as table:
        table.drop_column("prefix_known")
    for name in _SOURCED:
        with op.batch_alter_table(f"observed_{name}") as table:
            table.drop_column("source")
    op.drop_table("observed_answer")
