"""Indexes by name, where names are unique only within something else: lists are shown in that order.

Revision: 0022, after 0021
"""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_KINDS = (
    "asn",
    "bay",
    "circuit",
    "component",
    "custom_field",
    "design_instance",
    "interface",
    "model_bay",
    "model_component",
    "model_interface",
    "model_port",
    "port",
    "power_feed",
    "power_panel",
    "rack",
    "vlan",
)


def upgrade() -> None:
    for kind in _KINDS:
        op.create_index(f"ix_{kind}_name", kind, ["name"], unique=False)


def downgrade() -> None:
    for kind in reversed(_KINDS):
        op.drop_index(f"ix_{kind}_name", table_name=kind)
