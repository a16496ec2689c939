"""Enter block keys into their index at once: a list of pending entries is read through by every lookup, which made the search ten times slower."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER INDEX ix_match_record_block_keys SET (fastupdate = off)")
    op.execute("SELECT gin_clean_pending_list('ix_match_record_block_keys')")


def downgrade() -> None:
    op.execute("ALTER INDEX ix_match_record_block_keys RESET (fastupdate)")
