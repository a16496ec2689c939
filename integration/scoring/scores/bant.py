"""BANT: signals of budget, authority, need and timeline, 25 points each, and a qualification status.

Each dimension is a short table of signals; a signal earns its points or is absent. Nothing is inferred from silence: a dimension without
any known signal says "no signal yet".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from integration.hubspot.objects import COMPANIES, CONTACTS, PropertyDeclaration
from integration.providers.base import FactSheet, Field, Finding
from integration.scoring.base import Reason, ScoreDefinition, ScoreResult
from integration.scoring.profile import BantProfile, ScoringProfile
from integration.scoring.render import reasons_text, score_text
from integration.scoring.words import matching_words

NAME: Final = "bant"
DIMENSION_POINTS: Final = 25.0
_LEAST_DIMENSIONS: Final = 3
_TYPES: Final = (CONTACTS, COMPANIES)
_STATUSES: Final = (
    ("qualified", "Qualified"),
    ("developing", "Developing"),
    ("unqualified", "Not qualified"),
    ("not_enough_evidence", "Not enough evidence"),
)

PROPERTIES: Final = (
    PropertyDeclaration(
        "leadlight_bant_score", "BANT score", "number", "number", "Budget, authority, need, timeline: 0 to 100.", _TYPES
    ),
    PropertyDeclaration(
        "leadlight_bant_status", "BANT status", "enumeration", "select", "Qualification by BANT.", _TYPES, _STATUSES
    ),
    PropertyDeclaration(
        "leadlight_bant_reasons",
        "BANT: reasons",
        "string",
        "textarea",
        "The signals behind the BANT score; the points add up to it.",
        _TYPES,
    ),
)


@dataclass(frozen=True)
class _Signal:
    """What a signal says when it is there."""

    text: str
    points: float
    findings: tuple[Finding, ...]


SignalFinder = Callable[[FactSheet, BantProfile], _Signal | None]


def build(profile: ScoringProfile) -> ScoreDefinition:
    bant = profile.bant

    def compute(sheet: FactSheet) -> ScoreResult:
        return score_bant(sheet, bant)

    return ScoreDefinition(NAME, "BANT", _TYPES, PROPERTIES, compute, property_values)


def score_bant(sheet: FactSheet, profile: BantProfile) -> ScoreResult:
    """0 to 100 points over the four dimensions; abstains when not one signal is known."""
    reasons: list[Reason] = []
    dimensions_met = 0
    for dimension, finders in _DIMENSIONS.items():
        found = [signal for finder in finders if (signal := finder(sheet, profile)) is not None]
        reasons.extend(_capped(dimension, found))
        dimensions_met += any(signal.points > 0 for signal in found)
    if dimensions_met == 0:
        return ScoreResult(NAME, None, "points", "not_enough_evidence", tuple(reasons))
    total = sum(reason.points for reason in reasons)
    return ScoreResult(NAME, total, "points", _status(total, dimensions_met, profile), tuple(reasons))


def property_values(result: ScoreResult) -> dict[str, str]:
    return {
        "leadlight_bant_score": score_text(result.value),
        "leadlight_bant_status": result.label,
        "leadlight_bant_reasons": reasons_text(result.reasons),
    }


def _status(total: float, dimensions_met: int, profile: BantProfile) -> str:
    if total >= profile.qualified_from and dimensions_met >= _LEAST_DIMENSIONS:
        return "qualified"
    return "developing" if total >= profile.qualified_from / 2 else "unqualified"


def _capped(dimension: str, signals: list[_Signal]) -> list[Reason]:
    """The signals as reasons; together they earn at most the dimension's points."""
    if not signals:
        return [Reason(f"{dimension}: no signal yet", 0.0)]
    left = DIMENSION_POINTS
    reasons = []
    for signal in signals:
        points = min(signal.points, left)
        left -= points
        fields = tuple(finding.field for finding in signal.findings)
        reasons.append(Reason(f"{dimension}: {signal.text}", points, fields, signal.findings))
    return reasons


def _fresh_funding(sheet: FactSheet, profile: BantProfile) -> _Signal | None:
    finding = sheet.finding(Field.LATEST_FUNDING_ON)
    raised_on = _day(sheet.text(Field.LATEST_FUNDING_ON))
    if finding is None or raised_on is None:
        return None
    age_days = (sheet.as_of.date() - raised_on).days
    if not 0 <= age_days <= profile.fresh_funding_days:
        return None
    stage = sheet.text(Field.LATEST_FUNDING_STAGE)
    return _Signal(f"raised {stage or 'money'} on {raised_on.isoformat()}", 20.0, (finding,))


def _revenue(sheet: FactSheet, profile: BantProfile) -> _Signal | None:
    finding = sheet.finding(Field.ANNUAL_REVENUE_USD)
    revenue = sheet.number(Field.ANNUAL_REVENUE_USD)
    if finding is None or revenue is None or revenue < profile.budget_revenue_usd:
        return None
    return _Signal(f"yearly revenue of about {revenue / 1e6:,.0f} million USD", 15.0, (finding,))


def _growth(sheet: FactSheet, _profile: BantProfile) -> _Signal | None:
    finding = sheet.finding(Field.HEADCOUNT_GROWTH_RATIO)
    growth = sheet.number(Field.HEADCOUNT_GROWTH_RATIO)
    if finding is None or growth is None or growth < 0.05:
        return None
    return _Signal(f"team grew by {growth:.0%} in a year", 10.0, (finding,))


def _title(sheet: FactSheet, profile: BantProfile) -> _Signal | None:
    finding = sheet.finding(Field.JOB_TITLE)
    title = sheet.text(Field.JOB_TITLE)
    if finding is None or title is None:
        return None
    if matching_words([title], profile.decision_titles):
        return _Signal(f"{title} can usually decide", DIMENSION_POINTS, (finding,))
    if matching_words([title], profile.influencer_titles):
        return _Signal(f"{title} can usually influence", 12.0, (finding,))
    return _Signal(f"{title} seldom decides alone", 0.0, (finding,))


def _need_technology(sheet: FactSheet, profile: BantProfile) -> _Signal | None:
    finding = sheet.finding(Field.TECHNOLOGIES)
    found = matching_words(sheet.items(Field.TECHNOLOGIES), profile.need_technologies)
    return _Signal(f"already works with {', '.join(found[:3])}", 15.0, (finding,)) if finding is not None and found else None


def _need_words(sheet: FactSheet, profile: BantProfile) -> _Signal | None:
    finding = sheet.finding(Field.DESCRIPTION)
    found = matching_words(sheet.items(Field.DESCRIPTION), profile.need_words)
    return _Signal(f"speaks of {', '.join(found[:3])}", 10.0, (finding,)) if finding is not None and found else None


def _asked_for_contact(sheet: FactSheet, _profile: BantProfile) -> _Signal | None:
    finding = sheet.finding(Field.FORM_CONVERSION_COUNT)
    count = sheet.number(Field.FORM_CONVERSION_COUNT)
    return _Signal(f"sent {count:.0f} of your forms", DIMENSION_POINTS, (finding,)) if finding is not None and count else None


def _active_stage(sheet: FactSheet, profile: BantProfile) -> _Signal | None:
    finding = sheet.finding(Field.LIFECYCLE_STAGE)
    stage = sheet.text(Field.LIFECYCLE_STAGE)
    return _Signal(f"stands at {stage}", 15.0, (finding,)) if finding is not None and stage in profile.active_stages else None


def _recent_activity(sheet: FactSheet, profile: BantProfile) -> _Signal | None:
    finding = sheet.finding(Field.LAST_ACTIVITY_AT)
    active_on = _day(sheet.text(Field.LAST_ACTIVITY_AT))
    if finding is None or active_on is None or not 0 <= (sheet.as_of.date() - active_on).days <= profile.fresh_activity_days:
        return None
    return _Signal(f"last active on {active_on.isoformat()}", 10.0, (finding,))


def _funding_timeline(sheet: FactSheet, profile: BantProfile) -> _Signal | None:
    signal = _fresh_funding(sheet, profile)
    return _Signal("new money is usually spent within a year", 10.0, signal.findings) if signal is not None else None


def _day(text: str | None) -> date | None:
    """The day of an ISO date or moment (UTC); None when the text is neither."""
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


_DIMENSIONS: Final[dict[str, tuple[SignalFinder, ...]]] = {
    "Budget": (_fresh_funding, _revenue, _growth),
    "Authority": (_title,),
    "Need": (_asked_for_contact, _need_technology, _need_words),
    "Timeline": (_active_stage, _recent_activity, _funding_timeline),
}
