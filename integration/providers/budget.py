"""What a portal may spend on providers: periods, how much of a wish fits under its caps, and which steps of a cap were passed. Pure.

Periods are days and calendar months in UTC. A cap holds for one provider, or for all together (provider ""). What is reserved counts as spent
until it is settled, so a cap holds whatever the number of workers; the locking is the store's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy import Connection

ALL_PROVIDERS: Final = ""
STEPS_PCT: Final = (50, 80, 100)


class Period(StrEnum):
    """How long a cap counts before it starts again, in UTC."""

    DAY = "day"
    MONTH = "month"

    def start(self, day: date) -> date:
        """The first day of the period that `day` lies in."""
        return day if self is Period.DAY else day.replace(day=1)

    def next_start(self, day: date) -> date:
        """The first day of the period after the one that `day` lies in."""
        if self is Period.DAY:
            return day + timedelta(days=1)
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)

    def words(self, day: date) -> str:
        """The period for people: "21 November 2026" or "November 2026"."""
        return f"{day.day} {day:%B %Y}" if self is Period.DAY else f"{day:%B %Y}"


class RoomKey(NamedTuple):
    """Which cap: of one provider ("" for all together), for which kind of period."""

    provider: str
    period: Period


@dataclass(frozen=True)
class Room:
    """One period of one cap: what is spent, what is set aside. `cap` None: no limit, only counted."""

    key: RoomKey
    starts_on: date
    spent: Decimal
    reserved: Decimal
    cap: Decimal | None
    alerted_pct: int = 0

    @property
    def left(self) -> Decimal | None:
        """Credits that may still be reserved, never below zero; None without a cap."""
        return None if self.cap is None else max(Decimal(0), self.cap - self.spent - self.reserved)

    @property
    def frees_at(self) -> datetime:
        """When the next period of this cap begins."""
        return datetime.combine(self.key.period.next_start(self.starts_on), time(), UTC)


@dataclass(frozen=True)
class Want:
    """A call about to be made: so many lookups of a provider, each at a price."""

    provider: str
    endpoint: str
    lookups: int
    credits_each: Decimal
    usd_per_credit: Decimal = Decimal(0)


@dataclass(frozen=True)
class Grant:
    """How many lookups of a want may be made. Where it is fewer than wanted, `blocked` are the caps in the way."""

    lookups: int
    blocked: tuple[Room, ...] = ()

    @property
    def waits_until(self) -> datetime | None:
        """When every cap that was in the way starts again; None when nothing was refused."""
        return max((room.frees_at for room in self.blocked), default=None)


@dataclass(frozen=True)
class BudgetStep:
    """A cap of which 50, 80 or 100 % are used, told once for each period and step."""

    key: RoomKey
    starts_on: date
    pct: int
    spent: Decimal
    cap: Decimal

    @property
    def subject(self) -> str:
        return alert_subject(self.key, self.pct)


Alarm = Callable[[Connection, int, Sequence[BudgetStep], datetime], None]
"""(connection, portal_id, steps, now): tells the admins, in the transaction that passed the steps."""


@dataclass
class Tally:
    """What one provider did in one batch."""

    calls: int = 0
    found: int = 0
    not_found: int = 0
    failed: int = 0
    credits: Decimal = Decimal(0)
    cost_usd: Decimal = Decimal(0)


def keys_of(provider: str) -> tuple[RoomKey, ...]:
    """The caps that a call to the provider counts against, in the order in which their rows are locked."""
    return tuple(RoomKey(name, period) for name in sorted({ALL_PROVIDERS, provider}) for period in Period)


def grant(wants: Sequence[Want], rooms: Mapping[RoomKey, Room]) -> tuple[Grant, ...]:
    """What fits of each want, first come first served; a want may be granted in part, so that a cap is used to the last credit."""
    left = {key: room.left for key, room in rooms.items()}
    grants: list[Grant] = []
    for want in wants:
        keys = [key for key in keys_of(want.provider) if left.get(key) is not None]
        fits = {key: _fitting(want, left[key]) for key in keys}
        lookups = min(fits.values(), default=want.lookups)
        for key in keys:
            left[key] = (left[key] or Decimal(0)) - lookups * want.credits_each
        blocked = tuple(rooms[key] for key, fit in fits.items() if fit < want.lookups) if lookups < want.lookups else ()
        grants.append(Grant(lookups, blocked))
    return tuple(grants)


def _fitting(want: Want, left: Decimal | None) -> int:
    if left is None or not want.credits_each:
        return want.lookups
    return min(want.lookups, int(left / want.credits_each))


def wanted_by_room(wants: Iterable[tuple[str, Decimal]]) -> dict[RoomKey, Decimal]:
    """Credits by cap for (provider, credits), in the order in which the rows are locked."""
    total: dict[RoomKey, Decimal] = {}
    for provider, credits in wants:
        for key in keys_of(provider):
            total[key] = total.get(key, Decimal(0)) + credits
    return dict(sorted(total.items()))


def step_reached(spent: Decimal, cap: Decimal | None) -> int:
    """The highest of 50, 80 and 100 that is used, 0 below the first. A cap of nothing is used up from the start."""
    if cap is None:
        return 0
    return max((step for step in STEPS_PCT if spent * 100 >= cap * step), default=0)


def new_steps(room: Room, *, is_full: bool = False) -> tuple[BudgetStep, ...]:
    """The steps passed since the last alert. `is_full`: a call was refused, so it is used up although a fraction may be left.

    Where several were passed at once only the highest is told.
    """
    if room.cap is None:
        return ()
    reached = STEPS_PCT[-1] if is_full else step_reached(room.spent, room.cap)
    return (BudgetStep(room.key, room.starts_on, reached, room.spent, room.cap),) if reached > room.alerted_pct else ()


def alert_subject(key: RoomKey, pct: int) -> str:
    """The subject of the alert: "apollo/month/80", "all/day/100"."""
    return f"{key.provider or 'all'}/{key.period.value}/{pct}"


def plain(credits: Decimal) -> str:
    """A number of credits for people: no zeros at the end."""
    text = f"{credits:,.3f}"
    return text.rstrip("0").rstrip(".")


def whose(provider: str, titles: Mapping[str, str]) -> str:
    """The provider's name for people, "all providers" for ""."""
    return titles.get(provider, provider) if provider else "all providers"


def step_words(step: BudgetStep, titles: Mapping[str, str]) -> str:
    """The alert for people: what happened, where, what to do."""
    used = f"{plain(step.spent)} of {plain(step.cap)} credits"
    name, when = whose(step.key.provider, titles), step.key.period.words(step.starts_on)
    if step.pct < STEPS_PCT[-1]:
        return f"{step.pct} % of the budget for {name}, {when}, is used: {used}. At 100 % Leadlight stops asking until the next {step.key.period}."
    next_on = Period.DAY.words(step.key.period.next_start(step.starts_on))
    return (
        f"The budget for {name}, {when}, is used up: {used}. Records that needed it are asked about again on {next_on} (UTC), "
        f"or at once when you raise the budget."
    )


def refusal_words(blocked: Sequence[Room], titles: Mapping[str, str]) -> str:
    """Why a provider was not asked, for the record's own story."""
    return "not asked: the budget is used up for " + " and ".join(
        f"{whose(room.key.provider, titles)} ({room.key.period.words(room.starts_on)}, cap {plain(room.cap or Decimal(0))} credits)"
        for room in blocked
    )
