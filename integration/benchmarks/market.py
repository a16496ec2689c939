"""Planner against fixed waterfall on the same made-up market, in one run: what share of the wanted fields is right in the end, and its price.

The market (see market_world.py) has seven paid and two free providers, prices, coverage by country, size and industry, drift in mid-run and
outages. The planner begins without experience and learns only from answers and from what the CRM knows; its trials are part of its cost. Both
policies run the product's own planning, cases and merge, in this process and without a network: the answers are the market's. The bound knows
every answer beforehand: nobody can verify more, or verify as much for less.
"""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Final

from integration.benchmarks.market_policies import Score, bound, run_fixed, run_planned
from integration.benchmarks.market_world import WEEKS, build_market
from integration.providers.standing import Terms

SEEDS: Final = (1, 2, 3, 4)
COMPANIES: Final = 5_000


def run() -> dict[str, float | int | str]:
    """Coverage and cost of both policies over all seeds, and of each seed. Takes some minutes."""
    fixed, planned, best = Score(), Score(), Score()
    seeds: dict[str, float | int | str] = {}
    began = time.monotonic()
    for seed in SEEDS:
        market = build_market(seed, COMPANIES)
        one, other, most = run_fixed(market), run_planned(market, Terms()), bound(market)
        for total, part in ((fixed, one), (planned, other), (best, most)):
            _add(total, part)
        seeds[f"seed_{seed}"] = (
            f"coverage {other.coverage:.4f} against {one.coverage:.4f}, cost {_ratio(other.cost_usd, one.cost_usd):.4f} of the fixed one's"
        )
    return {
        "cost_ratio": _ratio(planned.cost_usd, fixed.cost_usd),
        "coverage_ratio": round(planned.coverage / fixed.coverage, 4),
        "coverage_planned": round(planned.coverage, 4),
        "coverage_fixed": round(fixed.coverage, 4),
        "coverage_bound": round(best.coverage, 4),
        "cost_planned_usd": float(planned.cost_usd),
        "cost_fixed_usd": float(fixed.cost_usd),
        "cost_bound_usd": float(best.cost_usd),
        "trials_usd": float(planned.trials_usd),
        "wrong_planned": planned.wrong,
        "wrong_fixed": fixed.wrong,
        "asked_twice": planned.repeats + fixed.repeats,
        "companies": COMPANIES * len(SEEDS),
        "weeks": WEEKS,
        "seconds": round(time.monotonic() - began, 1),
        **seeds,
    }


def _add(total: Score, part: Score) -> None:
    total.wanted += part.wanted
    total.verified += part.verified
    total.wrong += part.wrong
    total.cost_usd += part.cost_usd
    total.lookups += part.lookups
    total.trials_usd += part.trials_usd
    total.repeats += part.repeats


def _ratio(one: Decimal, other: Decimal) -> float:
    return round(float(one / other), 4) if other else 0.0
