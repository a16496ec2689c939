"""From property histories to training examples: each value as it stood at the moment that counts. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from integration.hubspot.objects import PropertyVersion
from integration.pipeline.heat.columns import CrmColumn
from integration.pipeline.heat.outcomes import Outcome
from integration.scoring.heat_model.base import Example

History = Mapping[str, Sequence[PropertyVersion]]
"""By property name, the versions of one record in any order."""
NO_HISTORY: Final[History] = {}


def example_of(outcome: Outcome, columns: Sequence[CrmColumn], histories: Mapping[str, History]) -> Example:
    """The record as it stood; `histories` by object type: its own, and its company's. A property without a value by then is None.

    `written_at` tells of each column when its value was first written at all, also after the outcome: a column that is filled only then
    gives the outcome away.
    """
    values: dict[str, float | str | None] = {}
    written_at: dict[str, datetime] = {}
    for column in columns:
        versions = histories.get(column.object_type, NO_HISTORY).get(column.property_name, ())
        values[column.name] = column.value(value_at(versions, outcome.as_of), outcome.as_of)
        first = min((one.at for one in versions if (one.value or "").strip()), default=None)
        if first is not None:
            written_at[column.name] = first
    return Example(outcome.object_id, values, outcome.won, outcome.as_of, outcome.decided_at, written_at)


def value_at(versions: Sequence[PropertyVersion], moment: datetime) -> str | None:
    """What the property held at the moment; None before its first version or while it was empty."""
    latest = max((one for one in versions if one.at <= moment), key=lambda one: one.at, default=None)
    return None if latest is None else latest.value
