"""Checkpoints of syncs in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from integration.db.models.sync import SyncCheckpointRow
from integration.syncs.base import Checkpoint


@dataclass(frozen=True)
class SyncKey:
    """Names one sync of one portal and object type."""

    portal_id: int
    sync: str
    object_type: str


class SyncStore:
    """Finds and saves where syncs stand."""

    def find(self, connection: Connection, *, portal_id: int, sync: str, object_type: str) -> Checkpoint:
        """The checkpoint, or a fresh one when this sync never ran."""
        row = connection.execute(
            select(SyncCheckpointRow.__table__).where(
                SyncCheckpointRow.portal_id == portal_id,
                SyncCheckpointRow.sync == sync,
                SyncCheckpointRow.object_type == object_type,
            )
        ).one_or_none()
        if row is None:
            return Checkpoint()
        return Checkpoint(
            watermark=row.watermark,
            state=row.state,
            started_at=_moment(row.cursor, "started_at"),
            since=_moment(row.cursor, "since"),
            position=row.cursor.get("position"),
            passes=row.counts.get("passes", 0),
            pages=row.counts.get("pages", 0),
            records=row.counts.get("records", 0),
        )

    def save(self, connection: Connection, *, portal_id: int, sync: str, object_type: str, checkpoint: Checkpoint) -> None:
        """Store the checkpoint, in the transaction of the worklist rows it vouches for."""
        values = {
            "watermark": checkpoint.watermark,
            "cursor": {
                "started_at": checkpoint.started_at and checkpoint.started_at.isoformat(),
                "since": checkpoint.since and checkpoint.since.isoformat(),
                "position": checkpoint.position,
            },
            "state": checkpoint.state,
            "counts": {"passes": checkpoint.passes, "pages": checkpoint.pages, "records": checkpoint.records},
            "updated_at": func.now(),
        }
        statement = insert(SyncCheckpointRow).values(portal_id=portal_id, sync=sync, object_type=object_type, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=["portal_id", "sync", "object_type"], set_=values))

    def find_running(self, connection: Connection) -> tuple[SyncKey, ...]:
        """The syncs in the middle of a pass. All portals: the sweep resumes wherever a job was lost."""
        row = SyncCheckpointRow
        query = select(row.portal_id, row.sync, row.object_type).where(row.state == "running").order_by(row.portal_id, row.sync)
        return tuple(SyncKey(*found) for found in connection.execute(query))

    def remove(self, connection: Connection, *, portal_id: int) -> None:
        """Forget where the syncs of a portal stood: it was uninstalled."""
        connection.execute(delete(SyncCheckpointRow).where(SyncCheckpointRow.portal_id == portal_id))


def _moment(cursor: Mapping[str, str | None], name: str) -> datetime | None:
    value = cursor.get(name)
    return None if value is None else datetime.fromisoformat(value)
