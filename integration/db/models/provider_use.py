"""How providers may be used and how they did: shared gates and claims, what was observed of them, and what admins chose."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Float, Integer, Numeric, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, BigInt, Moment, PortalId, Str


class ProviderGateRow(Base):
    """One endpoint with one key (or for all of us, where none is needed), shared by all workers. Times are seconds since 1970.

    It belongs to no portal: the vendor counts by key, and a key may serve several portals. Unlogged: after a crash of PostgreSQL it is empty,
    which costs a few refused calls.
    """

    __tablename__ = "provider_gate"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    gate: Mapped[Str] = mapped_column(primary_key=True)
    """Names the endpoint, with a digest of the key."""
    full_at: Mapped[list[float]] = mapped_column(ARRAY(Float(53)), server_default=text("'{}'"))
    """For each declared window, in the order of the declaration, the moment at which it is empty again."""
    promised_at: Mapped[float] = mapped_column(Float(53), server_default=text("0"))
    """Calls without a place were told to come again up to then."""
    closed_until: Mapped[float] = mapped_column(Float(53), server_default=text("0"))
    closed_by: Mapped[Str] = mapped_column(server_default=text("''"))
    failures: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """Failures in a row that say the provider is down."""


class ProviderFlightRow(Base):
    """A question that some worker is asking right now, so that no other asks it too. Unlogged: after a crash nobody is asking."""

    __tablename__ = "provider_flight"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    question: Mapped[Str] = mapped_column(primary_key=True)
    owner: Mapped[Str]
    until: Mapped[Moment]
    """A worker that died has let go by then."""


class ProviderObservationRow(Base):
    """What one channel ("apollo.company") did for one field on one segment of a portal's records in one week, counted up.

    `field` "" counts the channel as a whole; only there `latency_ms` and `cost_usd` are kept.
    """

    __tablename__ = "provider_observation"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[Str] = mapped_column(primary_key=True)
    field: Mapped[Str] = mapped_column(primary_key=True)
    segment: Mapped[Str] = mapped_column(primary_key=True)
    week: Mapped[date] = mapped_column(primary_key=True)
    """Its Monday."""
    asked: Mapped[BigInt] = mapped_column(server_default=text("0"))
    found: Mapped[BigInt] = mapped_column(server_default=text("0"))
    compared: Mapped[BigInt] = mapped_column(server_default=text("0"))
    """Of those found, the ones for which a person's value or other providers' answers tell whether they are right."""
    agreed: Mapped[BigInt] = mapped_column(server_default=text("0"))
    latency_ms: Mapped[BigInt] = mapped_column(server_default=text("0"))
    cost_usd: Mapped[Decimal] = mapped_column(Numeric(14, 6), server_default=text("0"))
    vouched: Mapped[BigInt] = mapped_column(server_default=text("0"))
    """Of those compared, the ones held against a value that a person stands behind."""
    vouched_right: Mapped[BigInt] = mapped_column(server_default=text("0"))


class ProviderChoiceRow(Base):
    """Whether an admin turned a provider on or off for a portal. Without a row: on, unless the provider needs leave."""

    __tablename__ = "provider_choice"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    provider: Mapped[Str] = mapped_column(primary_key=True)
    is_on: Mapped[bool]
    chosen_by: Mapped[Str]
    chosen_at: Mapped[Moment] = mapped_column(server_default=text("now()"))


class ProviderPinRow(Base):
    """The order in which an admin wants providers asked for a field, in place of the planner's."""

    __tablename__ = "provider_pin"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    field: Mapped[Str] = mapped_column(primary_key=True)
    providers: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    pinned_by: Mapped[Str]
    pinned_at: Mapped[Moment] = mapped_column(server_default=text("now()"))


class ProviderTermsRow(Base):
    """How a portal wants its providers to be asked. Without a row: the usual terms."""

    __tablename__ = "provider_terms"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    wanted_ratio: Mapped[float] = mapped_column(Float(53))
    """How sure a field must be for nobody else to be asked."""
    explore_ratio: Mapped[float] = mapped_column(Float(53))
    """The share of spending that may go into learning how good providers are."""
    holdout_ratio: Mapped[float] = mapped_column(Float(53))
    """The share of records for which known values are asked for too."""
    worth_ratio: Mapped[float] = mapped_column(Float(53))
    """What values are worth, compared with the usual figures."""
    set_by: Mapped[Str]
    set_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
