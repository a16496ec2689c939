"""How good chances are: rank (AUC), distance from the truth (Brier, log-loss), whether they hold (ECE), each with its definition. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from integration.core.intervals import Z_95, wilson

Array = NDArray[np.float64]
Labels = NDArray[np.bool_]
BINS: Final = 10


@dataclass(frozen=True)
class Bin:
    """One bin of equal mass: the mean chance given, the share won, and its 95 % interval after Wilson."""

    count: int
    given: float
    won: float
    low: float
    high: float


@dataclass(frozen=True)
class Quality:
    """`auc_interval` is 95 %, after Hanley and McNeil (Radiology 1982). `lift_at_10`: how much richer in wins the best tenth is."""

    count: int
    won: int
    auc: float
    auc_interval: tuple[float, float]
    average_precision: float
    brier: float
    ece: float
    log_loss: float
    lift_at_10: float


def auc(chances: Array, won: Labels) -> float:
    """The chance that a won record is ranked above a lost one; 0.5 where there is only one kind."""
    good = int(won.sum())
    bad = len(won) - good
    if not good or not bad:
        return 0.5
    from scipy.stats import rankdata

    return float((rankdata(chances)[won].sum() - good * (good + 1) / 2) / (good * bad))


def auc_interval(value: float, good: int, bad: int) -> tuple[float, float]:
    if not good or not bad:
        return 0.0, 1.0
    first, second = value / (2 - value), 2 * value * value / (1 + value)
    spread = (value * (1 - value) + (good - 1) * (first - value**2) + (bad - 1) * (second - value**2)) / (good * bad)
    half = Z_95 * float(np.sqrt(max(spread, 0.0)))
    return max(0.0, value - half), min(1.0, value + half)


def bins_of(chances: Array, won: Labels, count: int = BINS) -> list[Bin]:
    """Bins of equal mass, from the lowest chances to the highest."""
    order = np.argsort(chances, kind="stable")
    found = []
    for part in np.array_split(order, min(count, max(1, len(order)))):
        if part.size:
            good = int(won[part].sum())
            found.append(Bin(int(part.size), float(chances[part].mean()), good / part.size, *wilson(good, int(part.size))))
    return found


def gains(chances: Array, won: Labels) -> list[float]:
    """Which share of all wins the best tenth, two tenths and so on hold; ten figures, the last is 1."""
    order = np.argsort(-chances, kind="stable")
    found = np.cumsum(won[order]) / max(1, int(won.sum()))
    return [float(found[max(0, round(len(won) * part / 10) - 1)]) for part in range(1, 11)] if len(won) else []


def quality(chances: Array, won: Labels) -> Quality:
    """All figures at once. ECE: over ten bins of equal mass, the mean distance of the share won from the mean chance."""
    good = int(won.sum())
    value = auc(chances, won)
    order = np.argsort(-chances, kind="stable")
    hits = won[order]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    tenth = max(1, round(len(won) * 0.1))
    kept = np.clip(chances, 1e-12, 1 - 1e-12)
    return Quality(
        count=len(won),
        won=good,
        auc=value,
        auc_interval=auc_interval(value, good, len(won) - good),
        average_precision=float((precision * hits).sum() / good) if good else 0.0,
        brier=float(np.mean((chances - won) ** 2)),
        ece=sum(one.count * abs(one.given - one.won) for one in bins_of(chances, won)) / max(1, len(won)),
        log_loss=float(-np.mean(np.where(won, np.log(kept), np.log1p(-kept)))),
        lift_at_10=float(hits[:tenth].mean() / won.mean()) if good else 0.0,
    )
