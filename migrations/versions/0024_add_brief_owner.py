"""Add to brief when the record was last looked at, whose it was, and the company of a contact.

Whose the records are that stand there already is not known before they are looked at again: an owner nobody knows keeps their cards closed till then.
"""

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
    op.add_column("brief", sa.Column("company_id", sa.Text(), nullable=True))
    op.create_index(
        "ix_brief_company", "brief", ["portal_id", "company_id"], unique=False, postgresql_where=sa.text("company_id IS NOT NULL")
    )
    op.execute("UPDATE brief SET owner_id = '?', checked_at = built_at")
