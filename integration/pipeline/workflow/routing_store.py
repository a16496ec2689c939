"""Who was chosen for which record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Text, delete, func, insert, literal, select

from integration.db.models import RoutingDecisionRow
from integration.routing.choose import Choice

_OUTCOME: Final = "outcome"
_CHOSEN: Final = "chosen"
_KEPT: Final = "kept"
_NOBODY: Final = "nobody"


class RoutingStore:
    """Rows of `routing_decision`."""

    def hold(self, connection: Connection, *, portal_id: int) -> None:
        """Until the transaction ends nobody else chooses an owner in this portal, so that no two choose by the same counts."""
        key = func.hashtextextended(literal(f"routing:{portal_id}", Text()), 0)
        connection.execute(select(func.pg_advisory_xact_lock(key)))

    def counts(self, connection: Connection, *, portal_id: int, since: datetime) -> Mapping[str, int]:
        """How many records each owner was given since then; one that only kept a record was given none."""
        row = RoutingDecisionRow
        query = (
            select(row.owner_id, func.count())
            .where(
                row.portal_id == portal_id,
                row.owner_id.is_not(None),
                row.decided_at >= since,
                row.inputs[_OUTCOME].as_string() == _CHOSEN,
            )
            .group_by(row.owner_id)
        )
        return {str(owner_id): count for owner_id, count in connection.execute(query)}

    def save(
        self,
        connection: Connection,
        *,
        portal_id: int,
        record: tuple[str, str],
        choice: Choice,
        inputs: Mapping[str, Any],
        asked_by: str,
        now: datetime,
    ) -> None:
        """The choice with what it was made from, and why the others were not chosen."""
        outcome = _KEPT if choice.kept else _NOBODY if choice.owner_id is None else _CHOSEN
        connection.execute(
            insert(RoutingDecisionRow).values(
                portal_id=portal_id,
                object_type=record[0],
                object_id=record[1],
                owner_id=choice.owner_id,
                reason=choice.reason,
                inputs={**inputs, _OUTCOME: outcome},
                candidates=[asdict(loser) for loser in choice.losers],
                asked_by=asked_by,
                decided_at=now,
            )
        )

    def forget_before(self, connection: Connection, *, moment: datetime) -> int:
        """All portals: decisions that count no more and that nobody asks about are housekeeping. How many went."""
        return connection.execute(delete(RoutingDecisionRow).where(RoutingDecisionRow.decided_at < moment)).rowcount
