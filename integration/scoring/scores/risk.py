"""Risk: how likely a deal or a person slips away, 0 to 100 points, with what drives it.

Each driver is a small function: it earns points, earns none because all is well, or is silent because nothing is known of it. With every
driver silent the score abstains. A deal is held against how long deals of this portal usually stay in a stage, where enough were decided to tell.

Limit: whether somebody answers is told from HubSpot's dates of contact, visits and mails alone; calls and chats elsewhere are not seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS, PropertyDeclaration
from integration.providers.base import FactSheet, Field
from integration.scoring.base import Reason, ScoreDefinition, ScoreResult
from integration.scoring.history import NO_HISTORY, PortalHistory
from integration.scoring.moments import age_days, days_ahead, decayed, ramp
from integration.scoring.profile import ScoringProfile
from integration.scoring.profile_parts import RiskProfile
from integration.scoring.render import amount_text, reasons_text, score_text
from integration.scoring.signals import WARNINGS, buying_signals

NAME: Final = "risk"
TITLE: Final = "Risk of loss"
CLOSED: Final = "closed"
NOT_ENOUGH: Final = "not_enough_evidence"
_TYPES: Final = (CONTACTS, COMPANIES, DEALS)
_LABELS: Final = (
    ("low", "Low risk"),
    ("medium", "Some risk"),
    ("high", "High risk"),
    (CLOSED, "Deal is closed"),
    (NOT_ENOUGH, "Not enough evidence"),
)
_OVERDUE_FULL_DAYS: Final = 30.0
_MOST_PUSHES: Final = 3
_STAYED_FULL_RATIO: Final = 3.0
_SOFT_BOUNCES: Final = 3
_HEARD_BY: Final = (
    Field.LAST_ACTIVITY_AT,
    Field.EMAIL_REPLIED_AT,
    Field.EMAIL_CLICKED_AT,
    Field.EMAIL_OPENED_AT,
    Field.LAST_FORM_AT,
    Field.LAST_VISIT_AT,
)

PROPERTIES: Final = (
    PropertyDeclaration(
        "leadlight_risk", "Risk of loss", "number", "number", "How likely the deal or person slips away, 0 to 100.", _TYPES
    ),
    PropertyDeclaration(
        "leadlight_risk_label", "Risk of loss: verdict", "enumeration", "select", "The risk in one word.", _TYPES, _LABELS
    ),
    PropertyDeclaration(
        "leadlight_risk_reasons",
        "Risk of loss: reasons",
        "string",
        "textarea",
        "What drives the risk; the points add up to it.",
        _TYPES,
    ),
)


@dataclass(frozen=True)
class _Case:
    """What a driver looks at."""

    sheet: FactSheet
    profile: RiskProfile
    history: PortalHistory


Driver = Callable[[_Case], Reason | None]


def build(profile: ScoringProfile) -> ScoreDefinition:
    part = profile.risk

    def under(history: PortalHistory) -> Callable[[FactSheet], ScoreResult]:
        return lambda sheet: score_risk(sheet, part, history)

    return ScoreDefinition(NAME, TITLE, _TYPES, PROPERTIES, under(NO_HISTORY), property_values, under)


def score_risk(sheet: FactSheet, profile: RiskProfile, history: PortalHistory = NO_HISTORY) -> ScoreResult:
    """0 to 100 points with a reason for each driver of which something is known; abstains when nothing is."""
    outcome = sheet.text(Field.DEAL_OUTCOME)
    if outcome is not None:
        reason = Reason(f"The deal is closed as {outcome}", 0.0, (Field.DEAL_OUTCOME,))
        return ScoreResult(NAME, None, "points", CLOSED, (reason,))
    drivers = _DEAL_DRIVERS if sheet.object_type == DEALS else _PERSON_DRIVERS
    case = _Case(sheet, profile, history)
    reasons = tuple(found for driver in drivers if (found := driver(case)) is not None)
    if not reasons:
        text = "Nothing known to tell a risk by: no contact, visit or mail on record"
        return ScoreResult(NAME, None, "points", NOT_ENOUGH, (Reason(text, 0.0),))
    total = sum(reason.points for reason in reasons)
    return ScoreResult(NAME, total, "points", _label(total, profile), reasons)


def property_values(result: ScoreResult) -> dict[str, str]:
    return {
        "leadlight_risk": score_text(result.value),
        "leadlight_risk_label": result.label,
        "leadlight_risk_reasons": reasons_text(result.reasons),
    }


def _label(total: float, profile: RiskProfile) -> str:
    if total >= profile.high_from:
        return "high"
    return "medium" if total >= profile.medium_from else "low"


def _reason(case: _Case, text: str, points: float, *names: Field) -> Reason:
    findings = tuple(found for name in names if (found := case.sheet.finding(name)) is not None)
    return Reason(text, points, names, findings)


def _days(count: float) -> str:
    return f"{count:.0f} day" if count == 1 else f"{count:.0f} days"


def _silence(case: _Case) -> Reason | None:
    """Days since anything was heard or said, whichever is the latest."""
    heard = [(age, name) for name in _HEARD_BY if (age := age_days(case.sheet, name)) is not None]
    if not heard:
        return None
    age, name = min(heard)
    full = case.profile.deal.silence if case.sheet.object_type == DEALS else case.profile.person.silence
    points = full * ramp(age, case.profile.silence_from_days, case.profile.silence_full_days)
    return _reason(case, f"Silence: {_days(age)} since the last sign of life", points, name)


def _stage_age(case: _Case) -> Reason | None:
    sheet = case.sheet
    age = age_days(sheet, Field.DEAL_STAGE_SINCE)
    usual = case.history.stage(sheet.text(Field.DEAL_PIPELINE), sheet.text(Field.DEAL_STAGE))
    if age is None or usual is None or usual.usual_days is None or usual.timed_count < case.profile.least_deals:
        return None
    ratio = age / max(usual.usual_days, 1.0)
    points = case.profile.deal.stage_age * ramp(ratio, 1.0, _STAYED_FULL_RATIO)
    text = f"Stage: {_days(age)} in {usual.label}, where {usual.timed_count} deals usually stayed {usual.usual_days:.0f}"
    return _reason(case, text, points, Field.DEAL_STAGE_SINCE, Field.DEAL_STAGE)


def _close_date(case: _Case) -> Reason | None:
    """Half of the points for a day that passed, half for a day that was put off again and again."""
    ahead = days_ahead(case.sheet, Field.DEAL_CLOSES_ON)
    if ahead is None:
        return None
    overdue = max(0.0, -ahead)
    pushes = min(case.sheet.number(Field.DEAL_CLOSE_PUSHES) or 0.0, float(_MOST_PUSHES))
    half = case.profile.deal.close_date / 2
    points = half * ramp(overdue, 0.0, _OVERDUE_FULL_DAYS) + half * pushes / _MOST_PUSHES
    told = f"passed {_days(overdue)} ago" if overdue > 0 else "still ahead"
    again = "" if not pushes else ", put off once" if pushes == 1 else f", put off {pushes:.0f} times"
    return _reason(case, f"Close date: {told}{again}", points, Field.DEAL_CLOSES_ON, Field.DEAL_CLOSE_PUSHES)


def _next_step(case: _Case) -> Reason | None:
    """A deal whose pipeline is known was read; an empty next step is then a fact."""
    if case.sheet.text(Field.DEAL_STAGE) is None:
        return None
    step = case.sheet.text(Field.DEAL_NEXT_STEP)
    if step is None:
        return Reason("Next step: none is written on the deal", case.profile.deal.next_step, (Field.DEAL_NEXT_STEP,))
    return _reason(case, f"Next step: {step[:80]}", 0.0, Field.DEAL_NEXT_STEP)


def _single_contact(case: _Case) -> Reason | None:
    count = case.sheet.number(Field.DEAL_CONTACT_COUNT)
    if count is None:
        return None
    if count >= 2:
        return _reason(case, f"People: {count:.0f} contacts on the deal", 0.0, Field.DEAL_CONTACT_COUNT)
    told = "only one contact" if count else "nobody"
    return _reason(case, f"People: {told} on the deal", case.profile.deal.single_contact, Field.DEAL_CONTACT_COUNT)


def _amount_cut(case: _Case) -> Reason | None:
    before, now = case.sheet.number(Field.DEAL_AMOUNT_BEFORE), case.sheet.number(Field.DEAL_AMOUNT)
    if before is None or now is None or before <= 0:
        return None
    currency = case.history.currency
    points = case.profile.deal.amount_cut * ramp(1 - now / before, 0.0, 0.5)
    text = f"Amount: {amount_text(now, currency)}, it was {amount_text(before, currency)}"
    return _reason(case, text, points, Field.DEAL_AMOUNT, Field.DEAL_AMOUNT_BEFORE)


def _unsubscribed(case: _Case) -> Reason | None:
    if case.sheet.text(Field.UNSUBSCRIBED) != "true":
        return None
    return _reason(case, "Unsubscribed from all mail", case.profile.person.unsubscribed, Field.UNSUBSCRIBED)


def _bounced(case: _Case) -> Reason | None:
    count = case.sheet.number(Field.EMAIL_BOUNCE_COUNT)
    if count is None:
        return None
    points = case.profile.person.bounced * ramp(count, 0.0, float(_SOFT_BOUNCES))
    return _reason(case, f"Bounces: {count:.0f} {'mail' if count == 1 else 'mails'} came back", points, Field.EMAIL_BOUNCE_COUNT)


def _company_news(case: _Case) -> Reason | None:
    """Layoffs and changes at the top; the news that weighs most counts, since several lines often tell of one event."""
    warnings = [one for one in buying_signals(case.sheet) if one.kind in WARNINGS]
    if not warnings:
        return None
    newest = min(warnings, key=lambda one: one.age_days)
    points = decayed(case.profile.person.company_news, newest.age_days, case.profile.news_half_life_days)
    return _reason(case, f"News: {newest.words}, {_days(newest.age_days)} ago", points, Field.BUYING_SIGNALS)


_DEAL_DRIVERS: Final[tuple[Driver, ...]] = (_stage_age, _close_date, _silence, _next_step, _single_contact, _amount_cut)
_PERSON_DRIVERS: Final[tuple[Driver, ...]] = (_silence, _unsubscribed, _bounced, _company_news)
