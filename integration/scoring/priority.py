"""The priority of a record: its scores in one number from 0 to 100, and its heat in one word. Pure.

This is a rule of thumb, not a probability: ICP fit counts for 60 %, BANT for 40 %, whatever the account has sold so far. The weights are
constants here until an admin chooses them; a probability learned from won and lost deals is another score.

Without a judged ICP fit there is no priority. Without any BANT signal the ICP fit alone carries it. A company that is ruled out is cold.
Limit: a record on which nothing is known but a perfect fit is hot, and a first weak signal cools it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from integration.hubspot.objects import COMPANIES, CONTACTS, PropertyDeclaration
from integration.providers.base import Field
from integration.scoring.base import Reason, ScoreResult, Scores
from integration.scoring.render import reasons_text, score_text

NAME: Final = "priority"
TITLE: Final = "Priority"
ICP_WEIGHT: Final = 0.6
BANT_WEIGHT: Final = 0.4
HOT_FROM: Final = 70.0
WARM_FROM: Final = 40.0
HOT: Final = "hot"
WARM: Final = "warm"
COLD: Final = "cold"
NOT_ENOUGH: Final = "not_enough_evidence"
HEATS: Final = ((HOT, "Hot"), (WARM, "Warm"), (COLD, "Cold"), (NOT_ENOUGH, "Not enough evidence"))

_ICP: Final = "icp_fit"
_BANT: Final = "bant"
_EXCLUDED: Final = "excluded"
_TYPES: Final = (CONTACTS, COMPANIES)

PROPERTIES: Final = (
    PropertyDeclaration(
        "leadlight_heat", "Heat", "enumeration", "select", "The priority in one word: who is worth an hour today.", _TYPES, HEATS
    ),
    PropertyDeclaration(
        "leadlight_priority",
        "Priority",
        "number",
        "number",
        f"0 to 100, a rule of thumb: ICP fit counts for {ICP_WEIGHT:.0%}, BANT for {BANT_WEIGHT:.0%}.",
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


def score_priority(scores: Scores) -> ScoreResult:
    """0 to 100 points with a reason for each part, or an abstention when the ICP fit was not judged."""
    by_name = {score.name: score for score in scores}
    icp, bant = by_name.get(_ICP), by_name.get(_BANT)
    if icp is None or icp.value is None:
        rests_on = () if icp is None else _rests_on(icp)
        return ScoreResult(NAME, None, "points", NOT_ENOUGH, (Reason("ICP fit: not enough known to judge by", 0.0, rests_on),))
    if bant is None or bant.value is None:
        parts = [_part("ICP fit", icp, icp.value, 1.0), Reason("BANT: no signal yet, so the ICP fit alone counts", 0.0)]
    else:
        parts = [_part("ICP fit", icp, icp.value, ICP_WEIGHT), _part("BANT", bant, bant.value, BANT_WEIGHT)]
    total = sum(part.points for part in parts)
    if icp.label == _EXCLUDED:
        last = icp.reasons[-1]
        return ScoreResult(NAME, 0.0, "points", COLD, (*parts, Reason(last.text, -total, last.rests_on, last.findings)))
    return ScoreResult(NAME, total, "points", _heat(total), tuple(parts))


def property_values(result: ScoreResult) -> dict[str, str]:
    """The result as values for `PROPERTIES`; an empty text clears one."""
    return {
        "leadlight_heat": result.label,
        "leadlight_priority": score_text(result.value),
        "leadlight_priority_reasons": reasons_text(result.reasons),
    }


def _part(title: str, score: ScoreResult, value: float, weight: float) -> Reason:
    text = f"{title} {score_text(value)} of 100, counts for {weight:.0%}".replace("%", " %")
    return Reason(text, value * weight, _rests_on(score))


def _rests_on(score: ScoreResult) -> tuple[Field, ...]:
    """The fields behind a score, each once."""
    fields: Iterable[Field] = (name for reason in score.reasons if reason.findings for name in reason.rests_on)
    return tuple(dict.fromkeys(fields))


def _heat(total: float) -> str:
    if total >= HOT_FROM:
        return HOT
    return WARM if total >= WARM_FROM else COLD
