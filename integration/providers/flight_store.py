"""Equal questions of concurrent batches are asked once, over all workers: the first claims the question, the others wait for its answer.

A claim ends with the transaction that stores the answer, so whoever claims next finds that answer in the cache. A worker that died lets go
when its time is over. Claims are made without locking anybody else's, so no two batches can lock each other out.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from integration.db.models import ProviderFlightRow


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
        rows = [{"portal_id": portal_id, "question": one, "owner": owner, "until": until} for one in sorted(questions)]
        claimed = insert(ProviderFlightRow).values(rows).on_conflict_do_nothing().returning(ProviderFlightRow.question)
        return frozenset(connection.execute(claimed).scalars())

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
