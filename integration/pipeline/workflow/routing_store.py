"""Who was chosen for which record, and the owners to choose from as they are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Text, delete, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from integration.db.models import OwnerRow, RoutingDecisionRow
from integration.hubspot.objects import Owner
from integration.routing.choose import Candidate, Choice

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


class CandidateStore:
    """Rows of `owner`, as far as choosing needs them."""

    def candidates(self, connection: Connection, *, portal_id: int) -> Sequence[Candidate]:
        """Every known owner, archived ones included, by name."""
        row = OwnerRow
        query = select(row.__table__).where(row.portal_id == portal_id).order_by(func.lower(row.name), row.owner_id)
        return [
            Candidate(found.owner_id, found.name or found.email or found.owner_id, found.archived, tuple(found.team_ids))
            for found in connection.execute(query)
        ]

    def fetched_at(self, connection: Connection, *, portal_id: int) -> datetime | None:
        """When HubSpot last named an owner; None when it never did."""
        return connection.execute(select(func.max(OwnerRow.fetched_at)).where(OwnerRow.portal_id == portal_id)).scalar_one()

    def save_active(self, connection: Connection, *, portal_id: int, owners: Sequence[Owner], now: datetime) -> None:
        """These are all the active owners; whoever else is known has been archived."""
        for owner in sorted(owners, key=lambda one: one.owner_id):
            values = {
                "user_id": owner.user_id,
                "email": (owner.email or "").lower(),
                "name": f"{owner.first_name} {owner.last_name}".strip(),
                "team_ids": list(owner.team_ids),
                "archived": owner.archived,
                "fetched_at": now,
            }
            connection.execute(
                upsert(OwnerRow)
                .values(portal_id=portal_id, owner_id=owner.owner_id, **values)
                .on_conflict_do_update(index_elements=["portal_id", "owner_id"], set_=values)
            )
        active = [owner.owner_id for owner in owners]
        gone = update(OwnerRow).where(OwnerRow.portal_id == portal_id, OwnerRow.owner_id.not_in(active))
        connection.execute(gone.values(archived=True, user_id=None))
