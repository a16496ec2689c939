"""Add to brief when the record was last looked at and whose it was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("brief", sa.Column("checked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False))
    op.add_column("brief", sa.Column("owner_id", sa.Text(), nullable=True))
