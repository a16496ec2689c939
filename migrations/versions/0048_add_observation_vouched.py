"""Add what was held against people's values to the observations of providers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("vouched", "vouched_right"):
        op.add_column("provider_observation", sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False))


def downgrade() -> None:
    for name in ("vouched_right", "vouched"):
        op.drop_column("provider_observation", name)
