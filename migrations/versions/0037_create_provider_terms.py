"""Create the terms on which a portal's providers are asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provider_terms",
        sa.Column("portal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("wanted_ratio", sa.Float(precision=53), nullable=False),
        sa.Column("explore_ratio", sa.Float(precision=53), nullable=False),
        sa.Column("holdout_ratio", sa.Float(precision=53), nullable=False),
        sa.Column("worth_ratio", sa.Float(precision=53), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("portal_id", name=op.f("pk_provider_terms")),
    )


def downgrade() -> None:
    op.drop_table("provider_terms")
