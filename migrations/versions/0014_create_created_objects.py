"""Create what we made in HubSpot and the identities it stands for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "created_object",
        sa.Column("portal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_id", sa.Text(), nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_run_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("portal_id", "kind", "created_id", name=op.f("pk_created_object")),
    )
    op.create_index("ix_created_object_record", "created_object", ["portal_id", "object_type", "object_id"], unique=False)
    op.create_index("ix_created_object_run", "created_object", ["portal_id", "run_id"], unique=False)
    op.create_table(
        "record_identity",
        sa.Column("portal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "object_type", "identity", name=op.f("pk_record_identity")),
    )
    op.create_index("ix_record_identity_object", "record_identity", ["portal_id", "object_type", "object_id"], unique=False)
