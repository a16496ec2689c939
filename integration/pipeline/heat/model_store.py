"""Trained heat models of accounts, every version, and the state of the watch over the current one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, null, select
from sqlalchemy.dialects.postgresql import insert

from integration.db.models.heat import HeatModelRow, HeatWatchRow
from integration.pipeline.heat.columns import CrmColumn

Json = Mapping[str, Any]


@dataclass(frozen=True)
class StoredTraining:
    """One training. `artefact` None: it abstained, and `abstained` says why. `version` counts from 1 for each portal and type."""

    version: int
    artefact: Json | None
    columns: tuple[CrmColumn, ...]
    abstained: str
    card: Json
    backtest: Json | None
    cause: str
    trained_at: datetime


@dataclass(frozen=True)
class Watched:
    """What the watch has seen of the model of `version`; `alarm` "" while nothing moved."""

    version: int
    state: Json
    seen: int
    alarm: str = ""
    alarmed_at: datetime | None = None


class HeatModelStore:
    """Rows of `heat_model` and `heat_watch`."""

    def save(self, connection: Connection, *, portal_id: int, object_type: str, training: StoredTraining) -> int:
        """Keeps a training as the newest version, whose number it returns; the number in `training` does not count."""
        row = HeatModelRow
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"heat_model:{portal_id}:{object_type}", 0))))
        newest = connection.execute(
            select(func.coalesce(func.max(row.version), 0)).where(row.portal_id == portal_id, row.object_type == object_type)
        ).scalar_one()
        connection.execute(
            insert(row).values(
                portal_id=portal_id,
                object_type=object_type,
                version=newest + 1,
                artefact=null() if training.artefact is None else dict(training.artefact),
                columns=[asdict(one) for one in training.columns],
                abstained=training.abstained,
                card=dict(training.card),
                backtest=null() if training.backtest is None else dict(training.backtest),
                cause=training.cause,
                trained_at=training.trained_at,
            )
        )
        return int(newest) + 1

    def newest(self, connection: Connection, *, portal_id: int, object_type: str) -> StoredTraining | None:
        """The last training, which is the one that counts; None when there was none."""
        found = self.trainings(connection, portal_id=portal_id, object_type=object_type, limit=1)
        return found[0] if found else None

    def trained_at(self, connection: Connection, *, portal_id: int, object_type: str) -> datetime | None:
        """When the last training was, None when there was none."""
        row = HeatModelRow
        query = select(func.max(row.trained_at)).where(row.portal_id == portal_id, row.object_type == object_type)
        found: datetime | None = connection.execute(query).scalar_one()
        return found

    def version(self, connection: Connection, *, portal_id: int, object_type: str) -> int:
        """The number of the last training, 0 when there was none."""
        row = HeatModelRow
        query = select(func.coalesce(func.max(row.version), 0)).where(row.portal_id == portal_id, row.object_type == object_type)
        return int(connection.execute(query).scalar_one())

    def trainings(self, connection: Connection, *, portal_id: int, object_type: str, limit: int = 20) -> Sequence[StoredTraining]:
        """The trainings, the newest first."""
        row = HeatModelRow
        names = ("version", "artefact", "columns", "abstained", "card", "backtest", "cause", "trained_at")
        query = select(*(getattr(row, name) for name in names)).where(row.portal_id == portal_id, row.object_type == object_type)
        found = connection.execute(query.order_by(row.version.desc()).limit(limit))
        return [StoredTraining(**{**one._mapping, "columns": tuple(CrmColumn(**each) for each in one.columns)}) for one in found]

    def watched(self, connection: Connection, *, portal_id: int, object_type: str, for_update: bool = False) -> Watched | None:
        """What the watch has seen; `for_update` keeps others from changing it until the end of the transaction."""
        row = HeatWatchRow
        query = select(row.version, row.state, row.seen, row.alarm, row.alarmed_at).where(
            row.portal_id == portal_id, row.object_type == object_type
        )
        found = connection.execute(query.with_for_update() if for_update else query).one_or_none()
        return None if found is None else Watched(**found._mapping)

    def save_watched(self, connection: Connection, *, portal_id: int, object_type: str, watched: Watched) -> None:
        """Replaces what the watch has seen."""
        values = {**asdict(watched), "state": dict(watched.state)}
        statement = insert(HeatWatchRow).values(portal_id=portal_id, object_type=object_type, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["portal_id", "object_type"], set_=values))
