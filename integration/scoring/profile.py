"""The scoring profile: what a good customer looks like and which signals count, as YAML with a schema.

Every problem of a profile is reported at once, by its path in the file. The default stands in `profiles/default.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Self

import yaml
from pydantic import Field, StringConstraints, ValidationError, model_validator

from integration.core.errors import BadInput
from integration.providers.base import Field as FactField
from integration.scoring.profile_parts import (
    TOTAL_POINTS,
    ExpectedValueProfile,
    Points,
    PriorityProfile,
    RiskProfile,
    Strict,
    UrgencyProfile,
)

_DEFAULT: Final = Path(__file__).parent / "profiles" / "default.yaml"

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Words = Annotated[tuple[Word, ...], Field(min_length=1, max_length=500)]


class WordCriterion(Strict):
    """Points when the fact matches one of the words. With `full_at` 2 one match earns half of them."""

    weight: Points
    any_of: Words
    full_at: Annotated[int, Field(ge=1, le=20)] = 1


class RangeCriterion(Strict):
    """All points inside `best`, falling evenly to none at the ends of `accepted`. Bounds are people, both included."""

    weight: Points
    best: tuple[float, float]
    accepted: tuple[float, float]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.accepted[0] <= self.best[0] <= self.best[1] <= self.accepted[1]:
            raise ValueError("the ranges must nest: accepted from <= best from <= best to <= accepted to")
        return self


class Exclusion(Strict):
    """A fact that rules a company out whatever else is true; `because` is shown to the rep."""

    field: FactField
    any_of: Words
    because: Annotated[str, StringConstraints(min_length=3, max_length=200)]


class Labels(Strict):
    strong_from: Points = 70
    possible_from: Points = 40


class IcpProfile(Strict):
    """Weights add up to 100. A score needs facts for at least `least_evidence_ratio` of the weight, else it abstains."""

    industry: WordCriterion
    headcount: RangeCriterion
    country: WordCriterion
    technologies: WordCriterion
    keywords: WordCriterion
    exclusions: tuple[Exclusion, ...] = ()
    labels: Labels = Labels()
    least_evidence_ratio: Annotated[float, Field(ge=0, le=1)] = 0.4

    @model_validator(mode="after")
    def _weights_add_up(self) -> Self:
        total = sum(
            criterion.weight for criterion in (self.industry, self.headcount, self.country, self.technologies, self.keywords)
        )
        if abs(total - TOTAL_POINTS) > 1e-9:
            raise ValueError(f"the five weights must add up to {TOTAL_POINTS:g}, they add up to {total:g}")
        return self


class BantProfile(Strict):
    """Signals of budget, authority, need and timeline. Each of the four earns at most 25 points."""

    decision_titles: Words
    influencer_titles: Words
    need_words: Words
    need_technologies: Words
    budget_revenue_usd: Annotated[float, Field(gt=0)] = 10_000_000
    fresh_funding_days: Annotated[int, Field(ge=1, le=3650)] = 365
    fresh_activity_days: Annotated[int, Field(ge=1, le=365)] = 30
    active_stages: Words
    qualified_from: Points = 60


class ScoringProfile(Strict):
    """All rules and weights of a portal. What came later than ICP and BANT may be missing, and then has its defaults."""

    icp: IcpProfile
    bant: BantProfile
    expected_value: ExpectedValueProfile = ExpectedValueProfile()
    risk: RiskProfile = RiskProfile()
    urgency: UrgencyProfile = UrgencyProfile()
    priority: PriorityProfile = PriorityProfile()


def parse_profile(text: str) -> ScoringProfile:
    """The profile written in YAML. Raises BadInput naming every wrong place and what was expected there."""
    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # the last two: impossible dates, endless nesting
        raise BadInput(f"The scoring profile is not valid YAML: {error}", reason="bad_profile") from error
    return build_profile(document)


def build_profile(document: object) -> ScoringProfile:
    """The profile as parsed data, checked. Raises BadInput."""
    if not isinstance(document, Mapping):
        raise BadInput("The scoring profile must be a mapping with the keys icp and bant.", reason="bad_profile")
    try:
        return ScoringProfile.model_validate(document)
    except ValidationError as error:
        problems = [f"  - {'.'.join(str(part) for part in item['loc']) or 'profile'}: {item['msg']}" for item in error.errors()]
        raise BadInput("The scoring profile has problems:\n" + "\n".join(problems), reason="bad_profile") from error


@cache
def default_profile() -> ScoringProfile:
    return parse_profile(default_text())


def default_text() -> str:
    """The default profile as its file has it, comments included."""
    return _DEFAULT.read_text(encoding="utf-8")


def render_profile(profile: ScoringProfile) -> str:
    """The profile as YAML that `parse_profile` reads back to an equal one."""
    return str(yaml.safe_dump(_with_whole_numbers(profile_data(profile)), sort_keys=False, allow_unicode=True, width=120))


def profile_data(profile: ScoringProfile) -> dict[str, Any]:
    """The profile as plain JSON values, as it is stored; `build_profile` reads it back."""
    return profile.model_dump(mode="json")


def _with_whole_numbers(value: Any) -> Any:
    """The same data with 30 for 30.0, as people write it."""
    if isinstance(value, Mapping):
        return {name: _with_whole_numbers(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_with_whole_numbers(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
