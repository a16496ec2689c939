"""What is to be done (one row a record, however many events named it) and what became of records (deleted, merged, erased)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, UUID
from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, BigInt, Moment, PortalId, Str


class WorkItemRow(Base):
    """A record that waits for the pipeline. `lane`: 0 live, 1 backfill, 2 dry; the lowest wins when several name the record.

    `generation` rises with every event, so that finishing a batch removes only what has not been named again meanwhile.
    A claimed row carries `lease_id` and `lease_until`; after that moment anyone may claim it again.
    `asked_again` counts how often the row was put back only because providers had not answered.
    """

    __tablename__ = "work_item"
    __table_args__ = (
        Index("ix_work_item_due", "portal_id", "lane", "object_type", "due_at"),
        {"postgresql_with": {"fillfactor": "70"}},
    )

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    object_id: Mapped[Str] = mapped_column(primary_key=True)
    lane: Mapped[int] = mapped_column(SmallInteger)
    causes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    generation: Mapped[BigInt] = mapped_column(server_default=text("1"))
    queued_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    due_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    lease_id: Mapped[str | None] = mapped_column(UUID(as_uuid=False))
    lease_until: Mapped[Moment | None]
    asked_again: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))


class RecordStateRow(Base):
    """What webhooks said became of a record, in a form where order and repetition of events do not matter.

    Each time is the greatest `occurredAt` (epoch ms) seen of its kind. erased beats merged beats deleted beats live;
    deleted means `deleted_at_ms` is later than `restored_at_ms`. `survivor_id` is the record it was merged into.
    """

    __tablename__ = "record_state"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    object_id: Mapped[Str] = mapped_column(primary_key=True)
    deleted_at_ms: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    restored_at_ms: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    merged_at_ms: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    survivor_id: Mapped[Str | None]
    erased_at_ms: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
