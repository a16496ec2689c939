"""How well each provider does on a portal's own records: found, right where a person's value tells, and at what price. Pure.

A value counts as right only when it was held against one that a person stands behind in HubSpot; what we wrote there ourselves is never such a
value. Where nobody's value tells, providers are held against each other, and that is told apart: agreement is not truth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from integration.core.intervals import wilson
from integration.providers.estimates import WHOLE_CHANNEL, Observed

LEAST: Final = 10
"""Below so many comparisons there is too little to say."""


@dataclass(frozen=True)
class Share:
    """`good` of `count`, with the 95 % interval. `ratio` None: too few to say."""

    good: int
    count: int

    @property
    def ratio(self) -> float | None:
        return self.good / self.count if self.count >= LEAST else None

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.good, self.count)


@dataclass(frozen=True)
class FieldRate:
    """One field of one channel: how often it was found, right where a person's value tells, and in agreement with others elsewhere."""

    field: str
    found: Share
    verified: Share
    agreed: Share


@dataclass(frozen=True)
class ChannelRate:
    """One channel ("apollo.company"). `usd_per_right`: its cost for each value expected to be right, None while nobody knows."""

    channel: str
    found: Share
    verified: Share
    latency_ms: float
    cost_usd: Decimal
    usd_per_right: float | None
    fields: tuple[FieldRate, ...]

    @property
    def provider(self) -> str:
        return self.channel.partition(".")[0]


def rates_of(observed: Iterable[Observed]) -> tuple[ChannelRate, ...]:
    """The rates of each channel over all weeks given, the most asked first. Segments other than the whole portal are passed over."""
    sums: defaultdict[str, dict[str, _Sum]] = defaultdict(dict)
    for one in observed:
        if not one.segment:
            sums[one.channel].setdefault(one.field, _Sum()).add(one)
    found = [_channel(name, fields) for name, fields in sums.items() if WHOLE_CHANNEL in fields]
    return tuple(sorted(found, key=lambda one: (-one.found.count, one.channel)))


@dataclass
class _Sum:
    asked: int = 0
    found: int = 0
    compared: int = 0
    agreed: int = 0
    vouched: int = 0
    vouched_right: int = 0
    latency_ms: int = 0
    cost_usd: Decimal = Decimal(0)

    def add(self, one: Observed) -> None:
        for name in ("asked", "found", "compared", "agreed", "vouched", "vouched_right", "latency_ms"):
            setattr(self, name, getattr(self, name) + getattr(one, name))
        self.cost_usd += one.cost_usd


def _channel(name: str, fields: dict[str, _Sum]) -> ChannelRate:
    whole = fields[WHOLE_CHANNEL]
    rates = tuple(
        FieldRate(
            field,
            Share(one.found, one.asked),
            Share(one.vouched_right, one.vouched),
            Share(one.agreed - one.vouched_right, one.compared - one.vouched),
        )
        for field, one in sorted(fields.items())
        if field != WHOLE_CHANNEL and one.asked
    )
    verified = Share(sum(one.verified.good for one in rates), sum(one.verified.count for one in rates))
    values = sum(one.found.good for one in rates)
    right = values * (verified.ratio or 0.0)
    return ChannelRate(
        name,
        Share(whole.found, whole.asked),
        verified,
        whole.latency_ms / whole.asked if whole.asked else 0.0,
        whole.cost_usd,
        float(whole.cost_usd) / right if right else None,
        rates,
    )
