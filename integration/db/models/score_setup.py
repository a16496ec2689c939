"""How a portal's scores are set up: the profiles it had, and what was counted of its decided deals."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, BigInt, Json, Moment, PortalId, Str


class ScoreProfileRow(Base):
    """One version of a portal's scoring profile, kept as it was saved, so that an admin can go back to it.

    `profile` NULL stands for the default profile. `restored_from` names the version whose profile this one took up again.
    """

    __tablename__ = "score_profile"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    profile: Mapped[Json | None]
    note: Mapped[Str] = mapped_column(server_default="")
    saved_by: Mapped[Str]
    saved_at: Mapped[Moment]
    restored_from: Mapped[int | None]


class ScoreDraftRow(Base):
    """A profile somebody is writing and has not saved, as text, so that nothing is lost. It began from `base_version`; 0 is before any."""

    __tablename__ = "score_draft"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    email: Mapped[Str] = mapped_column(primary_key=True)
    text: Mapped[Str]
    base_version: Mapped[int]
    changed_at: Mapped[Moment]


class DealHistoryRow(Base):
    """What the portal's decided deals say, as `integration.scoring.history` writes it. `decided_count` deals were counted at `computed_at`."""

    __tablename__ = "deal_history"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    statistics: Mapped[Json]
    decided_count: Mapped[BigInt] = mapped_column(server_default=text("0"))
    computed_at: Mapped[Moment]
