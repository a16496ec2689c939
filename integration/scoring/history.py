"""What the portal's own decided deals say: how often each stage was won, how long it takes, what is usually paid. Pure, and data only.

It is counted in the pipeline and handed to the scores that rest on it. Every figure carries the number of deals behind it, so that a score
can say it and abstain on few. Chances are those of deals that reached a stage, won or lost, whatever became of them later; a deal that is
still open counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from integration.providers.base import FactSheet, Field

EVERY_SEGMENT: Final = ""
_SIZES: Final = ((10, "up to 10 people"), (50, "11 to 50 people"), (200, "51 to 200 people"), (1000, "201 to 1,000 people"))
_LARGEST: Final = "over 1,000 people"


@dataclass(frozen=True)
class StageRecord:
    """How decided deals fared that reached a stage. `usual_days`: half of the `timed_count` deals that left it stayed shorter."""

    pipeline: str
    stage: str
    label: str
    reached_count: int
    won_count: int
    usual_days: float | None = None
    timed_count: int = 0


@dataclass(frozen=True)
class AmountRecord:
    """What won deals of a segment usually brought: half of `deal_count` brought less. Segments are named by `segments_of`."""

    segment: str
    deal_count: int
    typical: float


@dataclass(frozen=True)
class Chance:
    """`ratio` is what `won_count` of `reached_count` tells about the next deal, by Laplace's rule of succession: never 0, never 1."""

    label: str
    reached_count: int
    won_count: int

    @property
    def ratio(self) -> float:
        return (self.won_count + 1) / (self.reached_count + 2)


@dataclass(frozen=True)
class PortalHistory:
    """The past of one portal. `computed_at` None: nobody has counted yet. `currency`: the account's own, in which every amount is told."""

    decided_count: int = 0
    won_count: int = 0
    stages: tuple[StageRecord, ...] = ()
    amounts: tuple[AmountRecord, ...] = ()
    usual_cycle_days: float | None = None
    computed_at: datetime | None = None
    currency: str = "USD"

    def stage(self, pipeline: str | None, stage: str | None) -> StageRecord | None:
        return next((one for one in self.stages if (one.pipeline, one.stage) == (pipeline, stage)), None)

    def chance(self, pipeline: str | None, stage: str | None, *, least: int) -> Chance | None:
        """The chance of a deal at this stage; None when fewer than `least` decided deals reached it."""
        found = self.stage(pipeline, stage)
        if found is None or found.reached_count < least:
            return None
        return Chance(found.label, found.reached_count, found.won_count)

    def typical_amount(self, sheet: FactSheet, *, least: int) -> AmountRecord | None:
        """What a deal with this company usually brings, from the narrowest segment with at least `least` won deals; None without one."""
        by_segment = {one.segment: one for one in self.amounts if one.deal_count >= least}
        return next((by_segment[name] for name in segments_of(sheet) if name in by_segment), None)


NO_HISTORY: Final = PortalHistory()


def segments_of(sheet: FactSheet) -> tuple[str, ...]:
    """The segments of the sheet's company from the narrowest to all there is."""
    return segments(sheet.text(Field.INDUSTRY), sheet.number(Field.EMPLOYEE_COUNT))


def segments(industry: str | None, people: float | None) -> tuple[str, ...]:
    """Industry with size, industry, size, everything; those that are not known are left out."""
    size = None if people is None else next((words for most, words in _SIZES if people <= most), _LARGEST)
    trade = industry.strip().lower() if industry and industry.strip() else None
    named = [f"{trade}, {size}"] if trade and size else []
    return (*named, *(one for one in (trade, size) if one), EVERY_SEGMENT)


def history_data(history: PortalHistory) -> dict[str, Any]:
    """The history as JSON values; `read_history` reads it back."""
    return asdict(history) | {"computed_at": None if history.computed_at is None else history.computed_at.isoformat()}


def read_history(stored: Mapping[str, Any]) -> PortalHistory:
    """The history as `history_data` wrote it."""
    moment = stored["computed_at"]
    return PortalHistory(
        decided_count=stored["decided_count"],
        won_count=stored["won_count"],
        stages=tuple(StageRecord(**one) for one in _rows(stored["stages"])),
        amounts=tuple(AmountRecord(**one) for one in _rows(stored["amounts"])),
        usual_cycle_days=stored["usual_cycle_days"],
        computed_at=None if moment is None else datetime.fromisoformat(moment),
        currency=stored["currency"],
    )


def _rows(stored: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    return (dict(one) for one in stored)
