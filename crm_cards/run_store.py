"""Reads single runs for the pages inside HubSpot."""

from __future__ import annotations

from sqlalchemy import Connection, select

from crm_cards.run_line import StoredRun
from integration.db.models.ledger import RunRow


class CardRunStore:
    """Rows of `run`, read only."""

    def find(self, connection: Connection, *, portal_id: int, run_id: str) -> StoredRun | None:
        """The run; None when the portal has none of this id."""
        row = RunRow
        found = connection.execute(
            select(
                row.run_id, row.kind, row.object_type, row.started_at, row.finished_at, row.counts, row.is_dry, row.requested_by,
                row.target, row.total_count, row.done_count,
            ).where(row.portal_id == portal_id, row.run_id == run_id)
        ).one_or_none()  # fmt: skip
        return None if found is None else StoredRun(*found)
