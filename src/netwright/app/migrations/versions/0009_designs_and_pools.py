"""Designs and pools.

Revision: 0009, after 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "design_instance",
        sa.Column("design", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parameters", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("generation", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("choices", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("custom", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_design_instance")),
        sa.UniqueConstraint("design", "name", name=op.f("uq_design_instance_design_name")),
    )
    op.create_table(
        "design_part",
        sa.Column("design_instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("path", sa.String(length=255), nullable=False),
        sa.Column("made_kind", sa.String(length=255), nullable=False),
        sa.Column("made_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kept", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["design_instance_id"],
            ["design_instance.id"],
            name=op.f("fk_design_part_design_instance_id_design_instance"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_design_part")),
        sa.UniqueConstraint(
            "design_instance_id", "path", name=op.f("uq_design_part_design_instance_id_path")
        ),
    )
    with op.batch_alter_table("design_part", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_design_part_made_id"), ["made_id"], unique=False)

    op.create_table(
        "pool",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column(
            "pool_type",
            sa.Enum(
                "prefix", "address", "asn", "vlan", "name", name="pooltype", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("purpose", sa.String(length=255), nullable=False),
        sa.Column("source", sa.LargeBinary(length=18), nullable=True),
        sa.Column("length", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("lowest", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("highest", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("pattern", sa.String(length=255), nullable=False),
        sa.Column("vlan_group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("region_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("custom", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["region_id"],
            ["region.id"],
            name=op.f("fk_pool_region_id_region"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_pool_site_id_site"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["vlan_group_id"],
            ["vlan_group.id"],
            name=op.f("fk_pool_vlan_group_id_vlan_group"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool")),
        sa.UniqueConstraint("name", name=op.f("uq_pool_name")),
    )
    with op.batch_alter_table("pool", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pool_purpose"), ["purpose"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_pool_region_id"),
            ["region_id"],
            unique=False,
            sqlite_where=sa.text("region_id IS NOT NULL"),
            postgresql_where=sa.text("region_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_pool_site_id"),
            ["site_id"],
            unique=False,
            sqlite_where=sa.text("site_id IS NOT NULL"),
            postgresql_where=sa.text("site_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_pool_vlan_group_id"),
            ["vlan_group_id"],
            unique=False,
            sqlite_where=sa.text("vlan_group_id IS NOT NULL"),
            postgresql_where=sa.text("vlan_group_id IS NOT NULL"),
        )

    op.create_table(
        "allocation",
        sa.Column("pool_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("identifier", sa.String(length=255), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("prefix", sa.LargeBinary(length=18), nullable=True),
        sa.Column("design_instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["design_instance_id"],
            ["design_instance.id"],
            name=op.f("fk_allocation_design_instance_id_design_instance"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["pool_id"],
            ["pool.id"],
            name=op.f("fk_allocation_pool_id_pool"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation")),
        sa.UniqueConstraint("pool_id", "identifier", name=op.f("uq_allocation_pool_id_identifier")),
        sa.UniqueConstraint("pool_id", "value", name=op.f("uq_allocation_pool_id_value")),
    )
    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_allocation_design_instance_id"),
            ["design_instance_id"],
            unique=False,
            sqlite_where=sa.text("design_instance_id IS NOT NULL"),
            postgresql_where=sa.text("design_instance_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_allocation_prefix"), ["prefix"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_allocation_prefix"))
        batch_op.drop_index(
            batch_op.f("ix_allocation_design_instance_id"),
            sqlite_where=sa.text("design_instance_id IS NOT NULL"),
            postgresql_where=sa.text("design_instance_id IS NOT NULL"),
        )

    op.drop_table("allocation")
    with op.batch_alter_table("pool", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_pool_vlan_group_id"),
            sqlite_where=sa.text("vlan_group_id IS NOT NULL"),
            postgresql_where=sa.text("vlan_group_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_pool_site_id"),
            sqlite_where=sa.text("site_id IS NOT NULL"),
            postgresql_where=sa.text("site_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_pool_region_id"),
            sqlite_where=sa.text("region_id IS NOT NULL"),
            postgresql_where=sa.text("region_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_pool_purpose"))

    op.drop_table("pool")
    with op.batch_alter_table("design_part", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_design_part_made_id"))

    op.drop_table("design_part")
    op.drop_table("design_instance")
