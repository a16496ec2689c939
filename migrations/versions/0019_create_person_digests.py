"""Create the keyed digests by which people are known: to erase what was cached about them, and to know an erased person again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digest_key",
        sa.Column("portal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("portal_id", name=op.f("pk_digest_key")),
    )
    op.create_table(
        "person_digest",
        sa.Column("portal_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("portal_id", "object_type", "object_id", "digest", name=op.f("pk_person_digest")),
    )
    op.create_index(
        "ix_person_digest_erased",
        "person_digest",
        ["portal_id", "digest"],
        unique=False,
        postgresql_where=sa.text("erased_at IS NOT NULL"),
    )
