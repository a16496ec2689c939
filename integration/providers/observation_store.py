"""What was observed of providers, counted up by portal, channel, field, segment and week. One statement for a batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from integration.db.models import ProviderObservationRow
from integration.providers.estimates import Observed

_SUMS: Final = ("asked", "found", "compared", "agreed", "latency_ms", "cost_usd")
_ROWS_A_STATEMENT: Final = 4_000
"""PostgreSQL takes 65,535 parameters in one statement; a row has twelve."""


class ObservationStore:
    """Rows of `provider_observation`."""

    def add(self, connection: Connection, *, portal_id: int, observed: Sequence[Observed]) -> None:
        """Adds the counts to what stands there. Rows are locked in one order, so batches cannot lock each other out."""
        rows = [
            {
                "portal_id": portal_id,
                "channel": one.channel,
                "field": one.field,
                "segment": one.segment,
                "week": one.week,
                **{name: getattr(one, name) for name in _SUMS},
            }
            for one in sorted(observed, key=lambda one: (one.channel, one.field, one.segment, one.week))
        ]
        for start in range(0, len(rows), _ROWS_A_STATEMENT):
            statement = insert(ProviderObservationRow).values(rows[start : start + _ROWS_A_STATEMENT])
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["portal_id", "channel", "field", "segment", "week"],
                    set_={name: getattr(ProviderObservationRow, name) + statement.excluded[name] for name in _SUMS},
                )
            )

    def find(self, connection: Connection, *, portal_id: int, since: date, segment: str | None = None) -> tuple[Observed, ...]:
        """The observations of the weeks from `since` on, of all segments, or of one ("" is the whole portal)."""
        row = ProviderObservationRow
        query = select(row.channel, row.field, row.segment, row.week, *(getattr(row, name) for name in _SUMS)).where(
            row.portal_id == portal_id, row.week >= since
        )
        if segment is not None:
            query = query.where(row.segment == segment)
        found = connection.execute(query.order_by(row.channel, row.field, row.segment, row.week))
        return tuple(Observed(*one) for one in found)

    def purge(self, connection: Connection, *, portal_id: int, before: date) -> int:
        """How many observations of weeks before that day were removed."""
        row = ProviderObservationRow
        return connection.execute(delete(row).where(row.portal_id == portal_id, row.week < before)).rowcount
