"""How fast a trained forest scores with reasons: 100,000 records in one go, and a batch of one hundred, on one core and without any I/O."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from integration.scoring.heat_model.base import Column, Example, Row
from integration.scoring.heat_model.learners import FAMILIES
from integration.scoring.heat_model.model import HeatModel
from integration.scoring.heat_model.train import train

RECORDS: Final = 100_000
BATCH: Final = 100
TRAINED_ON: Final = 2_000
_PART: Final = 5_000
_START: Final = datetime(2025, 1, 1, tzinfo=UTC)
_COLUMNS: Final = tuple(Column(f"number {place}", "number", f"Number {place}") for place in range(10)) + tuple(
    Column(f"choice {place}", "category", f"Choice {place}") for place in range(6)
)


def run() -> Mapping[str, float | int | str]:
    """Seconds for all records, milliseconds for a batch (median of fifty), and the peak memory of this process."""
    rng = np.random.default_rng(1)
    model = _forest(rng)
    seconds, counted = 0.0, 0
    for _ in range(RECORDS // _PART):
        rows = _rows(rng, _PART)
        began = time.process_time()
        counted += sum(len(heat.contributions) for heat in model.score(rows))
        seconds += time.process_time() - began
    batch = _rows(rng, BATCH)
    times = []
    for _ in range(50):
        start = time.perf_counter()
        model.score(batch)
        times.append(time.perf_counter() - start)
    return {
        "seconds_100k": round(seconds, 2),
        "batch_ms": round(statistics.median(times) * 1000, 2),
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "reasons": counted,
        "learner": model.data.learner.kind,
        "columns": len(_COLUMNS),
    }


def _rows(rng: np.random.Generator, count: int) -> list[Row]:
    numbers, choices = rng.normal(size=(count, 10)), rng.integers(0, 9, size=(count, 6))
    return [
        {f"number {place}": float(numbers[row, place]) for place in range(10)}
        | {f"choice {place}": f"value {choices[row, place]}" for place in range(6)}
        for row in range(count)
    ]


def _forest(rng: np.random.Generator) -> HeatModel:
    """A forest trained on records whose outcome hangs on two columns together, which no line can tell."""
    rows = _rows(rng, TRAINED_ON)
    examples = [
        Example(
            str(number),
            row,
            bool(rng.random() < (0.8 if float(row["number 0"] or 0) * float(row["number 1"] or 0) > 0 else 0.2)),
            _START + timedelta(hours=number),
        )
        for number, row in enumerate(rows)
    ]
    result = train(_COLUMNS, examples, now=_START + timedelta(days=400))
    if result.model is None or result.model.data.learner.kind != FAMILIES[-1][0].kind:
        raise AssertionError(f"no forest was chosen: {result.abstained or result.card.get('chosen')}")
    return result.model
