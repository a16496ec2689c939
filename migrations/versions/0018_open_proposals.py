"""Open proposals of dry runs: what was kept for good is told from what a report still shows, and both are found by record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ledger", sa.Column("fingerprint", sa.Text(), nullable=True))
    op.execute("UPDATE ledger SET settled_at = created_at WHERE outcome = 'kept' AND settled_at IS NULL")
    op.drop_index("ix_ledger_proposed", table_name="ledger")
    op.create_index(
        "ix_ledger_proposal",
        "ledger",
        ["portal_id", "object_type", "object_id"],
        unique=False,
        postgresql_where=sa.text("outcome = 'proposed' OR (outcome = 'kept' AND settled_at IS NULL)"),
    )
