"""Create the local copy of Brazil's public company register."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cnpj_company",
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("legal_nature", sa.Text(), nullable=False),
        sa.Column("capital", sa.Numeric(18, 2), nullable=True),
        sa.PrimaryKeyConstraint("base", name=op.f("pk_cnpj_company")),
    )
    op.create_index(op.f("ix_cnpj_company_name_key"), "cnpj_company", ["name_key"])
    op.create_table(
        "cnpj_establishment",
        sa.Column("cnpj", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("is_head_office", sa.Boolean(), nullable=False),
        sa.Column("trade_name", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("special_status", sa.Text(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("activities", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("city_code", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("cnpj", name=op.f("pk_cnpj_establishment")),
    )
    op.create_index(op.f("ix_cnpj_establishment_base"), "cnpj_establishment", ["base"])
    op.create_table(
        "cnpj_tax",
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("is_simples", sa.Boolean(), nullable=False),
        sa.Column("is_mei", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("base", name=op.f("pk_cnpj_tax")),
    )
    op.create_table(
        "cnpj_lookup",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "code", name=op.f("pk_cnpj_lookup")),
    )
    op.create_table(
        "cnpj_load",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("bad_rows", sa.BigInteger(), nullable=False),
        sa.Column("is_current", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("month", "file", "is_current", name=op.f("pk_cnpj_load")),
    )


def downgrade() -> None:
    for table in ("cnpj_load", "cnpj_lookup", "cnpj_tax", "cnpj_establishment", "cnpj_company"):
        op.drop_table(table)
