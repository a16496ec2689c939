"""Scores as text for HubSpot properties: the value, and reasons a rep reads in ten seconds."""

from __future__ import annotations

from collections.abc import Iterable

from integration.scoring.base import Reason, Unit


def score_text(value: float | None) -> str:
    """The value with at most one decimal; empty text, which clears the property, when the score abstains."""
    return "" if value is None else f"{value:.1f}".removesuffix(".0")


def amount_text(usd: float) -> str:
    """Whole dollars with separators: "12,400 USD"."""
    return f"{usd:,.0f} USD"


def dollars_text(value: float | None) -> str:
    """The dollars to the cent for a number property; empty text, which clears it, when the score abstains."""
    return "" if value is None else f"{value:.2f}"


def reasons_text(reasons: Iterable[Reason], unit: Unit = "points") -> str:
    """One reason a line, the largest contribution first, with its points or its whole dollars."""
    ordered = sorted(reasons, key=lambda reason: -abs(reason.points))
    signed = _signed if unit == "points" else _signed_dollars
    return "\n".join(f"{signed(reason.points)}  {reason.text}" for reason in ordered)


def _signed_dollars(usd: float) -> str:
    return f"{usd:+,.0f} USD" if abs(usd) >= 0.5 else "±0 USD"


def _signed(points: float) -> str:
    rounded = f"{points:+.1f}".removesuffix(".0")
    return "±0" if rounded in ("+0", "-0") else rounded
