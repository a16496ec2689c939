"""How many records a provider has answered for lately, so that asking again costs nothing. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from integration.db.models.enrichment import FindingRow


class AnsweredStore:
    """Counts over `finding`."""

    def fresh_counts(
        self, connection: Connection, *, portal_id: int, object_type: str, lifetimes: Mapping[str, timedelta], now: datetime
    ) -> dict[str, int]:
        """By provider: records with an answer younger than the provider's lifetime for answers. One statement each; they are few."""
        return {
            provider: self._count(connection, portal_id, object_type, provider, now - life) for provider, life in lifetimes.items()
        }

    def _count(self, connection: Connection, portal_id: int, object_type: str, provider: str, since: datetime) -> int:
        return connection.execute(
            select(func.count(FindingRow.object_id.distinct())).where(
                FindingRow.portal_id == portal_id,
                FindingRow.object_type == object_type,
                FindingRow.provider == provider,
                FindingRow.seen_at > since,
            )
        ).scalar_one()
