"""Webhook deliveries exactly as received, and everything that could not be handled."""

from __future__ import annotations

from sqlalchemy import Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, BigInt, Json, Moment, PortalId, Str


class DeliveryRow(Base):
    """One HTTP delivery: body bytes as received. `portal_id` is the first event's; NULL when it names none.

    `unpacked_at` is NULL while the delivery waits. Nothing reads the body but `unpack` and `replay`.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_waiting", "id", postgresql_where=text("unpacked_at IS NULL")),
        Index("ix_delivery_received_at", "received_at"),
    )

    id: Mapped[BigInt] = mapped_column(Identity(always=True), primary_key=True)
    portal_id: Mapped[PortalId | None]
    received_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    body: Mapped[bytes]
    unpacked_at: Mapped[Moment | None]


class SeenEventRow(Base):
    """An event that was handled, by a digest of what makes it the same one; tells HubSpot's repeats from news for a day.

    `delivery_id` is the delivery it was first handled from, so that replaying that delivery is no repeat.
    """

    __tablename__ = "seen_event"
    __table_args__ = (Index("ix_seen_event_seen_at", "seen_at", postgresql_using="brin"),)

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    event_key: Mapped[BigInt] = mapped_column(primary_key=True, autoincrement=False)
    delivery_id: Mapped[BigInt]
    seen_at: Mapped[Moment]


class DeadLetterRow(Base):
    """Something that could not be handled, kept whole with the reason until someone replays or discards it.

    `kind`: delivery (body unreadable), event (one item unreadable), record (a record was refused for good), job.
    """

    __tablename__ = "dead_letter"
    __table_args__ = (Index("ix_dead_letter_open", "portal_id", "id", postgresql_where=text("replayed_at IS NULL")),)

    id: Mapped[BigInt] = mapped_column(Identity(always=True), primary_key=True)
    portal_id: Mapped[PortalId | None]
    kind: Mapped[Str]
    reason: Mapped[Str]
    detail: Mapped[Str]
    delivery_id: Mapped[BigInt | None]
    object_type: Mapped[Str | None]
    object_id: Mapped[Str | None]
    payload: Mapped[Json] = mapped_column(server_default=text("'{}'"))
    created_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    replayed_at: Mapped[Moment | None]
