"""The priority of a record: its scores in one number from 0 to 100, weighed as an admin chose, and its heat in one word. Pure.

Two kinds of parts. Fit, heat, expected value and risk are *judged*: they can speak for a record or against it. A judged part that abstains
says nothing either way, so the other judged parts share its weight, and a reason says so. BANT and urgency *count signals*: nothing found is
worth nothing, and a first weak signal adds its points. So no signal, however weak, lowers a priority, and a record on which nothing is known but
a perfect fit earns the judged weight and no more. A score that does not exist for the kind of record has no weight; all others share it.

There is no priority without a judged fit, heat or expected value. A record that is ruled out, or a deal that is closed, is cold.
Decision record 0031 tells what was weighed up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS, PropertyDeclaration
from integration.providers.base import Field
from integration.scoring.base import Reason, ScoreResult, Scores
from integration.scoring.profile_parts import TOTAL_POINTS, PriorityProfile
from integration.scoring.render import amount_text, reasons_text, score_text

NAME: Final = "priority"
TITLE: Final = "Priority"
HOT: Final = "hot"
WARM: Final = "warm"
COLD: Final = "cold"
NOT_ENOUGH: Final = "not_enough_evidence"
HEATS: Final = ((HOT, "Hot"), (WARM, "Warm"), (COLD, "Cold"), (NOT_ENOUGH, "Not enough evidence"))
EXCLUDED: Final = "excluded"
CLOSED: Final = "closed"
DEFAULT: Final = PriorityProfile()

_TYPES: Final = (CONTACTS, COMPANIES, DEALS)

PROPERTIES: Final = (
    PropertyDeclaration(
        "leadlight_heat", "Heat", "enumeration", "select", "The priority in one word: who is worth an hour today.", _TYPES, HEATS
    ),
    PropertyDeclaration(
        "leadlight_priority",
        "Priority",
        "number",
        "number",
        "0 to 100: fit, BANT, heat, expected value, risk and urgency, weighed as your admin chose.",
        _TYPES,
    ),
    PropertyDeclaration(
        "leadlight_priority_reasons",
        "Priority: reasons",
        "string",
        "textarea",
        "What the priority is made of; the points add up to it.",
        _TYPES,
    ),
)


@dataclass(frozen=True)
class _Part:
    """One score as a part. `is_judged`: it can count against a record. `decides`: a priority can rest on it alone."""

    name: str
    title: str
    is_judged: bool
    decides: bool = False


_PARTS: Final = (
    _Part("icp_fit", "ICP fit", is_judged=True, decides=True),
    _Part("heat", "Chance to buy", is_judged=True, decides=True),
    _Part("expected_value", "Expected value", is_judged=True, decides=True),
    _Part("risk", "Risk", is_judged=True),
    _Part("bant", "BANT", is_judged=False),
    _Part("urgency", "Urgency", is_judged=False),
)


@dataclass(frozen=True)
class _Weighed:
    """A part of this record. `share` is what it counts for, 0 to 1, after the shares of the silent judged parts went to the others."""

    part: _Part
    score: ScoreResult
    value: float | None
    share: float


def score_priority(scores: Scores, profile: PriorityProfile = DEFAULT) -> ScoreResult:
    """0 to 100 points with a reason for each part, or an abstention when nothing that decides was judged."""
    by_name = {score.name: score for score in scores}
    closed = next((score for score in scores if score.label == CLOSED), None)
    weighed = _weigh(by_name, profile)
    if not any(one.part.decides and one.value is not None for one in weighed) and closed is None:
        return ScoreResult(NAME, None, "points", NOT_ENOUGH, (_nothing_judged(by_name),))
    reasons = [_reason(one, profile) for one in weighed]
    total = sum(reason.points for reason in reasons)
    last = _ruling_out(by_name, closed)
    if last is not None:
        left = min(total, profile.excluded_at_most)
        reasons.append(Reason(last.text, left - total, last.rests_on, last.findings))
        return ScoreResult(NAME, sum(reason.points for reason in reasons), "points", COLD, tuple(reasons))
    return ScoreResult(NAME, total, "points", _heat(total, profile), tuple(reasons))


def shares(scores: Scores, profile: PriorityProfile = DEFAULT) -> dict[str, float]:
    """What each part of the record counts for, 0 to 1; they add up to 1 when any judged part speaks."""
    return {one.part.name: one.share for one in _weigh({score.name: score for score in scores}, profile)}


def property_values(result: ScoreResult) -> dict[str, str]:
    """The result as values for `PROPERTIES`; an empty text clears one."""
    return {
        "leadlight_heat": result.label,
        "leadlight_priority": score_text(result.value),
        "leadlight_priority_reasons": reasons_text(result.reasons),
    }


def _weigh(by_name: dict[str, ScoreResult], profile: PriorityProfile) -> Sequence[_Weighed]:
    weights = vars(profile.weights)
    there = [
        (part, weight, score, _value(part, score, profile))
        for part in _PARTS
        if (weight := weights[part.name]) > 0 and (score := by_name.get(part.name)) is not None
    ]
    total = judged = speaking = 0.0
    for part, weight, _, value in there:
        total += weight
        if part.is_judged:
            judged += weight
            speaking += 0.0 if value is None else weight
    weighed = []
    for part, weight, score, value in there:
        share = weight / total
        if part.is_judged:
            share = 0.0 if value is None else share * judged / speaking
        weighed.append(_Weighed(part, score, value, share))
    return weighed


def _value(part: _Part, score: ScoreResult, profile: PriorityProfile) -> float | None:
    """The score as a part from 0 to 100, where more is better."""
    if score.value is None:
        return None
    if part.name == "expected_value":
        return min(TOTAL_POINTS, TOTAL_POINTS * max(0.0, score.value) / profile.expected_value_full)
    value = min(TOTAL_POINTS, max(0.0, score.value))
    return TOTAL_POINTS - value if part.name == "risk" else value


def _reason(one: _Weighed, profile: PriorityProfile) -> Reason:
    title, weight = one.part.title, getattr(profile.weights, one.part.name)
    if one.value is None and one.part.is_judged:
        return Reason(f"{title}: not known, so the other parts share its weight of {weight:g}", 0.0)
    if one.value is None:
        return Reason(f"{title}: no signal yet, which earns nothing of {_percent(one.share)}", 0.0)
    text = f"{title} {_told(one)}, counts for {_percent(one.share)}"
    return Reason(text, one.value * one.share, _rests_on(one.score))


def _told(one: _Weighed) -> str:
    value = one.score.value or 0.0
    if one.part.name == "expected_value":
        return f"{amount_text(value, one.score.unit)} is {score_text(one.value)} of 100"
    if one.part.name == "risk":
        return f"{score_text(value)} leaves {score_text(one.value)} of 100"
    return f"{score_text(one.value)} of 100"


def _percent(share: float) -> str:
    return f"{score_text(100 * share)} %"


def _nothing_judged(by_name: dict[str, ScoreResult]) -> Reason:
    fit = by_name.get("icp_fit")
    return Reason("ICP fit: not enough known to judge by", 0.0, () if fit is None else _rests_on(fit))


def _ruling_out(by_name: dict[str, ScoreResult], closed: ScoreResult | None) -> Reason | None:
    """The reason for which the record keeps no points, if any."""
    fit = by_name.get("icp_fit")
    if fit is not None and fit.label == EXCLUDED:
        return fit.reasons[-1]
    return None if closed is None else closed.reasons[-1]


def _rests_on(score: ScoreResult) -> tuple[Field, ...]:
    """The fields behind a score, each once."""
    fields: Iterable[Field] = (name for reason in score.reasons if reason.findings for name in reason.rests_on)
    return tuple(dict.fromkeys(fields))


def _heat(total: float, profile: PriorityProfile) -> str:
    if total >= profile.hot_from:
        return HOT
    return WARM if total >= profile.warm_from else COLD
