"""What became of a record, and when: told from its deals and its lifecycle stage. Pure.

A record is won with its first won deal, or when it became a customer. It is lost with its last lost deal when none is open, or when it is
older than nearly all wins took and nothing came of it. Everything else is undecided and teaches nothing yet.

The moment that counts for what was known is the one before the first deal was opened, since from then on people write down what they expect.
Records that never had a deal are looked at as long after their creation as others had their first deal, drawn by their id, so that waiting
itself does not tell the outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from integration.providers.standing import draw

SHORTEST_HORIZON: Final = timedelta(days=30)
LONGEST_HORIZON: Final = timedelta(days=365)
USUAL_HORIZON: Final = timedelta(days=180)
_NEARLY_ALL: Final = 0.9
_USUAL_LAG: Final = timedelta(days=14)
_BEFORE: Final = timedelta(seconds=1)


@dataclass(frozen=True)
class KnownDeal:
    """A deal of a record. `closed_at` None: it is open."""

    deal_id: str
    opened_at: datetime
    closed_at: datetime | None
    won: bool


@dataclass(frozen=True)
class Story:
    """What happened to one record."""

    object_id: str
    created_at: datetime
    deals: tuple[KnownDeal, ...] = ()
    customer_at: datetime | None = None

    @property
    def won_at(self) -> datetime | None:
        moments = [one.closed_at for one in self.deals if one.won and one.closed_at is not None]
        moments += [self.customer_at] if self.customer_at is not None else []
        return min(moments, default=None)

    @property
    def first_step_at(self) -> datetime | None:
        """When a person first acted on it: the first deal, or the day it became a customer."""
        moments = [one.opened_at for one in self.deals] + ([self.customer_at] if self.customer_at is not None else [])
        return min(moments, default=None)


@dataclass(frozen=True)
class Outcome:
    """A decided record: `as_of` is the moment whose values count, `decided_at` when it was won or lost."""

    object_id: str
    won: bool
    as_of: datetime
    decided_at: datetime


def decided(stories: Sequence[Story], now: datetime) -> list[Outcome]:
    """The outcome of each record that has one, the oldest decision first. The same stories give the same outcomes."""
    horizon, lags = _horizon(stories), _lags(stories)
    found = [outcome for one in stories if (outcome := _outcome(one, horizon, lags, now)) is not None]
    return sorted(found, key=lambda one: (one.decided_at, one.object_id))


def _outcome(story: Story, horizon: timedelta, lags: Sequence[timedelta], now: datetime) -> Outcome | None:
    first, won_at = story.first_step_at, story.won_at
    as_of = max(story.created_at, first - _BEFORE) if first is not None else None
    if won_at is not None and as_of is not None:
        return Outcome(story.object_id, won=True, as_of=as_of, decided_at=max(won_at, as_of))
    closed = [one.closed_at for one in story.deals if one.closed_at is not None]
    if as_of is not None:
        return (
            Outcome(story.object_id, won=False, as_of=as_of, decided_at=max(*closed, as_of))
            if len(closed) == len(story.deals)
            else None
        )
    ends_at = story.created_at + horizon
    if ends_at > now:
        return None
    lag = lags[int(draw("first step", story.object_id) * len(lags))] if lags else _USUAL_LAG
    return Outcome(story.object_id, won=False, as_of=min(story.created_at + lag, ends_at), decided_at=ends_at)


def _horizon(stories: Sequence[Story]) -> timedelta:
    """How long nearly all wins took, within reason."""
    took = sorted(one.won_at - one.created_at for one in stories if one.won_at is not None)
    if not took:
        return USUAL_HORIZON
    return min(max(took[int(_NEARLY_ALL * (len(took) - 1))], SHORTEST_HORIZON), LONGEST_HORIZON)


def _lags(stories: Sequence[Story]) -> list[timedelta]:
    return sorted(max(timedelta(0), one.first_step_at - one.created_at) for one in stories if one.first_step_at is not None)
