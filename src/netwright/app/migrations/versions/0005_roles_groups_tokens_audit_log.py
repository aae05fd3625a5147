"""roles, groups, tokens, audit log

Revision: 0005, after 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_FIXED = {
    "sqlite": [
        """CREATE TRIGGER audit_entry_fixed BEFORE UPDATE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END"""
    ],
    "postgresql": [
        """CREATE FUNCTION audit_entry_fixed() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the audit log is only added to'; END $$""",
        """CREATE TRIGGER audit_entry_fixed BEFORE UPDATE ON audit_entry
        FOR EACH ROW EXECUTE FUNCTION audit_entry_fixed()""",
    ],
}
"""No line of the audit log can be changed, not even by ourselves."""


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column(
            "event",
            sa.Enum(
                "login",
                "login-refused",
                "login-limited",
                "logout",
                "refused",
                "new-address",
                "token-refused",
                "user",
                "group",
                "role",
                "token",
                name="event",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("who", sa.String(length=255), nullable=False),
        sa.Column(
            "means",
            sa.Enum("session", "token", "machine", "sso", name="means", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("verb", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_at", ["at"], unique=False)
        batch_op.create_index("ix_audit_entry_who", ["who", "id"], unique=False)

    op.create_table(
        "role",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_role")),
    )
    op.create_table(
        "user_group",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_user_group")),
    )
    op.create_table(
        "api_token",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("user", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("secret_hash", sa.String(length=255), nullable=False),
        sa.Column("hint", sa.String(length=255), nullable=False),
        sa.Column("read_only", sa.Boolean(), nullable=False),
        sa.Column("verbs", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("kinds", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("networks", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=True),
        sa.Column("revoked_at", sa.Double(), nullable=True),
        sa.Column("last_used_at", sa.Double(), nullable=True),
        sa.Column("refused_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user"], ["user.name"], name=op.f("fk_api_token_user_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_token_secret_hash")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_user"), ["user"], unique=False)

    op.create_table(
        "group_member",
        sa.Column("group", sa.String(length=255), nullable=False),
        sa.Column("user", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["group"], ["user_group.name"], name=op.f("fk_group_member_group_user_group"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user"], ["user.name"], name=op.f("fk_group_member_user_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group", "user", name=op.f("pk_group_member")),
    )
    with op.batch_alter_table("group_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_member_user"), ["user"], unique=False)

    op.create_table(
        "group_role",
        sa.Column("group", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["group"], ["user_group.name"], name=op.f("fk_group_role_group_user_group"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group", "role", name=op.f("pk_group_role")),
    )
    op.create_table(
        "role_grant",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("role", sa.String(length=255), nullable=False),
        sa.Column("verbs", sa.JSON(), nullable=False),
        sa.Column("kinds", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("anchors", sa.JSON(), nullable=False),
        sa.Column("unplaced", sa.Boolean(), nullable=False),
        sa.Column("fields", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("without", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["role"], ["role.name"], name=op.f("fk_role_grant_role_role"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_grant_role"), ["role"], unique=False)

    op.create_table(
        "user_role",
        sa.Column("user", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=255), nullable=False),
        sa.Column(
            "source", sa.Enum("local", "sso", name="source", native_enum=False, length=32), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["user"], ["user.name"], name=op.f("fk_user_role_user_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user", "role", "source", name=op.f("pk_user_role")),
    )
    op.create_table(
        "api_token_address",
        sa.Column("token", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address", sa.String(length=255), nullable=False),
        sa.Column("first_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["token"], ["api_token.id"], name=op.f("fk_api_token_address_token_api_token"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token", "address", name=op.f("pk_api_token_address")),
    )
    # the table itself is not made anew: others refer to it, and SQLite would empty them
    op.add_column("user", sa.Column("sso_issuer", sa.String(length=255), nullable=True))
    op.add_column("user", sa.Column("sso_subject", sa.String(length=255), nullable=True))
    op.create_index("uq_user_sso", "user", ["sso_issuer", "sso_subject"], unique=True)
    op.execute("""INSERT INTO user_role ("user", role, source) SELECT name, role, 'local' FROM "user" """)
    op.drop_column("user", "role")
    for statement in _FIXED.get(op.get_bind().dialect.name, ()):
        op.execute(statement)


def downgrade() -> None:
    op.add_column("user", sa.Column("role", sa.String(length=32), nullable=False, server_default="viewer"))
    for role in ("operator", "admin"):
        op.execute(
            sa.text(
                """UPDATE "user" SET role = :role
                WHERE name IN (SELECT "user" FROM user_role WHERE role = :role)"""
            ).bindparams(role=role)
        )
    op.drop_index("uq_user_sso", "user")
    op.drop_column("user", "sso_subject")
    op.drop_column("user", "sso_issuer")
    op.drop_table("api_token_address")
    op.drop_table("user_role")
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_grant_role"))

    op.drop_table("role_grant")
    op.drop_table("group_role")
    with op.batch_alter_table("group_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_group_member_user"))

    op.drop_table("group_member")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_token_user"))

    op.drop_table("api_token")
    op.drop_table("user_group")
    op.drop_table("role")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_who")
        batch_op.drop_index("ix_audit_entry_at")

    op.drop_table("audit_entry")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_entry_fixed")
