"""The way of a credit: set aside before a call, settled after it, and told to the admins when a step of a cap is passed.

Both ends run in a transaction of the caller. Rows are locked in one order everywhere: calls, sums of days, caps, alerts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import Connection

from integration.providers.base import ProviderReply
from integration.providers.budget import Alarm, BudgetStep, Grant, RoomKey, Tally, Want, keys_of
from integration.providers.budget_store import BudgetStore, Move
from integration.providers.charge_store import ChargeStore
from integration.providers.credit_call_store import RESERVED, UNKNOWN, CallEnd, Change, CreditCallStore

STALE_AFTER: Final = timedelta(minutes=10)
"""A batch lives less than a minute; what is open after this was left by a process that ended."""

_Tallies = defaultdict[tuple[str, date], Tally]


@dataclass(frozen=True)
class Permit:
    """Leave to make a call for the first `grant.lookups` of its lookups. `call_id` None: it costs nothing, or nothing was granted."""

    grant: Grant
    call_id: int | None


@dataclass(frozen=True)
class CallReport:
    """How a call went. `made` False: it never left us. `replies` are one for each of its lookups."""

    provider: str
    call_id: int | None
    made: bool
    replies: tuple[ProviderReply, ...]

    @property
    def is_unsure(self) -> bool:
        """Whether the provider may have charged without our knowing."""
        return any(reply.may_be_charged for reply in self.replies)

    @property
    def credits(self) -> Decimal:
        return sum((reply.credits for reply in self.replies), Decimal(0))

    @property
    def cost_usd(self) -> Decimal:
        return sum((reply.cost_usd for reply in self.replies), Decimal(0))

    @property
    def outcome(self) -> str:
        said = {reply.outcome for reply in self.replies}
        return next((word for word in ("found", "not_found") if word in said), "failed")


class Spending:
    """Reserves, settles and corrects. `alarm` is called in the same transaction. Keeps no state."""

    def __init__(self, alarm: Alarm) -> None:
        self._alarm = alarm
        self._budgets = BudgetStore()
        self._calls = CreditCallStore()
        self._charges = ChargeStore()

    def reserve(self, connection: Connection, *, portal_id: int, wants: Sequence[Want], now: datetime) -> tuple[Permit, ...]:
        """A permit for each want, in order. It counts once the transaction is committed, so commit before calling anybody.

        Cost: two statements for all calls together; none when all are free.
        """
        places = [place for place, want in enumerate(wants) if want.credits_each > 0 and want.lookups]
        permits = [Permit(Grant(want.lookups), None) for want in wants]
        if not places:
            return tuple(permits)
        grants, steps = self._budgets.reserve(connection, portal_id=portal_id, wants=[wants[one] for one in places], on=now.date())
        allowed = [(place, given) for place, given in zip(places, grants, strict=True) if given.lookups]
        opened = [replace(wants[place], lookups=given.lookups) for place, given in allowed]
        call_ids = self._calls.open(connection, portal_id=portal_id, wants=opened, now=now)
        for place, given in zip(places, grants, strict=True):
            permits[place] = Permit(given, None)
        for (place, given), call_id in zip(allowed, call_ids, strict=True):
            permits[place] = Permit(given, call_id)
        self._tell(connection, portal_id, steps, now)
        return tuple(permits)

    def settle(self, connection: Connection, *, portal_id: int, reports: Sequence[CallReport], now: datetime) -> None:
        """Counts what the calls came to. A call nobody answered stays counted with what was set aside for it.

        Cost: a statement each for calls, sums of days and caps, however many calls there are.
        """
        paid = {report.call_id: report for report in reports if report.call_id is not None}
        ends = [_end(call_id, report) for call_id, report in sorted(paid.items()) if report.made]
        unmade = [call_id for call_id, report in paid.items() if not report.made]
        tallies: _Tallies = defaultdict(Tally)
        for report in reports:
            if report.call_id is None and report.made:
                _count(tallies[report.provider, now.date()], report.replies, credits=report.credits, cost_usd=report.cost_usd)
        changes = self._calls.close(connection, portal_id=portal_id, ends=ends, now=now)
        for change in changes:
            if not change.was_counted:
                _count(tallies[change.provider, change.called_on], paid[change.call_id].replies)
        changes += self._calls.drop(connection, portal_id=portal_id, call_ids=unmade)
        self._book(connection, portal_id, changes, tallies, now)

    def expire(self, connection: Connection, *, portal_id: int, now: datetime) -> int:
        """How many calls of processes that ended are now counted as charged, until somebody knows better."""
        stale = self._calls.unanswered(connection, portal_id=portal_id, state=RESERVED, before=now - STALE_AFTER)
        tallies: _Tallies = defaultdict(Tally)
        for call in stale:
            tally = tallies[call.provider, call.called_at.astimezone(UTC).date()]
            tally.calls, tally.failed = tally.calls + 1, tally.failed + call.lookups
        ends = [CallEnd(call.call_id, None, None, "failed") for call in stale]
        self._book(connection, portal_id, self._calls.close(connection, portal_id=portal_id, ends=ends, now=now), tallies, now)
        return len(stale)

    def resolve_unknown(self, connection: Connection, *, portal_id: int, provider: str, charged: bool, now: datetime) -> int:
        """How many unanswered calls of the provider are settled now, because a person knows whether they were charged. A thousand at most."""
        unknown = self._calls.unanswered(connection, portal_id=portal_id, state=UNKNOWN, provider=provider)
        ends = [
            CallEnd(call.call_id, call.reserved if charged else Decimal(0), None if charged else Decimal(0), "failed")
            for call in unknown
        ]
        changes = self._calls.close(connection, portal_id=portal_id, ends=ends, now=now)
        self._book(connection, portal_id, changes, defaultdict(Tally), now)
        return len(unknown)

    def save_cap(
        self, connection: Connection, *, portal_id: int, key: RoomKey, credits: Decimal | None, by: str, now: datetime
    ) -> None:
        """Sets or, with None, removes a cap, and tells at once when it is passed already."""
        steps = self._budgets.save_cap(connection, portal_id=portal_id, key=key, credits=credits, by=by, now=now)
        self._tell(connection, portal_id, steps, now)

    def _book(self, connection: Connection, portal_id: int, changes: Sequence[Change], tallies: _Tallies, now: datetime) -> None:
        spent: defaultdict[tuple[RoomKey, date], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for change in changes:
            tally = tallies[change.provider, change.called_on]
            tally.credits += change.more_spent
            tally.cost_usd += change.more_cost_usd
            for key in keys_of(change.provider):
                figures = spent[key, key.period.start(change.called_on)]
                figures[0] += change.more_spent
                figures[1] += change.more_reserved
        self._charges.count(connection, portal_id=portal_id, tallies=tallies)
        moves = [Move(key, starts_on, *figures) for (key, starts_on), figures in spent.items()]
        rooms = self._budgets.move(connection, portal_id=portal_id, moves=moves)
        self._tell(connection, portal_id, self._budgets.mark_steps(connection, portal_id=portal_id, rooms=rooms), now)

    def _tell(self, connection: Connection, portal_id: int, steps: Sequence[BudgetStep], now: datetime) -> None:
        if steps:
            self._alarm(connection, portal_id, steps, now)


def _end(call_id: int, report: CallReport) -> CallEnd:
    if report.is_unsure:
        return CallEnd(call_id, None, None, report.outcome)
    return CallEnd(call_id, report.credits, report.cost_usd, report.outcome)


def _count(
    tally: Tally, replies: Sequence[ProviderReply], *, credits: Decimal = Decimal(0), cost_usd: Decimal = Decimal(0)
) -> None:
    outcomes = Counter(reply.outcome for reply in replies)
    tally.calls += 1
    tally.found += outcomes["found"]
    tally.not_found += outcomes["not_found"]
    tally.failed += outcomes["failed"]
    tally.credits += credits
    tally.cost_usd += cost_usd
