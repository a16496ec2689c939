"""Privacy deletion: everything we hold about one record goes; what stays says nothing about the person.

What stays: that the record was erased (`record_state`), keyed digests by which the person would be recognised (`person_digest`), and in the
ledger and among dead letters that something happened, without values. Which tables there are is read from the models: a table whose rows name a
record is emptied of them unless it is listed here, so one added later cannot be forgotten. Deliveries are cleaned by the webhooks' side.
Limit: an address of the person that their employer publishes stays in what is known of the employer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Table, and_, delete, null, or_, update

from integration.db.models import Base
from integration.db.models.created import CreatedObjectRow
from integration.db.models.duplicates import DuplicatePairRow
from integration.db.models.inbox import DeadLetterRow
from integration.db.models.ledger import LedgerRow
from integration.db.models.worklist import WorkItemRow
from integration.pipeline.people_store import PeopleStore
from integration.providers.cache_store import CacheStore

KEPT: Final = {
    "record_state": "that the record was erased, merged or deleted, and when",
    "person_digest": "keyed digests of address and profile, marked as a tombstone",
    "ledger": "that something was written, without any value",
    "dead_letter": "that something could not be handled, without what it was",
}
"""Tables that keep rows about an erased record, and what these say."""


class EraseStore:
    """Erases what we hold about records of one portal and type."""

    def erase(self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str], now: datetime) -> None:
        """Remove every trace of the records but their erasure. Doing it again changes nothing."""
        # First the work items: a batch that is at these records holds their rows, and must be done before the rest is looked at.
        self._delete(connection, WorkItemRow.__table__, portal_id, object_type, object_ids)
        digests = PeopleStore.entomb(connection, portal_id=portal_id, object_type=object_type, object_ids=object_ids, now=now)
        CacheStore.forget_people(connection, portal_id=portal_id, digests=digests)
        for table in record_tables():
            if table.name not in KEPT:
                self._delete(connection, table, portal_id, object_type, object_ids)
        self._delete_by_other_names(connection, portal_id, object_type, object_ids)
        connection.execute(
            update(LedgerRow)
            .where(LedgerRow.portal_id == portal_id, LedgerRow.object_type == object_type, LedgerRow.object_id.in_(object_ids))
            .values(value_before=null(), value_after=null(), source_url=null(), error=null(), fingerprint=null())
        )
        connection.execute(
            update(DeadLetterRow)
            .where(
                DeadLetterRow.portal_id == portal_id,
                DeadLetterRow.object_type == object_type,
                DeadLetterRow.object_id.in_(object_ids),
            )
            .values(payload={}, detail="erased")
        )

    @staticmethod
    def _delete(connection: Connection, table: object, portal_id: int, object_type: str, object_ids: Sequence[str]) -> None:
        if not isinstance(table, Table):
            raise TypeError("a model stands for a table")
        connection.execute(
            delete(table).where(
                table.c.portal_id == portal_id, table.c.object_type == object_type, table.c.object_id.in_(object_ids)
            )
        )

    @staticmethod
    def _delete_by_other_names(connection: Connection, portal_id: int, object_type: str, object_ids: Sequence[str]) -> None:
        """Rows that name the records in other columns: pairs of two, and what we created ourselves."""
        pair, made = DuplicatePairRow, CreatedObjectRow
        in_pair = or_(pair.left_id.in_(object_ids), pair.right_id.in_(object_ids))
        connection.execute(delete(pair).where(and_(pair.portal_id == portal_id, pair.object_type == object_type, in_pair)))
        connection.execute(
            delete(made).where(made.portal_id == portal_id, made.kind == object_type, made.created_id.in_(object_ids))
        )


def record_tables() -> tuple[Table, ...]:
    """Every table whose rows are about one record."""
    wanted = {"portal_id", "object_type", "object_id"}
    return tuple(table for table in Base.metadata.sorted_tables if wanted <= set(table.columns.keys()))
