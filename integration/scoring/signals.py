"""Buying signals as scores read them: each line of the field `buying_signals` with its kind and its day. Pure.

A line is news about a company. Its day is the first ISO date in it; its kind the first one whose words stand in it. A line without a day is
not weighed, since nothing tells whether it is news.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from integration.providers.base import FactSheet, Field
from integration.scoring.moments import days_since, read_moment
from integration.scoring.words import matching_words

OTHER: Final = "other"
_KINDS: Final = {
    "layoffs": ("layoff", "layoffs", "lay off", "lays off", "job cuts", "redundancies", "insolvency", "bankruptcy"),
    "leadership": (
        "leadership", "leadership change", "appoints", "appointed", "new ceo", "new cto", "new cfo", "steps down", "executive change",
    ),
    "funding": ("funding", "funding round", "raises", "raised", "series a", "series b", "series c", "investment"),
    "acquisition": ("acquisition", "acquires", "acquired", "merger", "merges"),
    "expansion": ("expansion", "expands", "opens", "new office", "new market"),
    "hiring": ("hiring", "is hiring", "job openings", "recruits", "headcount growth"),
    "launch": ("launch", "launches", "product launch", "partnership", "partners with"),
}  # fmt: skip
WARNINGS: Final = ("layoffs", "leadership")
KINDS: Final = (*_KINDS, OTHER)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONGEST: Final = 80


@dataclass(frozen=True)
class BuyingSignal:
    """One item of news: what kind, how many days ago, and its words without the day."""

    kind: str
    age_days: float
    words: str


def buying_signals(sheet: FactSheet) -> tuple[BuyingSignal, ...]:
    """The dated signals of the sheet's company that are not in the future, the newest first."""
    found = (_read(line, sheet.as_of) for line in sheet.items(Field.BUYING_SIGNALS))
    return tuple(sorted((one for one in found if one is not None), key=lambda one: (one.age_days, one.kind, one.words)))


def _read(line: str, as_of: datetime) -> BuyingSignal | None:
    day = _DAY.search(line)
    if day is None:
        return None
    age = days_since(read_moment(day.group()), as_of)
    spaced = line.replace("_", " ")
    kind = next((name for name, words in _KINDS.items() if matching_words([spaced], words)), OTHER)
    words = " ".join(spaced.replace(day.group(), " ").strip(" :|,;()-").split())
    return None if age is None else BuyingSignal(kind, age, words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…")
