"""After a merge: what we know of the record that vanished moves to the survivor, where the survivor has nothing of its own.

Which tables there are is read from the models; a table whose rows name a record is moved unless it is listed in `NOT_MOVED` with the reason.
A table with one row for each record (and further keys) keeps the survivor's row where both have one.

The ledger: of a property that both records were written, the survivor's value stands in HubSpot and the other's vanished with its record. Those
rows get the outcome "merged": they tell what happened, but are no longer a value that stands, so neither provenance nor undo takes them for
one. Where only the vanished record was written, its value may have moved along; its rows move unchanged, and HubSpot's history, read before the
next write or undo, tells what really stands.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, func, or_, update
from sqlalchemy.orm import aliased

from integration.db.models.duplicates import DuplicatePairRow
from integration.db.models.ledger import LedgerRow
from integration.db.models.trust import ReviewRow
from integration.pipeline.erase_store import record_tables
from integration.pipeline.withdraw_store import WithdrawStore

NOT_MOVED: Final = {
    "record_state": "what became of the vanished record itself",
    "work_item": "the survivor is put on the worklist by the merge",
    "match_record": "the survivor is compared by its own values, which are read again",
}
"""Tables whose rows stay with the vanished record or go with it, and why."""
_KEPT_BEHIND: Final = frozenset({"record_state"})
_RECORD: Final = ("portal_id", "object_type", "object_id")


class HistoryStore:
    """Moves rows from one record to another of the same portal and type."""

    def move(self, connection: Connection, *, portal_id: int, object_type: str, from_id: str, to_id: str, now: datetime) -> None:
        """The survivor's own rows win; the rest moves, and nothing stays under the old id. Doing it again changes nothing.

        HubSpot moves the notes themselves; the survivor may show two briefs then, of which we go on keeping one.
        """
        if from_id == to_id:
            return
        withdraw = WithdrawStore()
        withdraw.withdraw(connection, portal_id=portal_id, object_type=object_type, object_ids=[from_id], now=now)
        self._drop_questions(connection, portal_id, object_type, from_id)
        self._mark_overwritten(connection, portal_id, object_type, from_id, to_id, now)
        for table in record_tables():
            here = and_(table.c.portal_id == portal_id, table.c.object_type == object_type)
            if table.name not in NOT_MOVED:
                moving = [here, table.c.object_id == from_id]
                if "object_id" in table.primary_key.columns:
                    moving.append(~_survivor_has(table, to_id))
                if table.name == "person_digest":
                    moving.append(table.c.erased_at.is_(None))
                connection.execute(update(table).where(*moving).values(object_id=to_id))
            if table.name not in _KEPT_BEHIND:
                left_over = [here, table.c.object_id == from_id]
                if table.name == "person_digest":
                    left_over.append(table.c.erased_at.is_(None))
                connection.execute(delete(table).where(*left_over))

    @staticmethod
    def _drop_questions(connection: Connection, portal_id: int, object_type: str, from_id: str) -> None:
        """Nobody needs to answer who the vanished record is, or whether it is a double of a third. Decisions about it move on or have served."""
        connection.execute(
            delete(ReviewRow).where(
                ReviewRow.portal_id == portal_id,
                ReviewRow.object_type == object_type,
                ReviewRow.object_id == from_id,
                ReviewRow.decided_at.is_(None),
            )
        )
        pair = DuplicatePairRow
        connection.execute(
            delete(pair).where(
                pair.portal_id == portal_id,
                pair.object_type == object_type,
                or_(pair.left_id == from_id, pair.right_id == from_id),
                pair.state.in_(("open", "gone", "dismissed")),
            )
        )

    @staticmethod
    def _mark_overwritten(
        connection: Connection, portal_id: int, object_type: str, from_id: str, to_id: str, now: datetime
    ) -> None:
        """Writes on the vanished record that the survivor's own value outlived."""
        gone, survivor = LedgerRow, aliased(LedgerRow)
        stands = exists().where(
            survivor.portal_id == portal_id,
            survivor.object_type == object_type,
            survivor.object_id == to_id,
            survivor.property_name == gone.property_name,
            survivor.outcome == "written",
            survivor.value_after != "",
        )
        connection.execute(
            update(gone)
            .where(
                gone.portal_id == portal_id,
                gone.object_type == object_type,
                gone.object_id == from_id,
                gone.outcome.in_(("written", "unknown", "pending")),
                stands,
            )
            .values(
                outcome="merged",
                superseded_at=func.coalesce(gone.superseded_at, now),
                settled_at=func.coalesce(gone.settled_at, now),
            )
        )


def _survivor_has(table: Table, to_id: str) -> ColumnElement[bool]:
    """Whether the survivor has a row under the same further keys."""
    survivor = table.alias("survivor")
    same = [survivor.c[column.name] == table.c[column.name] for column in table.primary_key.columns if column.name != "object_id"]
    return exists().where(*same, survivor.c.object_id == to_id)
