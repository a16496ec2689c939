"""Create the uploaded files of leads: their parts as received, their rows in chunks with scores, and the mappings that are remembered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lead_file",
        sa.Column("portal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_by", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("plan", JSONB(), nullable=False),
        sa.Column("mapping", JSONB(), nullable=False),
        sa.Column("columns", JSONB(), nullable=False),
        sa.Column("push_state", sa.Text(), nullable=False),
        sa.Column("push_creates", sa.Boolean(), nullable=False),
        sa.Column("push_run_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("portal_id", "file_id", name=op.f("pk_lead_file")),
    )
    op.create_index("ix_lead_file_expires_at", "lead_file", ["expires_at"])
    op.create_table(
        "lead_file_part",
        sa.Column("portal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "file_id", "position", name=op.f("pk_lead_file_part")),
    )
    op.create_table(
        "lead_file_chunk",
        sa.Column("portal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.Column("scored", sa.LargeBinary(), nullable=True),
        sa.Column("tally", JSONB(), nullable=True),
        sa.Column("pushed", JSONB(), nullable=True),
        sa.Column("push_run_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("portal_id", "file_id", "position", name=op.f("pk_lead_file_chunk")),
    )
    op.create_index(
        "ix_lead_file_chunk_unscored",
        "lead_file_chunk",
        ["portal_id", "file_id", "position"],
        postgresql_where=sa.text("scored IS NULL"),
    )
    op.create_table(
        "lead_mapping",
        sa.Column("portal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("mapping", JSONB(), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "fingerprint", name=op.f("pk_lead_mapping")),
    )


def downgrade() -> None:
    op.drop_table("lead_mapping")
    op.drop_table("lead_file_chunk")
    op.drop_table("lead_file_part")
    op.drop_table("lead_file")
