"""Add to portal when everything stored about it was erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("portal", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
