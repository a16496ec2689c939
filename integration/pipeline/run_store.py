"""Runs: one row for each batch, so that everything written can be named and undone together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, insert, update

from integration.db.models.ledger import RunRow


class RunStore:
    """Opens and closes runs."""

    def open(
        self, connection: Connection, *, portal_id: int, run_id: str, kind: str, object_type: str, started_at: datetime
    ) -> None:
        connection.execute(
            insert(RunRow).values(
                run_id=run_id, portal_id=portal_id, kind=kind, object_type=object_type, started_at=started_at, counts={}
            )
        )

    def close(
        self, connection: Connection, *, portal_id: int, run_id: str, counts: Mapping[str, int], finished_at: datetime
    ) -> None:
        """`counts` says what became of the records, by outcome."""
        connection.execute(
            update(RunRow)
            .where(RunRow.portal_id == portal_id, RunRow.run_id == run_id)
            .values(counts=dict(counts), finished_at=finished_at)
        )
