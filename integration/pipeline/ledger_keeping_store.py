"""Which rows of the ledger may go once an undo can no longer ask for them.

Kept for good: of each field the newest write that arrived, since it tells where the value that stands came from and that it is ours; and
writes whose outcome is still open. Everything else goes with its age, and so do runs of which nothing is left.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, NamedTuple

from sqlalchemy import BigInteger, Connection, and_, delete, exists, literal, select, tuple_
from sqlalchemy.orm import aliased

from integration.db.models.created import CreatedObjectRow
from integration.db.models.ledger import LedgerRow, RunRow


class Place(NamedTuple):
    """Where a walk over the ledger stands: the row looked at last."""

    created_at: datetime
    row_id: int


START: Final = Place(datetime(1970, 1, 1, tzinfo=UTC), 0)


class LedgerKeepingStore:
    """Deletes old rows of `ledger` and `run`, a bounded number at a time."""

    def prune_rows(
        self, connection: Connection, *, portal_id: int, before: datetime, after: Place, limit: int
    ) -> tuple[int, Place | None]:
        """Look at the next `limit` old rows after `after`, the oldest first. Gives how many went, and where to go on; None at the end."""
        old = (LedgerRow.portal_id == portal_id, LedgerRow.created_at < before)
        place = (LedgerRow.created_at, LedgerRow.id)
        further = connection.execute(
            select(*place)
            .where(
                *old,
                LedgerRow.created_at >= after.created_at,
                tuple_(*place) > tuple_(literal(after.created_at), literal(after.row_id, BigInteger())),
            )
            .order_by(*place)
            .limit(limit)
        )
        looked_at = [Place(*row) for row in further]
        if not looked_at:
            return 0, None
        newer = aliased(LedgerRow)
        overtaken = exists().where(
            newer.portal_id == portal_id,
            newer.object_type == LedgerRow.object_type,
            newer.object_id == LedgerRow.object_id,
            newer.property_name == LedgerRow.property_name,
            newer.outcome == "written",
            newer.id > LedgerRow.id,
        )
        is_open = LedgerRow.outcome.in_(("pending", "unknown"))
        removed = connection.execute(
            delete(LedgerRow).where(
                *old,
                LedgerRow.id.in_([one.row_id for one in looked_at]),
                ~is_open,
                ~and_(LedgerRow.outcome == "written", ~overtaken),
            )
        ).rowcount
        return removed, looked_at[-1] if len(looked_at) == limit else None

    def prune_runs(self, connection: Connection, *, portal_id: int, before: datetime, limit: int) -> int:
        """How many old runs went of which neither the ledger nor anything we created tells any more; at most `limit`."""
        empty = (
            select(RunRow.run_id)
            .where(
                RunRow.portal_id == portal_id,
                RunRow.started_at < before,
                ~exists().where(LedgerRow.portal_id == portal_id, LedgerRow.run_id == RunRow.run_id),
                ~exists().where(CreatedObjectRow.portal_id == portal_id, CreatedObjectRow.run_id == RunRow.run_id),
            )
            .limit(limit)
        )
        return connection.execute(delete(RunRow).where(RunRow.portal_id == portal_id, RunRow.run_id.in_(empty))).rowcount
