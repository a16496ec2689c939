"""Whole days between a fact and the moment of a decision, and what is left of a signal after them. Pure.

Days are counted whole: a record that is looked at twice within the hour says the same twice, and is not written again.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Final

from integration.providers.base import FactSheet, Field

_DAY_S: Final = 86_400.0
_CLOCKS_DIFFER_DAYS: Final = 1.0
"""A moment this far ahead is taken for now; one further ahead is not believed."""


def read_moment(text: str | None) -> datetime | None:
    """The aware moment of an ISO time or date (its first second, UTC); None when the text is neither."""
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def days_ahead(sheet: FactSheet, name: Field) -> float | None:
    """Calendar days (UTC) from the sheet's day to the fact's, negative for the past; None when it is not known."""
    moment = read_moment(sheet.text(name))
    return None if moment is None else float((moment.astimezone(UTC).date() - sheet.as_of.astimezone(UTC).date()).days)


def age_days(sheet: FactSheet, name: Field) -> float | None:
    """Whole days since the fact's moment, never negative; None when it is not known or lies in the future."""
    return days_since(read_moment(sheet.text(name)), sheet.as_of)


def days_since(moment: datetime | None, as_of: datetime) -> float | None:
    """Whole days since the moment, never negative; None when there is none or it lies in the future."""
    if moment is None:
        return None
    age = (as_of - moment).total_seconds() / _DAY_S
    return None if age < -_CLOCKS_DIFFER_DAYS else float(max(0, math.floor(age)))


def decayed(points: float, days: float, half_life_days: float) -> float:
    """What is left of the points: half after each half-life."""
    return float(points * 0.5 ** (days / half_life_days))


def ramp(value: float, start: float, full: float) -> float:
    """0 up to `start`, 1 from `full` on, even in between."""
    if value <= start:
        return 0.0
    return 1.0 if value >= full else (value - start) / (full - start)
