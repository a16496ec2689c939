"""Scores as text for HubSpot properties: the value, and reasons a rep reads in ten seconds."""

from __future__ import annotations

from collections.abc import Iterable

from integration.scoring.base import Reason


def score_text(value: float | None) -> str:
    """The value with at most one decimal; empty text, which clears the property, when the score abstains."""
    return "" if value is None else f"{value:.1f}".removesuffix(".0")


def reasons_text(reasons: Iterable[Reason]) -> str:
    """One reason a line, the largest contribution first, with its points."""
    ordered = sorted(reasons, key=lambda reason: -abs(reason.points))
    return "\n".join(f"{_signed(reason.points)}  {reason.text}" for reason in ordered)


def _signed(points: float) -> str:
    rounded = f"{points:+.1f}".removesuffix(".0")
    return "±0" if rounded in ("+0", "-0") else rounded
