"""Keep why a finding lost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("finding", sa.Column("lost_because", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("finding", "lost_because")
