"""Columns that give the outcome away, or that new records will not have: found, refused and named, each with its figure. Pure.

A column is refused when one of these holds, the first that does is told:
- its values were first written after the outcome, for most records that have one;
- it orders the records, like a running number, or names each one;
- alone it tells won from lost better than any honest sign does (AUC above 0.9, each record judged by the others);
- it is filled mostly for records of one outcome, and some of its values all but name the outcome: people fill such columns when they know;
- it was filled for old records and no longer is, or the other way round, so that new records do not have what the model would learn;
- by its name it holds the latest state ("last activity", "stage", "status"), and no history tells how it stood before the outcome.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from integration.core.intervals import wilson
from integration.scoring.heat_model.base import Column, Example, Leak, Value
from integration.scoring.heat_model.encode import cells, numbers_of
from integration.scoring.heat_model.measure import auc

TELLS_TOO_MUCH: Final = 0.9
_LATE_SHARE: Final = 0.5
_FILLED_TELLS: Final = 0.58
_SURE_HIGH, _SURE_LOW = 0.93, 0.05
_SURE_SHARE: Final = 0.01
_LEAST_SURE: Final = 15
_GONE_BY: Final = 0.5
_PERIODS: Final = 5
_FOLDS: Final = 5
_SHRINK: Final = 25.0
_UNIQUE_SHARE: Final = 0.95
_ORDERED: Final = 0.98
_LATEST: Final = re.compile(
    r"(?:^|[._\s])(?:last|latest|recent)[._\s].*(?:activity|status|action|event|touch|engagement|interaction)"
    r"|(?:^|[._\s])(?:lead|deal|opportunity)?[._\s]?(?:stage|status|outcome|disposition)$|clos(?:e|ed)[._\s](?:date|value|amount|reason)"
    r"|(?:won|lost)[._\s](?:date|reason|on|at)$",
    re.IGNORECASE,
)


def find_leaks(columns: Sequence[Column], examples: Sequence[Example]) -> tuple[Leak, ...]:
    """The columns to refuse, in the order of the columns. `examples` in the order of time."""
    won = np.array([one.outcome for one in examples], dtype=np.bool_)
    if len(set(won.tolist())) < 2:
        return ()
    has_history = any(one.written_at for one in examples)
    found = (_leak(column, examples, won, has_history) for column in columns)
    return tuple(one for one in found if one is not None)


def _leak(column: Column, examples: Sequence[Example], won: NDArray[np.bool_], has_history: bool) -> Leak | None:
    found = cells(column, [one.values for one in examples])
    filled = np.array([one is not None for one in found], dtype=np.bool_)
    checks = (
        _written_late(column, examples),
        _names_records(column, found),
        _tells_too_much(column, found, won),
        _filled_by_outcome(column, found, filled, won),
        _not_for_new_records(column, filled),
        None if has_history else _latest_state(column),
    )
    return next((one for one in checks if one is not None), None)


def _written_late(column: Column, examples: Sequence[Example]) -> Leak | None:
    known = [(one.written_at[column.name], one.decided_at) for one in examples if column.name in one.written_at and one.decided_at]
    late = sum(written > decided for written, decided in known)
    if len(known) < _LEAST_SURE or late / len(known) < _LATE_SHARE:
        return None
    return Leak(column.name, f"first written after the outcome for {late} of {len(known)} records", late / len(known))


def _names_records(column: Column, found: Sequence[Value]) -> Leak | None:
    known = [one for one in found if one is not None]
    if len(known) < _LEAST_SURE:
        return None
    unique = len(set(known)) / len(known)
    if column.kind == "category" and unique >= _UNIQUE_SHARE:
        return Leak(column.name, "names each record: nearly every value is another one", unique)
    numbers = numbers_of(found)
    kept = numbers[np.isfinite(numbers)]
    if kept.size >= _LEAST_SURE and unique >= _UNIQUE_SHARE:
        steps = np.diff(kept)
        rising = float(max((steps > 0).mean(), (steps < 0).mean()))
        if rising >= _ORDERED:
            return Leak(column.name, "is a running number: it tells when a record was made, not what it is", rising)
    return None


def _tells_too_much(column: Column, found: Sequence[Value], won: NDArray[np.bool_]) -> Leak | None:
    value = single_auc(column, found, won)
    if value <= TELLS_TOO_MUCH:
        return None
    return Leak(column.name, f"alone tells won from lost with an AUC of {value:.3f}, which nothing known beforehand does", value)


def single_auc(column: Column, found: Sequence[Value], won: NDArray[np.bool_]) -> float:
    """How well the column alone ranks won above lost, each record by what the other folds teach. Numbers are cut into tenths."""
    texts = _levels(column, found)
    fold = np.arange(len(texts)) % _FOLDS
    rating = np.zeros(len(texts))
    for one in range(_FOLDS):
        others = fold != one
        keys = [str(text) for text, other in zip(texts, others, strict=True) if other]
        table = target_table(keys, won[others])
        for number in np.flatnonzero(~others):
            rating[number] = table.get(str(texts[number]), 0.0)
    return auc(rating, won)


def target_table(texts: Sequence[str], won: NDArray[np.bool_]) -> dict[str, float]:
    """The log-odds of each level against those of all, shrunken to 0 as if it had been seen a few times as the average."""
    base = float(np.clip(won.mean(), 1e-3, 1 - 1e-3)) if won.size else 0.5
    seen, good = Counter(texts), Counter(text for text, one in zip(texts, won, strict=True) if one)
    table = {}
    for level, count in seen.items():
        ratio = (good[level] + _SHRINK * base) / (count + _SHRINK)
        table[level] = float(np.log(ratio / (1 - ratio)) - np.log(base / (1 - base)))
    return table


def _levels(column: Column, found: Sequence[Value]) -> list[str]:
    if column.kind == "category":
        return ["(none)" if one is None else str(one) for one in found]
    numbers = numbers_of(found)
    known = numbers[np.isfinite(numbers)]
    if not known.size:
        return ["(none)"] * len(found)
    edges = np.unique(np.quantile(known, np.linspace(0, 1, 11)[1:-1]))
    return ["(none)" if not np.isfinite(one) else str(int(np.searchsorted(edges, one))) for one in numbers]


def _filled_by_outcome(column: Column, found: Sequence[Value], filled: NDArray[np.bool_], won: NDArray[np.bool_]) -> Leak | None:
    if filled.all() or not filled.any():
        return None
    tells = auc(filled.astype(np.float64), won)
    tells = max(tells, 1 - tells)
    if tells <= _FILLED_TELLS:
        return None
    sure = _sure_share(column, found, won)
    of_won, of_lost = float(filled[won].mean()), float(filled[~won].mean())
    only_closed = min(of_won, of_lost) <= 0.02 and max(of_won, of_lost) >= 0.2
    if sure < _SURE_SHARE and not only_closed:
        return None
    words = f"filled for {of_won:.0%} of the won and {of_lost:.0%} of the lost records, and {sure:.0%} have a value that all but names the outcome"
    return Leak(column.name, words.replace("%", " %"), tells)


def _sure_share(column: Column, found: Sequence[Value], won: NDArray[np.bool_]) -> float:
    """The share of all records whose value is nearly always won, or nearly never, beyond chance."""
    levels = _levels(column, found)
    seen, good = Counter(levels), Counter(level for level, one in zip(levels, won, strict=True) if one)
    base = float(won.mean())
    sure = 0
    for level, count in seen.items():
        ratio, (low, high) = good[level] / count, wilson(good[level], count)
        is_sure = (ratio >= _SURE_HIGH and low > base) or (ratio <= _SURE_LOW and high < base)
        sure += count if level != "(none)" and count >= _LEAST_SURE and is_sure else 0
    return sure / len(levels)


def _not_for_new_records(column: Column, filled: NDArray[np.bool_]) -> Leak | None:
    shares = [float(part.mean()) for part in np.array_split(filled, _PERIODS) if part.size]
    if len(shares) < _PERIODS or (max(shares) - shares[-1] < _GONE_BY and shares[-1] - min(shares[:-1]) < _GONE_BY):
        return None
    words = (
        f"filled for {shares[0]:.0%} of the oldest and {shares[-1]:.0%} of the newest records: it does not mean the same any more"
    )
    return Leak(column.name, words.replace("%", " %"), shares[-1])


def _latest_state(column: Column) -> Leak | None:
    if not _LATEST.search(column.name):
        return None
    return Leak(column.name, "holds the latest state, and no history tells how it stood before the outcome", 1.0)
