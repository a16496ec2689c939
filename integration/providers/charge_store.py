"""What providers charged a portal, counted up per provider and day, and the portal's own daily cap."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from integration.db.models import CreditCharge, PortalRow
from integration.providers.budget import DailyBudget, Tally

CAP_PREFERENCE: Final = "daily_credit_cap"
_COUNTED: Final = ("calls", "found", "not_found", "failed", "credits", "cost_usd")


class ChargeStore:
    """Rows of `credit_charge`."""

    def budget_of(self, connection: Connection, *, portal_id: int, on: date) -> DailyBudget:
        """The portal's budget for the day: its `daily_credit_cap` preference, all providers together, less what was charged already."""
        spent = (
            select(func.coalesce(func.sum(CreditCharge.credits), 0))
            .where(CreditCharge.portal_id == portal_id, CreditCharge.charged_on == on)
            .scalar_subquery()
        )
        cap = select(PortalRow.preferences[CAP_PREFERENCE].astext).where(PortalRow.portal_id == portal_id).scalar_subquery()
        row = connection.execute(select(spent.label("spent"), cap.label("cap"))).one()
        return DailyBudget(cap=_parse_cap(row.cap), spent=Decimal(row.spent))

    def count(self, connection: Connection, *, portal_id: int, on: date, tallies: Mapping[str, Tally]) -> None:
        """Adds a batch's tallies to the day, one statement."""
        if not tallies:
            return
        rows = [
            {"portal_id": portal_id, "provider": provider, "charged_on": on, **{name: getattr(tally, name) for name in _COUNTED}}
            for provider, tally in sorted(tallies.items())
        ]
        statement = insert(CreditCharge).values(rows)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["portal_id", "provider", "charged_on"],
                set_={name: getattr(CreditCharge, name) + getattr(statement.excluded, name) for name in _COUNTED},
            )
        )


def _parse_cap(text: str | None) -> Decimal | None:
    """A cap that is not a number counts as zero: better ask nobody than spend without a limit that was meant."""
    if text is None or not text.strip():
        return None
    try:
        cap = Decimal(text)
    except InvalidOperation:
        return Decimal(0)
    return cap if cap.is_finite() and cap >= 0 else Decimal(0)
