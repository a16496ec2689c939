"""Create limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rate_window",
        sa.Column("portal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("free_at", postgresql.ARRAY(sa.Float(precision=53)), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("paced_until", sa.Float(precision=53), server_default=sa.text("0"), nullable=False),
        sa.Column("closed_until", sa.Float(precision=53), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "bucket", name=op.f("pk_rate_window")),
        prefixes=["UNLOGGED"],
    )
