"""Create the worklist and what became of records."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "record_state",
        sa.Column("portal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("deleted_at_ms", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("restored_at_ms", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("merged_at_ms", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("survivor_id", sa.Text(), nullable=True),
        sa.Column("erased_at_ms", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "object_type", "object_id", name=op.f("pk_record_state")),
    )
    op.create_table(
        "work_item",
        sa.Column("portal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("causes", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("generation", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lease_id", sa.UUID(as_uuid=False), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_again", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("portal_id", "object_type", "object_id", name=op.f("pk_work_item")),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index("ix_work_item_due", "work_item", ["portal_id", "lane", "object_type", "due_at"], unique=False)
