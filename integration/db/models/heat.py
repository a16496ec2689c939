"""Heat models: one row for each training, whatever came of it, and what the watch over the current one has seen."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from integration.db.models.base import Base, BigInt, Json, Moment, PortalId, Str


class HeatModelRow(Base):
    """A training. `artefact` is the model as data, NULL when it abstained for the reason in `abstained`; `columns` how its values are read.

    `card` is everything a person should know of it; `backtest` how it did on the records decided last.
    """

    __tablename__ = "heat_model"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    artefact: Mapped[Json | None]
    columns: Mapped[Json]
    abstained: Mapped[Str]
    card: Mapped[Json]
    backtest: Mapped[Json | None]
    cause: Mapped[Str]
    trained_at: Mapped[Moment]


class HeatWatchRow(Base):
    """What the watch saw since the model of that version was trained. `state` is the detector's own; `alarm` says what moved, "" nothing."""

    __tablename__ = "heat_watch"

    portal_id: Mapped[PortalId] = mapped_column(primary_key=True, autoincrement=False)
    object_type: Mapped[Str] = mapped_column(primary_key=True)
    version: Mapped[int]
    state: Mapped[Json]
    seen: Mapped[BigInt]
    alarm: Mapped[Str]
    alarmed_at: Mapped[Moment | None]
