"""The counts on an overview of a portal: what waits, what runs, what was written and spent, what needs a person. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection, func, select, text

from integration.db.models import (
    AlertRow,
    ConsoleRoleRow,
    CreditCharge,
    DeadLetterRow,
    DuplicatePairRow,
    LedgerRow,
    ReviewRow,
)

_DAY = timedelta(days=1)
_WORKERS = text(
    "SELECT count(*) FILTER (WHERE last_heartbeat > now() - interval '1 minute') AS alive, max(last_heartbeat) AS last_seen "
    "FROM procrastinate_workers"
)


@dataclass(frozen=True)
class Workers:
    """Worker processes of the whole installation. `last_seen_at` None: none has ever run, or the last one signed off."""

    alive_count: int
    last_seen_at: datetime | None


@dataclass(frozen=True)
class Spend:
    """What one provider charged. Days are UTC, as the providers count."""

    provider: str
    today_usd: Decimal
    month_usd: Decimal
    month_credits: Decimal


@dataclass(frozen=True)
class OpenAlert:
    """Something an admin should know of, and how often it happened."""

    alert_id: int
    kind: str
    subject: str
    message: str
    count: int
    last_at: datetime


@dataclass(frozen=True)
class ToDo:
    """What waits for a person, and what became of values within a day."""

    reviews: int
    duplicates: int
    dead_letters: int
    members: int
    written_today: int
    refused_today: int
    kept_today: int
    proposed_today: int


class OverviewStore:
    """Answers for one portal, save for the workers, which serve all."""

    def workers(self, connection: Connection) -> Workers:
        """All portals: worker processes belong to the installation. A worker tells of itself every ten seconds."""
        row = connection.execute(_WORKERS).one()
        return Workers(row.alive, row.last_seen)

    def spend(self, connection: Connection, *, portal_id: int, now: datetime) -> Sequence[Spend]:
        """By provider, the dearest of the month first."""
        today = now.date()
        month = func.sum(CreditCharge.cost_usd)
        rows = connection.execute(
            select(
                CreditCharge.provider,
                func.coalesce(func.sum(CreditCharge.cost_usd).filter(CreditCharge.charged_on == today), 0),
                month,
                func.sum(CreditCharge.credits),
            )
            .where(CreditCharge.portal_id == portal_id, CreditCharge.charged_on >= today.replace(day=1))
            .group_by(CreditCharge.provider)
            .order_by(month.desc(), CreditCharge.provider)
        )
        return [Spend(*row) for row in rows]

    def alerts(self, connection: Connection, *, portal_id: int) -> Sequence[OpenAlert]:
        """The newest first, at most twenty."""
        rows = connection.execute(
            select(AlertRow.id, AlertRow.kind, AlertRow.subject, AlertRow.message, AlertRow.count, AlertRow.last_at)
            .where(AlertRow.portal_id == portal_id, AlertRow.resolved_at.is_(None))
            .order_by(AlertRow.last_at.desc())
            .limit(20)
        )
        return [OpenAlert(*row) for row in rows]

    def dead_letters(self, connection: Connection, *, portal_id: int) -> int:
        """How many dead letters nobody has tried again."""
        query = select(func.count()).select_from(DeadLetterRow)
        return connection.execute(
            query.where(DeadLetterRow.portal_id == portal_id, DeadLetterRow.replayed_at.is_(None))
        ).scalar_one()

    def to_do(self, connection: Connection, *, portal_id: int, now: datetime) -> ToDo:
        rows = connection.execute(
            select(LedgerRow.outcome, func.count())
            .where(LedgerRow.portal_id == portal_id, LedgerRow.created_at > now - _DAY)
            .group_by(LedgerRow.outcome)
        )
        outcomes = {row.outcome: int(row[1]) for row in rows}
        reviews, duplicates, dead_letters, members = connection.execute(
            select(
                select(func.count())
                .select_from(ReviewRow)
                .where(ReviewRow.portal_id == portal_id, ReviewRow.state == "open")
                .scalar_subquery(),
                select(func.count())
                .select_from(DuplicatePairRow)
                .where(DuplicatePairRow.portal_id == portal_id, DuplicatePairRow.state == "open")
                .scalar_subquery(),
                select(func.count())
                .select_from(DeadLetterRow)
                .where(DeadLetterRow.portal_id == portal_id, DeadLetterRow.replayed_at.is_(None))
                .scalar_subquery(),
                select(func.count()).select_from(ConsoleRoleRow).where(ConsoleRoleRow.portal_id == portal_id).scalar_subquery(),
            )
        ).one()
        return ToDo(
            reviews=reviews,
            duplicates=duplicates,
            dead_letters=dead_letters,
            members=members,
            written_today=outcomes.get("written", 0),
            refused_today=outcomes.get("refused", 0),
            kept_today=outcomes.get("kept", 0),
            proposed_today=outcomes.get("proposed", 0),
        )
