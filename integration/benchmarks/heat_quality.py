"""How good the heat model is on public sets of leads: trained on the past, judged on the future; leaks found by itself, silence without signal.

The expected calibration error of a model that is right about every chance is not 0 on a set of limited size; what it would be is drawn from the
model's own chances and given beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import numpy as np

from integration.benchmarks import lead_data
from integration.scoring.heat_model.base import Column, Example
from integration.scoring.heat_model.leaks import find_leaks
from integration.scoring.heat_model.measure import quality
from integration.scoring.heat_model.train import train

is_available = lead_data.is_named
NOW: Final = datetime(2026, 12, 1, tzinfo=UTC)
LISTED: Final = frozenset(
    {
        "Tags",
        "Lead Quality",
        "Lead Profile",
        "Last Notable Activity",
        "Last Activity",
        "Asymmetrique Activity Index",
        "Asymmetrique Profile Index",
    }
    | {"Asymmetrique Activity Score", "Asymmetrique Profile Score"}
)
_DRAWS: Final = 200
_NUMBERS: Final = frozenset({"year_established", "revenue", "employees", "sales_price"})

Figures = dict[str, float | int | str]


def run() -> Mapping[str, float | int | str]:
    """AUC, Brier and ECE of two sets, the leaks of the raw one, and what is said of a set without signal. Raises BadInput without the sets."""
    return {**_set("xeducation"), **_set("olist"), **_leaks(), **_no_signal()}


def _set(name: str) -> Figures:
    past, future = lead_data.rows(f"{name}_dev_train"), lead_data.rows(f"{name}_dev_test_x")
    won = np.array([row["y"] == "1" for row in lead_data.rows(f"{name}_dev_test_y")], dtype=np.bool_)
    columns = lead_data.as_columns(past, ("row_id", "y"))
    result = train(columns, lead_data.as_examples(past, columns, [row["y"] == "1" for row in past]), now=NOW)
    if result.model is None:
        return {f"{name}_abstained": result.abstained}
    chances = result.model.chances([{one.name: row[one.name] or None for one in columns} for row in future])
    found = quality(chances, won)
    rng = np.random.default_rng(7)
    floor = [quality(chances, rng.random(len(chances)) < chances).ece for _ in range(_DRAWS)]
    return {
        f"{name}_model": f"{result.card['chosen']}, {result.card['calibration']}",
        f"{name}_auc": round(found.auc, 4),
        f"{name}_brier": round(found.brier, 4),
        f"{name}_ece": round(found.ece, 4),
        f"{name}_ece_if_right": f"{np.mean(floor):.4f}, nine in ten between {np.quantile(floor, 0.05):.4f} and {np.quantile(floor, 0.95):.4f}",
        f"{name}_average_precision": round(found.average_precision, 4),
        f"{name}_log_loss": round(found.log_loss, 4),
        f"{name}_lift_at_10": round(found.lift_at_10, 2),
    }


def _leaks() -> Figures:
    raw = lead_data.rows("xeducation_raw_oldest70")
    columns = lead_data.as_columns(raw, ("row_id", "Converted"))
    found = {
        one.column for one in find_leaks(columns, lead_data.as_examples(raw, columns, [row["Converted"] == "1" for row in raw]))
    }
    return {"leaks_found": len(found & LISTED), "leaks_listed": len(LISTED), "also_refused": ", ".join(sorted(found - LISTED))}


def _no_signal() -> Figures:
    """Deals of a fictitious company, joined with its accounts, products and agents."""
    deals = sorted(
        (row for row in lead_data.rows("maven_sales_pipeline") if row["deal_stage"] in ("Won", "Lost")),
        key=lambda row: row["engage_date"],
    )
    tables = {
        key: {row[key]: row for row in lead_data.rows(f"maven_{table}")}
        for key, table in (("account", "accounts"), ("product", "products"), ("sales_agent", "sales_teams"))
    }
    values = [
        {name: value or None for key, table in tables.items() for name, value in table.get(deal[key], {key: deal[key]}).items()}
        for deal in deals
    ]
    names = sorted({name for row in values for name in row})
    columns = [Column(name, "number" if name in _NUMBERS else "category", name) for name in names]
    examples = [
        Example(str(number), row, deal["deal_stage"] == "Won", datetime.fromisoformat(deal["engage_date"]).replace(tzinfo=UTC))
        for number, (row, deal) in enumerate(zip(values, deals, strict=True))
    ]
    result = train(columns, examples, now=NOW)
    return {"maven_abstains": int(result.model is None), "maven_says": result.abstained}
