"""Extend draft: a rep's edit, the decision, what was approved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("draft", sa.Column("edited_steps", postgresql.JSONB(), nullable=True))
    for name in ("edited_from", "edited_by", "decided_by", "decision_note", "approval_run_id"):
        op.add_column("draft", sa.Column(name, sa.Text(), nullable=True))
    for name in ("edited_at", "decided_at"):
        op.add_column("draft", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("draft", sa.Column("approved_steps", postgresql.JSONB(), nullable=True))
    op.add_column("draft", sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False))
    op.create_index("ix_draft_waiting", "draft", ["portal_id"], unique=False, postgresql_where=sa.text("state = 'drafted'"))
