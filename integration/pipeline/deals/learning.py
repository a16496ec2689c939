"""What decided deals say: counts, middles and segments out of deals and their past. Pure.

A deal counts for every stage it was saved in before the one it ended in, once, whatever came later. Times are those between saves of the stage.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import Final

from integration.scoring.history import AmountRecord, PortalHistory, StageRecord, segments

_DAY_S: Final = 86_400.0
_LEAST_AMOUNTS: Final = 3
"""Segments with fewer won deals are not kept: no profile asks for so few."""


@dataclass(frozen=True)
class Passage:
    """A stage that a deal entered at a moment."""

    stage: str
    at: datetime


@dataclass(frozen=True)
class DecidedDeal:
    """A deal that ended. `passages` in order of time; `amount` None where it has none in the account's currency; the company as it is now."""

    pipeline: str
    is_won: bool
    passages: tuple[Passage, ...]
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    amount: float | None = None
    industry: str | None = None
    people: float | None = None


def learn(deals: Sequence[DecidedDeal], labels: Mapping[tuple[str, str], str], *, now: datetime, currency: str) -> PortalHistory:
    """The portal's past as it stands at `now`. `labels`: what people call each (pipeline, stage)."""
    return PortalHistory(
        decided_count=len(deals),
        won_count=sum(deal.is_won for deal in deals),
        stages=_stages(deals, labels),
        amounts=_amounts(deals),
        usual_cycle_days=_middle(_days(deal.opened_at, deal.closed_at) for deal in deals),
        computed_at=now,
        currency=currency,
    )


def _stages(deals: Sequence[DecidedDeal], labels: Mapping[tuple[str, str], str]) -> tuple[StageRecord, ...]:
    reached: dict[tuple[str, str], list[bool]] = defaultdict(list)
    stayed: dict[tuple[str, str], list[float]] = defaultdict(list)
    for deal in deals:
        for stage, days in _passed(deal.passages).items():
            reached[deal.pipeline, stage].append(deal.is_won)
            stayed[deal.pipeline, stage].append(days)
    return tuple(
        StageRecord(
            pipeline=pipeline,
            stage=stage,
            label=labels.get((pipeline, stage), stage),
            reached_count=len(outcomes),
            won_count=sum(outcomes),
            usual_days=_middle(stayed[pipeline, stage]),
            timed_count=len(stayed[pipeline, stage]),
        )
        for (pipeline, stage), outcomes in sorted(reached.items())
    )


def _passed(passages: Sequence[Passage]) -> dict[str, float]:
    """The days spent in each stage but the one the deal ended in."""
    days: dict[str, float] = defaultdict(float)
    for here, following in pairwise(passages):
        if here.stage != passages[-1].stage:
            days[here.stage] += (following.at - here.at).total_seconds() / _DAY_S
    return days


def _amounts(deals: Sequence[DecidedDeal]) -> tuple[AmountRecord, ...]:
    by_segment: dict[str, list[float]] = defaultdict(list)
    for deal in deals:
        if deal.is_won and deal.amount is not None and deal.amount > 0:
            for segment in segments(deal.industry, deal.people):
                by_segment[segment].append(deal.amount)
    return tuple(
        AmountRecord(segment, len(amounts), float(median(amounts)))
        for segment, amounts in sorted(by_segment.items())
        if len(amounts) >= _LEAST_AMOUNTS
    )


def _days(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None or end < start else (end - start).total_seconds() / _DAY_S


def _middle(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(median(known)) if known else None
