"""Provider keys, cached answers, findings and what they cost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, BigInt, Json, Moment, PortalId, Str


class ProviderKeyRow(Base):
    """A portal's key for one provider, sealed and bound to both."""

    __tablename__ = "provider_key"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    provider: Mapped[Str] = mapped_column(primary_key=True)
    sealed_key: Mapped[bytes]
    created_at: Mapped[Moment] = mapped_column(server_default=text("now()"))


class ProviderCacheRow(Base):
    """A provider's answer to one normalised question, found or not found, so that nothing is paid for twice."""

    __tablename__ = "provider_cache"
    __table_args__ = (Index("ix_provider_cache_expires_at", "expires_at"),)

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    provider: Mapped[Str] = mapped_column(primary_key=True)
    question: Mapped[Str] = mapped_column(primary_key=True)
    """Hash of capability and normalised input."""
    outcome: Mapped[Str]
    """found or not_found."""
    findings: Mapped[Json] = mapped_column(server_default=text("'[]'"))
    fetched_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    expires_at: Mapped[Moment]


class FindingRow(Base):
    """The latest value one provider gave for one field of one record, with where and when it was seen."""

    __tablename__ = "finding"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    object_id: Mapped[Str] = mapped_column(primary_key=True)
    field: Mapped[Str] = mapped_column(primary_key=True)
    provider: Mapped[Str] = mapped_column(primary_key=True)
    value: Mapped[Json]
    source_url: Mapped[Str | None]
    seen_at: Mapped[Moment]
    confidence_ratio: Mapped[float]
    cost_usd: Mapped[Decimal] = mapped_column(Numeric(12, 6), server_default=text("0"))
    chosen: Mapped[bool]
    lost_because: Mapped[Str | None]
    """Why another value was chosen, in words for people; None for the chosen one."""
    run_id: Mapped[Str]


class CreditCharge(Base):
    """What a provider charged: one row for each portal, provider and day, counted up."""

    __tablename__ = "credit_charge"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    provider: Mapped[Str] = mapped_column(primary_key=True)
    charged_on: Mapped[date] = mapped_column(primary_key=True)
    calls: Mapped[BigInt] = mapped_column(server_default=text("0"))
    found: Mapped[BigInt] = mapped_column(server_default=text("0"))
    not_found: Mapped[BigInt] = mapped_column(server_default=text("0"))
    failed: Mapped[BigInt] = mapped_column(server_default=text("0"))
    credits: Mapped[Decimal] = mapped_column(Numeric(14, 3), server_default=text("0"))
    cost_usd: Mapped[Decimal] = mapped_column(Numeric(14, 6), server_default=text("0"))
