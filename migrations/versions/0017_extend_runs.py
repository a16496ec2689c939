"""Extend run: dry runs, who asked, what it answers, progress; ledger: proposals and superseded values."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ledger", sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_ledger_proposed", "ledger", ["portal_id", "run_id"], unique=False, postgresql_where=sa.text("outcome = 'proposed'")
    )
    op.add_column("run", sa.Column("is_dry", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("run", sa.Column("requested_by", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("run", sa.Column("parent_run_id", sa.Text(), nullable=True))
    op.add_column("run", sa.Column("target", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False))
    op.add_column("run", sa.Column("total_count", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("run", sa.Column("done_count", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
