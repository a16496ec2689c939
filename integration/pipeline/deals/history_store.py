"""Keeps what was counted of a portal's decided deals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from integration.db.models.score_setup import DealHistoryRow
from integration.scoring.history import NO_HISTORY, PortalHistory, history_data, read_history


class PortalHistoryStore:
    """Rows of `deal_history`."""

    def find(self, connection: Connection, *, portal_id: int) -> PortalHistory:
        """The past as it was last counted; one without any deals where nobody has counted yet."""
        row = connection.execute(select(DealHistoryRow.statistics).where(DealHistoryRow.portal_id == portal_id)).one_or_none()
        return NO_HISTORY if row is None else read_history(row.statistics)

    def save(self, connection: Connection, *, portal_id: int, history: PortalHistory) -> None:
        fresh = {
            "statistics": history_data(history),
            "decided_count": history.decided_count,
            "computed_at": history.computed_at,
        }
        connection.execute(
            insert(DealHistoryRow)
            .values(portal_id=portal_id, **fresh)
            .on_conflict_do_update(index_elements=[DealHistoryRow.portal_id], set_=fresh)
        )

    def forget(self, connection: Connection, *, portal_id: int) -> None:
        """Deals may not be read there any more."""
        connection.execute(delete(DealHistoryRow).where(DealHistoryRow.portal_id == portal_id))

    def computed_by_portal(self, connection: Connection) -> Mapping[int, datetime]:
        """When each portal's past was last counted. All portals: the clock looks at everyone."""
        rows = connection.execute(select(DealHistoryRow.portal_id, DealHistoryRow.computed_at))
        return {row.portal_id: row.computed_at for row in rows}
