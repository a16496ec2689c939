"""Which of a portal's scored records a preview looks at, and what providers said of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from integration.db.models.enrichment import FindingRow
from integration.db.models.results import ScoreRow
from integration.providers.base import Field, FieldValue, Finding
from integration.scoring.priority import NAME as PRIORITY

_FIELDS = frozenset(Field)


class SampleStore:
    """Reads rows of `score` and `finding`."""

    def records(self, connection: Connection, *, portal_id: int, limit: int) -> list[tuple[str, str]]:
        """Type and id of up to so many scored records: any, but the same ones as long as they are there."""
        row = ScoreRow
        query = (
            select(row.object_type, row.object_id)
            .where(row.portal_id == portal_id, row.name == PRIORITY)
            .order_by(func.md5(row.object_type + row.object_id), row.object_id)
            .limit(limit)
        )
        return [(found.object_type, found.object_id) for found in connection.execute(query)]

    def count(self, connection: Connection, *, portal_id: int) -> int:
        """How many records have a priority, an abstention included."""
        row = ScoreRow
        query = select(func.count()).select_from(row).where(row.portal_id == portal_id, row.name == PRIORITY)
        return connection.execute(query).scalar_one()

    def findings(
        self, connection: Connection, *, portal_id: int, object_type: str, object_ids: Sequence[str]
    ) -> dict[str, dict[Field, Finding]]:
        """By record the providers' findings that we go by."""
        row = FindingRow
        query = select(row.__table__).where(
            row.portal_id == portal_id, row.object_type == object_type, row.object_id.in_(list(object_ids)), row.chosen
        )
        found: dict[str, dict[Field, Finding]] = {}
        for one in connection.execute(query):
            if one.field in _FIELDS:
                finding = Finding(
                    Field(one.field), _value(one.value), one.provider, one.seen_at, one.confidence_ratio, one.source_url
                )
                found.setdefault(one.object_id, {})[finding.field] = finding
        return found


def _value(stored: Any) -> FieldValue:
    return tuple(stored) if isinstance(stored, list) else stored
