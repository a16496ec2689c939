"""How a model did on records whose outcome became known after it was trained: calibration, lift, distribution, error by segment. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from integration.core.intervals import wilson
from integration.scoring.heat_model.base import Column, Example
from integration.scoring.heat_model.encode import clean
from integration.scoring.heat_model.measure import Bin, Quality, bins_of, gains, quality
from integration.scoring.heat_model.model import HeatModel
from integration.scoring.heat_model.words import value_words

LEAST: Final = 20
_PARTS: Final = 20
_MOST_SEGMENTS: Final = 12
_LEAST_SEGMENT: Final = 20


@dataclass(frozen=True)
class Segment:
    """Records that share a value: the mean chance given, the share won and its 95 % interval. `off`: the mean lies outside the interval."""

    name: str
    count: int
    given: float
    won: float
    low: float
    high: float
    off: bool


@dataclass(frozen=True)
class LiftPoint:
    """Working the best `share` of the records finds `found` of all wins."""

    share: float
    found: float


@dataclass(frozen=True)
class BackTest:
    """`verdict` says in a sentence whether the model can be relied on. `scores`: how many records have which chance, in twentieths."""

    verdict: str
    quality: Quality | None = None
    bins: tuple[Bin, ...] = ()
    lift: tuple[LiftPoint, ...] = ()
    scores: tuple[int, ...] = ()
    segments: tuple[Segment, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def backtest(model: HeatModel, examples: Sequence[Example]) -> BackTest:
    """The back-test on these decided records; with fewer than twenty, or one outcome only, it says that there is too little to say."""
    won = np.array([one.outcome for one in examples], dtype=np.bool_)
    if len(examples) < LEAST or won.all() or not won.any():
        return BackTest(f"Too little to say: {len(examples)} records were decided since, {int(won.sum())} of them won.")
    chances = model.chances([one.values for one in examples])
    found = quality(chances, won)
    lift = tuple(LiftPoint((place + 1) / 10, share) for place, share in enumerate(gains(chances, won)))
    scores = tuple(int(one) for one in np.histogram(chances, bins=_PARTS, range=(0.0, 1.0))[0])
    return BackTest(
        _verdict(found, chances, won), found, tuple(bins_of(chances, won)), lift, scores, _segments(model, examples, chances, won)
    )


def _verdict(found: Quality, chances: np.ndarray, won: np.ndarray) -> str:
    low, high = wilson(int(won.sum()), len(won))
    given = float(chances.mean())
    if found.auc_interval[0] <= 0.5:
        return f"It ranks no better than a coin on the {found.count} records decided since: train it again."
    if not low <= given <= high:
        direction = "too high" if given > high else "too low"
        words = f"It ranks well (AUC {found.auc:.2f}), but its chances are {direction}: {given:.0%} given, {won.mean():.0%} won. Train it again."
        return words.replace("%", " %")
    return f"It holds: AUC {found.auc:.2f}, {given:.0%} given and {won.mean():.0%} won over {found.count} records.".replace(
        "%", " %"
    )


def _segments(model: HeatModel, examples: Sequence[Example], chances: np.ndarray, won: np.ndarray) -> tuple[Segment, ...]:
    """The largest groups by the values of categories, those it is furthest off for first."""
    found: list[Segment] = []
    for column in model.columns:
        if column.kind == "category":
            found += _of_column(column, examples, chances, won)
    ranked = sorted(found, key=lambda one: (not one.off, -abs(one.given - one.won) * one.count**0.5, one.name))
    return tuple(ranked[:_MOST_SEGMENTS])


def _of_column(column: Column, examples: Sequence[Example], chances: np.ndarray, won: np.ndarray) -> list[Segment]:
    texts = np.array([str(clean(one.values.get(column.name))) for one in examples])
    found = []
    for text in sorted(set(texts.tolist())):
        mine = texts == text
        count, good = int(mine.sum()), int(won[mine].sum())
        if count >= _LEAST_SEGMENT:
            low, high = wilson(good, count)
            given = float(chances[mine].mean())
            name = f"{column.words}: {value_words(column, None if text == 'None' else text)}"
            found.append(Segment(name, count, given, good / count, low, high, not low <= given <= high))
    return found
