"""all kinds

Revision: 0002, after 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_LEAN = (
    ("device", "rack_id"),
    ("device", "asn_id"),
    ("prefix", "site_id"),
    ("region", "parent_id"),
    ("bgp_session", "isp_id"),
)
"""References that most objects leave empty: their index holds those that don't."""


def upgrade() -> None:
    op.create_table(
        "community",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column(
            "community_type",
            sa.Enum("standard", "extended", "large", name="communitytype", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("custom", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community")),
        sa.UniqueConstraint("name", name=op.f("uq_community_name")),
        sa.UniqueConstraint("value", name=op.f("uq_community_value")),
    )
    op.create_table(
        "contact",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=255), nullable=False),
        sa.Column("phone", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("hours", sa.String(length=255), nullable=False),
        sa.Column("link", sa.String(length=255), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("name", name=op.f("uq_contact_name")),
    )
    op.create_table(
        "custom_field",
        sa.Column("on_kind", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column(
            "value_type",
            sa.Enum(
                "text",
                "integer",
                "number",
                "boolean",
                "choice",
                "date",
                "url",
                name="customtype",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("choices", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("pattern", sa.String(length=255), nullable=False),
        sa.Column("minimum", sa.Double(), nullable=True),
        sa.Column("maximum", sa.Double(), nullable=True),
        sa.Column("help", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_field")),
        sa.UniqueConstraint("on_kind", "name", name=op.f("uq_custom_field_on_kind_name")),
    )
    op.create_table(
        "exchange",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("city", sa.String(length=255), nullable=False),
        sa.Column("country", sa.String(length=255), nullable=False),
        sa.Column("peeringdb_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("lan_v4", sa.LargeBinary(length=18), nullable=True),
        sa.Column("lan_v6", sa.LargeBinary(length=18), nullable=True),
        sa.Column("mtu", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("custom", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange")),
        sa.UniqueConstraint("name", name=op.f("uq_exchange_name")),
    )
    op.create_table(
        "prefix_list",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column(
            "family", sa.Enum("ipv4", "ipv6", name="family", native_enum=False, length=32), nullable=False
        ),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("custom", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prefix_list")),
        sa.UniqueConstraint("name", name=op.f("uq_prefix_list_name")),
    )
    op.create_table(
        "routing_policy",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column(
            "otherwise",
            sa.Enum("accept", "reject", "next", name="policyaction", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("custom", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_policy")),
        sa.UniqueConstraint("name", name=op.f("uq_routing_policy_name")),
    )
    op.create_table(
        "software_version",
        sa.Column("platform", sa.String(length=255), nullable=False),
        sa.Column("version", sa.String(length=255), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "preferred",
                "allowed",
                "deprecated",
                "forbidden",
                name="softwarestatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("released", sa.String(length=255), nullable=False),
        sa.Column("end_of_support", sa.String(length=255), nullable=False),
        sa.Column("image", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=255), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("custom", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_software_version")),
        sa.UniqueConstraint("platform", "version", name=op.f("uq_software_version_platform_version")),
    )
    op.create_table(
        "tag",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("color", sa.String(length=255), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("name", name=op.f("uq_tag_name")),
    )
    op.create_table(
        "vrf",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("distinguisher", sa.String(length=255), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("custom", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vrf")),
        sa.UniqueConstraint("name", name=op.f("uq_vrf_name")),
    )
    op.create_table(
        "bgp_group",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column(
            "role",
            sa.Enum("backbone", "fabric", "isp", name="sessionrole", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("import_policy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("export_policy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("max_prefixes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("hold_time_s", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("multihop", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("password_secret", sa.String(length=255), nullable=False),
        sa.Column("bfd", sa.Boolean(), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("custom", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["export_policy_id"],
            ["routing_policy.id"],
            name=op.f("fk_bgp_group_export_policy_id_routing_policy"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["import_policy_id"],
            ["routing_policy.id"],
            name=op.f("fk_bgp_group_import_policy_id_routing_policy"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bgp_group")),
        sa.UniqueConstraint("name", name=op.f("uq_bgp_group_name")),
    )
    with op.batch_alter_table("bgp_group", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_bgp_group_export_policy_id"),
            ["export_policy_id"],
            unique=False,
            sqlite_where=sa.text("export_policy_id IS NOT NULL"),
            postgresql_where=sa.text("export_policy_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_bgp_group_import_policy_id"),
            ["import_policy_id"],
            unique=False,
            sqlite_where=sa.text("import_policy_id IS NOT NULL"),
            postgresql_where=sa.text("import_policy_id IS NOT NULL"),
        )

    op.create_table(
        "prefix_list_entry",
        sa.Column("prefix_list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("permit", sa.Boolean(), nullable=False),
        sa.Column("prefix", sa.LargeBinary(length=18), nullable=False),
        sa.Column("longer_than", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("shorter_than", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["prefix_list_id"],
            ["prefix_list.id"],
            name=op.f("fk_prefix_list_entry_prefix_list_id_prefix_list"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prefix_list_entry")),
        sa.UniqueConstraint(
            "prefix_list_id", "sequence", name=op.f("uq_prefix_list_entry_prefix_list_id_sequence")
        ),
    )
    with op.batch_alter_table("prefix_list_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_prefix_list_entry_prefix_list_id"), ["prefix_list_id"], unique=False
        )

    op.create_table(
        "provider",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("asn_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("account", sa.String(length=255), nullable=False),
        sa.Column("portal", sa.String(length=255), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("custom", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["asn_id"], ["asn.id"], name=op.f("fk_provider_asn_id_asn"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider")),
        sa.UniqueConstraint("name", name=op.f("uq_provider_name")),
    )
    with op.batch_alter_table("provider", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_provider_asn_id"),
            ["asn_id"],
            unique=False,
            sqlite_where=sa.text("asn_id IS NOT NULL"),
            postgresql_where=sa.text("asn_id IS NOT NULL"),
        )

    op.create_table(
        "routing_policy_term",
        sa.Column("routing_policy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "match_prefix_list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("match_community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("match_as_path", sa.String(length=255), nullable=False),
        sa.Column(
            "action",
            sa.Enum("accept", "reject", "next", name="policyaction", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "set_local_preference", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("set_med", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("prepend", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("add_community_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["add_community_id"],
            ["community.id"],
            name=op.f("fk_routing_policy_term_add_community_id_community"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["match_community_id"],
            ["community.id"],
            name=op.f("fk_routing_policy_term_match_community_id_community"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["match_prefix_list_id"],
            ["prefix_list.id"],
            name=op.f("fk_routing_policy_term_match_prefix_list_id_prefix_list"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["routing_policy_id"],
            ["routing_policy.id"],
            name=op.f("fk_routing_policy_term_routing_policy_id_routing_policy"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_policy_term")),
        sa.UniqueConstraint(
            "routing_policy_id", "sequence", name=op.f("uq_routing_policy_term_routing_policy_id_sequence")
        ),
    )
    with op.batch_alter_table("routing_policy_term", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_routing_policy_term_add_community_id"),
            ["add_community_id"],
            unique=False,
            sqlite_where=sa.text("add_community_id IS NOT NULL"),
            postgresql_where=sa.text("add_community_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_routing_policy_term_match_community_id"),
            ["match_community_id"],
            unique=False,
            sqlite_where=sa.text("match_community_id IS NOT NULL"),
            postgresql_where=sa.text("match_community_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_routing_policy_term_match_prefix_list_id"),
            ["match_prefix_list_id"],
            unique=False,
            sqlite_where=sa.text("match_prefix_list_id IS NOT NULL"),
            postgresql_where=sa.text("match_prefix_list_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_routing_policy_term_routing_policy_id"), ["routing_policy_id"], unique=False
        )

    op.create_table(
        "vrf_target",
        sa.Column("vrf_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("target", sa.String(length=255), nullable=False),
        sa.Column(
            "direction",
            sa.Enum("import", "export", "both", name="targetdirection", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["vrf_id"],
            ["vrf.id"],
            name=op.f("fk_vrf_target_vrf_id_vrf"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vrf_target")),
        sa.UniqueConstraint("vrf_id", "target", name=op.f("uq_vrf_target_vrf_id_target")),
    )
    with op.batch_alter_table("vrf_target", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vrf_target_vrf_id"), ["vrf_id"], unique=False)

    op.create_table(
        "circuit",
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column(
            "circuit_type",
            sa.Enum(
                "wave",
                "dark-fibre",
                "ethernet",
                "transit",
                "exchange-port",
                "cross-connect",
                "out-of-band",
                name="circuittype",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "ordered",
                "active",
                "terminating",
                "terminated",
                name="circuitstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("capacity_bps", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("commit_bps", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("installed", sa.String(length=255), nullable=False),
        sa.Column("contract_end", sa.String(length=255), nullable=False),
        sa.Column("route", sa.String(length=255), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("custom", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["provider.id"],
            name=op.f("fk_circuit_provider_id_provider"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circuit")),
        sa.UniqueConstraint("provider_id", "name", name=op.f("uq_circuit_provider_id_name")),
    )
    with op.batch_alter_table("circuit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_circuit_provider_id"), ["provider_id"], unique=False)

    op.create_table(
        "isp_contact",
        sa.Column("isp_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_isp_contact_contact_id_contact"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["isp_id"],
            ["isp.id"],
            name=op.f("fk_isp_contact_isp_id_isp"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_isp_contact")),
        sa.UniqueConstraint("isp_id", "contact_id", name=op.f("uq_isp_contact_isp_id_contact_id")),
    )
    with op.batch_alter_table("isp_contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_isp_contact_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_isp_contact_isp_id"), ["isp_id"], unique=False)

    op.create_table(
        "model_bay",
        sa.Column("model_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "bay_class",
            sa.Enum("module", "device", name="bayclass", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("position", sa.String(length=255), nullable=False),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["model.id"],
            name=op.f("fk_model_bay_model_id_model"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_bay")),
        sa.UniqueConstraint(
            "model_id", "bay_class", "name", name=op.f("uq_model_bay_model_id_bay_class_name")
        ),
    )
    with op.batch_alter_table("model_bay", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_model_bay_model_id"), ["model_id"], unique=False)

    op.create_table(
        "model_port",
        sa.Column("model_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "port_class",
            sa.Enum(
                "console",
                "console-server",
                "power",
                "power-outlet",
                "front",
                "rear",
                name="portclass",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("port_type", sa.String(length=255), nullable=False),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column("color", sa.String(length=255), nullable=False),
        sa.Column("maximum_draw_w", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("allocated_draw_w", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("power_port", sa.String(length=255), nullable=False),
        sa.Column(
            "feed_leg", sa.Enum("A", "B", "C", name="feedleg", native_enum=False, length=32), nullable=True
        ),
        sa.Column("rear_port", sa.String(length=255), nullable=False),
        sa.Column("rear_position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("positions", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["model.id"],
            name=op.f("fk_model_port_model_id_model"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_port")),
        sa.UniqueConstraint(
            "model_id", "port_class", "name", name=op.f("uq_model_port_model_id_port_class_name")
        ),
    )
    with op.batch_alter_table("model_port", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_model_port_model_id"), ["model_id"], unique=False)

    op.create_table(
        "provider_contact",
        sa.Column("provider_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_provider_contact_contact_id_contact"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["provider.id"],
            name=op.f("fk_provider_contact_provider_id_provider"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_contact")),
        sa.UniqueConstraint(
            "provider_id", "contact_id", name=op.f("uq_provider_contact_provider_id_contact_id")
        ),
    )
    with op.batch_alter_table("provider_contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_provider_contact_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_provider_contact_provider_id"), ["provider_id"], unique=False)

    op.create_table(
        "circuit_end",
        sa.Column("circuit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "side", sa.Enum("A", "Z", name="circuitside", native_enum=False, length=32), nullable=False
        ),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("cross_connect", sa.String(length=255), nullable=False),
        sa.Column("panel", sa.String(length=255), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["circuit_id"],
            ["circuit.id"],
            name=op.f("fk_circuit_end_circuit_id_circuit"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
            name=op.f("fk_circuit_end_site_id_site"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circuit_end")),
        sa.UniqueConstraint("circuit_id", "side", name=op.f("uq_circuit_end_circuit_id_side")),
    )
    with op.batch_alter_table("circuit_end", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_circuit_end_circuit_id"), ["circuit_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_circuit_end_site_id"),
            ["site_id"],
            unique=False,
            sqlite_where=sa.text("site_id IS NOT NULL"),
            postgresql_where=sa.text("site_id IS NOT NULL"),
        )

    op.create_table(
        "cluster",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("custom", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
            name=op.f("fk_cluster_site_id_site"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster")),
        sa.UniqueConstraint("name", name=op.f("uq_cluster_name")),
    )
    with op.batch_alter_table("cluster", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cluster_site_id"), ["site_id"], unique=False)

    op.create_table(
        "power_panel",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("custom", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
            name=op.f("fk_power_panel_site_id_site"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_power_panel")),
        sa.UniqueConstraint("site_id", "name", name=op.f("uq_power_panel_site_id_name")),
    )
    with op.batch_alter_table("power_panel", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_power_panel_site_id"), ["site_id"], unique=False)

    op.create_table(
        "site_contact",
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_site_contact_contact_id_contact"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
            name=op.f("fk_site_contact_site_id_site"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_contact")),
        sa.UniqueConstraint("site_id", "contact_id", name=op.f("uq_site_contact_site_id_contact_id")),
    )
    with op.batch_alter_table("site_contact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_site_contact_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_site_contact_site_id"), ["site_id"], unique=False)

    op.create_table(
        "vlan_group",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("lowest", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("highest", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("custom", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
            name=op.f("fk_vlan_group_site_id_site"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vlan_group")),
        sa.UniqueConstraint("name", name=op.f("uq_vlan_group_name")),
    )
    with op.batch_alter_table("vlan_group", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_vlan_group_site_id"),
            ["site_id"],
            unique=False,
            sqlite_where=sa.text("site_id IS NOT NULL"),
            postgresql_where=sa.text("site_id IS NOT NULL"),
        )

    op.create_table(
        "power_feed",
        sa.Column("power_panel_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("rack_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "staged",
                "active",
                "maintenance",
                "decommissioned",
                name="status",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "supply", sa.Enum("ac", "dc", name="feedsupply", native_enum=False, length=32), nullable=False
        ),
        sa.Column(
            "phase",
            sa.Enum("single", "three", name="feedphase", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("voltage_v", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amperage_a", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("share_percent", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("custom", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["power_panel_id"],
            ["power_panel.id"],
            name=op.f("fk_power_feed_power_panel_id_power_panel"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["rack_id"],
            ["rack.id"],
            name=op.f("fk_power_feed_rack_id_rack"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_power_feed")),
        sa.UniqueConstraint("power_panel_id", "name", name=op.f("uq_power_feed_power_panel_id_name")),
    )
    with op.batch_alter_table("power_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_power_feed_power_panel_id"), ["power_panel_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_power_feed_rack_id"),
            ["rack_id"],
            unique=False,
            sqlite_where=sa.text("rack_id IS NOT NULL"),
            postgresql_where=sa.text("rack_id IS NOT NULL"),
        )

    op.create_table(
        "vlan",
        sa.Column("vlan_group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column(
            "status",
            sa.Enum("active", "reserved", "deprecated", name="numberstatus", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("custom", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["vlan_group_id"],
            ["vlan_group.id"],
            name=op.f("fk_vlan_vlan_group_id_vlan_group"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vlan")),
        sa.UniqueConstraint("vlan_group_id", "number", name=op.f("uq_vlan_vlan_group_id_number")),
    )
    with op.batch_alter_table("vlan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vlan_vlan_group_id"), ["vlan_group_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=255), nullable=False),
        sa.Column("size_bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha256", sa.String(length=255), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("rack_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("device_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("model_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("circuit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["circuit_id"],
            ["circuit.id"],
            name=op.f("fk_attachment_circuit_id_circuit"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_attachment_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["model.id"],
            name=op.f("fk_attachment_model_id_model"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["rack_id"],
            ["rack.id"],
            name=op.f("fk_attachment_rack_id_rack"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
            name=op.f("fk_attachment_site_id_site"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("name", name=op.f("uq_attachment_name")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_attachment_circuit_id"),
            ["circuit_id"],
            unique=False,
            sqlite_where=sa.text("circuit_id IS NOT NULL"),
            postgresql_where=sa.text("circuit_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_attachment_device_id"),
            ["device_id"],
            unique=False,
            sqlite_where=sa.text("device_id IS NOT NULL"),
            postgresql_where=sa.text("device_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_attachment_model_id"),
            ["model_id"],
            unique=False,
            sqlite_where=sa.text("model_id IS NOT NULL"),
            postgresql_where=sa.text("model_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_attachment_rack_id"),
            ["rack_id"],
            unique=False,
            sqlite_where=sa.text("rack_id IS NOT NULL"),
            postgresql_where=sa.text("rack_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_attachment_site_id"),
            ["site_id"],
            unique=False,
            sqlite_where=sa.text("site_id IS NOT NULL"),
            postgresql_where=sa.text("site_id IS NOT NULL"),
        )

    op.create_table(
        "config_context",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("weight", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("region_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "core",
                "edge",
                "tor",
                "cache",
                "origin",
                "management",
                "console-server",
                "transport",
                "patch-panel",
                "power",
                name="devicerole",
                native_enum=False,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("platform", sa.String(length=255), nullable=False),
        sa.Column("device_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("custom", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_config_context_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["region_id"],
            ["region.id"],
            name=op.f("fk_config_context_region_id_region"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
            name=op.f("fk_config_context_site_id_site"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_config_context")),
        sa.UniqueConstraint("name", name=op.f("uq_config_context_name")),
    )
    with op.batch_alter_table("config_context", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_config_context_device_id"),
            ["device_id"],
            unique=False,
            sqlite_where=sa.text("device_id IS NOT NULL"),
            postgresql_where=sa.text("device_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_config_context_region_id"),
            ["region_id"],
            unique=False,
            sqlite_where=sa.text("region_id IS NOT NULL"),
            postgresql_where=sa.text("region_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_config_context_site_id"),
            ["site_id"],
            unique=False,
            sqlite_where=sa.text("site_id IS NOT NULL"),
            postgresql_where=sa.text("site_id IS NOT NULL"),
        )

    op.create_table(
        "asset",
        sa.Column("serial", sa.String(length=255), nullable=False),
        sa.Column("model_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "ordered",
                "stock",
                "in-use",
                "faulty",
                "in-repair",
                "retired",
                name="assetstatus",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("shelf", sa.String(length=255), nullable=False),
        sa.Column("device_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("component_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("asset_tag", sa.String(length=255), nullable=False),
        sa.Column("bought", sa.String(length=255), nullable=False),
        sa.Column("order_number", sa.String(length=255), nullable=False),
        sa.Column("warranty_end", sa.String(length=255), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("tags", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("custom", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["component_id"],
            ["component.id"],
            name=op.f("fk_asset_component_id_component"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_asset_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["model.id"],
            name=op.f("fk_asset_model_id_model"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
            name=op.f("fk_asset_site_id_site"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset")),
        sa.UniqueConstraint("serial", name=op.f("uq_asset_serial")),
    )
    with op.batch_alter_table("asset", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_asset_component_id"), ["component_id"], unique=True)
        batch_op.create_index(
            batch_op.f("ix_asset_device_id"),
            ["device_id"],
            unique=False,
            sqlite_where=sa.text("device_id IS NOT NULL"),
            postgresql_where=sa.text("device_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_asset_model_id"), ["model_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_asset_site_id"),
            ["site_id"],
            unique=False,
            sqlite_where=sa.text("site_id IS NOT NULL"),
            postgresql_where=sa.text("site_id IS NOT NULL"),
        )

    op.create_table(
        "bay",
        sa.Column("device_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "bay_class",
            sa.Enum("module", "device", name="bayclass", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("position", sa.String(length=255), nullable=False),
        sa.Column("carrier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("component_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("occupant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["carrier_id"],
            ["component.id"],
            name=op.f("fk_bay_carrier_id_component"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["component_id"],
            ["component.id"],
            name=op.f("fk_bay_component_id_component"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_bay_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["occupant_id"],
            ["device.id"],
            name=op.f("fk_bay_occupant_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bay")),
        sa.UniqueConstraint("device_id", "bay_class", "name", name=op.f("uq_bay_device_id_bay_class_name")),
    )
    with op.batch_alter_table("bay", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_bay_carrier_id"),
            ["carrier_id"],
            unique=False,
            sqlite_where=sa.text("carrier_id IS NOT NULL"),
            postgresql_where=sa.text("carrier_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_bay_component_id"), ["component_id"], unique=True)
        batch_op.create_index(batch_op.f("ix_bay_device_id"), ["device_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bay_occupant_id"), ["occupant_id"], unique=True)

    op.create_table(
        "port",
        sa.Column("device_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "port_class",
            sa.Enum(
                "console",
                "console-server",
                "power",
                "power-outlet",
                "front",
                "rear",
                name="portclass",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("port_type", sa.String(length=255), nullable=False),
        sa.Column("component_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("maximum_draw_w", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("allocated_draw_w", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("power_port_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "feed_leg", sa.Enum("A", "B", "C", name="feedleg", native_enum=False, length=32), nullable=True
        ),
        sa.Column("rear_port_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("rear_position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("positions", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["component_id"],
            ["component.id"],
            name=op.f("fk_port_component_id_component"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_port_device_id_device"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["power_port_id"],
            ["port.id"],
            name=op.f("fk_port_power_port_id_port"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["rear_port_id"],
            ["port.id"],
            name=op.f("fk_port_rear_port_id_port"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_port")),
        sa.UniqueConstraint(
            "device_id", "port_class", "name", name=op.f("uq_port_device_id_port_class_name")
        ),
    )
    with op.batch_alter_table("port", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_port_component_id"),
            ["component_id"],
            unique=False,
            sqlite_where=sa.text("component_id IS NOT NULL"),
            postgresql_where=sa.text("component_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_port_power_port_id"),
            ["power_port_id"],
            unique=False,
            sqlite_where=sa.text("power_port_id IS NOT NULL"),
            postgresql_where=sa.text("power_port_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_port_rear_port_id"),
            ["rear_port_id"],
            unique=False,
            sqlite_where=sa.text("rear_port_id IS NOT NULL"),
            postgresql_where=sa.text("rear_port_id IS NOT NULL"),
        )

    op.create_table(
        "interface_vlan",
        sa.Column("interface_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("vlan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["interface_id"],
            ["interface.id"],
            name=op.f("fk_interface_vlan_interface_id_interface"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["vlan_id"],
            ["vlan.id"],
            name=op.f("fk_interface_vlan_vlan_id_vlan"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interface_vlan")),
        sa.UniqueConstraint("interface_id", "vlan_id", name=op.f("uq_interface_vlan_interface_id_vlan_id")),
    )
    with op.batch_alter_table("interface_vlan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interface_vlan_vlan_id"), ["vlan_id"], unique=False)

    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("vrf_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column(
                "role",
                sa.Enum(
                    "primary",
                    "secondary",
                    "loopback",
                    "virtual",
                    "anycast",
                    name="addressrole",
                    native_enum=False,
                    length=32,
                ),
                nullable=False,
                server_default="primary",
            )
        )
        batch_op.add_column(sa.Column("dns_name", sa.String(length=255), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("description", sa.String(length=255), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("tags", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("custom", sa.JSON(none_as_null=True), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_address_vrf_id"),
            ["vrf_id"],
            unique=False,
            sqlite_where=sa.text("vrf_id IS NOT NULL"),
            postgresql_where=sa.text("vrf_id IS NOT NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_address_vrf_id_vrf"),
            "vrf",
            ["vrf_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )

    with op.batch_alter_table("appliance", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("cluster_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_index(
            batch_op.f("ix_appliance_cluster_id"),
            ["cluster_id"],
            unique=False,
            sqlite_where=sa.text("cluster_id IS NOT NULL"),
            postgresql_where=sa.text("cluster_id IS NOT NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_appliance_cluster_id_cluster"),
            "cluster",
            ["cluster_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )

    with op.batch_alter_table("asn", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tags", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("custom", sa.JSON(none_as_null=True), nullable=True))

    with op.batch_alter_table("bgp_session", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("exchange_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("bgp_group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("vrf_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("import_policy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("export_policy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("max_prefixes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("tags", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("custom", sa.JSON(none_as_null=True), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_bgp_session_bgp_group_id"),
            ["bgp_group_id"],
            unique=False,
            sqlite_where=sa.text("bgp_group_id IS NOT NULL"),
            postgresql_where=sa.text("bgp_group_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_bgp_session_exchange_id"),
            ["exchange_id"],
            unique=False,
            sqlite_where=sa.text("exchange_id IS NOT NULL"),
            postgresql_where=sa.text("exchange_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_bgp_session_export_policy_id"),
            ["export_policy_id"],
            unique=False,
            sqlite_where=sa.text("export_policy_id IS NOT NULL"),
            postgresql_where=sa.text("export_policy_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_bgp_session_import_policy_id"),
            ["import_policy_id"],
            unique=False,
            sqlite_where=sa.text("import_policy_id IS NOT NULL"),
            postgresql_where=sa.text("import_policy_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_bgp_session_vrf_id"),
            ["vrf_id"],
            unique=False,
            sqlite_where=sa.text("vrf_id IS NOT NULL"),
            postgresql_where=sa.text("vrf_id IS NOT NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_bgp_session_export_policy_id_routing_policy"),
            "routing_policy",
            ["export_policy_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_bgp_session_bgp_group_id_bgp_group"),
            "bgp_group",
            ["bgp_group_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_bgp_session_import_policy_id_routing_policy"),
            "routing_policy",
            ["import_policy_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_bgp_session_vrf_id_vrf"),
            "vrf",
            ["vrf_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_bgp_session_exchange_id_exchange"),
            "exchange",
            ["exchange_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )

    with op.batch_alter_table("cable", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("a_port_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("a_circuit_end_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("a_power_feed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("b_port_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("b_circuit_end_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("b_power_feed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column(
                "cable_type",
                sa.Enum(
                    "single-mode",
                    "multi-mode",
                    "copper",
                    "direct-attach",
                    "active-optical",
                    "power",
                    name="cabletype",
                    native_enum=False,
                    length=32,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(
            sa.Column(
                "status",
                sa.Enum(
                    "planned",
                    "staged",
                    "active",
                    "maintenance",
                    "decommissioned",
                    name="status",
                    native_enum=False,
                    length=32,
                ),
                nullable=False,
                server_default="active",
            )
        )
        batch_op.add_column(sa.Column("length_m", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("color", sa.String(length=255), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("description", sa.String(length=255), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("tags", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("custom", sa.JSON(none_as_null=True), nullable=True))
        batch_op.alter_column("a_interface_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.alter_column("b_interface_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.drop_index(batch_op.f("ix_cable_a_interface_id"))
        batch_op.drop_index(batch_op.f("ix_cable_b_interface_id"))
        batch_op.create_index(
            "uq_cable_a_circuit_end_id",
            ["a_circuit_end_id"],
            unique=True,
            sqlite_where=sa.text("a_circuit_end_id IS NOT NULL"),
            postgresql_where=sa.text("a_circuit_end_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_cable_a_interface_id",
            ["a_interface_id"],
            unique=True,
            sqlite_where=sa.text("a_interface_id IS NOT NULL"),
            postgresql_where=sa.text("a_interface_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_cable_a_port_id",
            ["a_port_id"],
            unique=True,
            sqlite_where=sa.text("a_port_id IS NOT NULL"),
            postgresql_where=sa.text("a_port_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_cable_a_power_feed_id",
            ["a_power_feed_id"],
            unique=True,
            sqlite_where=sa.text("a_power_feed_id IS NOT NULL"),
            postgresql_where=sa.text("a_power_feed_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_cable_b_circuit_end_id",
            ["b_circuit_end_id"],
            unique=True,
            sqlite_where=sa.text("b_circuit_end_id IS NOT NULL"),
            postgresql_where=sa.text("b_circuit_end_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_cable_b_interface_id",
            ["b_interface_id"],
            unique=True,
            sqlite_where=sa.text("b_interface_id IS NOT NULL"),
            postgresql_where=sa.text("b_interface_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_cable_b_port_id",
            ["b_port_id"],
            unique=True,
            sqlite_where=sa.text("b_port_id IS NOT NULL"),
            postgresql_where=sa.text("b_port_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_cable_b_power_feed_id",
            ["b_power_feed_id"],
            unique=True,
            sqlite_where=sa.text("b_power_feed_id IS NOT NULL"),
            postgresql_where=sa.text("b_power_feed_id IS NOT NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_cable_a_port_id_port"),
            "port",
            ["a_port_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_cable_b_port_id_port"),
            "port",
            ["b_port_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_cable_b_power_feed_id_power_feed"),
            "power_feed",
            ["b_power_feed_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_cable_b_circuit_end_id_circuit_end"),
            "circuit_end",
            ["b_circuit_end_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_cable_a_circuit_end_id_circuit_end"),
            "circuit_end",
            ["a_circuit_end_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_cable_a_power_feed_id_power_feed"),
            "power_feed",
            ["a_power_feed_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )

    with op.batch_alter_table("component", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("model_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("label", sa.String(length=255), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("description", sa.String(length=255), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("tags", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("custom", sa.JSON(none_as_null=True), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_component_model_id"),
            ["model_id"],
            unique=False,
            sqlite_where=sa.text("model_id IS NOT NULL"),
            postgresql_where=sa.text("model_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_component_serial"), ["serial"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_component_model_id_model"),
            "model",
            ["model_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )

    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "face",
                sa.Enum("front", "rear", name="face", native_enum=False, length=32),
                nullable=False,
                server_default="front",
            )
        )
        batch_op.add_column(
            sa.Column(
                "software_version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(sa.Column("asset_tag", sa.String(length=255), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("description", sa.String(length=255), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("tags", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("custom", sa.JSON(none_as_null=True), nullable=True))
        batch_op.alter_column(
            "position_u", existing_type=sa.INTEGER(), type_=sa.Double(), existing_nullable=True
        )
        batch_op.alter_column("management_address", existing_type=sa.BLOB(), nullable=True)
        batch_op.create_index(batch_op.f("ix_device_serial"), ["serial"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_device_software_version_id"),
            ["software_version_id"],
            unique=False,
            sqlite_where=sa.text("software_version_id IS NOT NULL"),
            postgresql_where=sa.text("software_version_id IS NOT NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_device_software_version_id_software_version"),
            "software_version",
            ["software_version_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )

    with op.batch_alter_table("interface", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("interface_type", sa.String(length=255), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("component_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("lag_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("lane", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("vrf_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column(
                "vlan_mode",
                sa.Enum("access", "trunk", name="vlanmode", native_enum=False, length=32),
                nullable=True,
            )
        )
        batch_op.add_column(
            sa.Column("vlan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("label", sa.String(length=255), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("tags", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("custom", sa.JSON(none_as_null=True), nullable=True))
        batch_op.drop_index(batch_op.f("ix_interface_device_id"))
        batch_op.create_index(
            batch_op.f("ix_interface_component_id"),
            ["component_id"],
            unique=False,
            sqlite_where=sa.text("component_id IS NOT NULL"),
            postgresql_where=sa.text("component_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_interface_lag_id"),
            ["lag_id"],
            unique=False,
            sqlite_where=sa.text("lag_id IS NOT NULL"),
            postgresql_where=sa.text("lag_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_interface_parent_id"),
            ["parent_id"],
            unique=False,
            sqlite_where=sa.text("parent_id IS NOT NULL"),
            postgresql_where=sa.text("parent_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_interface_vlan_id"),
            ["vlan_id"],
            unique=False,
            sqlite_where=sa.text("vlan_id IS NOT NULL"),
            postgresql_where=sa.text("vlan_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_interface_vrf_id"),
            ["vrf_id"],
            unique=False,
            sqlite_where=sa.text("vrf_id IS NOT NULL"),
            postgresql_where=sa.text("vrf_id IS NOT NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_interface_vlan_id_vlan"),
            "vlan",
            ["vlan_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_interface_lag_id_interface"),
            "interface",
            ["lag_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_interface_vrf_id_vrf"),
            "vrf",
            ["vrf_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_interface_component_id_component"),
            "component",
            ["component_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_interface_parent_id_interface"),
            "interface",
            ["parent_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )

    with op.batch_alter_table("isp", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("peeringdb_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("as_set", sa.String(length=255), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("max_prefixes_v4", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("max_prefixes_v6", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("description", sa.String(length=255), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("tags", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("custom", sa.JSON(none_as_null=True), nullable=True))

    with op.batch_alter_table("manufacturer", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("description", sa.String(length=255), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("tags", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("custom", sa.JSON(none_as_null=True), nullable=True))

    with op.batch_alter_table("model", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "form",
                sa.Enum("device", "module", name="modelform", native_enum=False, length=32),
                nullable=False,
                server_default="device",
            )
        )
        batch_op.add_column(
            sa.Column("reported_name", sa.String(length=255), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("slug", sa.String(length=255), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column(
                "component_class",
                sa.Enum(
                    "chassis",
                    "linecard",
                    "supervisor",
                    "power-supply",
                    "fan",
                    "transceiver",
                    "disk",
                    "network-card",
                    "sensor",
                    "module",
                    "other",
                    name="componentclass",
                    native_enum=False,
                    length=32,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("full_depth", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(
            sa.Column(
                "airflow",
                sa.Enum(
                    "front-to-rear",
                    "rear-to-front",
                    "left-to-right",
                    "right-to-left",
                    "side-to-rear",
                    "rear-to-side",
                    "bottom-to-top",
                    "top-to-bottom",
                    "passive",
                    "mixed",
                    name="airflow",
                    native_enum=False,
                    length=32,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("weight", sa.Double(), nullable=True))
        batch_op.add_column(
            sa.Column("weight_unit", sa.String(length=255), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column(
                "subdevice_role",
                sa.Enum("parent", "child", name="subdevicerole", native_enum=False, length=32),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("powered", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("front_image", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("rear_image", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(
            sa.Column("end_of_sale", sa.String(length=255), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("end_of_support", sa.String(length=255), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("end_of_security_fixes", sa.String(length=255), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("description", sa.String(length=255), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("comments", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("tags", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("custom", sa.JSON(none_as_null=True), nullable=True))
        batch_op.alter_column(
            "height_u", existing_type=sa.INTEGER(), type_=sa.Double(), existing_nullable=False
        )
        batch_op.create_index(batch_op.f("ix_model_part_number"), ["part_number"], unique=False)

    with op.batch_alter_table("model_component", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("manufacturer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("label", sa.String(length=255), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("description", sa.String(length=255), nullable=False, server_default="")
        )
        batch_op.create_index(
            batch_op.f("ix_model_component_manufacturer_id"),
            ["manufacturer_id"],
            unique=False,
            sqlite_where=sa.text("manufacturer_id IS NOT NULL"),
            postgresql_where=sa.text("manufacturer_id IS NOT NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_model_component_manufacturer_id_manufacturer"),
            "manufacturer",
            ["manufacturer_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )

    with op.batch_alter_table("model_interface", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("interface_type", sa.String(length=255), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("enabled", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("label", sa.String(length=255), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("description", sa.String(length=255), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column(
                "poe_mode", sa.Enum("pd", "pse", name="poemode", native_enum=False, length=32), nullable=True
            )
        )
        batch_op.add_column(sa.Column("poe_type", sa.String(length=255), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("rf_role", sa.String(length=255), nullable=False, server_default=""))
        batch_op.alter_column("speed_bps", existing_type=sa.INTEGER(), nullable=True)

    with op.batch_alter_table("prefix", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "status",
                sa.Enum(
                    "active", "reserved", "deprecated", name="numberstatus", native_enum=False, length=32
                ),
                nullable=False,
                server_default="active",
            )
        )
        batch_op.add_column(
            sa.Column("vrf_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(
            sa.Column("vlan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("tags", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("custom", sa.JSON(none_as_null=True), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_prefix_vlan_id"),
            ["vlan_id"],
            unique=False,
            sqlite_where=sa.text("vlan_id IS NOT NULL"),
            postgresql_where=sa.text("vlan_id IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_prefix_vrf_id"),
            ["vrf_id"],
            unique=False,
            sqlite_where=sa.text("vrf_id IS NOT NULL"),
            postgresql_where=sa.text("vrf_id IS NOT NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_prefix_vlan_id_vlan"),
            "vlan",
            ["vlan_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_prefix_vrf_id_vrf"),
            "vrf",
            ["vrf_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )

    with op.batch_alter_table("rack", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "status",
                sa.Enum(
                    "planned",
                    "staged",
                    "active",
                    "maintenance",
                    "decommissioned",
                    name="status",
                    native_enum=False,
                    length=32,
                ),
                nullable=False,
                server_default="active",
            )
        )
        batch_op.add_column(
            sa.Column("power_w", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("serial", sa.String(length=255), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("description", sa.String(length=255), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("tags", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("custom", sa.JSON(none_as_null=True), nullable=True))

    with op.batch_alter_table("region", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("description", sa.String(length=255), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("tags", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("custom", sa.JSON(none_as_null=True), nullable=True))

    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("isp_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("facility", sa.String(length=255), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("postal_address", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("description", sa.String(length=255), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("tags", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("custom", sa.JSON(none_as_null=True), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_site_isp_id"),
            ["isp_id"],
            unique=False,
            sqlite_where=sa.text("isp_id IS NOT NULL"),
            postgresql_where=sa.text("isp_id IS NOT NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_site_isp_id_isp"), "isp", ["isp_id"], ["id"], initially="DEFERRED", deferrable=True
        )

    for table, column in _LEAN:
        there = sa.text(f"{column} IS NOT NULL")
        op.drop_index(f"ix_{table}_{column}", table)
        op.create_index(f"ix_{table}_{column}", table, [column], sqlite_where=there, postgresql_where=there)


def downgrade() -> None:
    for table, column in _LEAN:
        op.drop_index(f"ix_{table}_{column}", table)
        op.create_index(f"ix_{table}_{column}", table, [column])
    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_site_isp_id_isp"), type_="foreignkey")
        batch_op.drop_index(
            batch_op.f("ix_site_isp_id"),
            sqlite_where=sa.text("isp_id IS NOT NULL"),
            postgresql_where=sa.text("isp_id IS NOT NULL"),
        )
        batch_op.drop_column("custom")
        batch_op.drop_column("tags")
        batch_op.drop_column("description")
        batch_op.drop_column("postal_address")
        batch_op.drop_column("facility")
        batch_op.drop_column("isp_id")

    with op.batch_alter_table("region", schema=None) as batch_op:
        batch_op.drop_column("custom")
        batch_op.drop_column("tags")
        batch_op.drop_column("description")

    with op.batch_alter_table("rack", schema=None) as batch_op:
        batch_op.drop_column("custom")
        batch_op.drop_column("tags")
        batch_op.drop_column("description")
        batch_op.drop_column("serial")
        batch_op.drop_column("power_w")
        batch_op.drop_column("status")

    with op.batch_alter_table("prefix", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_prefix_vrf_id_vrf"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_prefix_vlan_id_vlan"), type_="foreignkey")
        batch_op.drop_index(
            batch_op.f("ix_prefix_vrf_id"),
            sqlite_where=sa.text("vrf_id IS NOT NULL"),
            postgresql_where=sa.text("vrf_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_prefix_vlan_id"),
            sqlite_where=sa.text("vlan_id IS NOT NULL"),
            postgresql_where=sa.text("vlan_id IS NOT NULL"),
        )
        batch_op.drop_column("custom")
        batch_op.drop_column("tags")
        batch_op.drop_column("vlan_id")
        batch_op.drop_column("vrf_id")
        batch_op.drop_column("status")

    with op.batch_alter_table("model_interface", schema=None) as batch_op:
        batch_op.alter_column("speed_bps", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("rf_role")
        batch_op.drop_column("poe_type")
        batch_op.drop_column("poe_mode")
        batch_op.drop_column("description")
        batch_op.drop_column("label")
        batch_op.drop_column("enabled")
        batch_op.drop_column("interface_type")

    with op.batch_alter_table("model_component", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_model_component_manufacturer_id_manufacturer"), type_="foreignkey"
        )
        batch_op.drop_index(
            batch_op.f("ix_model_component_manufacturer_id"),
            sqlite_where=sa.text("manufacturer_id IS NOT NULL"),
            postgresql_where=sa.text("manufacturer_id IS NOT NULL"),
        )
        batch_op.drop_column("description")
        batch_op.drop_column("label")
        batch_op.drop_column("manufacturer_id")

    with op.batch_alter_table("model", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_model_part_number"))
        batch_op.alter_column(
            "height_u", existing_type=sa.Double(), type_=sa.INTEGER(), existing_nullable=False
        )
        batch_op.drop_column("custom")
        batch_op.drop_column("tags")
        batch_op.drop_column("comments")
        batch_op.drop_column("description")
        batch_op.drop_column("end_of_security_fixes")
        batch_op.drop_column("end_of_support")
        batch_op.drop_column("end_of_sale")
        batch_op.drop_column("rear_image")
        batch_op.drop_column("front_image")
        batch_op.drop_column("powered")
        batch_op.drop_column("subdevice_role")
        batch_op.drop_column("weight_unit")
        batch_op.drop_column("weight")
        batch_op.drop_column("airflow")
        batch_op.drop_column("full_depth")
        batch_op.drop_column("component_class")
        batch_op.drop_column("slug")
        batch_op.drop_column("reported_name")
        batch_op.drop_column("form")

    with op.batch_alter_table("manufacturer", schema=None) as batch_op:
        batch_op.drop_column("custom")
        batch_op.drop_column("tags")
        batch_op.drop_column("description")

    with op.batch_alter_table("isp", schema=None) as batch_op:
        batch_op.drop_column("custom")
        batch_op.drop_column("tags")
        batch_op.drop_column("description")
        batch_op.drop_column("max_prefixes_v6")
        batch_op.drop_column("max_prefixes_v4")
        batch_op.drop_column("as_set")
        batch_op.drop_column("peeringdb_id")

    with op.batch_alter_table("interface", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_interface_parent_id_interface"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_interface_component_id_component"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_interface_vrf_id_vrf"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_interface_lag_id_interface"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_interface_vlan_id_vlan"), type_="foreignkey")
        batch_op.drop_index(
            batch_op.f("ix_interface_vrf_id"),
            sqlite_where=sa.text("vrf_id IS NOT NULL"),
            postgresql_where=sa.text("vrf_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_interface_vlan_id"),
            sqlite_where=sa.text("vlan_id IS NOT NULL"),
            postgresql_where=sa.text("vlan_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_interface_parent_id"),
            sqlite_where=sa.text("parent_id IS NOT NULL"),
            postgresql_where=sa.text("parent_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_interface_lag_id"),
            sqlite_where=sa.text("lag_id IS NOT NULL"),
            postgresql_where=sa.text("lag_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_interface_component_id"),
            sqlite_where=sa.text("component_id IS NOT NULL"),
            postgresql_where=sa.text("component_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_interface_device_id"), ["device_id"], unique=False)
        batch_op.drop_column("custom")
        batch_op.drop_column("tags")
        batch_op.drop_column("label")
        batch_op.drop_column("vlan_id")
        batch_op.drop_column("vlan_mode")
        batch_op.drop_column("vrf_id")
        batch_op.drop_column("lane")
        batch_op.drop_column("parent_id")
        batch_op.drop_column("lag_id")
        batch_op.drop_column("component_id")
        batch_op.drop_column("interface_type")

    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_device_software_version_id_software_version"), type_="foreignkey"
        )
        batch_op.drop_index(
            batch_op.f("ix_device_software_version_id"),
            sqlite_where=sa.text("software_version_id IS NOT NULL"),
            postgresql_where=sa.text("software_version_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_device_serial"))
        batch_op.alter_column("management_address", existing_type=sa.BLOB(), nullable=False)
        batch_op.alter_column(
            "position_u", existing_type=sa.Double(), type_=sa.INTEGER(), existing_nullable=True
        )
        batch_op.drop_column("custom")
        batch_op.drop_column("tags")
        batch_op.drop_column("description")
        batch_op.drop_column("asset_tag")
        batch_op.drop_column("software_version_id")
        batch_op.drop_column("face")

    with op.batch_alter_table("component", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_component_model_id_model"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_component_serial"))
        batch_op.drop_index(
            batch_op.f("ix_component_model_id"),
            sqlite_where=sa.text("model_id IS NOT NULL"),
            postgresql_where=sa.text("model_id IS NOT NULL"),
        )
        batch_op.drop_column("custom")
        batch_op.drop_column("tags")
        batch_op.drop_column("description")
        batch_op.drop_column("label")
        batch_op.drop_column("model_id")

    with op.batch_alter_table("cable", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_cable_a_power_feed_id_power_feed"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_cable_a_circuit_end_id_circuit_end"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_cable_b_circuit_end_id_circuit_end"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_cable_b_power_feed_id_power_feed"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_cable_b_port_id_port"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_cable_a_port_id_port"), type_="foreignkey")
        batch_op.drop_index(
            "uq_cable_b_power_feed_id",
            sqlite_where=sa.text("b_power_feed_id IS NOT NULL"),
            postgresql_where=sa.text("b_power_feed_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_cable_b_port_id",
            sqlite_where=sa.text("b_port_id IS NOT NULL"),
            postgresql_where=sa.text("b_port_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_cable_b_interface_id",
            sqlite_where=sa.text("b_interface_id IS NOT NULL"),
            postgresql_where=sa.text("b_interface_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_cable_b_circuit_end_id",
            sqlite_where=sa.text("b_circuit_end_id IS NOT NULL"),
            postgresql_where=sa.text("b_circuit_end_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_cable_a_power_feed_id",
            sqlite_where=sa.text("a_power_feed_id IS NOT NULL"),
            postgresql_where=sa.text("a_power_feed_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_cable_a_port_id",
            sqlite_where=sa.text("a_port_id IS NOT NULL"),
            postgresql_where=sa.text("a_port_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_cable_a_interface_id",
            sqlite_where=sa.text("a_interface_id IS NOT NULL"),
            postgresql_where=sa.text("a_interface_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_cable_a_circuit_end_id",
            sqlite_where=sa.text("a_circuit_end_id IS NOT NULL"),
            postgresql_where=sa.text("a_circuit_end_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_cable_b_interface_id"), ["b_interface_id"], unique=1)
        batch_op.create_index(batch_op.f("ix_cable_a_interface_id"), ["a_interface_id"], unique=1)
        batch_op.alter_column("b_interface_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.alter_column("a_interface_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("custom")
        batch_op.drop_column("tags")
        batch_op.drop_column("description")
        batch_op.drop_column("color")
        batch_op.drop_column("length_m")
        batch_op.drop_column("status")
        batch_op.drop_column("cable_type")
        batch_op.drop_column("b_power_feed_id")
        batch_op.drop_column("b_circuit_end_id")
        batch_op.drop_column("b_port_id")
        batch_op.drop_column("a_power_feed_id")
        batch_op.drop_column("a_circuit_end_id")
        batch_op.drop_column("a_port_id")

    with op.batch_alter_table("bgp_session", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_bgp_session_exchange_id_exchange"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_bgp_session_vrf_id_vrf"), type_="foreignkey")
        batch_op.drop_constraint(
            batch_op.f("fk_bgp_session_import_policy_id_routing_policy"), type_="foreignkey"
        )
        batch_op.drop_constraint(batch_op.f("fk_bgp_session_bgp_group_id_bgp_group"), type_="foreignkey")
        batch_op.drop_constraint(
            batch_op.f("fk_bgp_session_export_policy_id_routing_policy"), type_="foreignkey"
        )
        batch_op.drop_index(
            batch_op.f("ix_bgp_session_vrf_id"),
            sqlite_where=sa.text("vrf_id IS NOT NULL"),
            postgresql_where=sa.text("vrf_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_bgp_session_import_policy_id"),
            sqlite_where=sa.text("import_policy_id IS NOT NULL"),
            postgresql_where=sa.text("import_policy_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_bgp_session_export_policy_id"),
            sqlite_where=sa.text("export_policy_id IS NOT NULL"),
            postgresql_where=sa.text("export_policy_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_bgp_session_exchange_id"),
            sqlite_where=sa.text("exchange_id IS NOT NULL"),
            postgresql_where=sa.text("exchange_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_bgp_session_bgp_group_id"),
            sqlite_where=sa.text("bgp_group_id IS NOT NULL"),
            postgresql_where=sa.text("bgp_group_id IS NOT NULL"),
        )
        batch_op.drop_column("custom")
        batch_op.drop_column("tags")
        batch_op.drop_column("max_prefixes")
        batch_op.drop_column("export_policy_id")
        batch_op.drop_column("import_policy_id")
        batch_op.drop_column("vrf_id")
        batch_op.drop_column("bgp_group_id")
        batch_op.drop_column("exchange_id")

    with op.batch_alter_table("asn", schema=None) as batch_op:
        batch_op.drop_column("custom")
        batch_op.drop_column("tags")

    with op.batch_alter_table("appliance", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_appliance_cluster_id_cluster"), type_="foreignkey")
        batch_op.drop_index(
            batch_op.f("ix_appliance_cluster_id"),
            sqlite_where=sa.text("cluster_id IS NOT NULL"),
            postgresql_where=sa.text("cluster_id IS NOT NULL"),
        )
        batch_op.drop_column("cluster_id")

    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_address_vrf_id_vrf"), type_="foreignkey")
        batch_op.drop_index(
            batch_op.f("ix_address_vrf_id"),
            sqlite_where=sa.text("vrf_id IS NOT NULL"),
            postgresql_where=sa.text("vrf_id IS NOT NULL"),
        )
        batch_op.drop_column("custom")
        batch_op.drop_column("tags")
        batch_op.drop_column("description")
        batch_op.drop_column("dns_name")
        batch_op.drop_column("role")
        batch_op.drop_column("vrf_id")

    with op.batch_alter_table("interface_vlan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_interface_vlan_vlan_id"))

    op.drop_table("interface_vlan")
    with op.batch_alter_table("port", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_port_rear_port_id"),
            sqlite_where=sa.text("rear_port_id IS NOT NULL"),
            postgresql_where=sa.text("rear_port_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_port_power_port_id"),
            sqlite_where=sa.text("power_port_id IS NOT NULL"),
            postgresql_where=sa.text("power_port_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_port_component_id"),
            sqlite_where=sa.text("component_id IS NOT NULL"),
            postgresql_where=sa.text("component_id IS NOT NULL"),
        )

    op.drop_table("port")
    with op.batch_alter_table("bay", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bay_occupant_id"))
        batch_op.drop_index(batch_op.f("ix_bay_device_id"))
        batch_op.drop_index(batch_op.f("ix_bay_component_id"))
        batch_op.drop_index(
            batch_op.f("ix_bay_carrier_id"),
            sqlite_where=sa.text("carrier_id IS NOT NULL"),
            postgresql_where=sa.text("carrier_id IS NOT NULL"),
        )

    op.drop_table("bay")
    with op.batch_alter_table("asset", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_asset_site_id"),
            sqlite_where=sa.text("site_id IS NOT NULL"),
            postgresql_where=sa.text("site_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_asset_model_id"))
        batch_op.drop_index(
            batch_op.f("ix_asset_device_id"),
            sqlite_where=sa.text("device_id IS NOT NULL"),
            postgresql_where=sa.text("device_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_asset_component_id"))

    op.drop_table("asset")
    with op.batch_alter_table("config_context", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_config_context_site_id"),
            sqlite_where=sa.text("site_id IS NOT NULL"),
            postgresql_where=sa.text("site_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_config_context_region_id"),
            sqlite_where=sa.text("region_id IS NOT NULL"),
            postgresql_where=sa.text("region_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_config_context_device_id"),
            sqlite_where=sa.text("device_id IS NOT NULL"),
            postgresql_where=sa.text("device_id IS NOT NULL"),
        )

    op.drop_table("config_context")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_attachment_site_id"),
            sqlite_where=sa.text("site_id IS NOT NULL"),
            postgresql_where=sa.text("site_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_attachment_rack_id"),
            sqlite_where=sa.text("rack_id IS NOT NULL"),
            postgresql_where=sa.text("rack_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_attachment_model_id"),
            sqlite_where=sa.text("model_id IS NOT NULL"),
            postgresql_where=sa.text("model_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_attachment_device_id"),
            sqlite_where=sa.text("device_id IS NOT NULL"),
            postgresql_where=sa.text("device_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_attachment_circuit_id"),
            sqlite_where=sa.text("circuit_id IS NOT NULL"),
            postgresql_where=sa.text("circuit_id IS NOT NULL"),
        )

    op.drop_table("attachment")
    with op.batch_alter_table("vlan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vlan_vlan_group_id"))

    op.drop_table("vlan")
    with op.batch_alter_table("power_feed", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_power_feed_rack_id"),
            sqlite_where=sa.text("rack_id IS NOT NULL"),
            postgresql_where=sa.text("rack_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_power_feed_power_panel_id"))

    op.drop_table("power_feed")
    with op.batch_alter_table("vlan_group", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_vlan_group_site_id"),
            sqlite_where=sa.text("site_id IS NOT NULL"),
            postgresql_where=sa.text("site_id IS NOT NULL"),
        )

    op.drop_table("vlan_group")
    with op.batch_alter_table("site_contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_site_contact_site_id"))
        batch_op.drop_index(batch_op.f("ix_site_contact_contact_id"))

    op.drop_table("site_contact")
    with op.batch_alter_table("power_panel", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_power_panel_site_id"))

    op.drop_table("power_panel")
    with op.batch_alter_table("cluster", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cluster_site_id"))

    op.drop_table("cluster")
    with op.batch_alter_table("circuit_end", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_circuit_end_site_id"),
            sqlite_where=sa.text("site_id IS NOT NULL"),
            postgresql_where=sa.text("site_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_circuit_end_circuit_id"))

    op.drop_table("circuit_end")
    with op.batch_alter_table("provider_contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_provider_contact_provider_id"))
        batch_op.drop_index(batch_op.f("ix_provider_contact_contact_id"))

    op.drop_table("provider_contact")
    with op.batch_alter_table("model_port", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_model_port_model_id"))

    op.drop_table("model_port")
    with op.batch_alter_table("model_bay", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_model_bay_model_id"))

    op.drop_table("model_bay")
    with op.batch_alter_table("isp_contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_isp_contact_isp_id"))
        batch_op.drop_index(batch_op.f("ix_isp_contact_contact_id"))

    op.drop_table("isp_contact")
    with op.batch_alter_table("circuit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_circuit_provider_id"))

    op.drop_table("circuit")
    with op.batch_alter_table("vrf_target", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vrf_target_vrf_id"))

    op.drop_table("vrf_target")
    with op.batch_alter_table("routing_policy_term", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_policy_term_routing_policy_id"))
        batch_op.drop_index(
            batch_op.f("ix_routing_policy_term_match_prefix_list_id"),
            sqlite_where=sa.text("match_prefix_list_id IS NOT NULL"),
            postgresql_where=sa.text("match_prefix_list_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_routing_policy_term_match_community_id"),
            sqlite_where=sa.text("match_community_id IS NOT NULL"),
            postgresql_where=sa.text("match_community_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_routing_policy_term_add_community_id"),
            sqlite_where=sa.text("add_community_id IS NOT NULL"),
            postgresql_where=sa.text("add_community_id IS NOT NULL"),
        )

    op.drop_table("routing_policy_term")
    with op.batch_alter_table("provider", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_provider_asn_id"),
            sqlite_where=sa.text("asn_id IS NOT NULL"),
            postgresql_where=sa.text("asn_id IS NOT NULL"),
        )

    op.drop_table("provider")
    with op.batch_alter_table("prefix_list_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_prefix_list_entry_prefix_list_id"))

    op.drop_table("prefix_list_entry")
    with op.batch_alter_table("bgp_group", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_bgp_group_import_policy_id"),
            sqlite_where=sa.text("import_policy_id IS NOT NULL"),
            postgresql_where=sa.text("import_policy_id IS NOT NULL"),
        )
        batch_op.drop_index(
            batch_op.f("ix_bgp_group_export_policy_id"),
            sqlite_where=sa.text("export_policy_id IS NOT NULL"),
            postgresql_where=sa.text("export_policy_id IS NOT NULL"),
        )

    op.drop_table("bgp_group")
    op.drop_table("vrf")
    op.drop_table("tag")
    op.drop_table("software_version")
    op.drop_table("routing_policy")
    op.drop_table("prefix_list")
    op.drop_table("exchange")
    op.drop_table("custom_field")
    op.drop_table("contact")
    op.drop_table("community")
