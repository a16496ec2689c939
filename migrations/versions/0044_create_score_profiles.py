"""Create score_profile, every version of a portal's scoring profile, and score_draft, what is not saved yet."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0044"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "score_profile",
        sa.Column("portal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("profile", postgresql.JSONB(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restored_from", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("portal_id", "version", name=op.f("pk_score_profile")),
    )
    op.create_table(
        "score_draft",
        sa.Column("portal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "email", name=op.f("pk_score_draft")),
    )
    op.execute(
        sa.text(
            "INSERT INTO score_profile (portal_id, version, profile, note, saved_by, saved_at) "
            "SELECT portal_id, 1, preferences->'icp_profile', 'In force before versions were kept', 'leadlight', now() "
            "FROM portal WHERE jsonb_typeof(preferences->'icp_profile') = 'object'"
        )
    )
