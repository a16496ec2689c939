"""Create the gates and claims of providers, shared by all workers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provider_gate",
        sa.Column("gate", sa.Text(), nullable=False),
        sa.Column("full_at", postgresql.ARRAY(sa.Float(precision=53)), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("promised_at", sa.Float(precision=53), server_default=sa.text("0"), nullable=False),
        sa.Column("closed_until", sa.Float(precision=53), server_default=sa.text("0"), nullable=False),
        sa.Column("closed_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("gate", name=op.f("pk_provider_gate")),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "provider_flight",
        sa.Column("portal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "question", name=op.f("pk_provider_flight")),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    op.drop_table("provider_flight")
    op.drop_table("provider_gate")
