"""Counts for people and dashboards: what waits, what was found, what it cost, what failed. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, and_, func, select

from integration.db.models import CreditCharge, DeadLetterRow, DeliveryRow, FindingRow, LedgerRow, ScoreRow, WorkItemRow
from integration.pipeline.ask_again import ASK_AGAIN, BUDGET, PACE


@dataclass(frozen=True)
class ProviderCount:
    """What one provider did for a portal. `found_fields` are the values kept, `cost_usd` what it charged."""

    provider: str
    found_fields: int
    calls: int
    credits: Decimal
    cost_usd: Decimal


@dataclass(frozen=True)
class PortalStatus:
    """One portal at one moment. `scored` counts records with at least one score; `oldest_at` is None when nothing waits.

    `to_ask_again` are records that are done and will be looked at once more because a provider was silent or it is not their turn there yet,
    `waits_for_budget` those for which a budget was used up; neither are counted as waiting.
    """

    waiting: int
    in_hand: int
    to_ask_again: int
    oldest_at: datetime | None
    deliveries_waiting: int
    dead_letters: int
    scored: int
    values_written: int
    values_refused: int
    providers: tuple[ProviderCount, ...]
    waits_for_budget: int = 0

    @property
    def is_settled(self) -> bool:
        """Whether everything received so far has been carried through or stands as a dead letter."""
        return not (self.waiting or self.in_hand or self.deliveries_waiting)


class StatusStore:
    """Answers for one portal."""

    def find(self, connection: Connection, *, portal_id: int, now: datetime) -> PortalStatus:
        leased = WorkItemRow.lease_until > now
        resting = and_(leased.is_not(True), WorkItemRow.due_at > now)
        silent, unfunded = (
            and_(resting, WorkItemRow.causes.in_([[ASK_AGAIN], [PACE]])),
            and_(resting, WorkItemRow.causes == [BUDGET]),
        )
        waiting, in_hand, to_ask_again, waits_for_budget, oldest_at = connection.execute(
            select(
                func.count().filter(leased.is_not(True), ~silent, ~unfunded),
                func.count().filter(leased),
                func.count().filter(silent),
                func.count().filter(unfunded),
                func.min(WorkItemRow.queued_at).filter(~silent, ~unfunded),
            ).where(WorkItemRow.portal_id == portal_id)
        ).one()
        written, refused = connection.execute(
            select(
                func.count().filter(LedgerRow.outcome == "written"),
                func.count().filter(LedgerRow.outcome == "refused"),
            ).where(LedgerRow.portal_id == portal_id)
        ).one()
        return PortalStatus(
            waiting=waiting,
            in_hand=in_hand,
            to_ask_again=to_ask_again,
            waits_for_budget=waits_for_budget,
            oldest_at=oldest_at,
            deliveries_waiting=self._deliveries_waiting(connection, portal_id),
            dead_letters=self._dead_letters(connection, portal_id),
            scored=self._scored(connection, portal_id),
            values_written=written,
            values_refused=refused,
            providers=self._providers(connection, portal_id),
        )

    def last_delivery_at(self, connection: Connection, *, portal_id: int) -> datetime | None:
        """When the last webhook delivery of the portal came; None when none is kept."""
        query = select(func.max(DeliveryRow.received_at)).where(DeliveryRow.portal_id == portal_id)
        return connection.execute(query).scalar_one()

    def _deliveries_waiting(self, connection: Connection, portal_id: int) -> int:
        return connection.execute(
            select(func.count())
            .select_from(DeliveryRow)
            .where(DeliveryRow.unpacked_at.is_(None), DeliveryRow.portal_id == portal_id)
        ).scalar_one()

    def _dead_letters(self, connection: Connection, portal_id: int) -> int:
        return connection.execute(
            select(func.count())
            .select_from(DeadLetterRow)
            .where(DeadLetterRow.portal_id == portal_id, DeadLetterRow.replayed_at.is_(None))
        ).scalar_one()

    def _scored(self, connection: Connection, portal_id: int) -> int:
        records = select(ScoreRow.object_type, ScoreRow.object_id).where(ScoreRow.portal_id == portal_id).distinct().subquery()
        return connection.execute(select(func.count()).select_from(records)).scalar_one()

    def _providers(self, connection: Connection, portal_id: int) -> tuple[ProviderCount, ...]:
        found = dict(
            connection.execute(
                select(FindingRow.provider, func.count()).where(FindingRow.portal_id == portal_id).group_by(FindingRow.provider)
            ).all()
        )
        charged = {
            provider: (calls, credits, cost)
            for provider, calls, credits, cost in connection.execute(
                select(
                    CreditCharge.provider,
                    func.sum(CreditCharge.calls),
                    func.sum(CreditCharge.credits),
                    func.sum(CreditCharge.cost_usd),
                )
                .where(CreditCharge.portal_id == portal_id)
                .group_by(CreditCharge.provider)
            )
        }
        nothing = (0, Decimal(0), Decimal(0))
        return tuple(
            ProviderCount(name, found.get(name, 0), int((spent := charged.get(name, nothing))[0]), spent[1], spent[2])
            for name in sorted({*found, *charged})
        )
