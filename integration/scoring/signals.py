"""Buying signals as scores read them: the news about a sheet's company with its kind and its age in whole days. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Final

from integration.providers.base import FactSheet, Field
from integration.providers.signals.base import read_signals
from integration.scoring.moments import days_since

WARNINGS: Final = ("layoffs", "leadership_change")
"""Kinds that tell of a risk to what is under way."""
BAD_NEWS: Final = frozenset({"layoffs", "legal"})
"""Kinds that press nobody to buy."""
_LONGEST: Final = 80


@dataclass(frozen=True)
class BuyingSignal:
    """One item of news: its kind, a key of the signals' own table, how many days ago it was published, and its headline."""

    kind: str
    age_days: float
    words: str


def buying_signals(sheet: FactSheet) -> tuple[BuyingSignal, ...]:
    """Each story about the sheet's company once, the newest first; those dated in the future are not believed."""
    lines = sheet.items(Field.BUYING_SIGNALS)
    if not lines:
        return ()
    aged = (
        (signal, days_since(datetime.combine(signal.on, time(), UTC), sheet.as_of))
        for signal in read_signals(lines)
        if signal.on <= sheet.as_of.date()
    )
    return tuple(BuyingSignal(signal.kind, age, _short(signal.title)) for signal, age in aged if age is not None)


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
