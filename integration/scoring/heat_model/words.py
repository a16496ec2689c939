"""What a column and its value are called on a card. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from integration.scoring.heat_model.base import Column, Value
from integration.scoring.heat_model.encode import clean

_LONGEST: Final = 60


@lru_cache(maxsize=20_000)
def contribution_words(column: Column, value: Value) -> str:
    """Such as "Came by: referrals" or "Headcount: not known"."""
    return f"{column.words}: {value_words(column, value)}"


def value_words(column: Column, value: Value) -> str:
    known = clean(value)
    if known is None:
        return "not known"
    if column.kind == "flag":
        return "yes" if str(known) in ("1", "1.0", "true", "yes") else "no"
    if isinstance(known, float | int):
        return f"{known:,.1f}".removesuffix(".0")
    return " ".join(str(value).replace("_", " ").split())[:_LONGEST]
