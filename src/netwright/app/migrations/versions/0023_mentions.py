"""Who mentions objects by name: which object carries which tag, and has a value of which custom field.

Revision: 0023, after 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_LONGEST = 255
_KINDS = (
    "address",
    "asn",
    "asset",
    "bgp_group",
    "bgp_session",
    "cable",
    "circuit",
    "cluster",
    "community",
    "component",
    "config_context",
    "design_instance",
    "device",
    "exchange",
    "interface",
    "isp",
    "manufacturer",
    "model",
    "pool",
    "power_feed",
    "power_panel",
    "prefix",
    "prefix_list",
    "provider",
    "rack",
    "region",
    "routing_policy",
    "site",
    "software_version",
    "vlan",
    "vlan_group",
    "vrf",
)
_TAGS = {
    "sqlite": (
        "SELECT DISTINCT 'tag', word.value, '{kind}', {kind}.id FROM {kind}, json_each(tags) AS word "
        "WHERE tags IS NOT NULL AND length(word.value) <= {longest}"
    ),
    "postgresql": (
        "SELECT DISTINCT 'tag', word, '{kind}', {kind}.id FROM {kind} "
        "CROSS JOIN LATERAL json_array_elements_text(tags) AS word "
        "WHERE tags IS NOT NULL AND length(word) <= {longest}"
    ),
}
_VALUES = {
    "sqlite": (
        "SELECT DISTINCT 'custom_field', value.key, '{kind}', {kind}.id "
        "FROM {kind}, json_each(custom) AS value "
        "WHERE custom IS NOT NULL AND json_type(custom) = 'object' AND length(value.key) <= {longest}"
    ),
    "postgresql": (
        "SELECT DISTINCT 'custom_field', word, '{kind}', {kind}.id FROM {kind} "
        "CROSS JOIN LATERAL json_object_keys("
        "CASE WHEN json_typeof(custom) = 'object' THEN custom END) AS word "
        "WHERE length(word) <= {longest}"
    ),
}


def upgrade() -> None:
    op.create_table(
        "mention",
        sa.Column("named", sa.String(length=255), nullable=False),
        sa.Column("word", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=255), nullable=False),
        sa.Column("object_id", _BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("named", "word", "kind", "object_id", name=op.f("pk_mention")),
        sqlite_with_rowid=False,
    )
    dialect = op.get_bind().dialect.name
    for kind in _KINDS:
        for words in (_TAGS, _VALUES):
            rows = words[dialect].format(kind=kind, longest=_LONGEST)
            op.execute(f"INSERT INTO mention (named, word, kind, object_id) {rows}")


def downgrade() -> None:
    op.drop_table("mention")
