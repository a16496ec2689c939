"""What is to be expected of a channel, from what was observed of it: how often it finds a field, and how often that is right. Pure.

Each figure starts at what the adapter declares (a guess of one half for finding), moves to what the whole portal saw, and from there to what
was seen of ever smaller segments: each step takes the one before as if it had been observed a few times. Observations lose half their
weight in `HALF_LIFE_WEEKS`, so that a provider that got worse, or better, is noticed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from integration.providers.segments import segments_around

HALF_LIFE_WEEKS: Final = 3.0
# How many observations a guess, a declaration and the wider segment are worth.
GUESS_WORTH: Final = 2.0
DECLARED_WORTH: Final = 8.0
WIDER_WORTH: Final = 8.0
FOUND_GUESS: Final = 0.5
LATENCY_GUESS_S: Final = 0.5
LATENCY_WORTH: Final = 5.0
WHOLE_CHANNEL: Final = ""
"""In place of a field: the channel as a whole, found when it found anything."""


@dataclass(frozen=True)
class Observed:
    """What one channel did for one field ("" for the channel as a whole) on one segment in the week that begins on `week`.

    `asked` counts answers, found or not; failures say nothing about what a provider knows. `compared`: of those found, the ones for which
    something else tells the truth, and `agreed`, the ones that agree with it. `latency_ms` and `cost_usd` are sums, kept for field "".
    `vouched`: of those compared, the ones held against a value that a person stands behind; `vouched_right`, the ones that agree with it.
    """

    channel: str
    field: str
    segment: str
    week: date
    asked: int = 0
    found: int = 0
    compared: int = 0
    agreed: int = 0
    latency_ms: int = 0
    cost_usd: Decimal = Decimal(0)
    vouched: int = 0
    vouched_right: int = 0


@dataclass(frozen=True)
class Belief:
    """A chance, and how many observations it rests on, guesses and wider segments included."""

    ratio: float
    weight: float

    def optimistic(self, deviations: float) -> float:
        """The chance if we are lucky: so many standard deviations above, at most 1."""
        spread: float = (self.ratio * (1 - self.ratio) / (self.weight + 1)) ** 0.5
        return min(1.0, self.ratio + deviations * spread)


@dataclass
class _Sums:
    asked: float = 0.0
    found: float = 0.0
    compared: float = 0.0
    agreed: float = 0.0
    latency_ms: float = 0.0


@dataclass(frozen=True)
class Estimates:
    """Beliefs about channels. Build with `estimates_from`; an empty one rests on the declarations alone."""

    sums: dict[tuple[str, str, str], _Sums] = field(default_factory=dict)

    def found(self, channel: str, name: str, segment: str) -> Belief:
        """How often the channel finds the field ("" for anything) for subjects of the segment."""
        belief = Belief(FOUND_GUESS, GUESS_WORTH)
        for around in segments_around(segment):
            seen = self.sums.get((channel, name, around))
            if seen is not None:
                belief = _updated(belief, seen.found, seen.asked)
        return belief

    def luck(self, channel: str, trail: str) -> float:
        """By how much the channel finds more, or less, about subjects on which others did as `trail` says: 1 is no different.

        Who is unknown to one provider is often unknown to the next.
        """
        seen, everywhere = self.sums.get((channel, WHOLE_CHANNEL, trail)), self.found(channel, WHOLE_CHANNEL, "")
        if seen is None or not everywhere.ratio:
            return 1.0
        return _updated(everywhere, seen.found, seen.asked).ratio / everywhere.ratio

    def right(self, channel: str, name: str, segment: str, declared: float) -> Belief:
        """How often what it finds there is right; `declared` is what the adapter says of itself."""
        belief = Belief(declared, DECLARED_WORTH)
        for around in segments_around(segment):
            seen = self.sums.get((channel, name, around))
            if seen is not None and seen.compared:
                belief = _updated(belief, seen.agreed, seen.compared)
        return belief

    def compared(self, channel: str, name: str) -> float:
        """How many of its findings of the field were held against something, older ones counting less."""
        seen = self.sums.get((channel, name, ""))
        return 0.0 if seen is None else seen.compared

    def latency_s(self, channel: str) -> float:
        """How long a call takes."""
        seen = self.sums.get((channel, WHOLE_CHANNEL, ""))
        if seen is None:
            return LATENCY_GUESS_S
        return (LATENCY_GUESS_S * LATENCY_WORTH + seen.latency_ms / 1000) / (LATENCY_WORTH + seen.asked)


def estimates_from(observed: Iterable[Observed], week: date) -> Estimates:
    """The beliefs in the week that begins on `week`; observations of later weeks are left out."""
    sums: defaultdict[tuple[str, str, str], _Sums] = defaultdict(_Sums)
    for one in observed:
        age_weeks = (week - one.week).days / 7
        if age_weeks < 0:
            continue
        weight = 0.5 ** (age_weeks / HALF_LIFE_WEEKS)
        total = sums[one.channel, one.field, one.segment]
        total.asked += weight * one.asked
        total.found += weight * one.found
        total.compared += weight * one.compared
        total.agreed += weight * one.agreed
        total.latency_ms += weight * one.latency_ms
    return Estimates(dict(sums))


def week_of(moment: datetime | date) -> date:
    """The Monday of the week."""
    day = moment.date() if isinstance(moment, datetime) else moment
    return day - timedelta(days=day.weekday())


def _updated(before: Belief, good: float, seen: float) -> Belief:
    worth = min(before.weight, WIDER_WORTH)
    return Belief((worth * before.ratio + good) / (worth + seen), worth + seen)
