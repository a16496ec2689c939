"""Privacy deletion: everything we hold about one record goes; only the fact that it was erased stays (in `record_state`).

The ledger keeps that something was written, without the values. A provider's cached answer is found through the findings it led to. From raw
webhook deliveries the record's events are cut out; that breaks their signature, which nobody checks again.
Limit: an event about the person that HubSpot sends after the erasure stays in its delivery until the retention of the inbox ends.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, bindparam, delete, func, literal, null, select, update
from sqlalchemy.sql import ColumnElement

from integration.db.models.enrichment import FindingRow, ProviderCacheRow
from integration.db.models.inbox import DeadLetterRow, DeliveryRow
from integration.db.models.ledger import LedgerRow, NoteRow
from integration.db.models.results import BriefRow, DraftRow, ScoreRow
from integration.db.models.worklist import WorkItemRow
from integration.hubspot.objects import CONTACTS, RecordKey
from integration.pipeline.redaction import without_record
from integration.providers.base import PERSON_FIELDS

_RECORD_TABLES: Final = (FindingRow, ScoreRow, BriefRow, DraftRow, NoteRow)


class EraseStore:
    """Erases what we hold about a record."""

    def erase(self, connection: Connection, *, portal_id: int, object_type: str, object_id: str) -> None:
        """Remove every trace of the record but its erasure. Doing it again changes nothing."""
        key = RecordKey(portal_id, object_type, object_id)
        # First the work item: a batch that is at this record holds its row, and must be done before the rest is looked at.
        connection.execute(
            delete(WorkItemRow).where(
                WorkItemRow.portal_id == portal_id, WorkItemRow.object_type == object_type, WorkItemRow.object_id == object_id
            )
        )
        if object_type == CONTACTS:
            self._erase_cached_answers(connection, key)
        for table in _RECORD_TABLES:
            connection.execute(
                delete(table).where(table.portal_id == portal_id, table.object_type == object_type, table.object_id == object_id)
            )
        connection.execute(
            update(LedgerRow)
            .where(LedgerRow.portal_id == portal_id, LedgerRow.object_type == object_type, LedgerRow.object_id == object_id)
            .values(value_before=null(), value_after=null(), source_url=null(), error=null())
        )
        self._redact_deliveries(connection, key)
        connection.execute(
            update(DeadLetterRow)
            .where(
                DeadLetterRow.portal_id == portal_id,
                DeadLetterRow.object_type == object_type,
                DeadLetterRow.object_id == object_id,
            )
            .values(payload={}, detail="erased")
        )

    @staticmethod
    def _redact_deliveries(connection: Connection, key: RecordKey) -> None:
        """One look over the portal's deliveries: rare enough to need no index."""
        naming = connection.execute(
            select(DeliveryRow.id, DeliveryRow.body)
            .where(
                DeliveryRow.portal_id == key.portal_id,
                func.position(literal(key.object_id.encode()).op("IN")(DeliveryRow.body)) > 0,
            )
            .with_for_update()
        )
        redacted = [
            {"row_id": row_id, "without": body}
            for row_id, raw in naming
            if (body := without_record(raw, object_type=key.object_type, object_id=key.object_id)) is not None
        ]
        if redacted:
            connection.execute(
                update(DeliveryRow)
                .where(DeliveryRow.portal_id == key.portal_id, DeliveryRow.id == bindparam("row_id"))
                .values(body=bindparam("without")),
                redacted,
            )

    @staticmethod
    def _erase_cached_answers(connection: Connection, key: RecordKey) -> None:
        """Drop cached answers that hold all that their provider said of this person. Two people with the very same facts both go."""
        said = (
            select(
                FindingRow.provider,
                func.jsonb_agg(func.jsonb_build_object("field", FindingRow.field, "value", FindingRow.value)).label("findings"),
            )
            .where(_of(key), FindingRow.field.in_([field.value for field in PERSON_FIELDS]))
            .group_by(FindingRow.provider)
            .subquery()
        )
        connection.execute(
            delete(ProviderCacheRow).where(
                ProviderCacheRow.portal_id == key.portal_id,
                ProviderCacheRow.provider == said.c.provider,
                ProviderCacheRow.findings.contains(said.c.findings),
            )
        )


def _of(key: RecordKey) -> ColumnElement[bool]:
    return (
        (FindingRow.portal_id == key.portal_id)
        & (FindingRow.object_type == key.object_type)
        & (FindingRow.object_id == key.object_id)
    )
