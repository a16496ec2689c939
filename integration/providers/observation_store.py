"""What was observed of providers, counted up by portal, channel, field, segment and week. One statement for a batch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from sqlalchemy import Connection, delete, select

from integration.db.models import ProviderObservationRow
from integration.db.session import driver_connection
from integration.providers.estimates import Observed

_SUMS: Final = ("asked", "found", "compared", "agreed", "latency_ms", "cost_usd", "vouched", "vouched_right")
_KEYS: Final = ("channel", "field", "segment", "week")
_ADD: Final = """
    INSERT INTO provider_observation AS old
        (portal_id, channel, field, segment, week, asked, found, compared, agreed, latency_ms, cost_usd, vouched, vouched_right)
    SELECT %(portal_id)s, new.* FROM unnest(
        %(channel)s::text[], %(field)s::text[], %(segment)s::text[], %(week)s::date[], %(asked)s::bigint[], %(found)s::bigint[],
        %(compared)s::bigint[], %(agreed)s::bigint[], %(latency_ms)s::bigint[], %(cost_usd)s::numeric[], %(vouched)s::bigint[],
        %(vouched_right)s::bigint[]
    ) AS new
    ON CONFLICT (portal_id, channel, field, segment, week) DO UPDATE SET
        asked = old.asked + excluded.asked, found = old.found + excluded.found, compared = old.compared + excluded.compared,
        agreed = old.agreed + excluded.agreed, latency_ms = old.latency_ms + excluded.latency_ms,
        cost_usd = old.cost_usd + excluded.cost_usd, vouched = old.vouched + excluded.vouched,
        vouched_right = old.vouched_right + excluded.vouched_right
"""


class ObservationStore:
    """Rows of `provider_observation`."""

    def add(self, connection: Connection, *, portal_id: int, observed: Sequence[Observed]) -> None:
        """Adds the counts to what stands there. Rows are locked in one order, so batches cannot lock each other out."""
        rows = sorted(observed, key=lambda one: (one.channel, one.field, one.segment, one.week))
        if rows:
            parameters = {name: [getattr(one, name) for one in rows] for name in (*_KEYS, *_SUMS)}
            driver_connection(connection).execute(_ADD, {"portal_id": portal_id, **parameters})

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
