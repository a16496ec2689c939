"""Expected value, in the account's currency: the chance that it is won times what it brings, both from the portal's own past.

The chance of an open deal is how often decided deals that reached its stage were won. A deal's amount is its own; where it has none, what won
deals of the same segment usually brought. A contact or company has a chance only where a heat model gives one, see `with_chance`; until
then the score abstains for it. Nothing is borrowed from other portals: without enough decided deals there is no expected value, and it says so.

Limit: a deal in another currency than the account's counts only where HubSpot tells its amount in the account's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS, PropertyDeclaration
from integration.providers.base import FactSheet, Field, Finding
from integration.scoring.base import Reason, ScoreDefinition, ScoreResult
from integration.scoring.history import EVERY_SEGMENT, NO_HISTORY, PortalHistory
from integration.scoring.profile import ScoringProfile
from integration.scoring.profile_parts import ExpectedValueProfile
from integration.scoring.render import amount_text, money_text, reasons_text

NAME: Final = "expected_value"
TITLE: Final = "Expected value"
ESTIMATED: Final = "estimated"
CLOSED: Final = "closed"
NOT_ENOUGH: Final = "not_enough_evidence"
_TYPES: Final = (CONTACTS, COMPANIES, DEALS)
_LABELS: Final = ((ESTIMATED, "Estimated"), (CLOSED, "Deal is closed"), (NOT_ENOUGH, "Not enough evidence"))

PROPERTIES: Final = (
    PropertyDeclaration(
        "leadlight_expected_value",
        "Expected value",
        "number",
        "number",
        "The chance to win times the amount, in your account's currency, from your own decided deals.",
        _TYPES,
    ),
    PropertyDeclaration(
        "leadlight_expected_value_label",
        "Expected value: verdict",
        "enumeration",
        "select",
        "Whether there is enough in this account's past to tell an expected value.",
        _TYPES,
        _LABELS,
    ),
    PropertyDeclaration(
        "leadlight_expected_value_reasons",
        "Expected value: reasons",
        "string",
        "textarea",
        "The amount and the chance behind the expected value; the amounts add up to it.",
        _TYPES,
    ),
)


def build(profile: ScoringProfile) -> ScoreDefinition:
    part = profile.expected_value

    def under(history: PortalHistory) -> Callable[[FactSheet], ScoreResult]:
        return lambda sheet: score_expected_value(sheet, part, history)

    return ScoreDefinition(NAME, TITLE, _TYPES, PROPERTIES, under(NO_HISTORY), property_values, under)


def score_expected_value(
    sheet: FactSheet, profile: ExpectedValueProfile, history: PortalHistory, *, chance_ratio: float | None = None
) -> ScoreResult:
    """An amount with reasons that sum to it, or an abstention that says what is missing.

    `chance_ratio`, 0 to 1, is a heat model's word on this record; None leaves it to the stages of decided deals.
    """
    outcome = sheet.text(Field.DEAL_OUTCOME)
    if outcome is not None:
        reason = Reason(f"The deal is closed as {outcome}", 0.0, (Field.DEAL_OUTCOME,))
        return ScoreResult(NAME, None, history.currency, CLOSED, (reason,))
    amount = _amount(sheet, profile, history)
    if amount.points <= 0:
        return ScoreResult(NAME, None, history.currency, NOT_ENOUGH, (amount,))
    found = _chance(sheet, profile, history, chance_ratio)
    if found is None:
        return ScoreResult(NAME, None, history.currency, NOT_ENOUGH, (_no_chance(sheet, profile, history),))
    words, ratio, rests_on = found
    lost = Reason(words, -amount.points * (1 - ratio), rests_on, _findings(sheet, rests_on))
    return ScoreResult(NAME, amount.points + lost.points, history.currency, ESTIMATED, (amount, lost))


def with_chance(
    sheet: FactSheet, profile: ExpectedValueProfile, history: PortalHistory, scores: tuple[ScoreResult, ...]
) -> ScoreResult | None:
    """The expected value under the chance of a score called "heat" among the scores; None where there is none or a deal's stage tells better."""
    heat = next((score for score in scores if score.name == "heat" and score.value is not None), None)
    if heat is None or heat.value is None or sheet.object_type == DEALS:
        return None
    return score_expected_value(sheet, profile, history, chance_ratio=heat.value / 100)


def property_values(result: ScoreResult) -> dict[str, str]:
    return {
        "leadlight_expected_value": money_text(result.value),
        "leadlight_expected_value_label": result.label,
        "leadlight_expected_value_reasons": reasons_text(result.reasons, result.unit),
    }


def _amount(sheet: FactSheet, profile: ExpectedValueProfile, history: PortalHistory) -> Reason:
    """The amount as a reason, in money; 0 points where none is known, with the words that say why."""
    own = sheet.number(Field.DEAL_AMOUNT)
    if own is not None and own > 0:
        return Reason(f"Amount: {amount_text(own, history.currency)} on the deal", own, *_rest(sheet, Field.DEAL_AMOUNT))
    typical = history.typical_amount(sheet, least=profile.least_deals)
    if typical is None:
        return Reason(f"Amount: fewer than {profile.least_deals} won deals to tell a usual amount from", 0.0)
    whose = "of this account" if typical.segment == EVERY_SEGMENT else f"with companies like this ({typical.segment})"
    text = f"Amount: {amount_text(typical.typical, history.currency)}, the middle of {typical.deal_count} won deals {whose}"
    return replace(Reason(text, typical.typical), rests_on=(Field.INDUSTRY, Field.EMPLOYEE_COUNT))


def _chance(
    sheet: FactSheet, profile: ExpectedValueProfile, history: PortalHistory, chance_ratio: float | None
) -> tuple[str, float, tuple[Field, ...]] | None:
    if chance_ratio is not None:
        return f"Chance: {chance_ratio:.0%} by the heat model".replace("%", " %"), min(1.0, max(0.0, chance_ratio)), ()
    if sheet.object_type != DEALS:
        return None
    found = history.chance(sheet.text(Field.DEAL_PIPELINE), sheet.text(Field.DEAL_STAGE), least=profile.least_deals)
    if found is None:
        return None
    words = f"{found.won_count} of {found.reached_count} decided deals that reached {found.label} were won"
    return f"Chance: {found.ratio:.0%}; {words}".replace("%", " %"), found.ratio, (Field.DEAL_STAGE, Field.DEAL_PIPELINE)


def _no_chance(sheet: FactSheet, profile: ExpectedValueProfile, history: PortalHistory) -> Reason:
    if sheet.object_type != DEALS:
        return Reason("Chance: not known; no heat model of this account speaks about this record", 0.0)
    stage = history.stage(sheet.text(Field.DEAL_PIPELINE), sheet.text(Field.DEAL_STAGE))
    count = 0 if stage is None else stage.reached_count
    text = f"Chance: {count} decided deals reached this stage, fewer than the {profile.least_deals} it takes"
    return Reason(text, 0.0, *_rest(sheet, Field.DEAL_STAGE))


def _rest(sheet: FactSheet, name: Field) -> tuple[tuple[Field, ...], tuple[Finding, ...]]:
    return (name,), _findings(sheet, (name,))


def _findings(sheet: FactSheet, names: tuple[Field, ...]) -> tuple[Finding, ...]:
    return tuple(found for name in names if (found := sheet.finding(name)) is not None)
