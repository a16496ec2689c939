"""Urgency: what presses today, 0 to 100 points. Every signal fades by a half-life of its kind; a day that comes near grows the same way.

The newest signal of each kind counts. An older one never makes a record more urgent, and nothing known is worth nothing: then the score abstains.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS, PropertyDeclaration
from integration.providers.base import FactSheet, Field
from integration.scoring.base import Reason, ScoreDefinition, ScoreResult
from integration.scoring.moments import age_days, days_ahead, decayed
from integration.scoring.profile import ScoringProfile
from integration.scoring.profile_parts import TOTAL_POINTS, FadingSignal, UrgencyProfile
from integration.scoring.render import reasons_text, score_text
from integration.scoring.signals import BAD_NEWS, buying_signals

NAME: Final = "urgency"
TITLE: Final = "Urgency"
CLOSED: Final = "closed"
NOT_ENOUGH: Final = "not_enough_evidence"
RENEWAL_TYPE: Final = "existingbusiness"
_TYPES: Final = (CONTACTS, COMPANIES, DEALS)
_LABELS: Final = (
    ("high", "Act today"),
    ("medium", "Act this week"),
    ("low", "Can wait"),
    (CLOSED, "Deal is closed"),
    (NOT_ENOUGH, "No signal yet"),
)
_LAST: Final = (
    (Field.EMAIL_REPLIED_AT, "reply", "Replied to a mail"),
    (Field.LAST_FORM_AT, "form", "Sent a form"),
    (Field.LAST_VISIT_AT, "visit", "Visited your site"),
    (Field.EMAIL_CLICKED_AT, "click", "Clicked in a mail"),
    (Field.EMAIL_OPENED_AT, "open", "Opened a mail"),
)
_NEWS: Final = {"funding": "funding", "leadership_change": "leadership", "hiring": "hiring"}

PROPERTIES: Final = (
    PropertyDeclaration("leadlight_urgency", "Urgency", "number", "number", "What presses today, 0 to 100; it fades.", _TYPES),
    PropertyDeclaration(
        "leadlight_urgency_label", "Urgency: verdict", "enumeration", "select", "The urgency in words.", _TYPES, _LABELS
    ),
    PropertyDeclaration(
        "leadlight_urgency_reasons",
        "Urgency: reasons",
        "string",
        "textarea",
        "The signals behind the urgency, with their age; the points add up to it.",
        _TYPES,
    ),
)


@dataclass(frozen=True)
class _Pressing:
    """A signal and what is left of it."""

    text: str
    points: float
    field: Field


def build(profile: ScoringProfile) -> ScoreDefinition:
    part = profile.urgency

    def compute(sheet: FactSheet) -> ScoreResult:
        return score_urgency(sheet, part)

    return ScoreDefinition(NAME, TITLE, _TYPES, PROPERTIES, compute, property_values)


def score_urgency(sheet: FactSheet, profile: UrgencyProfile) -> ScoreResult:
    """0 to 100 points, the strongest signals first; abstains when there is none at all."""
    outcome = sheet.text(Field.DEAL_OUTCOME)
    if outcome is not None:
        reason = Reason(f"The deal is closed as {outcome}", 0.0, (Field.DEAL_OUTCOME,))
        return ScoreResult(NAME, None, "points", CLOSED, (reason,))
    pressing = [*_last_moments(sheet, profile), *_news(sheet, profile), *_days_to_come(sheet, profile)]
    if not pressing:
        return ScoreResult(NAME, None, "points", NOT_ENOUGH, (Reason("No signal yet: no visit, form, mail, news or date", 0.0),))
    reasons = _capped(sheet, sorted(pressing, key=lambda one: (-one.points, one.text)))
    total = sum(reason.points for reason in reasons)
    return ScoreResult(NAME, total, "points", _label(total, profile), reasons)


def property_values(result: ScoreResult) -> dict[str, str]:
    return {
        "leadlight_urgency": score_text(result.value),
        "leadlight_urgency_label": result.label,
        "leadlight_urgency_reasons": reasons_text(result.reasons),
    }


def _label(total: float, profile: UrgencyProfile) -> str:
    if total >= profile.high_from:
        return "high"
    return "medium" if total >= profile.medium_from else "low"


def _capped(sheet: FactSheet, pressing: list[_Pressing]) -> tuple[Reason, ...]:
    """The signals as reasons; together they earn at most 100 points."""
    left, reasons = TOTAL_POINTS, []
    for one in pressing:
        points = min(one.points, left)
        left -= points
        found = sheet.finding(one.field)
        reasons.append(Reason(one.text, points, (one.field,), () if found is None else (found,)))
    return tuple(reasons)


def _last_moments(sheet: FactSheet, profile: UrgencyProfile) -> Iterator[_Pressing]:
    for name, kind, words in _LAST:
        age = age_days(sheet, name)
        if age is not None:
            rule: FadingSignal = getattr(profile, kind)
            yield _item(words, age, rule, name)


def _news(sheet: FactSheet, profile: UrgencyProfile) -> Iterator[_Pressing]:
    """The newest item of each kind; bad news presses nobody to buy. Money raised may be told by a provider's date as well."""
    newest: dict[str, _Pressing] = {}
    raised = age_days(sheet, Field.LATEST_FUNDING_ON)
    if raised is not None:
        newest["funding"] = _item("Raised money", raised, profile.funding, Field.LATEST_FUNDING_ON)
    for one in buying_signals(sheet):
        if one.kind in BAD_NEWS:
            continue
        rule: FadingSignal = getattr(profile, _NEWS.get(one.kind, "other_news"))
        item = _item(f"News: {one.words}", one.age_days, rule, Field.BUYING_SIGNALS)
        if one.kind not in newest or newest[one.kind].points < item.points:
            newest[one.kind] = item
    yield from newest.values()


def _item(words: str, age: float, rule: FadingSignal, field: Field) -> _Pressing:
    return _Pressing(f"{words} {_ago(age)}", decayed(rule.points, age, rule.half_life_days), field)


def _days_to_come(sheet: FactSheet, profile: UrgencyProfile) -> Iterator[_Pressing]:
    """The close date of an open deal. One that passed presses no less than today's."""
    ahead = days_ahead(sheet, Field.DEAL_CLOSES_ON)
    if ahead is None:
        return
    is_renewal = sheet.text(Field.DEAL_TYPE) == RENEWAL_TYPE
    rule = profile.renewal if is_renewal else profile.close_date
    what = "The contract is up for renewal" if is_renewal else "The close date is"
    when = "today or past" if ahead <= 0 else "tomorrow" if ahead == 1 else f"in {ahead:.0f} days"
    yield _Pressing(f"{what} {when}", decayed(rule.points, max(0.0, ahead), rule.half_life_days), Field.DEAL_CLOSES_ON)


def _ago(age: float) -> str:
    return "today" if age < 1 else "yesterday" if age < 2 else f"{age:.0f} days ago"
