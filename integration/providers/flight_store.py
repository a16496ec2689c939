"""Equal questions of concurrent batches are asked once, over all workers: the first claims the question, the others wait for its answer.

A claim ends with the transaction that stores the answer, so whoever claims next finds that answer in the cache. A worker that died lets go
when its time is over. Claims are made without locking anybody else's, so no two batches can lock each other out.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from psycopg.rows import scalar_row
from sqlalchemy import Connection, delete, select

from integration.db.models import ProviderFlightRow
from integration.db.session import driver_connection

_CLAIM: Final = """
    INSERT INTO provider_flight (portal_id, question, owner, until)
    SELECT %(portal_id)s, question, %(owner)s, %(until)s FROM unnest(%(questions)s::text[]) AS question
    ON CONFLICT DO NOTHING RETURNING question
"""


class FlightStore:
    """Rows of `provider_flight`: who is asking what at this moment."""

    def claim(
        self, connection: Connection, *, portal_id: int, questions: Collection[str], owner: str, now: datetime, until: datetime
    ) -> frozenset[str]:
        """The questions that are the owner's to ask now; the rest is being asked by others. Two statements."""
        if not questions:
            return frozenset()
        connection.execute(
            delete(ProviderFlightRow).where(
                ProviderFlightRow.portal_id == portal_id, ProviderFlightRow.question.in_(questions), ProviderFlightRow.until < now
            )
        )
        parameters = {"portal_id": portal_id, "questions": sorted(questions), "owner": owner, "until": until}
        with driver_connection(connection).cursor(row_factory=scalar_row) as cursor:
            return frozenset(cursor.execute(_CLAIM, parameters).fetchall())

    def under_way(self, connection: Connection, *, portal_id: int, questions: Collection[str], now: datetime) -> frozenset[str]:
        """Those of the questions that somebody is still asking."""
        if not questions:
            return frozenset()
        return frozenset(
            connection.execute(
                select(ProviderFlightRow.question).where(
                    ProviderFlightRow.portal_id == portal_id,
                    ProviderFlightRow.question.in_(questions),
                    ProviderFlightRow.until >= now,
                )
            ).scalars()
        )

    def release(self, connection: Connection, *, portal_id: int, questions: Collection[str], owner: str) -> None:
        """Lets go of what the owner claimed."""
        if questions:
            connection.execute(
                delete(ProviderFlightRow).where(
                    ProviderFlightRow.portal_id == portal_id,
                    ProviderFlightRow.question.in_(questions),
                    ProviderFlightRow.owner == owner,
                )
            )
