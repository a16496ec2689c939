"""What providers said of records earlier, read back as findings."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import Connection, select

from integration.db.models.enrichment import FindingRow
from integration.providers.base import Field, Finding


class SaidStore:
    """Reads stored findings."""

    def find(
        self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str]
    ) -> dict[str, list[Finding]]:
        """The stored findings of these records, by object id. They cost nothing the second time."""
        query = (
            select(FindingRow.__table__)
            .where(
                FindingRow.portal_id == portal_id,
                FindingRow.object_type == object_type,
                FindingRow.object_id.in_(object_ids),
            )
            .order_by(FindingRow.object_id, FindingRow.field, FindingRow.provider)
        )
        found: dict[str, list[Finding]] = {}
        for row in connection.execute(query):
            value = tuple(row.value) if isinstance(row.value, list) else row.value
            finding = Finding(Field(row.field), value, row.provider, row.seen_at, row.confidence_ratio, row.source_url, Decimal(0))
            found.setdefault(row.object_id, []).append(finding)
        return found
