"""Made-up accounts to train on: what makes a record be won is known, so that a test can tell whether it was found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from integration.scoring.heat_model.base import Column, Example, Value

START = datetime(2024, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 12, 1, tzinfo=UTC)
COLUMNS = (
    Column("visits", "number", "Visits", changeable=True),
    Column("size", "number", "Headcount"),
    Column("source", "category", "Came by"),
    Column("opted_in", "flag", "Opted in", changeable=True),
    Column("noise", "category", "Star sign"),
)
SOURCES = ("referral", "search", "paid", "event")


def account(
    seed: int, count: int = 900, *, signal: float = 1.0, base: float = -0.6, shift_from: float = 1.0, shift: float = 0.0
) -> list[Example]:
    """Decided records in the order of time; from the share `shift_from` on the log-odds of a win are moved by `shift`."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        visits = None if rng.random() < 0.1 else float(rng.poisson(3))
        source = SOURCES[int(rng.integers(4))]
        opted = float(rng.random() < 0.5)
        pull = 0.35 * ((visits or 0.0) - 3) + {"referral": 1.2, "search": 0.2, "paid": -0.6, "event": 0.0}[source] + 0.8 * opted
        log_odds = base + signal * pull + (shift if number >= shift_from * count else 0.0)
        values: dict[str, Value] = {
            "visits": visits,
            "size": float(rng.lognormal(4, 1)),
            "source": source,
            "opted_in": opted,
            "noise": f"sign {int(rng.integers(12))}",
        }
        won = bool(rng.random() < 1 / (1 + np.exp(-log_odds)))
        found.append(
            Example(str(number), values, won, START + timedelta(hours=number * 6), START + timedelta(hours=number * 6 + 500))
        )
    return found
