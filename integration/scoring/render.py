"""Scores as text for HubSpot properties: the value, and reasons a rep reads in ten seconds."""

from __future__ import annotations

from collections.abc import Iterable

from integration.scoring.base import POINTS, Reason, Unit


def score_text(value: float | None) -> str:
    """The value with at most one decimal; empty text, which clears the property, when the score abstains."""
    return "" if value is None else f"{value:.1f}".removesuffix(".0")


def amount_text(amount: float, currency: str) -> str:
    """Whole units with separators: "12,400 EUR"."""
    return f"{amount:,.0f} {currency}"


def money_text(value: float | None) -> str:
    """The amount to the cent for a number property; empty text, which clears it, when the score abstains."""
    return "" if value is None else f"{value:.2f}"


def reasons_text(reasons: Iterable[Reason], unit: Unit = POINTS) -> str:
    """One reason a line, the largest contribution first, with its points or its whole units of money."""
    ordered = sorted(reasons, key=lambda reason: -abs(reason.points))
    return "\n".join(f"{_told(reason.points, unit)}  {reason.text}" for reason in ordered)


def _told(points: float, unit: Unit) -> str:
    if unit == POINTS:
        return _signed(points)
    return f"{points:+,.0f} {unit}" if abs(points) >= 0.5 else f"±0 {unit}"


def _signed(points: float) -> str:
    rounded = f"{points:+.1f}".removesuffix(".0")
    return "±0" if rounded in ("+0", "-0") else rounded
