"""Runs: one row for each batch, and for each accept or undo, so that everything written can be named and undone together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, update

from integration.db.models.ledger import RunRow


class RunStore:
    """Opens and closes runs."""

    def open(
        self,
        connection: Connection,
        *,
        portal_id: int,
        run_id: str,
        kind: str,
        object_type: str,
        started_at: datetime,
        is_dry: bool = False,
        requested_by: str = "",
        parent_run_id: str | None = None,
        target: Mapping[str, Any] | None = None,
        total_count: int = 0,
    ) -> None:
        """A new run. `requested_by` is "" for what runs by itself; `target` says what an undo or accept is about."""
        connection.execute(
            insert(RunRow).values(
                run_id=run_id,
                portal_id=portal_id,
                kind=kind,
                object_type=object_type,
                started_at=started_at,
                counts={},
                is_dry=is_dry,
                requested_by=requested_by,
                parent_run_id=parent_run_id,
                target=dict(target or {}),
                total_count=total_count,
            )
        )

    def progress(
        self, connection: Connection, *, portal_id: int, run_id: str, done_count: int, total_count: int | None = None
    ) -> None:
        """How far a long run is. `total_count` None: as it was."""
        values = {"done_count": done_count} | ({} if total_count is None else {"total_count": total_count})
        connection.execute(update(RunRow).where(RunRow.portal_id == portal_id, RunRow.run_id == run_id).values(**values))

    def close(
        self, connection: Connection, *, portal_id: int, run_id: str, counts: Mapping[str, int], finished_at: datetime
    ) -> None:
        """`counts` says what became of the records, by outcome."""
        connection.execute(
            update(RunRow)
            .where(RunRow.portal_id == portal_id, RunRow.run_id == run_id)
            .values(counts=dict(counts), finished_at=finished_at)
        )
