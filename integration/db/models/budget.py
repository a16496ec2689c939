"""What providers may cost a portal, what is set aside and spent, and every paid call by itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Identity, Index, Numeric, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, BigInt, Moment, PortalId, Str


class BudgetRow(Base):
    """A cap in credits. `provider` "" is all providers together; `period` is day or month (UTC)."""

    __tablename__ = "budget"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    provider: Mapped[Str] = mapped_column(primary_key=True)
    period: Mapped[Str] = mapped_column(primary_key=True)
    cap_credits: Mapped[Decimal] = mapped_column(Numeric(14, 3))
    changed_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    changed_by: Mapped[Str]


class BudgetUseRow(Base):
    """What is set aside and spent in one period. Reserving is one conditional update of these rows, so a cap holds under any concurrency."""

    __tablename__ = "budget_use"
    __table_args__ = ({"postgresql_with": {"fillfactor": "50"}},)

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    provider: Mapped[Str] = mapped_column(primary_key=True)
    period: Mapped[Str] = mapped_column(primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    reserved: Mapped[Decimal] = mapped_column(Numeric(14, 3), server_default=text("0"))
    spent: Mapped[Decimal] = mapped_column(Numeric(14, 3), server_default=text("0"))
    alerted_pct: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))


class CreditCallRow(Base):
    """One call to a provider that may cost credits. `state`: reserved, settled, unknown (no answer: counted as charged until checked)."""

    __tablename__ = "credit_call"
    __table_args__ = (
        Index("ix_credit_call_called_at", "portal_id", "called_at"),
        Index("ix_credit_call_reserved", "called_at", postgresql_where=text("state = 'reserved'")),
    )

    id: Mapped[BigInt] = mapped_column(Identity(always=True), primary_key=True)
    portal_id: Mapped[PortalId]
    provider: Mapped[Str]
    endpoint: Mapped[Str]
    lookups: Mapped[int]
    reserved: Mapped[Decimal] = mapped_column(Numeric(14, 3))
    credits: Mapped[Decimal | None] = mapped_column(Numeric(14, 3))
    cost_usd: Mapped[Decimal | None] = mapped_column(Numeric(14, 6))
    state: Mapped[Str]
    outcome: Mapped[Str | None]
    """found, not_found or failed; of several lookups the best."""
    called_at: Mapped[Moment]
    settled_at: Mapped[Moment | None]
