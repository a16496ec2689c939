"""Records as the search for duplicates sees them, and the pairs it suggests."""

from __future__ import annotations

from sqlalchemy import Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, Json, Moment, PortalId, Str


class MatchRecordRow(Base):
    """What a record is compared by. `block_keys` are what two records must share one of to be compared; `compared_at` NULL: not yet."""

    __tablename__ = "match_record"
    __table_args__ = (
        Index("ix_match_record_block_keys", "block_keys", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        Index("ix_match_record_waiting", "portal_id", "object_type", postgresql_where=text("compared_at IS NULL")),
    )

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    object_id: Mapped[Str] = mapped_column(primary_key=True)
    features: Mapped[Json]
    block_keys: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    seen_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    compared_at: Mapped[Moment | None]


class DuplicatePairRow(Base):
    """Two records that may be one. `state`: open, dismissed (a person said no), merging, merged, gone. `left_id` is the smaller id.

    `reasons` say what speaks for and against, with weights that lead to `score_ratio`.
    """

    __tablename__ = "duplicate_pair"
    __table_args__ = (
        Index("ix_duplicate_pair_open", "portal_id", "object_type", "score_ratio", postgresql_where=text("state = 'open'")),
        Index("ix_duplicate_pair_right", "portal_id", "object_type", "right_id"),
    )

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    left_id: Mapped[Str] = mapped_column(primary_key=True)
    right_id: Mapped[Str] = mapped_column(primary_key=True)
    score_ratio: Mapped[float]
    reasons: Mapped[Json]
    state: Mapped[Str]
    survivor_id: Mapped[Str | None]
    found_at: Mapped[Moment] = mapped_column(server_default=text("now()"))
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[Str | None]
