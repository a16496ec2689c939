"""Whether new records still look like those a model was trained on: a running comparison of their chances with those at training time. Pure.

Chances are counted in the ten equal parts they had at training time; were nothing changed, each part would get a tenth. Every hundred records the last
400 are held against that by a chi-squared statistic of two samples. An alarm needs both a clear statistic and a shift that matters beyond what
chance makes of samples of this size, so that a long quiet run does not end in an alarm by patience alone.
Limit: a change that leaves the distribution of chances as it is shows only in the back-test, once outcomes are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from integration.scoring.heat_model.model import HeatModel

WINDOW: Final = 400
EVERY: Final = 100
_P_ALARM: Final = 1e-6
_LEAST_SHIFT: Final = 0.1
"""A population stability index from which credit scoring speaks of a shift worth a look."""


@dataclass(frozen=True)
class Watch:
    """The places of the newest records among the parts, the oldest first, and how many were seen in all. Plain data, so that it can be stored."""

    places: tuple[int, ...] = ()
    seen: int = 0
    checked: int = 0


@dataclass(frozen=True)
class Alarm:
    """What moved, in words, with the index of the shift."""

    words: str
    index: float


def watch(model: HeatModel, before: Watch, chances: Sequence[float]) -> tuple[Watch, Alarm | None]:
    """The watch after these chances, and an alarm when the last 400 are not like those at training time."""
    edges = np.array(model.data.reference)
    if not edges.size or not chances:
        return before, None
    places = np.searchsorted(edges, np.array(chances), side="right")
    kept = (*before.places, *(int(one) for one in places))[-WINDOW:]
    seen = before.seen + len(chances)
    if len(kept) < WINDOW or seen - before.checked < EVERY:
        return Watch(kept, seen, before.checked), None
    return Watch(kept, seen, seen), _alarm(np.array(kept), len(edges) + 1, model.data.reference_count or len(kept))


def _alarm(places: np.ndarray, parts: int, reference: int) -> Alarm | None:
    from scipy.stats import chi2

    counts = np.bincount(places, minlength=parts)
    expected = len(places) / parts
    statistic = float(((counts - expected) ** 2 / expected).sum()) / (1 + len(places) / reference)
    shares = np.clip(counts / len(places), 1e-4, None)
    index = float(((shares - 1 / parts) * np.log(shares * parts)).sum())
    by_chance = (parts - 1) * (1 / len(places) + 1 / reference)
    if chi2.sf(statistic, parts - 1) > _P_ALARM or index - by_chance < _LEAST_SHIFT:
        return None
    middle = float(places.mean()) / (parts - 1)
    direction = "higher" if middle > 0.55 else "lower" if middle < 0.45 else "otherwise spread"
    words = f"The chances of the last {len(places)} records are {direction} than at training time (stability index {index:.2f})."
    return Alarm(words, index)
