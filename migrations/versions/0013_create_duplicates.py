"""Create what records are compared by and the pairs that may be one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "duplicate_pair",
        sa.Column("portal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("left_id", sa.Text(), nullable=False),
        sa.Column("right_id", sa.Text(), nullable=False),
        sa.Column("score_ratio", sa.Double(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("survivor_id", sa.Text(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("portal_id", "object_type", "left_id", "right_id", name=op.f("pk_duplicate_pair")),
    )
    op.create_index(
        "ix_duplicate_pair_open",
        "duplicate_pair",
        ["portal_id", "object_type", "score_ratio"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_duplicate_pair_right", "duplicate_pair", ["portal_id", "object_type", "right_id"], unique=False)
    op.create_table(
        "match_record",
        sa.Column("portal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("features", postgresql.JSONB(), nullable=False),
        sa.Column("block_keys", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("portal_id", "object_type", "object_id", name=op.f("pk_match_record")),
    )
    op.create_index("ix_match_record_block_keys", "match_record", ["block_keys"], unique=False, postgresql_using="gin")
    op.create_index(
        "ix_match_record_waiting",
        "match_record",
        ["portal_id", "object_type"],
        unique=False,
        postgresql_where=sa.text("compared_at IS NULL"),
    )
