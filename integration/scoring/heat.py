"""The chance of a record to be won, as a score: points out of 100, with reasons that add up to it. Pure; `heat_model` works the chance out.

A reason's points are its share of the way from the account's usual chance to this record's: the way is divided as the model divides its log-odds,
so every reason keeps its sign and its part of the whole. A chance by the general rule of thumb is labelled so, and nothing is built on it.
"""

from __future__ import annotations

import math
from typing import Final

from integration.hubspot.objects import COMPANIES, CONTACTS, PropertyDeclaration
from integration.scoring.base import POINTS, Reason, ScoreResult
from integration.scoring.heat_model.base import BASE, COLD, HOT, WARM, Heat
from integration.scoring.render import reasons_text, score_text

NAME: Final = "heat"
TITLE: Final = "Chance to buy"
NO_SIGNAL: Final = "no_signal"
GENERAL: Final = "general_"
_TYPES: Final = (CONTACTS, COMPANIES)
_LABELS: Final = (
    (HOT, "Hot"),
    (WARM, "Warm"),
    (COLD, "Cold"),
    (f"{GENERAL}{HOT}", "Hot, by a general rule of thumb"),
    (f"{GENERAL}{WARM}", "Warm, by a general rule of thumb"),
    (f"{GENERAL}{COLD}", "Cold, by a general rule of thumb"),
    (NO_SIGNAL, "No signal in this account's data"),
)
_LEAST_DISTANCE: Final = 1e-12
_LEAST_POINTS: Final = 0.05
_MOST_REASONS: Final = 8

PROPERTIES: Final = (
    PropertyDeclaration(
        "leadlight_chance",
        "Chance to buy",
        "number",
        "number",
        "How likely it is to be won, in percent, learned from your own deals.",
        _TYPES,
    ),
    PropertyDeclaration(
        "leadlight_chance_label", "Chance to buy: verdict", "enumeration", "select", "The chance in one word.", _TYPES, _LABELS
    ),
    PropertyDeclaration(
        "leadlight_chance_reasons",
        "Chance to buy: reasons",
        "string",
        "textarea",
        "What the chance is made of, and what would make it hot; the points add up to it.",
        _TYPES,
    ),
)


def heat_result(heat: Heat, counterfactual: str = "", *, is_prior: bool = False) -> ScoreResult:
    """The chance in points. `counterfactual`: what would make it hot, told after the reasons."""
    base = sum(one.log_odds for one in heat.contributions if one.column == BASE)
    parts = [one for one in heat.contributions if one.column != BASE]
    value = 100 * heat.probability
    usual = 100 * _chance(base)
    way, length = value - usual, sum(one.log_odds for one in parts)
    scale = way / length if abs(length) > _LEAST_DISTANCE else 0.0
    told = [Reason(one.words, one.log_odds * scale) for one in parts]
    shown = [one for one in told if abs(one.points) >= _LEAST_POINTS][:_MOST_REASONS]
    rest = way - sum(one.points for one in shown)
    reasons = [Reason(_start(is_prior), usual), *shown]
    if len(shown) < len(told) or rest:
        reasons.append(Reason("Everything else together", rest))
    if counterfactual:
        reasons.append(Reason(counterfactual, 0.0))
    label = f"{GENERAL}{heat.label}" if is_prior else heat.label
    return ScoreResult(NAME, sum(one.points for one in reasons), POINTS, label, tuple(reasons))


def silent_result(because: str) -> ScoreResult:
    """No chance at all, and why."""
    return ScoreResult(NAME, None, POINTS, NO_SIGNAL, (Reason(because, 0.0),))


def is_learned(score: ScoreResult) -> bool:
    """Whether the chance was learned from this account, so that other scores may rest on it."""
    return score.value is not None and not score.label.startswith(GENERAL)


def property_values(result: ScoreResult) -> dict[str, str]:
    """The result as values for `PROPERTIES`; an empty text clears one."""
    return {
        "leadlight_chance": score_text(result.value),
        "leadlight_chance_label": result.label,
        "leadlight_chance_reasons": reasons_text(result.reasons),
    }


def _start(is_prior: bool) -> str:
    return "A general rule of thumb: nothing was learned from this account yet" if is_prior else "The usual chance in this account"


def _chance(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds)) if log_odds > -700 else 0.0
