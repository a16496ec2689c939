"""Add to score what it said before it last moved, and an index by value."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("score", sa.Column("previous_value", sa.Float(), nullable=True))
    op.add_column("score", sa.Column("previous_label", sa.Text(), nullable=True))
    op.add_column("score", sa.Column("previous_reasons", postgresql.JSONB(), nullable=True))
    op.add_column("score", sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_score_hottest", "score", ["portal_id", "name", sa.text("value DESC")], unique=False,
        postgresql_where=sa.text("value IS NOT NULL"),
    )  # fmt: skip
