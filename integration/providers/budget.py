"""A portal's credits of one day: what is left under its own cap, and what was charged. No I/O.

Limit: batches that run at the same moment each start from what was charged before them, so a cap can be passed by what they spend together.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from integration.core.errors import BudgetExhausted
from integration.providers.base import ProviderReply


@dataclass
class Tally:
    """What one provider did in one batch."""

    calls: int = 0
    found: int = 0
    not_found: int = 0
    failed: int = 0
    credits: Decimal = Decimal(0)
    cost_usd: Decimal = Decimal(0)


class DailyBudget:
    """Reserves credits before a call and settles what was really charged after it. `cap` None means no cap."""

    def __init__(self, *, cap: Decimal | None, spent: Decimal) -> None:
        self._left = None if cap is None else cap - spent
        self._tallies: defaultdict[str, Tally] = defaultdict(Tally)

    def reserve(self, credits: Decimal) -> None:
        """Sets credits aside. Raises BudgetExhausted when the day's cap does not allow them."""
        if self._left is None or not credits:
            return
        if credits > self._left:
            raise BudgetExhausted("the daily credit cap of this portal is reached", reason="daily_credit_cap")
        self._left -= credits

    def settle(self, reserved: Decimal, replies: tuple[ProviderReply, ...]) -> None:
        """Gives back what was not charged and counts the call."""
        charged = sum((reply.credits for reply in replies), Decimal(0))
        if self._left is not None:
            self._left += reserved - charged
        for position, reply in enumerate(replies):
            tally = self._tallies[reply.provider]
            tally.calls += 1 if position == 0 else 0
            tally.found += reply.outcome == "found"
            tally.not_found += reply.outcome == "not_found"
            tally.failed += reply.outcome == "failed"
            tally.credits += reply.credits
            tally.cost_usd += reply.cost_usd

    def take_tallies(self) -> dict[str, Tally]:
        """What was counted since the last time, by provider."""
        taken, self._tallies = dict(self._tallies), defaultdict(Tally)
        return taken
