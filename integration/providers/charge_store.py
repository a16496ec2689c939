"""What providers charged a portal, counted up per provider and day. Caps and single calls have stores of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from integration.db.models import CreditCharge
from integration.providers.budget import Tally

_COUNTED: Final = ("calls", "found", "not_found", "failed", "credits", "cost_usd")


@dataclass(frozen=True)
class DayCharge:
    """What one provider charged on one day (UTC)."""

    provider: str
    charged_on: date
    calls: int
    credits: Decimal
    cost_usd: Decimal


class ChargeStore:
    """Rows of `credit_charge`."""

    def count(self, connection: Connection, *, portal_id: int, tallies: Mapping[tuple[str, date], Tally]) -> None:
        """Adds tallies, by provider and day, in one statement. A tally may take away what was counted too much."""
        if not tallies:
            return
        rows = [
            {"portal_id": portal_id, "provider": provider, "charged_on": on, **{name: getattr(tally, name) for name in _COUNTED}}
            for (provider, on), tally in sorted(tallies.items())
        ]
        statement = insert(CreditCharge).values(rows)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["portal_id", "provider", "charged_on"],
                set_={name: getattr(CreditCharge, name) + getattr(statement.excluded, name) for name in _COUNTED},
            )
        )

    def days(self, connection: Connection, *, portal_id: int, since: date) -> tuple[DayCharge, ...]:
        """Each provider's days from `since` on, oldest first."""
        rows = connection.execute(
            select(CreditCharge.provider, CreditCharge.charged_on, CreditCharge.calls, CreditCharge.credits, CreditCharge.cost_usd)
            .where(CreditCharge.portal_id == portal_id, CreditCharge.charged_on >= since)
            .order_by(CreditCharge.charged_on, CreditCharge.provider)
        )
        return tuple(DayCharge(*row) for row in rows)

    def credits_since(self, connection: Connection, *, portal_id: int, provider: str, since: date) -> Decimal:
        """What one provider charged, or may have charged, from that day on."""
        credits = connection.execute(
            select(func.coalesce(func.sum(CreditCharge.credits), 0)).where(
                CreditCharge.portal_id == portal_id, CreditCharge.provider == provider, CreditCharge.charged_on >= since
            )
        ).scalar_one()
        return Decimal(credits)
