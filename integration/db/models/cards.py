"""What the pages inside HubSpot need: who the account's users are, what a deal hangs on, and which requests were answered already."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Index, Numeric, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, Json, Moment, PortalId, Str


class OwnerRow(Base):
    """An owner of the account as HubSpot told at `fetched_at`. `user_id` is NULL for an archived one; records are assigned by `owner_id`."""

    __tablename__ = "owner"
    __table_args__ = (Index("ix_owner_user", "portal_id", "user_id"),)

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    owner_id: Mapped[Str] = mapped_column(primary_key=True)
    user_id: Mapped[Str | None]
    email: Mapped[Str]
    """Lower case; "" when HubSpot names none."""
    name: Mapped[Str]
    team_ids: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    archived: Mapped[bool]
    fetched_at: Mapped[Moment]


class DealLinkRow(Base):
    """A deal as its card shows it: its own few facts and the records it hangs on. `object_type` is always deals."""

    __tablename__ = "deal_link"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    object_id: Mapped[Str] = mapped_column(primary_key=True)
    name: Mapped[Str]
    stage: Mapped[Str]
    amount: Mapped[Decimal | None] = mapped_column(Numeric(18, 2))
    closes_on: Mapped[date | None]
    owner_id: Mapped[Str | None]
    company_id: Mapped[Str | None]
    contact_ids: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    seen_at: Mapped[Moment]


class CardRequestRow(Base):
    """A POST from inside HubSpot that was answered: the same key again gets the same answer, since HubSpot repeats requests.

    `digest` is over route, person and body: the same key with anything else is refused.
    """

    __tablename__ = "card_request"
    __table_args__ = (Index("ix_card_request_made_at", "made_at"),)

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    request_key: Mapped[Str] = mapped_column(primary_key=True)
    digest: Mapped[Str]
    answer: Mapped[Json | None]
    """NULL while the first request is still at work."""
    object_type: Mapped[Str]
    object_id: Mapped[Str]
    """The record the answer tells of; "" for none, so that erasing a person takes the answer along."""
    made_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
