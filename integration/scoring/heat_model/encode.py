"""Records as rows of numbers: learned from training data, kept as data, the same at training and at scoring. Pure.

A number is clipped to the range nearly all values have, bent where it has a long tail, and scaled; its effect may change its slope at four knots, and
that it is missing is a feature of its own. Of a category each usual value is a feature. Placeholders ("Select", "n/a") are missing values. What was
never seen in training says nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from integration.scoring.heat_model.base import Column, Row, Value

Matrix = NDArray[np.float64]
PLACEHOLDERS: Final = frozenset(
    {"", "select", "-", "--", "n/a", "na", "none", "null", "nil", "unknown", "not specified", "please select", "(blank)"}
)
_LEAST_ROWS: Final = 15
_LEAST_SHARE: Final = 0.001
_KNOTS: Final = (0.2, 0.4, 0.6, 0.8)
_RARE_MISSING: Final = 0.005
_LONG_TAIL: Final = 2.0
_KEPT_TEXTS: Final = 20_000


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class NumberCode(_Data):
    kind: Literal["number"] = "number"
    low: float
    high: float
    bent: bool
    middle: float
    scale: float
    knots: tuple[float, ...]
    """Where, in scaled units, the slope may change."""
    tells_missing: bool


class LevelCode(_Data):
    """The levels with a feature of their own; everything else is "other", and missing is a level too."""

    kind: Literal["levels"] = "levels"
    levels: tuple[str, ...]
    tells_missing: bool


Code = NumberCode | LevelCode


def clean(value: Value) -> Value:
    """The value, None for a placeholder; texts folded to lower case."""
    return _clean_text(value) if isinstance(value, str) else value


@lru_cache(maxsize=_KEPT_TEXTS)
def _clean_text(written: str) -> str | None:
    """Kept: the values of a category come again and again."""
    text = " ".join(written.split()).casefold()
    return None if text in PLACEHOLDERS else text


def cells(column: Column, rows: Sequence[Row]) -> list[Value]:
    return [clean(row.get(column.name)) for row in rows]


def numbers_of(found: Sequence[Value]) -> Matrix:
    """The values as numbers, not a number where they are none."""
    return np.array([_number(one) for one in found], dtype=np.float64)


def _number(value: Value) -> float:
    if value is None:
        return float("nan")
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return float("nan")
    return float(value)


def learn_code(column: Column, found: Sequence[Value]) -> Code | None:
    """How the column becomes features; None when it says nothing: always missing, or always the same."""
    if column.kind != "category":
        return _learn_number(numbers_of(found))
    texts = [None if one is None else str(one) for one in found]
    counts = Counter(one for one in texts if one is not None)
    missing = 1 - sum(counts.values()) / max(1, len(texts))
    if not counts or (len(counts) == 1 and missing < _RARE_MISSING):
        return None
    least = max(_LEAST_ROWS, round(_LEAST_SHARE * len(texts)))
    usual = tuple(sorted(level for level, count in counts.items() if count >= least))
    return LevelCode(levels=usual, tells_missing=missing >= _RARE_MISSING) if usual else None


def _learn_number(found: Matrix) -> NumberCode | None:
    known = found[np.isfinite(found)]
    if known.size < _LEAST_ROWS or np.ptp(known) == 0:
        return None
    low, high = (float(one) for one in np.quantile(known, (0.005, 0.995)))
    if high <= low:
        low, high = float(known.min()), float(known.max())
    clipped = np.clip(known, low, high)
    deviation = float(clipped.std()) or 1.0
    bent = float(np.mean(((clipped - clipped.mean()) / deviation) ** 3)) > _LONG_TAIL
    shaped = np.log1p(clipped - low) if bent else clipped
    middle, scale = float(shaped.mean()), float(shaped.std()) or 1.0
    scaled = np.sort((shaped - middle) / scale)
    edges = np.unique(np.quantile(scaled, _KNOTS))
    return NumberCode(
        knots=tuple(float(one) for one in edges if scaled[0] < one < scaled[-1]),
        low=low,
        high=high,
        bent=bent,
        middle=middle,
        scale=scale,
        tells_missing=bool(1 - known.size / found.size >= _RARE_MISSING),
    )


def width(code: Code) -> int:
    """How many features the code makes."""
    own = len(code.levels) if isinstance(code, LevelCode) else 1 + len(code.knots)
    return own + code.tells_missing


def features(code: Code, found: Sequence[Value]) -> Matrix:
    """The features of one column, a row for each record."""
    if isinstance(code, NumberCode):
        numbers = numbers_of(found)
        known = np.isfinite(numbers)
        clipped = np.clip(np.where(known, numbers, code.low), code.low, code.high)
        shaped = np.log1p(clipped - code.low) if code.bent else clipped
        scaled = np.where(known, (shaped - code.middle) / code.scale, 0.0)
        above = [np.where(known, np.maximum(scaled - knot, 0.0), 0.0) for knot in code.knots]
        return np.column_stack([scaled, *above, *([~known] if code.tells_missing else [])])
    texts = [None if one is None else str(one) for one in found]
    place = {level: number for number, level in enumerate(code.levels)}
    made = np.zeros((len(texts), width(code)))
    for number, text in enumerate(texts):
        spot = len(code.levels) if text is None else place.get(text, -1)
        if 0 <= spot < made.shape[1]:
            made[number, spot] = 1.0
    return made
