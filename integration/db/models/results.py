"""What we decided about a record: scores, the brief, the drafted sequence."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, Json, Moment, PortalId, Str


class ScoreRow(Base):
    """One score of one record. `value` is NULL when there was not enough evidence; `reasons` sum to it."""

    __tablename__ = "score"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    object_id: Mapped[Str] = mapped_column(primary_key=True)
    name: Mapped[Str] = mapped_column(primary_key=True)
    value: Mapped[float | None]
    unit: Mapped[Str]
    label: Mapped[Str]
    reasons: Mapped[Json]
    scored_at: Mapped[Moment]


class BriefRow(Base):
    """The deal brief as data. `fingerprint` changes when the text would change, so an equal brief is not written again."""

    __tablename__ = "brief"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    object_id: Mapped[Str] = mapped_column(primary_key=True)
    headline: Mapped[Str]
    sections: Mapped[Json]
    fingerprint: Mapped[Str]
    built_at: Mapped[Moment]


class DraftRow(Base):
    """A drafted outreach sequence: never sent, never logged as mail. `state`: drafted, refused, approved, rejected."""

    __tablename__ = "draft"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    object_id: Mapped[Str] = mapped_column(primary_key=True)
    state: Mapped[Str]
    refusal: Mapped[Str | None]
    steps: Mapped[Json]
    fingerprint: Mapped[Str]
    built_at: Mapped[Moment]
