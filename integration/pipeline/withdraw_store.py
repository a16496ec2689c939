"""What was waiting for a person's word about a record that is gone: proposals are declined, questions withdrawn, suggested pairs taken back.

Decisions that were made stay. A restored record is looked at again and may raise the same questions anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, and_, case, delete, or_, update

from integration.db.models.duplicates import DuplicatePairRow, MatchRecordRow
from integration.db.models.ledger import LedgerRow
from integration.db.models.trust import ReviewRow
from integration.pipeline.proposals.open_store import OPEN, PROPOSED

_GONE: Final = "record_gone"
"""Why the proposals were declined."""


class WithdrawStore:
    """Closes what is open about records; a handful of statements whatever their number."""

    def withdraw(
        self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str], now: datetime
    ) -> None:
        """Nothing waits any more for these records. Doing it again changes nothing."""
        if not object_ids:
            return
        connection.execute(
            update(LedgerRow)
            .where(
                LedgerRow.portal_id == portal_id,
                LedgerRow.object_type == object_type,
                LedgerRow.object_id.in_(object_ids),
                OPEN,
            )
            .values(
                outcome=case((PROPOSED, "declined"), else_=LedgerRow.outcome),
                error=case((PROPOSED, _GONE), else_=LedgerRow.error),
                settled_at=now,
            )
        )
        connection.execute(
            update(ReviewRow)
            .where(
                ReviewRow.portal_id == portal_id,
                ReviewRow.object_type == object_type,
                ReviewRow.object_id.in_(object_ids),
                ReviewRow.state == "open",
            )
            .values(state="withdrawn", candidates=[])
        )
        connection.execute(
            delete(ReviewRow).where(
                ReviewRow.portal_id == portal_id,
                ReviewRow.object_type == object_type,
                ReviewRow.object_id.in_(object_ids),
                ReviewRow.state == "refused_by_rule",
            )
        )
        pair = DuplicatePairRow
        in_pair = or_(pair.left_id.in_(object_ids), pair.right_id.in_(object_ids))
        connection.execute(
            delete(pair).where(and_(pair.portal_id == portal_id, pair.object_type == object_type, pair.state == "open"), in_pair)
        )
        connection.execute(
            delete(MatchRecordRow).where(
                MatchRecordRow.portal_id == portal_id,
                MatchRecordRow.object_type == object_type,
                MatchRecordRow.object_id.in_(object_ids),
            )
        )
