"""ICP fit: how much a company looks like the portal's ideal customer, 0 to 100 points.

Five criteria of the profile each earn up to their weight; a fact that is not known earns nothing and is said so. An exclusion takes all
points away, as a reason of its own. With too little known the score abstains.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from integration.core.countries import country_name
from integration.hubspot.objects import COMPANIES, CONTACTS, DEALS, PropertyDeclaration
from integration.providers.base import FactSheet, Field
from integration.scoring.base import Reason, ScoreDefinition, ScoreResult
from integration.scoring.profile import IcpProfile, RangeCriterion, ScoringProfile, WordCriterion
from integration.scoring.profile_parts import TOTAL_POINTS
from integration.scoring.render import reasons_text, score_text
from integration.scoring.words import matching_words

NAME: Final = "icp_fit"
_LABELS: Final = (
    ("strong", "Strong fit"),
    ("possible", "Possible fit"),
    ("weak", "Weak fit"),
    ("excluded", "Ruled out"),
    ("not_enough_evidence", "Not enough evidence"),
)
_TYPES: Final = (CONTACTS, COMPANIES, DEALS)

PROPERTIES: Final = (
    PropertyDeclaration(
        "leadlight_icp_fit", "ICP fit", "number", "number", "How much the company looks like your ideal customer, 0 to 100.", _TYPES
    ),
    PropertyDeclaration(
        "leadlight_icp_fit_label", "ICP fit: verdict", "enumeration", "select", "The ICP fit in one word.", _TYPES, _LABELS
    ),
    PropertyDeclaration(
        "leadlight_icp_fit_reasons",
        "ICP fit: reasons",
        "string",
        "textarea",
        "What the ICP fit is made of; the points add up to it.",
        _TYPES,
    ),
)


def build(profile: ScoringProfile) -> ScoreDefinition:
    icp = profile.icp

    def compute(sheet: FactSheet) -> ScoreResult:
        return score_icp_fit(sheet, icp)

    return ScoreDefinition(NAME, "ICP fit", _TYPES, PROPERTIES, compute, property_values)


def score_icp_fit(sheet: FactSheet, icp: IcpProfile) -> ScoreResult:
    """0 to 100 points with reasons that sum to them, or an abstention when too little is known."""
    scored = [
        _by_words(sheet, icp.industry, "Industry", (Field.INDUSTRY,)),
        _by_range(sheet, icp.headcount),
        _by_words(sheet, icp.country, "Country", (Field.COUNTRY,)),
        _by_words(sheet, icp.technologies, "Uses", (Field.TECHNOLOGIES,)),
        _by_words(sheet, icp.keywords, "Speaks of", (Field.DESCRIPTION, Field.KEYWORDS, Field.PAGE_TITLE)),
    ]
    reasons = tuple(reason for reason, _ in scored)
    if sum(weight for _, weight in scored) < icp.least_evidence_ratio * TOTAL_POINTS:
        return ScoreResult(NAME, None, "points", "not_enough_evidence", reasons)
    total = sum(reason.points for reason in reasons)
    excluded = _exclusion(sheet, icp, total)
    if excluded is not None:
        return ScoreResult(NAME, 0.0, "points", "excluded", (*reasons, excluded))
    return ScoreResult(NAME, total, "points", _label(total, icp), reasons)


def property_values(result: ScoreResult) -> dict[str, str]:
    return {
        "leadlight_icp_fit": score_text(result.value),
        "leadlight_icp_fit_label": result.label,
        "leadlight_icp_fit_reasons": reasons_text(result.reasons),
    }


def _label(total: float, icp: IcpProfile) -> str:
    if total >= icp.labels.strong_from:
        return "strong"
    return "possible" if total >= icp.labels.possible_from else "weak"


def _by_words(sheet: FactSheet, criterion: WordCriterion, what: str, fields: tuple[Field, ...]) -> tuple[Reason, float]:
    """The reason, and the weight for which a fact is known."""
    findings = tuple(found for name in fields if (found := sheet.finding(name)) is not None)
    if not findings:
        return Reason(f"{what}: not known", 0.0, fields), 0.0
    found_words = matching_words(_texts(sheet, fields), criterion.any_of)
    points = criterion.weight * min(1.0, len(found_words) / criterion.full_at)
    if not found_words:
        return Reason(f"{what}: {_shown(sheet, fields)} is not on your list", 0.0, fields, findings), criterion.weight
    return Reason(f"{what}: {_spoken(fields, found_words)}", points, fields, findings), criterion.weight


def _by_range(sheet: FactSheet, criterion: RangeCriterion) -> tuple[Reason, float]:
    finding = sheet.finding(Field.EMPLOYEE_COUNT)
    people = sheet.number(Field.EMPLOYEE_COUNT)
    if finding is None or people is None:
        return Reason("Headcount: not known", 0.0, (Field.EMPLOYEE_COUNT,)), 0.0
    ratio = _range_ratio(people, criterion)
    verdict = "in your best range" if ratio == 1 else "near your range" if ratio > 0 else "outside your range"
    text = f"Headcount: {people:,.0f} is {verdict}"
    return Reason(text, criterion.weight * ratio, (Field.EMPLOYEE_COUNT,), (finding,)), criterion.weight


def _range_ratio(people: float, criterion: RangeCriterion) -> float:
    (least, most), (best_from, best_to) = criterion.accepted, criterion.best
    if best_from <= people <= best_to:
        return 1.0
    if people < best_from:
        return max(0.0, (people - least) / (best_from - least)) if best_from > least else 0.0
    return max(0.0, (most - people) / (most - best_to)) if most > best_to else 0.0


def _exclusion(sheet: FactSheet, icp: IcpProfile, total: float) -> Reason | None:
    for rule in icp.exclusions:
        finding = sheet.finding(rule.field)
        if finding is not None and matching_words(_texts(sheet, (rule.field,)), rule.any_of):
            return Reason(f"Ruled out: {rule.because}", -total, (rule.field,), (finding,))
    return None


def _texts(sheet: FactSheet, fields: Iterable[Field]) -> list[str]:
    return [item for name in fields for item in sheet.items(name)]


def _shown(sheet: FactSheet, fields: tuple[Field, ...]) -> str:
    if fields == (Field.COUNTRY,):
        return country_name(sheet.text(Field.COUNTRY) or "")
    if fields == (Field.TECHNOLOGIES,):
        return "none of the technologies found"
    return sheet.text(fields[0]) or "what was found" if len(fields) == 1 else "what it says of itself"


def _spoken(fields: tuple[Field, ...], words: tuple[str, ...]) -> str:
    return ", ".join(country_name(word) if fields == (Field.COUNTRY,) else word for word in words[:5])
